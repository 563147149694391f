/*
 * initial: see initial.h. Glorot and Bengio 2010, He et al. 2015 and LeCun et al. 1998 are all
 * "variance scaling", as Keras calls it: a deviation of sqrt(scale / fan).
 */
#include "nn/initial.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

struct initial_kind {
    const char *name;
    void (*set)(const struct initial *in, struct param *p, struct rng *rng);
    struct initial value; /* with Keras' defaults */
    const char *a, *b;    /* names of the numbers in its config, NULL if it has none */
};

static void set_constant(const struct initial *in, struct param *p, struct rng *rng)
{
    (void)rng;
    for (size_t i = 0; i < p->size; i++)
        p->w[i] = in->a;
}

static void set_uniform(const struct initial *in, struct param *p, struct rng *rng)
{
    for (size_t i = 0; i < p->size; i++)
        p->w[i] = rng_range(rng, in->a, in->b);
}

static void set_normal(const struct initial *in, struct param *p, struct rng *rng)
{
    for (size_t i = 0; i < p->size; i++)
        p->w[i] = in->a + in->b * rng_normal(rng);
}

static void set_truncated(const struct initial *in, struct param *p, struct rng *rng)
{
    for (size_t i = 0; i < p->size; i++) {
        float z;
        do
            z = rng_normal(rng);
        while (fabsf(z) > 2);
        p->w[i] = in->a + in->b * z;
    }
}

/* Numbers that meet in one output (in) or that one input meets (out), as Keras counts them. */
static float fan_of(const struct param *p, int which)
{
    float window = 1;
    for (int i = 0; i + 2 < p->rank; i++)
        window *= (float)p->dim[i];
    float in = window * (float)p->dim[p->rank > 1 ? p->rank - 2 : 0];
    float out = window * (float)p->dim[p->rank - 1];
    return which == 0 ? in : which == 1 ? out : (in + out) / 2;
}

static void set_scaled(const struct initial *in, struct param *p, struct rng *rng)
{
    float deviation = sqrtf(in->a / fmaxf(fan_of(p, in->fan), 1));
    struct initial plain = {.b = deviation};
    if (in->shape == 0) {
        plain.b /= 0.87962566103423978f; /* deviation of a normal that is cut at 2 */
        set_truncated(&plain, p, rng);
    } else if (in->shape == 1) {
        set_normal(&plain, p, rng);
    } else {
        plain = (struct initial){.a = -sqrtf(3) * deviation, .b = sqrtf(3) * deviation};
        set_uniform(&plain, p, rng);
    }
}

static const struct initial_kind kinds[] = {
    {"GlorotUniform", set_scaled, {.a = 1, .fan = 2, .shape = 2}, NULL, NULL},
    {"GlorotNormal", set_scaled, {.a = 1, .fan = 2, .shape = 0}, NULL, NULL},
    {"HeUniform", set_scaled, {.a = 2, .fan = 0, .shape = 2}, NULL, NULL},
    {"HeNormal", set_scaled, {.a = 2, .fan = 0, .shape = 0}, NULL, NULL},
    {"LecunUniform", set_scaled, {.a = 1, .fan = 0, .shape = 2}, NULL, NULL},
    {"LecunNormal", set_scaled, {.a = 1, .fan = 0, .shape = 0}, NULL, NULL},
    {"VarianceScaling", set_scaled, {.a = 1, .fan = 0, .shape = 0}, "scale", NULL},
    {"Zeros", set_constant, {.a = 0}, NULL, NULL},
    {"Ones", set_constant, {.a = 1}, NULL, NULL},
    {"Constant", set_constant, {.a = 0}, "value", NULL},
    {"RandomNormal", set_normal, {.a = 0, .b = 0.05f}, "mean", "stddev"},
    {"TruncatedNormal", set_truncated, {.a = 0, .b = 0.05f}, "mean", "stddev"},
    {"RandomUniform", set_uniform, {.a = -0.05f, .b = 0.05f}, "minval", "maxval"},
};

/* "glorot_uniform" and "GlorotUniform" are one. */
static bool same_name(const char *a, const char *b)
{
    for (;; a++, b++) {
        a += strspn(a, "_");
        b += strspn(b, "_");
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
            return false;
        if (*a == '\0')
            return true;
    }
}

static const struct initial_kind *find(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (name != NULL && same_name(kinds[i].name, name))
            return &kinds[i];
    return NULL;
}

/* Position of a word of the config in a list; -1 if it is none of them. */
static int word(const json_t *config, const char *key, const char *const *words, int fallback)
{
    const char *s = json_string_value(json_object_get(config, key));
    if (s == NULL)
        return fallback;
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], s) == 0)
            return i;
    return -1;
}

static void read_numbers(struct initial *in, const json_t *config)
{
    static const char *const modes[] = {"fan_in", "fan_out", "fan_avg", NULL};
    static const char *const shapes[] = {"truncated_normal", "untruncated_normal", "uniform", NULL};
    const json_t *a = in->kind->a != NULL ? json_object_get(config, in->kind->a) : NULL;
    const json_t *b = in->kind->b != NULL ? json_object_get(config, in->kind->b) : NULL;
    if (json_is_number(a))
        in->a = (float)json_number_value(a);
    if (json_is_number(b))
        in->b = (float)json_number_value(b);
    in->fan = word(config, "mode", modes, in->fan);
    in->shape = word(config, "distribution", shapes, in->shape);
    if (in->shape < 0 &&
        same_name("normal", json_string_value(json_object_get(config, "distribution"))))
        in->shape = 0; /* what older Keras calls the truncated one */
}

struct initial initial_read(struct options *o, const char *name, const char *fallback)
{
    const json_t *v = opt_json(o, name);
    const json_t *config = json_object_get(v, "config");
    const char *kind = v == NULL           ? fallback
                       : json_is_string(v) ? json_string_value(v)
                                           : json_string_value(json_object_get(v, "class_name"));
    struct initial in = {.kind = find(kind)};
    if (in.kind != NULL) {
        const struct initial_kind *k = in.kind;
        in = k->value;
        in.kind = k;
        read_numbers(&in, config);
        if (in.fan >= 0 && in.shape >= 0)
            return in;
    }
    char list[256] = "";
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        strcat(list, i > 0 ? ", " : "");
        strcat(list, kinds[i].name);
    }
    opt_fail(o, name, "is %.60s; supported: %s", kind != NULL ? kind : "of an unknown kind", list);
    return in;
}

void initial_set(const struct initial *in, struct param *p, struct rng *rng)
{
    in->kind->set(in, p, rng);
}
