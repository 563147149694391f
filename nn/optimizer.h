/*
 * optimizer: one step of SGD with momentum, Adam or AdamW over a graph's trainable parameters, and
 * the moving average of the weights.
 *
 * Its state has the layout of the graph's parameter block. Trainer thread; nothing is allocated
 * after optimizer_new.
 */
#ifndef NN_OPTIMIZER_H
#define NN_OPTIMIZER_H

#include <stddef.h>
#include <stdint.h>

#include "config/opts.h"
#include "nn/graph.h"

struct optimizer {
    enum train_optimizer kind;
    bool nesterov;
    float momentum, decay; /* decay: weight_decay of the options */
    float clip_norm;       /* 0 = off */
    float ema_decay;       /* 0 = no average is kept */
    uint64_t steps;        /* done so far */
    size_t trainable, params;
    float *m;   /* (trainable) velocity, or Adam's first moment */
    float *v;   /* (trainable) Adam's second moment; NULL with SGD */
    float *ema; /* (params) moving average, moving statistics included; NULL if off */
};

/* State for that graph, all zero; the average starts as the weights are now. */
struct optimizer *optimizer_new(const struct train_opts *opts, const struct graph *g);

void optimizer_free(struct optimizer *o);

/*
 * One step along g->grad, shortened first to clip_norm if its Euclidean norm over all parameters
 * is longer (Pascanu et al. 2013). Weight decay touches only parameters with `decay`:
 * SGD (PyTorch's form): d = grad + decay w; m = momentum m + d; w -= lr m, or with Nesterov
 *   (Sutskever et al. 2013) w -= lr (d + momentum m).
 * Adam (Kingma and Ba 2015; b1 .9, b2 .999, eps 1e-7): d as above;
 *   w -= lr m' / (sqrt(v') + eps), m' and v' being the means of d and d^2 without their bias.
 * AdamW (decoupled decay of Loshchilov and Hutter 2019): d = grad;
 *   w -= lr (m' / (sqrt(v') + eps) + decay w).
 * Then ema += (1 - d) (w - ema) with d = min(ema_decay, (1 + t) / (10 + t)) at step t from 1, so
 * that the start values are soon forgotten.
 */
void optimizer_step(struct optimizer *o, struct graph *g, double lr);

/* Exchanges the graph's parameters with the average: once before an evaluation, once after it. Does
 * nothing if no average is kept. */
void optimizer_swap_ema(struct optimizer *o, struct graph *g);

#endif
