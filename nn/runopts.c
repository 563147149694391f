/* runopts: see runopts.h. */
#include "nn/runopts.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum kind { TEXT, NUMBER_INT, NUMBER_REAL, SWITCH };

struct field {
    const char *name;
    enum kind kind;
    size_t at, size;
};

#define FIELD(name, kind)                                                                          \
    {                                                                                              \
#name, kind, offsetof(struct train_opts, name), sizeof(((struct train_opts *)0)->name)     \
    }

static const struct field fields[] = {
    FIELD(data, TEXT),
    FIELD(model, TEXT),
    FIELD(out, TEXT),
    FIELD(name, TEXT),
    FIELD(epochs, NUMBER_INT),
    FIELD(batch, NUMBER_INT),
    FIELD(seed, NUMBER_INT),
    FIELD(threads, NUMBER_INT),
    FIELD(limit, NUMBER_INT),
    FIELD(optimizer, NUMBER_INT),
    FIELD(lr, NUMBER_REAL),
    FIELD(momentum, NUMBER_REAL),
    FIELD(weight_decay, NUMBER_REAL),
    FIELD(nesterov, SWITCH),
    FIELD(clip_norm, NUMBER_REAL),
    FIELD(schedule, NUMBER_INT),
    FIELD(lr_every, NUMBER_INT),
    FIELD(lr_factor, NUMBER_REAL),
    FIELD(measure, NUMBER_INT),
    FIELD(patience, NUMBER_INT),
    FIELD(warmup_epochs, NUMBER_REAL),
    FIELD(label_smoothing, NUMBER_REAL),
    FIELD(ferplus, TEXT),
    FIELD(ferplus_weight, NUMBER_REAL),
    FIELD(ferplus_target, NUMBER_INT),
    FIELD(ferplus_doubtful, NUMBER_INT),
    FIELD(class_weight, NUMBER_INT),
    FIELD(sampler, NUMBER_INT),
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
};

static json_t *field_value(const struct field *f, const void *at)
{
    switch (f->kind) {
    case TEXT:
        return json_string(at);
    case NUMBER_INT:
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

int runopts_from_json(const json_t *object, struct train_opts *opts, struct err *err)
{
    for (size_t i = 0; i < MEM_COUNT(fields); i++) {
        const json_t *v = json_object_get(object, fields[i].name);
        if (v == NULL)
            return err_set(err, "option \"%s\" is missing", fields[i].name);
        if (set_field(&fields[i], v, (char *)opts + fields[i].at) != 0)
            return err_set(err, "option \"%s\" has a value that does not fit", fields[i].name);
    }
    return 0;
}
