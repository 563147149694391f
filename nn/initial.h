/*
 * initial: the start values that Keras' initializers give a parameter. A struct initial is part of
 * a layer's private settings.
 */
#ifndef NN_INITIAL_H
#define NN_INITIAL_H

#include "nn/options.h"

struct initial {
    const struct initial_kind *kind;
    float a, b; /* mean and deviation, or lowest and highest; a: the constant, or the scale */
    int fan;    /* of variance scaling: 0 in, 1 out, 2 average */
    int shape;  /* of its distribution: 0 truncated normal, 1 normal, 2 uniform */
};

/* Reads an initializer option: a name, or an object as Keras 2 and 3 write it. */
struct initial initial_read(struct options *o, const char *name, const char *fallback);

/* Sets p's values. */
void initial_set(const struct initial *in, struct param *p, struct rng *rng);

#endif
