/*
 * layer: what one kind of layer is (a table row of functions per Keras class name), and one layer
 * of a graph.
 *
 * Tensors are NHWC, kernels HWIO, as Keras lays them out. A layer owns only its private settings
 * (priv); the graph owns every number it works on: parameters, gradients, activations, scratch.
 * Nothing is allocated between graph_reserve and graph_free. Trainer or analysis thread; inside a
 * call, runs of images may go to pool workers, and how a batch is cut (see slice.h) depends on its
 * size and the shapes alone, so that sums come out the same bit for bit with any number of threads.
 */
#ifndef NN_LAYER_H
#define NN_LAYER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/rng.h"

#define LAYER_NAME_MAX 64
#define LAYER_INPUTS_MAX 8
#define LAYER_PARAMS_MAX 8
#define LAYER_SLICES 16 /* a batch is cut into this many runs of images, or fewer */

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
    bool trainable; /* false: moving mean and variance, and all of a frozen layer */
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
    size_t scratch;     /* floats wanted per worker; this and the next six set by shape() */
    size_t saved;       /* floats kept from forward to backward per image */
    size_t saved_fixed; /* the same per batch, whatever its size */
    size_t partial;     /* floats for gradient sums of slices */
    size_t prepared[2]; /* floats made of the parameters alone, in inference and in training */
    long macs;          /* multiply-adds of one image */
    bool kernel_spent;  /* in inference param[0] is read only to make `prepared` */
    bool inplace;       /* y may be an x of the same size, and that dx may be dy */
    bool needs_x;       /* backward reads the inputs */
    bool needs_y;       /* backward reads the output */
    bool softmax;       /* this is a plain softmax over the last axis */
    bool rectifies;     /* this is a plain ReLU */
    bool reads_lazy;    /* its slices take x from call_in (slice.h), so that it may be lazy */
    bool relu;          /* set by the graph: the ReLU behind this layer is done with it */
    bool lazy;          /* set by the graph: y is not wanted, the readers make it by ops->map */
    bool frozen;        /* Keras' "trainable": false */
    int keras;          /* the major version whose words the file uses: 2 or 3 */
};

struct channel_map;
struct layer_run; /* what one call of forward or backward works with, see slice.h */

struct layer_ops {
    const char *name; /* Keras class name */
    bool activates;   /* has Keras' activation=: the reader makes it a layer of its own */
    bool merges;      /* may have several inputs */
    /* Reads the layer's "config" object into l->priv; names layer, option, what is supported. */
    int (*config)(struct layer *l, const json_t *config, struct err *err);
    /* Knows l->in; sets l->out, params (name, dim), sizes and flags that config() has not set. */
    int (*shape)(struct layer *l, struct err *err);
    /* Sets start values as Keras does; NULL if there are no parameters. */
    void (*init)(struct layer *l, struct rng *rng);
    /* x[i]: (batch, in[i]); y: (batch, out), which is one of the x if l->inplace allows that. */
    void (*forward)(struct layer *l, const float *const *x, float *y, struct layer_run *run);
    /*
     * dy: (batch, out). Writes each dx[i] (batch, in[i]) that is not NULL, or adds to it where
     * run->add[i] says so; writes each param's g that is not NULL. Changes dy only where l->inplace
     * let the graph pass it as a dx too. x and y are garbage unless needs_x, needs_y.
     */
    void (*backward)(struct layer *l, const float *const *x, const float *y, const float *dy,
                     float *const *dx, struct layer_run *run);
    void (*free)(struct layer *l); /* ends priv; NULL: plain free(priv) */
    /* For graph_fold, or NULL; (out.c) each. In inference the layer is y = scale x + shift. */
    void (*affine)(const struct layer *l, float *scale, float *shift);
    /*
     * For training, or NULL: the layer can do a ReLU behind it too if l->relu, and leave its output
     * to the readers if l->lazy. Gives the map from x to y, which lives as long as
     * run->saved_fixed.
     */
    void (*map)(const struct layer *l, const struct layer_run *run, struct channel_map *map);
    /* Takes such a step behind it into "kernel" and "bias" (which the graph has given it). */
    void (*fold)(struct layer *l, const float *scale, const float *shift);
};

/* The row of that Keras class name, or NULL. The table is in layer.c. */
const struct layer_ops *layer_ops_find(const char *class_name);

/* The class names of the table, with commas between them. */
void layer_ops_names(char *text, size_t size);

#endif
