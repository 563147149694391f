/* help: see help.h; and the command "help" itself. Main thread. */
#include "cmd/help.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config/flags.h"
#include "config/value.h"

#define COLUMNS 80
#define TEXT_AT 26 /* column of the explanations */

void help_range(const struct table_row *row, char *out)
{
    char allowed[HELP_TEXT_MAX / 2] = "";
    const char *unit = row->unit != NULL ? row->unit : "";
    if (row->type == TABLE_INT || row->type == TABLE_REAL || row->type == TABLE_ENUM)
        value_allowed(row, allowed, sizeof allowed);
    snprintf(out, HELP_TEXT_MAX, "%s%s%s%sdefault %s", allowed, unit[0] != '\0' ? ", in " : "",
             unit, allowed[0] != '\0' ? "; " : "", row->def[0] != '\0' ? row->def : "empty");
}

/* Prints text from column `at` on, in lines of at most COLUMNS; the cursor stands at `column`. */
static void print_wrapped(const char *text, int column, int at)
{
    if (at > 0 && column + 1 >= at) {
        putchar('\n');
        column = 0;
    }
    printf("%*s", at - column, "");
    column = at;
    for (const char *p = text; *p != '\0';) {
        int n = (int)strcspn(p, " ");
        if (column > at && column + 1 + n > COLUMNS) {
            printf("\n%*s", at, "");
            column = at;
        }
        if (column > at)
            column += printf(" ");
        column += printf("%.*s", n, p);
        p += n;
        p += strspn(p, " ");
    }
    putchar('\n');
}

static void print_option(const char *sections, const struct table_row *row)
{
    char flag[TABLE_FLAG_MAX + 8], range[HELP_TEXT_MAX], text[2 * HELP_TEXT_MAX];
    flags_spell(sections, row, flag);
    int column = flags_letter(sections, row) ? printf("  -%c, ", row->letter) : printf("      ");
    if (row->type == TABLE_BOOL)
        column += printf("--[no-]%s", flag + 2);
    else
        column +=
            printf("%s%s%s", flag, row->counts ? "" : " ", row->counts ? "" : table_metavar(row));
    help_range(row, range);
    if (row->counts || row->flag_only)
        snprintf(text, sizeof text, "%s", row->help);
    else
        snprintf(text, sizeof text, "%s (%s)", row->help, range);
    print_wrapped(text, column, TEXT_AT);
}

static void print_section(const char *sections, const char *section)
{
    printf("\n[%s] %s\n", section, table_section(section)->help);
    for (int i = 0; i < table_count; i++)
        if (strcmp(table_rows[i].section, section) == 0)
            print_option(sections, &table_rows[i]);
}

static void print_general(void)
{
    print_section("general", "general");
    print_wrapped("read this ini file too, after /etc/moodtop.ini and the user's own",
                  printf("      --config FILE"), TEXT_AT);
    print_wrapped("show this help", printf("  -h, --help"), TEXT_AT);
    print_wrapped("show the version", printf("  -V, --version"), TEXT_AT);
}

static void print_examples(const char *examples)
{
    puts("\nExamples");
    for (const char *p = examples; *p != '\0';) {
        int n = (int)strcspn(p, "\n");
        printf("  %.*s\n", n, p);
        p += n + (p[n] == '\n');
    }
}

static void print_program(void)
{
    puts("Usage: moodtop [live] [OPTIONS] [SOURCE]\n"
         "       moodtop COMMAND [OPTIONS] [ARGUMENTS]\n\n"
         "Faces and moods of a camera, a video or pictures, live in the terminal.\n\nCommands");
    for (int i = 0; commands[i] != NULL; i++)
        print_wrapped(commands[i]->summary, printf("  %s", commands[i]->name), 12);
    print_general();
    puts("\n\"moodtop COMMAND --help\" lists a command's options; each may also stand in an ini "
         "file\n"
         "([detect] scale_factor = 1.2 in /etc/moodtop.ini or ~/.config/moodtop/config) or in\n"
         "the environment (MOODTOP_DETECT_SCALE_FACTOR=1.2). \"moodtop config\" shows what holds.");
}

void help_print(const struct command *command)
{
    if (command == NULL) {
        print_program();
        return;
    }
    const char *sections = command->sections != NULL ? command->sections : "";
    printf("Usage: moodtop %s%s%s%s\n\n", command->name,
           command->sections != NULL ? " [OPTIONS]" : "", command->args[0] != '\0' ? " " : "",
           command->args);
    print_wrapped(command->summary, 0, 0);
    for (const char *p = sections; *p != '\0'; p += strspn(p, " ")) {
        char section[TABLE_FLAG_MAX];
        size_t n = strcspn(p, " ");
        text_copy(section, n + 1 < sizeof section ? n + 1 : sizeof section, p);
        print_section(sections, section);
        p += n;
    }
    if (command->sections != NULL)
        print_general();
    print_examples(command->examples);
}

static int help_run(const struct opts *opts, int argc, char **argv)
{
    (void)opts;
    const struct command *command = argc > 0 ? command_find(argv[0]) : NULL;
    if (argc > 0 && command == NULL && argv[0][0] != '-') {
        fprintf(stderr, "moodtop help: %s: no such command\n", argv[0]);
        return EXIT_USAGE;
    }
    help_print(command);
    return EXIT_OK;
}

const struct command cmd_help = {
    .name = "help",
    .args = "[COMMAND]",
    .summary = "explain the program or a command",
    .examples = "moodtop help train\n",
    .run = help_run,
};
