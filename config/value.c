/* value: see value.h. Pure, but for $HOME. */
#include "config/value.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

/* The least of the bounds that a reader need not be told. */
#define UNBOUNDED ((double)INT_MAX)

void value_allowed(const struct table_row *row, char *out, size_t size)
{
    const char *what = row->type == TABLE_INT ? "a whole number" : "a number";
    size_t used = 0;
    switch (row->type) {
    case TABLE_BOOL:
        snprintf(out, size, "true or false");
        break;
    case TABLE_INT:
    case TABLE_REAL:
        if (row->max >= UNBOUNDED)
            snprintf(out, size, "%s %s %g", what, row->above ? "above" : "of at least", row->min);
        else if (row->above)
            snprintf(out, size, "%s above %g and at most %.9g", what, row->min, row->max);
        else
            snprintf(out, size, "%s from %g to %.9g", what, row->min, row->max);
        break;
    case TABLE_TEXT:
    case TABLE_PATH:
        snprintf(out, size, "at most %zu bytes, without control characters", row->size - 1);
        break;
    case TABLE_ENUM:
        used = (size_t)snprintf(out, size, "one of");
        for (int i = 0; row->names[i] != NULL && used < size; i++)
            used +=
                (size_t)snprintf(out + used, size - used, "%s %s", i > 0 ? "," : "", row->names[i]);
        break;
    }
}

static int expected(const struct table_row *row, struct err *err)
{
    char allowed[ERR_TEXT_MAX];
    value_allowed(row, allowed, sizeof allowed);
    return err_set(err, "expected %s", allowed);
}

static int parse_bool(const char *text, bool *out)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(text, words[i]) == 0) {
            *out = i % 2 == 1;
            return 0;
        }
    }
    return -1;
}

/* A number and nothing else, within the row's bounds; 0 or -1. strtod alone would also take hex,
 * inf and nan. */
static int parse_number(const struct table_row *row, const char *text, double *out)
{
    char *end;
    if (strspn(text, "+-.0123456789eE") != strlen(text) || *text == '\0')
        return -1;
    errno = 0;
    double x = strtod(text, &end);
    if (*end != '\0' || end == text || !isfinite(x))
        return -1;
    if (row->type == TABLE_INT && x != floor(x))
        return -1;
    *out = x == 0 ? 0 : x; /* no negative zero */
    return x > row->max || x < row->min || (row->above && x == row->min) ? -1 : 0;
}

static int parse_enum(const struct table_row *row, const char *text, int *out, struct err *err)
{
    const char *best = NULL;
    for (int i = 0; row->names[i] != NULL; i++) {
        if (strcasecmp(text, row->names[i]) == 0) {
            *out = i;
            return 0;
        }
        text_nearer(text, row->names[i], &best);
    }
    char allowed[ERR_TEXT_MAX / 2];
    value_allowed(row, allowed, sizeof allowed);
    if (best == NULL)
        return err_set(err, "expected %s", allowed);
    return err_set(err, "expected %s; did you mean %s?", allowed, best);
}

/* out may be NULL: only checks. */
static int parse_text(const struct table_row *row, const char *text, char *out, struct err *err)
{
    const char *home = getenv("HOME");
    bool at_home = row->type == TABLE_PATH && home != NULL &&
                   (strncmp(text, "~/", 2) == 0 || strcmp(text, "~") == 0);
    char whole[2 * OPTS_TEXT_MAX];
    int n = snprintf(whole, sizeof whole, "%s%s", at_home ? home : "", text + (at_home ? 1 : 0));
    if (n < 0 || (size_t)n >= sizeof whole || (size_t)n >= row->size)
        return expected(row, err);
    for (const char *p = whole; *p != '\0'; p++)
        if (iscntrl((unsigned char)*p))
            return expected(row, err);
    if (out != NULL)
        text_copy(out, row->size, whole);
    return 0;
}

int value_parse(const struct table_row *row, const char *text, struct opts *opts, struct err *err)
{
    char *field = opts != NULL ? (char *)opts + row->offset : NULL;
    bool b = false;
    double x = 0;
    int i = 0;
    switch (row->type) {
    case TABLE_BOOL:
        if (parse_bool(text, &b) != 0)
            return expected(row, err);
        if (field != NULL)
            *(bool *)field = b;
        return 0;
    case TABLE_INT:
    case TABLE_REAL:
        if (parse_number(row, text, &x) != 0)
            return expected(row, err);
        if (field != NULL && row->type == TABLE_INT)
            *(int *)(void *)field = (int)x;
        else if (field != NULL)
            *(double *)(void *)field = x;
        return 0;
    case TABLE_TEXT:
    case TABLE_PATH:
        return parse_text(row, text, field, err);
    case TABLE_ENUM:
        if (parse_enum(row, text, &i, err) != 0)
            return -1;
        if (field != NULL)
            *(int *)(void *)field = i;
        return 0;
    }
    assert(!"a type of the table");
    return -1;
}

static void format_real(double x, char *out, size_t size)
{
    for (int digits = 6; digits <= DBL_DECIMAL_DIG; digits++) {
        snprintf(out, size, "%.*g", digits, x);
        if (strtod(out, NULL) == x)
            return;
    }
}

void value_format(const struct table_row *row, const struct opts *opts, char *out)
{
    const char *field = (const char *)opts + row->offset;
    int i;
    double x;
    switch (row->type) {
    case TABLE_BOOL:
        snprintf(out, VALUE_TEXT_MAX, "%s", *(const bool *)field ? "true" : "false");
        break;
    case TABLE_INT:
        memcpy(&i, field, sizeof i);
        snprintf(out, VALUE_TEXT_MAX, "%d", i);
        break;
    case TABLE_REAL:
        memcpy(&x, field, sizeof x);
        format_real(x, out, VALUE_TEXT_MAX);
        break;
    case TABLE_TEXT:
    case TABLE_PATH:
        snprintf(out, VALUE_TEXT_MAX, "%s", field);
        break;
    case TABLE_ENUM:
        memcpy(&i, field, sizeof i);
        snprintf(out, VALUE_TEXT_MAX, "%s", row->names[i]);
        break;
    }
}
