/* run_line: see run_line.h. */
#include "nn/run_line.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Behind the closing quote of the string that starts at p, or NULL. */
static const char *skip_string(const char *p)
{
    for (p++; *p != '"'; p++) {
        if (*p == '\\')
            p++;
        if (*p == '\0')
            return NULL;
    }
    return p + 1;
}

/* Reads a number into out; behind it, or NULL. Nine digits or fewer without exponent, which is
 * nearly all of them, take the short way: the quotient of two exact doubles is the nearest. */
static const char *read_number(const char *p, double *out)
{
    static const double power[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    const char *q = p + (*p == '-'), *start = q;
    long whole = 0;
    int digits = 0, behind = 0;
    for (bool point = false; (*q >= '0' && *q <= '9') || (*q == '.' && !point); q++) {
        if (*q == '.') {
            point = true;
            continue;
        }
        whole = digits < 10 ? whole * 10 + (*q - '0') : whole;
        digits++;
        behind += point;
    }
    if (q == start || digits == 0)
        return NULL;
    if (digits < 10 && *q != 'e' && *q != 'E') {
        double value = (double)whole / power[behind];
        *out = *p == '-' ? -value : value;
        return q;
    }
    char *end;
    double value = strtod(p, &end);
    *out = isfinite(value) ? value : NAN;
    return end;
}

/* Reads or passes over a list of numbers or of such lists; behind it, or NULL. */
static const char *read_list(const char *p, const struct run_line_key *key)
{
    int depth = 0, n = 0;
    double value;
    do {
        if (*p == '[') {
            depth++;
            p++;
        } else if (*p == ']') {
            depth--;
            p++;
        } else if (*p == ',') {
            p++;
        } else {
            p = read_number(p, &value);
            if (p == NULL)
                return NULL;
            if (key != NULL && n < key->count)
                key->out[n++] = value;
        }
    } while (depth > 0);
    return p;
}

static const char *read_value(const char *p, const struct run_line_key *key)
{
    double value;
    switch (*p) {
    case '"':
        return skip_string(p);
    case '[':
        return read_list(p, key);
    case 'n':
        return strncmp(p, "null", 4) == 0 ? p + 4 : NULL;
    default:
        return read_number(p, key != NULL ? key->out : &value);
    }
}

bool run_line_read(const char *line, const struct run_line_key *keys, int n)
{
    const char *p = line;
    int guess = 0; /* keys mostly come in the order of the table */
    do {
        const char *name = ++p, *end = *name == '"' ? skip_string(name) : NULL;
        if (end == NULL || *end != ':')
            return false;
        const struct run_line_key *key = NULL;
        size_t length = (size_t)(end - name) - 2;
        for (int i = 0; i < n && key == NULL; i++) {
            const struct run_line_key *k = &keys[(guess + i) % n];
            if (strncmp(k->name, name + 1, length) == 0 && k->name[length] == '\0') {
                key = k;
                guess = (int)(k - keys) + 1;
            }
        }
        p = read_value(end + 1, key);
    } while (p != NULL && *p == ',');
    return p != NULL && *p == '}';
}
