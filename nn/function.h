/*
 * function: the activation functions, one row each, by the names that Keras' activation= uses.
 * Pure; any thread.
 */
#ifndef NN_FUNCTION_H
#define NN_FUNCTION_H

#include <stdbool.h>
#include <stddef.h>

#define FUNCTIONS_MAX 16

/* What some of them can be told. */
struct function_args {
    float max;   /* of ReLU: its largest output */
    float slope; /* of ReLU below 0; alpha of ELU; of hard_sigmoid */
    float scale; /* of ELU */
};

/* Works on rows of c floats (the last axis); all but softmax see only single numbers. */
struct function {
    const char *name;
    void (*forward)(const struct function_args *a, const float *x, float *y, size_t rows, size_t c);
    /* dx = dy f'(x), or adds that to dx; f' is told by y (by x, if function_needs says so); dx may
     * be dy */
    void (*backward)(const struct function_args *a, const float *y, const float *dy, float *dx,
                     bool add, size_t rows, size_t c);
    struct function_args args; /* where nothing else is said */
};

/* What backward must be given. */
enum function_needs { FUNCTION_NOTHING, FUNCTION_X, FUNCTION_Y };

enum function_needs function_needs(const struct function *f);

/* The row of that name, or NULL. */
const struct function *function_find(const char *name);

/* All names, NULL at the end. names: (FUNCTIONS_MAX). */
void function_names(const char **names);

/* ReLU with its options, and hard_sigmoid as Keras 2 means it: x / 5 + 1 / 2 cut to [0, 1]. */
extern const struct function function_relu_general, function_hard_sigmoid_2;

#endif
