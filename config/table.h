/*
 * table: every option of the program, one row each. Defaults, ini files, environment, flags,
 * --help, man page, shell completion and the README's table are all made from these rows.
 *
 * A new option is a field in opts.h and a row in table.c; then "make readme". Constant data: any
 * thread.
 */
#ifndef CONFIG_TABLE_H
#define CONFIG_TABLE_H

#include <stdbool.h>
#include <stddef.h>

enum table_type { TABLE_BOOL, TABLE_INT, TABLE_REAL, TABLE_TEXT, TABLE_PATH, TABLE_ENUM };

struct table_row {
    const char *section, *key; /* [detect] scale_factor; MOODTOP_DETECT_SCALE_FACTOR */
    enum table_type type;
    size_t offset, size;      /* of the field in struct opts */
    const char *def;          /* the default, written as in an ini file */
    double min, max;          /* of TABLE_INT and TABLE_REAL; DBL_MAX or INT_MAX = no upper bound */
    bool above;               /* min itself is not allowed */
    const char *const *names; /* of TABLE_ENUM, NULL at the end, in the order of the C enum */
    const char *unit;         /* "pixels", or NULL */
    const char *flag;         /* name on the command line where it is not the key: "model" */
    char letter;              /* short flag, or 0 */
    bool counts;              /* a TABLE_INT whose flag takes no value: each -v adds one */
    bool joins;               /* given several times, the values are one, with commas between */
    bool flag_only;           /* exists on the command line alone, not in files or environment */
    const char *metavar;      /* "FILE" in --help; NULL = by the type */
    const char *help;         /* one sentence, without full stop, range and default */
};

extern const struct table_row table_rows[];
extern const int table_count;

struct table_section {
    const char *name, *help;
};

/* In the order in which they are shown; ends with a row whose name is NULL. */
extern const struct table_section table_sections[];

/* The section, or NULL. */
const struct table_section *table_section(const char *name);

/* The option, or NULL. */
const struct table_row *table_find(const char *section, const char *key);

/* The section whose name looks most like this one, or NULL. */
const char *table_nearest_section(const char *name);

/* The key whose name looks most like this one, in that section only; or NULL. */
const char *table_nearest_key(const char *section, const char *key);

/* The name of its flag without dashes, "scale-factor"; out has at least TABLE_FLAG_MAX bytes. */
#define TABLE_FLAG_MAX 64
void table_flag(const struct table_row *row, char *out);

/* "detect-scale-factor", which is no other option's; out as above. */
void table_long_flag(const struct table_row *row, char *out);

/* The name of its environment variable; out has at least TABLE_FLAG_MAX bytes. */
void table_variable(const struct table_row *row, char *out);

/* "FILE", "N", "NAME"; never NULL. */
const char *table_metavar(const struct table_row *row);

#endif
