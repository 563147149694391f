/* config: prints the effective options and where each came from. Main thread. */
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

static int config_run(const struct opts *opts, int argc, char **argv)
{
    char text[VALUE_TEXT_MAX];
    if (argc == 0) {
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
    .sections = "config source detect model live ui predict train eval",
    .examples = "moodtop config\n"
                "moodtop config > ~/.config/moodtop/config\n"
                "moodtop config detect.scale_factor\n",
    .run = config_run,
};
