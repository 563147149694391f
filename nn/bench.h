/*
 * bench: how long a network takes, and what the machine's matrix product can do. One thread (the
 * pool's owner).
 */
#ifndef NN_BENCH_H
#define NN_BENCH_H

#include "nn/graph.h"

/* Seconds of one call, the median of many: of the clock on the wall, and of all processors. On a
 * machine that others use too the second is the one to compare. */
struct bench_time {
    double wall, cpu;
};

/* One forward pass of `batch` images of noise; reserves g for it. For the program's own inference
 * g has been through graph_fold. */
struct bench_time bench_inference(struct graph *g, int batch, double seconds, struct pool *pool);

/* One training step of `batch` images: forward, loss, backward, SGD; reserves g for it. */
struct bench_time bench_training(struct graph *g, int batch, double seconds, struct pool *pool);

/* GFLOP/s of OpenBLAS' product of two 1024 x 1024 matrices on each thread of the pool at once. */
double bench_sgemm(double seconds, struct pool *pool);

/* CPU seconds of each layer [layers] in one forward pass, the median of many; reserves g. */
void bench_layers(struct graph *g, int batch, double seconds, double *layer);

#endif
