/*
 * config: the effective value of every option and where it came from. Each of these overrides the
 * ones before it:
 *
 *   defaults, /etc/moodtop.ini, $XDG_CONFIG_HOME/moodtop/config, --config FILE,
 *   environment MOODTOP_SECTION_KEY, flags
 *
 * Main thread, at start; read-only from then on.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "base/err.h"
#include "config/opts.h"
#include "config/table.h"

#define CONFIG_SYSTEM_FILE "/etc/moodtop.ini"

struct config {
    struct opts opts;
    char **origin; /* (table_count) "default", "/etc/moodtop.ini:3", "environment MOODTOP_UI_FPS" */
};

/* Fills in the defaults; the caller ends it with config_free. */
void config_init(struct config *c);

/* Reads the files and the environment; file is that of --config, or NULL. A file of the system or
 * the user may be absent, that of --config not. 0 or -1. */
int config_load(struct config *c, const char *file, struct err *err);

/* Reads one ini file; err names file, line, section, key, what is allowed and the nearest name. */
int config_read_file(struct config *c, const char *path, struct err *err);

/* Reads the MOODTOP_ variables of a NULL-ended environment. A name that belongs to a section but
 * to none of its keys is an error; other MOODTOP_ names are not ours to judge. */
int config_read_environment(struct config *c, char *const *environment, struct err *err);

/* Sets one option from a flag: origin is "--fps"; err begins with it. */
int config_set(struct config *c, const struct table_row *row, const char *text, const char *origin,
               struct err *err);

/* All options as an ini file that config_read_file reads back, each with where it came from; the
 * caller frees it. */
char *config_to_ini(const struct config *c);

/* Frees what config_init made. */
void config_free(struct config *c);

#endif
