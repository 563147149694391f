/* csv_row: see csv_row.h. */
#include "nn/csv_row.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "nn/classes.h"

#define HEADER "emotion,pixels,Usage"

enum { FIELDS_MAX = 40 };

struct field {
    const char *p, *end;
};

/* Takes blanks around a field and one pair of quotes away. */
static struct field trim(struct field f)
{
    while (f.p < f.end && (*f.p == ' ' || *f.p == '\t'))
        f.p++;
    while (f.p < f.end && (f.end[-1] == ' ' || f.end[-1] == '\t'))
        f.end--;
    if (f.end - f.p >= 2 && *f.p == '"' && f.end[-1] == '"') {
        f.p++;
        f.end--;
    }
    return f;
}

/* Cuts a line at its commas, none of which stands inside a field; how many, FIELDS_MAX + 1 = more
 * than can be. */
static int cut(const char *line, size_t size, struct field *out)
{
    const char *end = line + size;
    for (int n = 0; n < FIELDS_MAX; n++) {
        const char *comma = memchr(line, ',', (size_t)(end - line));
        out[n] = trim((struct field){line, comma != NULL ? comma : end});
        if (comma == NULL)
            return n + 1;
        line = comma + 1;
    }
    return FIELDS_MAX + 1;
}

static bool is_word(struct field f, const char *word)
{
    size_t n = strlen(word);
    return (size_t)(f.end - f.p) == n && strncasecmp(f.p, word, n) == 0;
}

static int shown(struct field f)
{
    return f.end - f.p < 20 ? (int)(f.end - f.p) : 20;
}

int csv_columns_read(struct csv_columns *c, const char *line, size_t size, struct err *err)
{
    struct field field[FIELDS_MAX];
    *c = (struct csv_columns){cut(line, size, field), -1, -1, -1, -1, -1};
    for (int i = 0; i < c->fields && i < FIELDS_MAX; i++) {
        if (is_word(field[i], "emotion"))
            c->emotion = i;
        else if (is_word(field[i], "class"))
            c->class = i;
        else if (is_word(field[i], "pixels"))
            c->pixels = i;
        else if (is_word(field[i], "usage"))
            c->usage = i;
        else if (is_word(field[i], "image"))
            c->image = i;
    }
    bool points = c->image == DATASET_POINTS && c->fields == DATASET_POINTS + 1;
    if (c->emotion >= 0)
        c->class = -1;
    if (points ||
        ((c->emotion >= 0 || c->class >= 0) && c->pixels >= 0 && c->fields <= FIELDS_MAX)) {
        c->image = points ? c->image : -1;
        return 0;
    }
    return err_set(err, "expected the header \"" HEADER "\", got \"%.*s\"",
                   (int)(size < 40 ? size : 40), line);
}

/* "0" to "6", or one of the classes' names; -1 and err. */
static int parse_emotion(struct field f, struct err *err)
{
    char name[32];
    if (f.end - f.p == 1 && *f.p >= '0' && *f.p < '0' + DATASET_CLASSES)
        return *f.p - '0';
    if (f.end > f.p && (*f.p < '0' || *f.p > '9')) {
        snprintf(name, sizeof name, "%.*s", (int)(f.end - f.p < 31 ? f.end - f.p : 31), f.p);
        int class = classes_find(name);
        if (class >= 0)
            return class;
        return err_set(err,
                       "expected an emotion 0 to %d, got \"%.*s\"; other classes stand in a column "
                       "called class",
                       DATASET_CLASSES - 1, shown(f), f.p);
    }
    return err_set(err, "expected an emotion 0 to %d, got \"%.*s\"", DATASET_CLASSES - 1, shown(f),
                   f.p);
}

bool csv_is_name(const char *name, size_t size)
{
    if (size == 0 || size >= CSV_NAME_MAX || name[0] == '.' || name[0] == ' ' ||
        name[size - 1] == ' ')
        return false;
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == 0x7f || strchr(",\"/", name[i]) != NULL)
            return false;
    return true;
}

/* The place of the class's name, or -1 and err. */
static int parse_class(struct field f, struct csv_names *names, struct err *err)
{
    size_t size = (size_t)(f.end - f.p);
    if (!csv_is_name(f.p, size))
        return err_set(err, "expected the name of a class, got \"%.*s\"", shown(f), f.p);
    for (int i = 0; i < names->n; i++)
        if (strlen(names->name[i]) == size && memcmp(names->name[i], f.p, size) == 0)
            return i;
    if (names->n == DATASET_CLASSES_MAX)
        return err_set(err, "expected at most %d classes, got another, \"%.*s\"",
                       DATASET_CLASSES_MAX, shown(f), f.p);
    memcpy(names->name[names->n], f.p, size);
    names->name[names->n][size] = '\0';
    return names->n++;
}

static int parse_usage(struct field f, struct err *err)
{
    for (int s = 0; s < SPLITS; s++)
        if (is_word(f, split_name((enum split)s)))
            return s;
    return err_set(err, "expected Usage Training, PublicTest or PrivateTest, got \"%.*s\"",
                   shown(f), f.p);
}

int csv_row_face(const struct csv_columns *c, struct csv_names *names, const char *line,
                 size_t size, uint8_t *label, uint8_t *split, uint8_t *pixels, struct err *err)
{
    struct field field[FIELDS_MAX];
    int n = cut(line, size, field);
    if (n < c->fields)
        return err_set(err, "expected %s, got fewer than %s fields",
                       c->fields == 3 ? HEADER : "the header's fields",
                       c->fields == 3 ? "three" : "those");
    if (n > c->fields)
        return err_set(err, "expected %d fields, got more", c->fields);
    int emotion = c->class >= 0 ? parse_class(field[c->class], names, err)
                                : parse_emotion(field[c->emotion], err);
    int usage = c->usage >= 0 ? parse_usage(field[c->usage], err) : SPLIT_TRAINING;
    if (emotion < 0 || usage < 0)
        return -1;
    *label = (uint8_t)emotion;
    *split = (uint8_t)usage;
    struct field f = field[c->pixels];
    return csv_pixels_fast(f.p, f.end, DATASET_PIXELS, pixels)
               ? 0
               : csv_pixels_slow(f.p, f.end, DATASET_PIXELS, pixels, err);
}

/* A coordinate; empty is unknown. */
static int parse_point(struct field f, int i, float *out, struct err *err)
{
    char text[32], *end;
    *out = NAN;
    if (f.p == f.end)
        return 0;
    if ((size_t)(f.end - f.p) < sizeof text) {
        memcpy(text, f.p, (size_t)(f.end - f.p));
        text[f.end - f.p] = '\0';
        *out = strtof(text, &end);
        if (*end == '\0' && *out >= -96.0f && *out <= 192.0f)
            return 0;
    }
    return err_set(err, "expected a coordinate in a picture of 96x96, got \"%.*s\" in column %d",
                   shown(f), f.p, i + 1);
}

int csv_row_points(const struct csv_columns *c, const char *line, size_t size, float *points,
                   uint8_t *wide, struct err *err)
{
    struct field field[FIELDS_MAX];
    int n = cut(line, size, field);
    if (n != c->fields)
        return err_set(err, "expected %d fields, got %s", c->fields,
                       n < c->fields ? "fewer" : "more");
    for (int i = 0; i < DATASET_POINTS; i++)
        if (parse_point(field[i], i, points + i, err) != 0)
            return -1;
    struct field f = field[c->image];
    return csv_pixels_fast(f.p, f.end, DATASET_WIDE, wide)
               ? 0
               : csv_pixels_slow(f.p, f.end, DATASET_WIDE, wide, err);
}
