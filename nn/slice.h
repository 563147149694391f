/*
 * slice: what a layer's forward and backward are called with, and how a call is cut into runs of
 * images for the pool. How it is cut depends on the batch and the shapes alone, never on the number
 * of threads. Lives on the stack of the call.
 */
#ifndef NN_SLICE_H
#define NN_SLICE_H

#include "base/thread.h"
#include "nn/channels.h"
#include "nn/layer.h"

/* What a call of forward or backward works with; lives for one call. All blocks are 64-byte
 * aligned. */
struct layer_run {
    int batch;
    bool train;
    bool learns;           /* there is room for training: this graph is not for inference alone */
    struct pool *pool;     /* may be NULL */
    float *const *scratch; /* [pool_threads] blocks of at least l->scratch floats */
    float *saved, *saved_fixed; /* (batch * l->saved), (l->saved_fixed) */
    float *partial;             /* (l->partial), garbage when a call begins */
    float *prepared;            /* (l->prepared[train]) */
    bool stale;                 /* forward must make `prepared` anew */
    uint64_t seed;              /* of this layer and step; each image has a stream of it */
    bool add[LAYER_INPUTS_MAX]; /* backward adds to dx[i] instead of writing it */
    /* Where a is not NULL, that input is map(x[i]): for layers that read lazily. */
    struct channel_map map[LAYER_INPUTS_MAX];
};

/* One call, as the slices of a layer kind see it. */
struct call {
    struct layer *l;
    const float *const *x;
    float *y;
    const float *dy;
    float *const *dx;
    struct layer_run *run;
    int parts;
};

/* What one part of a call works on: images [first, first + n). */
struct slice {
    int part, first, n, worker;
};

#define SLICE_WORK 8192 /* floats: less than about 2 us, so not worth a part of its own */

/*
 * Runs fn for each part that has images. `work` is about how many floats an image moves: small
 * batches are cut into fewer parts, down to one. Returns the number of parts, at most LAYER_SLICES.
 */
int call_slices(struct call *c, size_t work,
                void (*fn)(const struct call *c, const struct slice *s));

/* As call_slices, of a backward whose slices write dx[0] alone; nothing where nobody wants that. */
void call_backward(struct call *c, size_t work,
                   void (*fn)(const struct call *c, const struct slice *s));

/*
 * Is work that moves so many floats and multiplies so often worth waking the pool for? About 30 us
 * of it is: on a machine with other work to do a waiting worker may sleep. Never changes a result.
 */
bool slice_wants_pool(size_t floats, long macs);

/* Images [first, ...) of x[i], y, dy, dx[i]. */
static inline const float *call_x(const struct call *c, int i, int first)
{
    return c->x[i] + (size_t)first * shape_size(&c->l->in[i]);
}

/*
 * One image of input i. If it must be made first, it is made in the worker's room behind its
 * scratch and stays there until the worker asks for the next image of the same input.
 */
const float *call_in(const struct call *c, int i, int image, int worker);

/* Floats of that room that layer l needs at most. */
size_t call_room(const struct layer *l);

static inline float *call_y(const struct call *c, int first)
{
    return c->y + (size_t)first * shape_size(&c->l->out);
}

static inline const float *call_dy(const struct call *c, int first)
{
    return c->dy + (size_t)first * shape_size(&c->l->out);
}

static inline float *call_dx(const struct call *c, int i, int first)
{
    return c->dx[i] + (size_t)first * shape_size(&c->l->in[i]);
}

#endif
