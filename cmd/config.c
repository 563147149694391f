/* config: prints the effective options and where each came from. Main thread. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "config/value.h"

/* The row of "section.key", or NULL with the error printed. */
static const struct table_row *find_option(const char *name)
{
    char section[64];
    const char *dot = strchr(name, '.');
    size_t length = dot != NULL ? (size_t)(dot - name) : 0;
    if (length > 0 && length < sizeof section) {
        memcpy(section, name, length);
        section[length] = '\0';
        const struct table_row *row = table_find(section, dot + 1);
        if (row != NULL)
            return row;
        const char *nearest = table_nearest_key(section, dot + 1);
        if (nearest != NULL) {
            fprintf(stderr, "moodtop config: %s: no such option; did you mean %s.%s?\n", name,
                    section, nearest);
            return NULL;
        }
    }
    fprintf(stderr, "moodtop config: %s: no such option; expected SECTION.KEY\n", name);
    return NULL;
}

static json_t *json_value(const struct table_row *row, const struct opts *opts)
{
    char text[VALUE_TEXT_MAX];
    value_format(row, opts, text);
    switch (row->type) {
    case TABLE_BOOL:
        return json_boolean(strcmp(text, "true") == 0);
    case TABLE_INT:
        return json_integer(atoi(text));
    case TABLE_REAL:
        return json_real(strtod(text, NULL));
    case TABLE_TEXT:
    case TABLE_PATH:
    case TABLE_ENUM:
        break;
    }
    json_t *string = json_string(text);
    return string != NULL ? string : json_null(); /* not UTF-8 */
}

/* {"detect": {"scale_factor": {"value": 1.1, "from": "default"}, ...}, ...} */
static void print_json(const struct config *c)
{
    json_t *all = json_object();
    for (int i = 0; i < table_count; i++) {
        const struct table_row *row = &table_rows[i];
        if (row->flag_only)
            continue;
        json_t *section = json_object_get(all, row->section);
        if (section == NULL) {
            section = json_object();
            json_object_set_new(all, row->section, section);
        }
        json_t *option = json_object();
        json_object_set_new(option, "value", json_value(row, &c->opts));
        json_object_set_new(option, "from", json_string(c->origin[i]));
        json_object_set_new(section, row->key, option);
    }
    json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    putchar('\n');
    json_decref(all);
}

static int config_run(const struct opts *opts, int argc, char **argv)
{
    char text[VALUE_TEXT_MAX];
    if (argc == 0 && opts->config.json) {
        print_json(command_config());
    } else if (argc == 0) {
        char *ini = config_to_ini(command_config());
        fputs(ini, stdout);
        free(ini);
    }
    for (int i = 0; i < argc; i++) {
        const struct table_row *row = find_option(argv[i]);
        if (row == NULL)
            return EXIT_USAGE;
        value_format(row, opts, text);
        puts(text);
    }
    return EXIT_OK;
}

const struct command cmd_config = {
    .name = "config",
    .args = "[SECTION.KEY...]",
    .summary = "print the options that hold, and where each came from",
    .sections = "config source detect model live ui predict report replay data train launch runs "
                "eval stats doctor browse bench",
    .examples = "moodtop config\n"
                "moodtop config > ~/.config/moodtop/config\n"
                "moodtop config --json\n"
                "moodtop config detect.scale_factor\n",
    .run = config_run,
};
