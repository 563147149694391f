/* bench: see bench.h. */
#include "nn/bench.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "nn/gemm.h"
#include "nn/loss.h"
#include "nn/optimizer.h"

#define CALLS_MAX 2000
#define CALLS_MIN 3

/* What a measured call works on. */
struct work {
    struct graph *g;
    int batch, classes;
    float *x, *target, *dlogits;
    struct optimizer *optimizer;
    uint64_t step;
};

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *x, int n)
{
    qsort(x, (size_t)n, sizeof *x, ascending);
    return x[n / 2];
}

/* Calls fn once to warm up, then for so many seconds. */
static struct bench_time measure(void (*fn)(void *ctx), void *ctx, double seconds)
{
    double *wall = mem_zalloc(2 * CALLS_MAX, sizeof *wall), *cpu = wall + CALLS_MAX;
    int n = 0;
    fn(ctx);
    int64_t begin = clock_now(), end = begin + (int64_t)(seconds * (double)CLOCK_S);
    while (n < CALLS_MAX && (n < CALLS_MIN || clock_now() < end)) {
        int64_t start = clock_now(), used = clock_cpu();
        fn(ctx);
        cpu[n] = (double)(clock_cpu() - used) / CLOCK_S;
        wall[n++] = (double)(clock_now() - start) / CLOCK_S;
    }
    struct bench_time t = {median(wall, n), median(cpu, n)};
    free(wall);
    return t;
}

static struct work work_new(struct graph *g, int batch)
{
    size_t n = (size_t)batch * shape_size(&g->layer[0].out);
    int classes = (int)shape_size(&g->layer[g->layers - 1].out);
    struct work w = {.g = g, .batch = batch, .classes = classes};
    struct rng rng;
    rng_seed(&rng, 1, 0);
    w.x = mem_aligned(n, sizeof *w.x);
    w.dlogits = mem_aligned((size_t)batch * (size_t)classes, sizeof *w.dlogits);
    w.target = mem_zalloc((size_t)batch * (size_t)classes, sizeof *w.target);
    for (size_t i = 0; i < n; i++)
        w.x[i] = rng_range(&rng, 0, 255);
    for (int i = 0; i < batch; i++)
        w.target[i * classes + i % classes] = 1;
    return w;
}

static void work_free(struct work *w)
{
    free(w->x);
    free(w->dlogits);
    free(w->target);
    optimizer_free(w->optimizer);
}

static void infer_once(void *ctx)
{
    struct work *w = ctx;
    graph_forward(w->g, w->x, w->batch, false, 0);
}

static void train_once(void *ctx)
{
    struct work *w = ctx;
    const float *logits = graph_logits(w->g, w->x, w->batch, true, w->step++);
    loss_cross_entropy(logits, w->target, NULL, w->batch, w->classes, w->dlogits);
    graph_backward(w->g, w->dlogits, NULL);
    optimizer_step(w->optimizer, w->g, 1e-4);
}

struct bench_time bench_inference(struct graph *g, int batch, double seconds, struct pool *pool)
{
    graph_reserve(g, batch, false, pool);
    struct work w = work_new(g, batch);
    struct bench_time t = measure(infer_once, &w, seconds);
    work_free(&w);
    return t;
}

struct bench_time bench_training(struct graph *g, int batch, double seconds, struct pool *pool)
{
    static const struct train_opts opts = {
        .optimizer = TRAIN_SGD, .momentum = 0.9, .weight_decay = 5e-4};
    graph_reserve(g, batch, true, pool);
    struct work w = work_new(g, batch);
    w.optimizer = optimizer_new(&opts, g);
    struct bench_time t = measure(train_once, &w, seconds);
    work_free(&w);
    return t;
}

#define SIDE 1024

struct products {
    float *a; /* (3, SIDE, SIDE) for each thread */
    int threads;
    struct pool *pool;
};

static void one_product(void *ctx, int i, int worker)
{
    (void)worker;
    const struct products *p = ctx;
    float *a = p->a + (size_t)i * 3 * SIDE * SIDE;
    gemm(false, false, SIDE, SIDE, SIDE, a, SIDE, a + SIDE * SIDE, SIDE, 0, a + 2 * SIDE * SIDE,
         SIDE);
}

static void all_products(void *ctx)
{
    const struct products *p = ctx;
    pool_run(p->pool, p->threads, one_product, ctx);
}

double bench_sgemm(double seconds, struct pool *pool)
{
    struct products p = {.threads = pool_threads(pool), .pool = pool};
    size_t floats = (size_t)p.threads * 3 * SIDE * SIDE;
    gemm_setup();
    p.a = mem_aligned(floats, sizeof *p.a);
    for (size_t i = 0; i < floats; i++)
        p.a[i] = (float)(i % 13) - 6;
    struct bench_time t = measure(all_products, &p, seconds);
    free(p.a);
    return 2.0 * SIDE * SIDE * SIDE * p.threads / t.wall / 1e9;
}

void bench_layers(struct graph *g, int batch, double seconds, double *layer)
{
    graph_reserve(g, batch, false, NULL);
    struct work w = work_new(g, batch);
    double *each = mem_zalloc((size_t)g->layers * CALLS_MAX, sizeof *each);
    int64_t *ns = mem_zalloc((size_t)g->layers, sizeof *ns);
    int n = 0;
    infer_once(&w);
    graph_time(g, ns, NULL);
    for (int64_t end = clock_now() + (int64_t)(seconds * (double)CLOCK_S);
         n < CALLS_MAX && (n < CALLS_MIN || clock_now() < end); n++) {
        memset(ns, 0, (size_t)g->layers * sizeof *ns);
        infer_once(&w);
        for (int i = 0; i < g->layers; i++)
            each[i * CALLS_MAX + n] = (double)ns[i] / CLOCK_S;
    }
    graph_time(g, NULL, NULL);
    for (int i = 0; i < g->layers; i++)
        layer[i] = median(each + i * CALLS_MAX, n);
    free(ns);
    free(each);
    work_free(&w);
}
