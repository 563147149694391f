/* runopts: see runopts.h. */
#include "nn/runopts.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

enum kind { TEXT, NUMBER_INT, NUMBER_REAL, SWITCH, CHOICE };

struct field {
    const char *name;
    enum kind kind;
    size_t at, size;
    const char *const *names; /* of CHOICE, in the order of the C enum, NULL at the end */
};

/* Words as in config/table.c; a test holds them against each other. */
static const char *const optimizers[] = {"adam", "sgd", "adamw", NULL};
static const char *const schedules[] = {"cosine", "constant", "step", "plateau", NULL};
static const char *const measures[] = {"accuracy", "macro-f1", NULL};
static const char *const vote_targets[] = {"votes", "label", NULL};
static const char *const doubtfuls[] = {"label", "drop", NULL};
static const char *const samplers[] = {"shuffle", "balanced", NULL};
static const char *const class_weights[] = {"none", "balanced", NULL};

/* clang-format off */
#define OPTION(name, kind, words)                                                                  \
    {#name, kind, offsetof(struct train_opts, name), sizeof(((struct train_opts *)0)->name), words}
#define FIELD(name, kind) OPTION(name, kind, NULL)
#define CHOICE(name, words) OPTION(name, CHOICE, words)
/* clang-format on */

static const struct field fields[] = {
    FIELD(data, TEXT),
    FIELD(from.strict, SWITCH),
    FIELD(from.val, NUMBER_REAL),
    FIELD(from.val_seed, NUMBER_INT),
    FIELD(from.crop_faces, SWITCH),
    FIELD(model, TEXT),
    FIELD(out, TEXT),
    FIELD(name, TEXT),
    FIELD(epochs, NUMBER_INT),
    FIELD(batch, NUMBER_INT),
    FIELD(seed, NUMBER_INT),
    FIELD(threads, NUMBER_INT),
    FIELD(limit, NUMBER_INT),
    CHOICE(optimizer, optimizers),
    FIELD(lr, NUMBER_REAL),
    FIELD(momentum, NUMBER_REAL),
    FIELD(weight_decay, NUMBER_REAL),
    FIELD(nesterov, SWITCH),
    FIELD(clip_norm, NUMBER_REAL),
    CHOICE(schedule, schedules),
    FIELD(lr_every, NUMBER_INT),
    FIELD(lr_factor, NUMBER_REAL),
    CHOICE(measure, measures),
    FIELD(patience, NUMBER_INT),
    FIELD(warmup_epochs, NUMBER_REAL),
    FIELD(label_smoothing, NUMBER_REAL),
    FIELD(ferplus, TEXT),
    FIELD(ferplus_weight, NUMBER_REAL),
    CHOICE(ferplus_target, vote_targets),
    CHOICE(ferplus_doubtful, doubtfuls),
    CHOICE(class_weight, class_weights),
    CHOICE(sampler, samplers),
    FIELD(weights, TEXT),
    FIELD(teacher, TEXT),
    FIELD(teacher_weight, NUMBER_REAL),
    FIELD(teacher_temperature, NUMBER_REAL),
    FIELD(mixup, NUMBER_REAL),
    FIELD(ema, NUMBER_REAL),
    FIELD(flip, SWITCH),
    FIELD(crop, NUMBER_INT),
    FIELD(shift, NUMBER_REAL),
    FIELD(rotate, NUMBER_REAL),
    FIELD(zoom, NUMBER_REAL),
    FIELD(brightness, NUMBER_REAL),
    FIELD(contrast, NUMBER_REAL),
    FIELD(erasing, NUMBER_REAL),
    FIELD(half, SWITCH),
    FIELD(tensorboard, SWITCH),
};

static_assert(sizeof(enum train_optimizer) == sizeof(int), "choices are read as int");

static json_t *field_value(const struct field *f, const void *at)
{
    switch (f->kind) {
    case TEXT:
        return json_string(at);
    case NUMBER_INT:
    case CHOICE: /* an enum is an int in size and value, which the assertion below holds */
        return json_integer(*(const int *)at);
    case NUMBER_REAL:
        return json_real(*(const double *)at);
    case SWITCH:
        return json_boolean(*(const bool *)at);
    }
    return NULL;
}

json_t *runopts_to_json(const struct train_opts *opts)
{
    json_t *object = json_object();
    for (size_t i = 0; i < MEM_COUNT(fields); i++)
        json_object_set_new(object, fields[i].name,
                            field_value(&fields[i], (const char *)opts + fields[i].at));
    return object;
}

/* How many choices a field has. */
static int choices(const struct field *f)
{
    int n = 0;
    while (f->names[n] != NULL)
        n++;
    return n;
}

static const struct field *find_field(const char *name)
{
    for (size_t i = 0; i < MEM_COUNT(fields); i++)
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
    return NULL;
}

const char *runopts_text(const char *name, const json_t *value, char *text, size_t size)
{
    const struct field *f = find_field(name);
    if (f == NULL)
        return NULL;
    if (f->kind == CHOICE) {
        json_int_t i = json_integer_value(value);
        return json_is_integer(value) && i >= 0 && i < choices(f) ? f->names[i] : NULL;
    }
    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_boolean(value))
        return json_is_true(value) ? "true" : "false";
    if (!json_is_number(value))
        return NULL;
    snprintf(text, size, "%.9g", json_number_value(value));
    if (json_is_integer(value))
        snprintf(text, size, "%lld", (long long)json_integer_value(value));
    return text;
}

/* Sets one field; 0, or -1 if the value is of another type or does not fit. */
static int set_field(const struct field *f, const json_t *v, void *at)
{
    switch (f->kind) {
    case TEXT:
        if (!json_is_string(v) || json_string_length(v) >= f->size)
            return -1;
        snprintf(at, f->size, "%s", json_string_value(v));
        return 0;
    case NUMBER_INT:
        if (!json_is_integer(v) || json_integer_value(v) != (int)json_integer_value(v))
            return -1;
        *(int *)at = (int)json_integer_value(v);
        return 0;
    case CHOICE:
        if (!json_is_integer(v) || json_integer_value(v) < 0 || json_integer_value(v) >= choices(f))
            return -1;
        *(int *)at = (int)json_integer_value(v);
        return 0;
    case NUMBER_REAL:
        if (!json_is_number(v))
            return -1;
        *(double *)at = json_number_value(v);
        return 0;
    case SWITCH:
        if (!json_is_boolean(v))
            return -1;
        *(bool *)at = json_is_true(v);
        return 0;
    }
    return -1;
}

static void tell_missing(const struct field *f, const struct train_opts *opts)
{
    char text[64];
    json_t *value = field_value(f, (const char *)opts + f->at);
    log_write(LOG_WARN, "run.json has no option \"%s\", as it is of another build: it is \"%s\"",
              f->name, runopts_text(f->name, value, text, sizeof text));
    json_decref(value);
}

int runopts_from_json(const json_t *object, struct train_opts *opts, struct err *err)
{
    for (size_t i = 0; i < MEM_COUNT(fields); i++) {
        const json_t *v = json_object_get(object, fields[i].name);
        if (v == NULL) {
            tell_missing(&fields[i], opts);
            continue;
        }
        if (set_field(&fields[i], v, (char *)opts + fields[i].at) != 0)
            return err_set(err, "option \"%s\" has a value that does not fit", fields[i].name);
    }
    return 0;
}
