/*
 * graph_run: the inside of a graph that the files graph*.c share: where each tensor lies between
 * graph_reserve and graph_free.
 *
 * Tensors share one block ("arena") by life time: layer i runs forward at time i and backward at
 * time 2 layers - 1 - i; two tensors may share memory if their times do not meet.
 */
#ifndef NN_GRAPH_RUN_H
#define NN_GRAPH_RUN_H

#include "nn/graph.h"

struct graph_run {
    int max_batch;
    bool room_for_train;
    struct pool *pool; /* borrowed */
    float *arena;
    size_t arena_size, scratch_size, partial_size, prepared_size; /* floats */
    float **y;           /* [layers] outputs; y[0] is the caller's x during a call */
    float **dy;          /* [layers] gradients of the outputs; NULL without training */
    float **saved;       /* [layers] */
    float **saved_fixed; /* [layers] */
    bool *lasting;       /* [layers] y is still there after a forward pass */
    bool *learns;        /* [layers] has parameters to train, or a layer before it has */
    int *maker;          /* [layers] whose ops->map makes this output where it is read, or -1 */
    bool *done;          /* [layers] a ReLU that the layer before it does */
    bool *begun;         /* [layers] during backward: somebody has written dy */
    float **scratch;     /* [threads] */
    int threads;
    float *partial;
    float **prepared; /* [layers], in one block that begins at prepared[0] */
    bool stale;       /* parameters may have changed since `prepared` was made */
    int batch;        /* of the last forward pass, and whether it was for training */
    bool train;
    uint64_t step;
    /* Sees each output (n floats) as forward makes it; NULL but in graph_bad_output. */
    void (*watch)(void *ctx, int layer, const float *y, size_t n);
    void *watch_ctx;
    int64_t *time[2]; /* [layers] graph_time's forward and backward, or NULL */
};

/* Index of the layer whose output the logits are: the one before a final softmax, or the last. */
int graph_logits_layer(const struct graph *g);

/* Gives every parameter its place in a new g->param (values move along) and g->grad if there was
 * one. */
void graph_place_params(struct graph *g);

/* Decides which layers of a graph for training do the ReLU behind them, and which outputs are made
 * where they are read; sets all flags anew. */
void graph_fuse(struct graph *g, struct graph_run *run);

/* Lays out the arena and points y, dy and saved into it; `apart`: no two outputs share. */
void graph_plan(const struct graph *g, struct graph_run *run, bool apart);

#endif
