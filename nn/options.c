/* options: see options.h. */
#include "nn/options.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

void opt_fail(struct options *o, const char *name, const char *fmt, ...)
{
    if (o->failed)
        return;
    char text[ERR_TEXT_MAX - 128];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    err_set(o->err, "layer \"%s\" (%s): option \"%.40s\" %s", o->layer, o->kind, name, text);
    o->failed = true;
}

const json_t *opt_json(struct options *o, const char *name)
{
    assert(o->known < OPTIONS_MAX);
    o->name[o->known++] = name;
    const json_t *v = json_object_get(o->config, name);
    return o->failed || json_is_null(v) ? NULL : v;
}

/* How a value looks in a sentence: as JSON, shortened. */
static void show(const json_t *v, char *text, size_t size)
{
    char *s = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
    snprintf(text, size, "%.60s", s != NULL ? s : "?");
    free(s);
}

static void wrong(struct options *o, const char *name, const json_t *v, const char *want)
{
    char got[64];
    show(v, got, sizeof got);
    opt_fail(o, name, "is %s; supported: %s", got, want);
}

static bool as_int(const json_t *v, int lo, int hi, int *out)
{
    double d = json_number_value(v);
    if (!json_is_number(v) || d != floor(d) || d < lo || d > hi)
        return false;
    *out = (int)d;
    return true;
}

int opt_int(struct options *o, const char *name, int fallback, int lo, int hi)
{
    const json_t *v = opt_json(o, name);
    int n = fallback;
    if (v != NULL && !as_int(v, lo, hi, &n)) {
        char want[64];
        snprintf(want, sizeof want, "a whole number from %d to %d", lo, hi);
        wrong(o, name, v, want);
    }
    return n;
}

float opt_float(struct options *o, const char *name, float fallback)
{
    const json_t *v = opt_json(o, name);
    if (v == NULL)
        return fallback;
    if (!json_is_number(v) || !isfinite((float)json_number_value(v)))
        wrong(o, name, v, "a number");
    return (float)json_number_value(v);
}

bool opt_bool(struct options *o, const char *name, bool fallback)
{
    const json_t *v = opt_json(o, name);
    int n = fallback;
    if (v == NULL)
        return fallback;
    if (json_is_boolean(v))
        return json_is_true(v);
    if (!as_int(v, 0, 1, &n))
        wrong(o, name, v, "true or false");
    return n;
}

void opt_pair(struct options *o, const char *name, const int *fallback, int hi, int *pair)
{
    const json_t *v = opt_json(o, name);
    memcpy(pair, fallback, 2 * sizeof *pair);
    if (v == NULL)
        return;
    bool ok = json_is_array(v)
                  ? json_array_size(v) == 2 && as_int(json_array_get(v, 0), 1, hi, &pair[0]) &&
                        as_int(json_array_get(v, 1), 1, hi, &pair[1])
                  : as_int(v, 1, hi, &pair[0]) && as_int(v, 1, hi, &pair[1]);
    if (!ok) {
        char want[64];
        snprintf(want, sizeof want, "one or two whole numbers from 1 to %d", hi);
        wrong(o, name, v, want);
    }
}

int opt_word(struct options *o, const char *name, const char *const *words, int fallback)
{
    const json_t *v = opt_json(o, name);
    if (v == NULL)
        return fallback;
    char list[128] = "";
    for (int i = 0; words[i] != NULL; i++) {
        if (json_is_string(v) && strcmp(json_string_value(v), words[i]) == 0)
            return i;
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s\"%s\"", i > 0 ? ", " : "", words[i]);
    }
    wrong(o, name, v, list);
    return fallback;
}

void opt_only(struct options *o, const char *name, int value)
{
    const json_t *v = opt_json(o, name);
    int got;
    bool ok = v == NULL || (json_is_boolean(v) && json_is_true(v) == (value != 0)) ||
              as_int(v, value, value, &got);
    if (json_is_array(v)) {
        ok = true;
        for (size_t i = 0; i < json_array_size(v); i++)
            ok = ok && as_int(json_array_get(v, i), value, value, &got);
    }
    if (!ok) {
        char want[32];
        snprintf(want, sizeof want, "%d", value);
        wrong(o, name, v, want);
    }
}

void opt_ignore(struct options *o, const char *const *names)
{
    for (int i = 0; names[i] != NULL; i++)
        opt_json(o, names[i]);
}

void opt_warn(struct options *o, const char *const *names)
{
    for (int i = 0; names[i] != NULL; i++)
        if (opt_json(o, names[i]) != NULL)
            log_write(LOG_WARN, "layer \"%s\" (%s): option \"%s\" is not applied in training",
                      o->layer, o->kind, names[i]);
}

void opt_begin(struct options *o, struct layer *l, const json_t *config, struct err *err)
{
    static const char *const anywhere[] = {"name",        "dtype",       "batch_input_shape",
                                           "batch_shape", "input_shape", NULL};
    *o = (struct options){.layer = l->name, .kind = l->ops->name, .config = config, .err = err};
    opt_ignore(o, anywhere);
    l->frozen = !opt_bool(o, "trainable", true);
    o->common = o->known;
    if (l->ops->activates)
        opt_json(o, "activation"); /* the reader of the graph sees to it */
}

static bool is_known(const struct options *o, const char *key)
{
    for (int i = 0; i < o->known; i++)
        if (strcmp(key, o->name[i]) == 0)
            return true;
    return false;
}

int opt_end(struct options *o)
{
    const char *key;
    json_t *value;
    char list[ERR_TEXT_MAX - 160] = "none but name and dtype";
    for (int i = o->common; i < o->known; i++) {
        size_t used = i > o->common ? strlen(list) : 0;
        snprintf(list + used, sizeof list - used, "%s%s", used > 0 ? ", " : "", o->name[i]);
    }
    json_object_foreach((json_t *)o->config, key, value)
    {
        if (!is_known(o, key))
            opt_fail(o, key, "is not known; supported: %s", list);
    }
    return o->failed ? -1 : 0;
}
