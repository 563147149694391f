/* help: see help.h; and the command "help" itself. Main thread. */
#include "cmd/help.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "config/flags.h"
#include "config/value.h"
#include "tui/app.h"

#define COLUMNS 80
#define TEXT_AT 26 /* column of the explanations */

void help_range(const struct table_row *row, char *out)
{
    char allowed[HELP_TEXT_MAX / 2] = "";
    if (row->type == TABLE_INT || row->type == TABLE_REAL || row->type == TABLE_ENUM)
        value_allowed(row, allowed, sizeof allowed);
    snprintf(out, HELP_TEXT_MAX, "%s%s%s", allowed, row->unit != NULL ? ", in " : "",
             row->unit != NULL ? row->unit : "");
}

bool help_next_section(const char **sections, char *out)
{
    *sections += strspn(*sections, " ");
    size_t n = strcspn(*sections, " ");
    text_copy(out, n + 1 < TABLE_FLAG_MAX ? n + 1 : TABLE_FLAG_MAX, *sections);
    *sections += n;
    return n > 0;
}

void help_keys(const struct view_key *keys, void (*put)(const char *label, const char *help))
{
    for (const struct view_key *k = keys; k->act != NULL; k++)
        if (k->label != NULL && k->help != NULL)
            put(k->label, k->help);
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
        snprintf(text, sizeof text, "%s (%s%sdefault %s)", row->help, range,
                 range[0] != '\0' ? "; " : "", row->def[0] != '\0' ? row->def : "empty");
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

static void print_key(const char *label, const char *help)
{
    print_wrapped(help, printf("  %s", label), TEXT_AT);
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
         "moodtop: " HELP_ABOUT ".\n\nCommands");
    for (int i = 0; commands[i] != NULL; i++)
        print_wrapped(commands[i]->summary, printf("  %s", commands[i]->name), 12);
    print_general();
    puts("\n\"moodtop COMMAND --help\" lists a command's options. Each may also stand in an\n"
         "ini file (/etc/moodtop.ini, ~/.config/moodtop/config: [detect], scale_factor = 1.2)\n"
         "or in the environment (MOODTOP_DETECT_SCALE_FACTOR=1.2); flags win over the\n"
         "environment, the environment over files. \"moodtop config\" shows what holds.");
}

void help_print(const struct command *command)
{
    if (command == NULL) {
        print_program();
        return;
    }
    const char *sections = command->sections != NULL ? command->sections : "";
    char section[TABLE_FLAG_MAX];
    printf("Usage: moodtop %s%s%s%s\n\n", command->name,
           command->sections != NULL ? " [OPTIONS]" : "", command->args[0] != '\0' ? " " : "",
           command->args);
    print_wrapped(command->summary, 0, 0);
    for (const char *p = sections; help_next_section(&p, section);)
        print_section(sections, section);
    if (command->sections != NULL)
        print_general();
    if (command->view != NULL) {
        puts("\nKeys");
        help_keys(command->view->keys, print_key);
        help_keys(app_keys, print_key);
    }
    print_examples(command->examples);
}

static int refuse(const char *word, const char *why)
{
    const char *best = NULL;
    for (int i = 0; commands[i] != NULL; i++)
        text_nearer(word, commands[i]->name, &best);
    fprintf(stderr, "moodtop help: %s: %s%s%s%s\n", word, why,
            best != NULL ? "; did you mean " : "", best != NULL ? best : "",
            best != NULL ? "?" : "");
    return EXIT_USAGE;
}

static int help_run(const struct opts *opts, int argc, char **argv)
{
    (void)opts;
    const char *what = argc > 0 ? argv[0] : "";
    bool completion = strcmp(what, "--completion") == 0;
    if (argc > (completion ? 2 : 1))
        return refuse(argv[argc - 1], "one argument too many");
    if (what[0] == '\0')
        help_print(NULL);
    else if (strcmp(what, "--man") == 0)
        help_man();
    else if (strcmp(what, "--markdown") == 0)
        help_markdown();
    else if (completion && argc == 2 && strcmp(argv[1], "bash") == 0)
        help_completion();
    else if (completion)
        return refuse(argc == 2 ? argv[1] : what, "expected --completion bash");
    else if (strcmp(what, "--help") == 0 || strcmp(what, "-h") == 0)
        help_print(&cmd_help);
    else if (command_find(what) != NULL)
        help_print(command_find(what));
    else
        return refuse(what, "no such command");
    return EXIT_OK;
}

const struct command cmd_help = {
    .name = "help",
    .args = "[COMMAND | --man | --markdown | --completion bash]",
    .summary = "explain the program or a command; or print the manual page, the tables of the "
               "README, the completion script",
    .examples = "moodtop help train\n"
                "moodtop help --man | man -l -\n"
                "source <(moodtop help --completion bash)\n",
    .run = help_run,
};
