/*
 * value: one option's value, from text and to text. The same check serves ini files, environment,
 * flags and forms on a screen. Any thread.
 */
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include <stddef.h>

#include "base/err.h"
#include "config/opts.h"
#include "config/table.h"

#define VALUE_TEXT_MAX (OPTS_TEXT_MAX + 32)

/*
 * Checks the text and, with opts not NULL, puts it into its field. 0, or -1 with err "expected a
 * number above 1 and at most 2"; the caller says before it which option and text that was. The
 * decimal sign is a point; "~/" at the start of a path becomes $HOME.
 */
int value_parse(const struct table_row *row, const char *text, struct opts *opts, struct err *err);

/* Writes the field as value_parse reads it, with as few digits as give the same number; out has
 * VALUE_TEXT_MAX bytes. */
void value_format(const struct table_row *row, const struct opts *opts, char *out);

/* "a number above 1 and at most 2", "true or false", "one of adam, sgd". */
void value_allowed(const struct table_row *row, char *out, size_t size);

#endif
