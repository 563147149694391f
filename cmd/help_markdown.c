/* help_markdown: the tables of README.md, see help.h. Main thread. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cmd/help.h"
#include "tui/app.h"

/* A bar would end the table's cell. */
static void put_cell(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '|')
            putchar('\\');
        putchar(*text);
    }
}

static void put_commands(void)
{
    puts("| command | what it does |\n|---|---|");
    for (int i = 0; commands[i] != NULL; i++) {
        printf("| `moodtop %s%s", commands[i]->name, commands[i]->args[0] != '\0' ? " " : "");
        put_cell(commands[i]->args);
        printf("` | %s |\n", commands[i]->summary);
    }
}

static void put_key(const char *label, const char *help)
{
    fputs("| `", stdout);
    put_cell(label);
    printf("` | %s |\n", help);
}

static void put_row(const struct table_row *row)
{
    char flag[TABLE_FLAG_MAX], range[HELP_TEXT_MAX];
    table_flag(row, flag);
    help_range(row, range);
    if (row->flag_only)
        fputs("| - | `", stdout);
    else
        printf("| `%s` | `", row->key);
    if (row->letter != 0)
        printf("-%c`, `", row->letter);
    printf("--%s%s", row->type == TABLE_BOOL ? "[no-]" : "", flag);
    if (row->type != TABLE_BOOL && !row->counts)
        printf(" %s", table_metavar(row));
    printf("` | %s%s%s | ", row->def[0] != '\0' ? "`" : "", row->def,
           row->def[0] != '\0' ? "`" : "");
    put_cell(row->help);
    if (range[0] != '\0')
        printf(" (%s)", range);
    puts(" |");
}

static void put_section(const struct table_section *section)
{
    printf("\n**`[%s]`** %s", section->name, section->help);
    const char *before = ": `moodtop ";
    for (int i = 0; commands[i] != NULL; i++) {
        if (commands[i]->sections == NULL || commands[i] == &cmd_config ||
            !text_in_list(commands[i]->sections, section->name, NULL))
            continue;
        printf("%s%s`", before, commands[i]->name);
        before = ", `";
    }
    puts("\n\n| key | flag | default | meaning |\n|---|---|---|---|");
    for (int i = 0; i < table_count; i++)
        if (strcmp(table_rows[i].section, section->name) == 0)
            put_row(&table_rows[i]);
}

void help_markdown(void)
{
    put_commands();
    for (int i = 0; commands[i] != NULL; i++)
        if (commands[i]->view != NULL) {
            printf("\nKeys of `moodtop %s`:\n\n| key | what it does |\n|---|---|\n",
                   commands[i]->name);
            help_keys(commands[i]->view->keys, put_key);
        }
    puts("\nKeys of every screen:\n\n| key | what it does |\n|---|---|\n"
         "| `1` to `5` | the live screen, and the other ones |");
    help_keys(app_keys, put_key);
    for (const struct table_section *s = table_sections; s->name != NULL; s++)
        if (strcmp(s->name, "config") != 0)
            put_section(s);
}
