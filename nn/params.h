/*
 * params: a layer's parameters, as the layer kinds and the graph handle them. See layer.h.
 */
#ifndef NN_PARAMS_H
#define NN_PARAMS_H

#include "nn/layer.h"

/* The l->param of that name, or NULL. */
struct param *params_find(struct layer *l, const char *name);

/* Declares a parameter in shape(): its dims are dim[rank], 4 at most. */
void params_add(struct layer *l, const char *name, int rank, const int *dim);

/*
 * Sums the first `parts` rows of run->partial, (parts, all trainable sizes of l one after another),
 * into the g of l's parameters, in the order of the rows whatever the number of threads.
 */
void params_reduce(struct layer *l, struct layer_run *run, int parts);

/* The usual ops->fold: the kernel's last axis is the output's channel. */
void params_fold(struct layer *l, const float *scale, const float *shift);

/* Floats of l's parameters that are trained. */
size_t params_trainable(const struct layer *l);

#endif
