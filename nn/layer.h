/*
 * layer: what one kind of layer is (a table row of functions per Keras class name), and one layer
 * of a graph.
 *
 * Tensors are NHWC, kernels HWIO, as Keras lays them out. A layer owns only its private settings
 * (priv); the graph owns every number it works on: parameters, gradients, activations, scratch.
 * Nothing is allocated between graph_reserve and graph_free. Trainer or analysis thread; inside a
 * call, slices of the batch may run on pool workers, and the partition into slices is fixed
 * (LAYER_SLICES), so that sums over a batch come out the same bit for bit with any number of
 * threads.
 */
#ifndef NN_LAYER_H
#define NN_LAYER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/rng.h"
#include "base/thread.h"

#define LAYER_NAME_MAX 64
#define LAYER_INPUTS_MAX 8
#define LAYER_PARAMS_MAX 8
/* A batch is cut into this many runs of images, or fewer, whatever --threads says. */
#define LAYER_SLICES 16

/* Shape of one image's tensor; a flat vector is 1 x 1 x c. */
struct shape {
    int h, w, c;
};

static inline size_t shape_size(const struct shape *s)
{
    return (size_t)s->h * (size_t)s->w * (size_t)s->c;
}

/* One named array of a layer, e.g. "kernel" (3,3,1,32). Points into the graph's blocks. */
struct param {
    char name[32];
    int rank;
    int dim[4];
    size_t size;    /* product of dim */
    bool trainable; /* false: moving mean and variance */
    bool decay;     /* weight decay applies (kernels; not biases, gamma, beta) */
    float *w;       /* (size) value */
    float *g;       /* (size) gradient; NULL unless reserved for training and trainable */
};

struct layer {
    const struct layer_ops *ops;
    char name[LAYER_NAME_MAX];
    void *priv; /* settings and small state of this kind; ops->free ends it */
    int inputs;
    int from[LAYER_INPUTS_MAX]; /* index in the graph of each input's layer */
    struct shape in[LAYER_INPUTS_MAX];
    struct shape out;
    int params;
    struct param param[LAYER_PARAMS_MAX];
    size_t scratch;     /* floats of scratch wanted per worker, set by shape() */
    size_t saved;       /* floats kept from forward to backward per image, set by shape() */
    size_t saved_fixed; /* the same per batch, whatever its size; 64-byte aligned */
    size_t partial;     /* floats of run->partial wanted, set by shape() */
    long macs;          /* multiply-adds of one image, set by shape() */
    bool frozen;        /* Keras' "trainable": false */
    bool softmax;       /* this is a plain softmax over the last axis; set by config() */
    bool inplace;       /* y may be an x of the same size, and that dx may be dy; see forward */
    bool needs_x;       /* backward reads the inputs; set by config() or shape(), as the next */
    bool needs_y;       /* backward reads the output */
};

/* What a call of forward or backward works with; lives for one call. */
struct layer_run {
    int batch;
    bool train;
    struct pool *pool; /* may be NULL */
    float *const
        *scratch;       /* [pool_threads] blocks of at least l->scratch floats, 64-byte aligned */
    float *saved;       /* (batch * l->saved) */
    float *saved_fixed; /* (l->saved_fixed) */
    float *partial;     /* (l->partial) per-slice gradient sums, garbage when a call begins */
    uint64_t seed; /* this layer's own for this step; each image draws from its own stream of it */
    bool add[LAYER_INPUTS_MAX]; /* backward adds to dx[i] (an output with several readers) instead
                                   of writing it */
};

struct layer_ops {
    const char *name; /* Keras class name */
    bool activates;   /* has Keras' activation= option: the reader makes it a layer of its own */
    /* Reads the layer's "config" object into l->priv; names layer, option and what is supported on
     * error. */
    int (*config)(struct layer *l, const json_t *config, struct err *err);
    /* Knows l->in; sets l->out, params (name, dim), scratch, saved, macs. */
    int (*shape)(struct layer *l, struct err *err);
    /* Sets start values as Keras does; NULL if there are no parameters. */
    void (*init)(struct layer *l, struct rng *rng);
    /* x[i]: (batch, in[i]); y: (batch, out), which is one of the x if l->inplace allows that. */
    void (*forward)(struct layer *l, const float *const *x, float *y, struct layer_run *run);
    /*
     * dy: (batch, out). Writes each dx[i] (batch, in[i]) unless it is NULL, or adds to it where
     * run->add[i] says so; writes each trainable param's g that is not NULL. Changes dy only where
     * l->inplace let the graph pass it as a dx as well. x or y is garbage unless l->needs_x,
     * needs_y.
     */
    void (*backward)(struct layer *l, const float *const *x, const float *y, const float *dy,
                     float *const *dx, struct layer_run *run);
    void (*free)(struct layer *l); /* ends priv; NULL: plain free(priv) */
    /* For graph_fold, NULL where it has no meaning. As y = scale x + shift per channel, (out.c)
     * each: says so of itself in inference, or takes such a step behind it into kernel and bias
     * (which the graph has given it). */
    void (*affine)(const struct layer *l, float *scale, float *shift);
    void (*fold)(struct layer *l, const float *scale, const float *shift);
};

/* The row of that Keras class name, or NULL. The table is in layer.c. */
const struct layer_ops *layer_ops_find(const char *class_name);

/* The class names of the table, with commas between them. */
void layer_ops_names(char *text, size_t size);

/* The l->param of that name, or NULL. */
struct param *layer_param(struct layer *l, const char *name);

/* Declares a parameter in shape(): its dims are dim[rank], 4 at most. */
void layer_add_param(struct layer *l, const char *name, int rank, const int *dim);

/*
 * Sums the first `parts` rows of run->partial, (parts, all trainable sizes of l one after another),
 * into the g of l's parameters, in the order of the rows whatever the number of threads.
 */
void layer_reduce(struct layer *l, struct layer_run *run, int parts);

/* The usual ops->fold: the kernel's last axis is the output's channel. */
void layer_fold_kernel(struct layer *l, const float *scale, const float *shift);

/* Floats of l's parameters that are trained. */
size_t layer_trainable(const struct layer *l);

/* First image of slice i when a batch is cut into LAYER_SLICES runs; slice i is [first(i), first(i
 * + 1)). */
static inline int layer_slice_first(int batch, int i)
{
    return (int)((long)batch * i / LAYER_SLICES);
}

#endif
