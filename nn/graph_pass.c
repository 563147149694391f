/* graph_pass: runs a graph forward and backward. See graph.h. */
#include "nn/graph_run.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "nn/slice.h"

int graph_logits_layer(const struct graph *g)
{
    const struct layer *last = &g->layer[g->layers - 1];
    return last->softmax ? last->from[0] : g->layers - 1;
}

/* Spreads the bits of a number (Steele, Lea and Flood 2014, "splitmix64"). */
static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static struct layer_run plain_run_of(const struct graph *g, int i)
{
    const struct graph_run *run = g->run;
    return (struct layer_run){
        .batch = run->batch,
        .train = run->train,
        .learns = run->room_for_train,
        .pool = run->pool,
        .scratch = run->scratch,
        .saved = run->saved[i],
        .saved_fixed = run->saved_fixed[i],
        .partial = run->partial,
        .prepared = run->prepared[i],
        .stale = run->stale,
        .seed = mix(mix(g->seed) ^ mix(run->step) ^ (uint64_t)i << 32),
    };
}

/* What layer i is called with, and its inputs. */
static struct layer_run layer_run_of(const struct graph *g, int i, const float **in)
{
    const struct layer *l = &g->layer[i];
    struct layer_run r = plain_run_of(g, i);
    for (int k = 0; k < l->inputs; k++) {
        int maker = g->run->maker[l->from[k]];
        in[k] = g->run->y[maker >= 0 ? g->layer[maker].from[0] : l->from[k]];
        if (maker < 0)
            continue;
        struct layer_run its = plain_run_of(g, maker);
        g->layer[maker].ops->map(&g->layer[maker], &its, &r.map[k]);
    }
    return r;
}

/* Shows the output of layer i to who watches; a lazy one image by image, made in a scratch block.
 */
static void show(const struct graph *g, int i)
{
    const struct graph_run *run = g->run;
    const struct layer *l = &g->layer[i];
    if (run->watch == NULL || run->done[i])
        return;
    if (!l->lazy) {
        run->watch(run->watch_ctx, i, run->y[i], (size_t)run->batch * shape_size(&l->out));
        return;
    }
    struct layer_run r = plain_run_of(g, i);
    struct channel_map map;
    l->ops->map(l, &r, &map);
    for (int k = 0; k < run->batch; k++) {
        const float *x = run->y[l->from[0]] + (size_t)k * shape_size(&l->out);
        channels_map(&map, x, run->scratch[0], (size_t)l->out.h * (size_t)l->out.w,
                     (size_t)l->out.c);
        run->watch(run->watch_ctx, i, run->scratch[0], shape_size(&l->out));
    }
}

void graph_time(struct graph *g, int64_t *forward, int64_t *backward)
{
    g->run->time[0] = forward;
    g->run->time[1] = backward;
}

/* Adds the time since `start`, which is the time now or 0 if nobody asked; the time now. */
static int64_t lap(int64_t *time, int layer, int64_t start)
{
    if (time == NULL)
        return 0;
    int64_t now = clock_cpu();
    time[layer] += start != 0 ? now - start : 0;
    return now;
}

static const float *forward(struct graph *g, const float *x, int batch, bool train, uint64_t step,
                            int last)
{
    struct graph_run *run = g->run;
    assert(run != NULL && batch > 0 && batch <= run->max_batch);
    assert(!train || run->room_for_train);
    run->batch = batch;
    run->train = train;
    run->step = step;
    run->stale |= train; /* a training step changes what the next one and the next evaluation see */
    run->y[0] = (float *)x; /* only ever read: no layer overwrites the input */
    for (int i = 1; i <= last; i++) {
        int64_t start = lap(run->time[0], i, 0);
        struct layer *l = &g->layer[i];
        const float *in[LAYER_INPUTS_MAX];
        struct layer_run r = layer_run_of(g, i, in);
        if (!run->done[i])
            l->ops->forward(l, in, run->y[i], &r);
        lap(run->time[0], i, start);
        show(g, i);
    }
    run->stale = train;
    return run->y[last];
}

void graph_settle(struct graph *g)
{
    struct graph_run *run = g->run;
    assert(run != NULL && !run->room_for_train);
    float *x = mem_aligned(shape_size(&g->layer[0].out), sizeof *x);
    graph_forward(g, x, 1, false, 0); /* makes what is prepared */
    free(x);
    for (int i = 0; i < g->layers; i++) {
        const struct layer *l = &g->layer[i];
        if (l->kernel_spent)
            mem_forget(l->param[0].w, l->param[0].size * sizeof(float));
    }
}

void graph_changed(struct graph *g)
{
    if (g->run != NULL)
        g->run->stale = true;
}

const float *graph_forward(struct graph *g, const float *x, int batch, bool train, uint64_t step)
{
    return forward(g, x, batch, train, step, g->layers - 1);
}

const float *graph_logits(struct graph *g, const float *x, int batch, bool train, uint64_t step)
{
    return forward(g, x, batch, train, step, graph_logits_layer(g));
}

/* The gradients that layer i must give its inputs, and which of them were begun by others. */
static void set_targets(struct graph *g, const struct layer *l, float *dx, bool *begun,
                        float **target, bool *add)
{
    const struct graph_run *run = g->run;
    for (int k = 0; k < l->inputs; k++) {
        int from = l->from[k];
        bool wanted = from == 0 ? dx != NULL : dx != NULL || run->learns[from];
        target[k] = !wanted ? NULL : from == 0 ? dx : run->dy[from];
        add[k] = begun[from];
        begun[from] = true;
    }
}

void graph_backward(struct graph *g, const float *dlogits, float *dx)
{
    struct graph_run *run = g->run;
    int last = graph_logits_layer(g);
    assert(run != NULL && run->train);
    memset(run->begun, 0, (size_t)g->layers * sizeof *run->begun);
    memcpy(run->dy[last], dlogits,
           (size_t)run->batch * shape_size(&g->layer[last].out) * sizeof *dlogits);
    for (int i = last; i > 0; i--) {
        struct layer *l = &g->layer[i];
        const float *in[LAYER_INPUTS_MAX];
        struct layer_run r = layer_run_of(g, i, in);
        float *target[LAYER_INPUTS_MAX];
        int64_t start = lap(run->time[1], i, 0);
        if (dx == NULL && !run->learns[i])
            continue;
        set_targets(g, l, dx, run->begun, target, r.add);
        if (!run->done[i])
            l->ops->backward(l, in, run->y[i], run->dy[i], target, &r);
        lap(run->time[1], i, start);
    }
}

const float *graph_output(const struct graph *g, int i)
{
    assert(g->run != NULL && i >= 0 && i < g->layers);
    return g->run->lasting[i] ? g->run->y[i] : NULL;
}
