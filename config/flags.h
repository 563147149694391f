/*
 * flags: the command line of one subcommand, read with getopt_long by the option table.
 *
 * A command lists its sections; where two of them share a flag, the one listed first has it
 * ("--data") and the other's is "--SECTION-KEY" ("--eval-data"), which every option may be called
 * by too. The section "general" belongs to all. Main thread.
 */
#ifndef CONFIG_FLAGS_H
#define CONFIG_FLAGS_H

#include <stdbool.h>

#include "base/err.h"
#include "config/config.h"
#include "config/table.h"

struct flag_value {
    const struct table_row *row;
    const char *text;
    char spelled[TABLE_FLAG_MAX + 8]; /* "--fps", as it was meant */
};

struct flags {
    struct flag_value *value;
    int count;
    const char *config; /* of --config, or NULL */
    bool help, version;
    int first; /* argv[first] is the first argument that is no option */
};

/* Whether the command with these sections takes the option; if so, writes "--fps" to out
 * (TABLE_FLAG_MAX + 8 bytes). */
bool flags_spell(const char *sections, const struct table_row *row, char *out);

/* Whether the option's short flag is this command's. */
bool flags_letter(const char *sections, const struct table_row *row);

/*
 * Reads argv[1..]; moves the arguments that are no options to its end, where they keep their order.
 * With leading true it stops at the first one instead. Values are not judged here. 0, or -1 with
 * "--max-face: no such option; did you mean --max-faces?". f points into argv; end it with
 * flags_free, also after -1.
 */
int flags_parse(struct flags *f, const char *sections, bool leading, int argc, char **argv,
                struct err *err);

/* Puts the values into c; 0, or -1 with "--fps 0: expected ...". */
int flags_apply(const struct flags *f, struct config *c, struct err *err);

void flags_free(struct flags *f);

#endif
