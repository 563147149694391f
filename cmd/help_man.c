/* help_man: the manual page, see help.h. Main thread. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cmd/help.h"
#include "config/flags.h"
#include "tui/app.h"

/* Prints text so that roff shows it as it is: "-" stays a dash that can be copied, a dot at the
 * start of a line is no request. */
static void put_roff(const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        bool starts = p == text || p[-1] == '\n';
        if (starts && (*p == '.' || *p == '\''))
            fputs("\\&", stdout);
        if (*p == '-')
            fputs("\\-", stdout);
        else if (*p == '\\')
            fputs("\\e", stdout);
        else if (*p == '~')
            fputs("\\(ti", stdout);
        else if (*p == '^')
            fputs("\\(ha", stdout);
        else
            putchar(*p);
    }
}

/* The same with a capital letter first. */
static void put_sentence(const char *text)
{
    putchar(toupper((unsigned char)*text));
    if (*text != '\0')
        put_roff(text + 1);
    puts(".");
}

static void put_line(const char *text)
{
    put_roff(text);
    putchar('\n');
}

static void put_bold(const char *text)
{
    fputs("\\fB", stdout);
    put_roff(text);
    fputs("\\fR", stdout);
}

static void put_item(const char *term, const char *text)
{
    puts(".TP");
    put_bold(term);
    putchar('\n');
    put_line(text);
}

static void put_option(const struct table_row *row)
{
    char flag[TABLE_FLAG_MAX], line[HELP_TEXT_MAX + 64], range[HELP_TEXT_MAX];
    table_flag(row, flag);
    puts(".TP");
    if (row->letter != 0) {
        snprintf(line, sizeof line, "-%c", row->letter);
        put_bold(line);
        fputs(", ", stdout);
    }
    snprintf(line, sizeof line, "--%s%s", row->type == TABLE_BOOL ? "[no-]" : "", flag);
    put_bold(line);
    if (row->type != TABLE_BOOL && !row->counts)
        printf(" \\fI%s\\fR", table_metavar(row));
    putchar('\n');
    put_sentence(row->help);
    if (row->flag_only)
        return;
    help_range(row, range);
    if (range[0] != '\0')
        put_sentence(range);
    snprintf(line, sizeof line, "Key %s, default %s.", row->key,
             row->def[0] != '\0' ? row->def : "empty");
    put_line(line);
}

static void put_section(const struct table_section *section)
{
    char line[HELP_TEXT_MAX];
    snprintf(line, sizeof line, "[%s] %s", section->name, section->help);
    fputs(".SS \"", stdout);
    put_roff(line);
    puts("\"");
    for (int i = 0; i < table_count; i++)
        if (strcmp(table_rows[i].section, section->name) == 0)
            put_option(&table_rows[i]);
}

static void put_command(const struct command *command)
{
    puts(".TP");
    put_bold("moodtop ");
    put_bold(command->name);
    putchar(' ');
    if (command->sections != NULL)
        fputs("[\\fIOPTIONS\\fR] ", stdout);
    put_line(command->args);
    put_sentence(command->summary);
    if (command->sections != NULL && command->sections[0] != '\0') {
        fputs("Sections of its options:", stdout);
        char section[TABLE_FLAG_MAX];
        for (const char *p = command->sections; help_next_section(&p, section);)
            printf(" [%s]", section);
        puts(" [general].");
    }
}

static void put_texts(void)
{
    puts(".SH CONFIGURATION");
    put_line("Every option may be given in an ini file as \"key = value\" below its [section],\n"
             "in the environment as MOODTOP_SECTION_KEY, or as a flag.\n"
             "Where two sections of a command share a flag, the one that the command lists first\n"
             "has it; every option may be called by --SECTION-KEY as well.\n"
             "Flags win over the environment, the environment over the file of --config, that\n"
             "over the user's file, that over the system's.\n"
             "\"moodtop config\" prints what holds and where each value came from.");
    puts(".SH FILES");
    put_item(CONFIG_SYSTEM_FILE, "The system's options.");
    put_item("$XDG_CONFIG_HOME/moodtop/config", "The user's options; without that variable,\n"
                                                "~/.config/moodtop/config.");
    puts(".SH ENVIRONMENT");
    put_item("MOODTOP_SECTION_KEY", "An option, for instance MOODTOP_DETECT_SCALE_FACTOR=1.2.");
    put_item("MOODTOP_MODELS", "Folder of the model directories, before any other place.");
    put_item("NO_COLOR", "Not empty: no colours.");
    puts(".SH EXIT STATUS");
    put_item("0", "Done.");
    put_item("1", "Failed; the reason stands on standard error.");
    put_item("2", "The command line, an option file or the environment is wrong.");
}

static void put_examples(void)
{
    puts(".SH EXAMPLES\n.nf");
    for (int i = 0; commands[i] != NULL; i++)
        put_roff(commands[i]->examples);
    puts(".fi");
}

void help_man(void)
{
    puts(".TH MOODTOP 1 \"\" \"moodtop " MOODTOP_VERSION "\" \"User Commands\"\n"
         ".SH NAME\nmoodtop \\- " HELP_ABOUT "\n"
         ".SH SYNOPSIS\n"
         ".B moodtop\n[\\fBlive\\fR] [\\fIOPTIONS\\fR] [\\fISOURCE\\fR]\n.br\n"
         ".B moodtop\n\\fICOMMAND\\fR [\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]\n"
         ".SH COMMANDS");
    for (int i = 0; commands[i] != NULL; i++)
        put_command(commands[i]);
    puts(".SH OPTIONS");
    for (const struct table_section *s = table_sections; s->name != NULL; s++)
        put_section(s);
    put_item("--config FILE", "Read this ini file too, after the system's and the user's own.");
    put_item("-h, --help", "Show the help of the command.");
    put_item("-V, --version", "Show the version.");
    puts(".SH KEYS");
    for (int i = 0; commands[i] != NULL; i++)
        if (commands[i]->view != NULL) {
            printf(".SS \"moodtop %s\"\n", commands[i]->name);
            help_keys(commands[i]->view->keys, put_item);
        }
    puts(".SS \"every screen\"");
    help_keys(app_keys, put_item);
    put_texts();
    put_examples();
}
