/*
 * bench: measures networks on this machine: latency of one image, throughput of a batch, training,
 * beside the peak of the matrix product. Weights are random: they do not change the time. Main
 * thread.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/thread.h"
#include "cmd/cmd.h"
#include "nn/bench.h"
#include "nn/model.h"

/* What is measured of a model. */
struct result {
    const char *dir;
    long params, macs;
    struct bench_time latency, inference, training;
};

/* The model's graph with start values, or NULL; folded as the live program folds it. */
static struct model *open_model(const char *dir, bool folded, struct err *err)
{
    struct model *m = model_open(dir, err);
    if (m == NULL)
        return NULL;
    graph_init(m->graph, 1);
    if (folded)
        graph_fold(m->graph);
    return m;
}

/* Latency is that of the live program: one thread. */
static int measure(struct result *r, const struct bench_opts *o, struct pool *pool, struct err *err)
{
    struct model *m = open_model(r->dir, false, err);
    if (m == NULL)
        return -1;
    r->params = (long)m->graph->params;
    r->macs = graph_macs(m->graph);
    r->training = bench_training(m->graph, o->batch, o->seconds, pool);
    model_close(m);
    m = open_model(r->dir, true, err);
    if (m == NULL)
        return -1;
    r->latency = bench_inference(m->graph, 1, o->seconds, NULL);
    r->inference = bench_inference(m->graph, o->batch, o->seconds, pool);
    model_close(m);
    return 0;
}

/* Direct multiply-adds, two operations each, per second; a training step has three passes. */
static double gflops(const struct result *r, const struct bench_time *t, int images, int passes)
{
    return 2.0 * (double)r->macs * images * passes / t->wall / 1e9;
}

static json_t *time_json(const struct bench_time *t, double flops, double peak)
{
    return json_pack("{s:f, s:f, s:f, s:f}", "wall_s", t->wall, "cpu_s", t->cpu, "gflops", flops,
                     "share_of_sgemm", flops / peak);
}

static json_t *result_json(const struct result *r, const struct bench_opts *o, double peak)
{
    int n = o->batch;
    return json_pack("{s:s, s:I, s:I, s:o, s:o, s:o, s:f, s:f}", "model", r->dir, "params",
                     (json_int_t)r->params, "macs", (json_int_t)r->macs, "latency",
                     time_json(&r->latency, gflops(r, &r->latency, 1, 1), peak), "inference",
                     time_json(&r->inference, gflops(r, &r->inference, n, 1), peak), "training",
                     time_json(&r->training, gflops(r, &r->training, n, 3), peak),
                     "inference_images_per_s", n / r->inference.wall, "training_images_per_s",
                     n / r->training.wall);
}

static void print_row(const char *what, double value, const char *unit, double flops, double peak)
{
    printf("  %-22s %10.2f %-8s %8.1f GFLOP/s %6.0f %% of sgemm\n", what, value, unit, flops,
           100 * flops / peak);
}

static void print_result(const struct result *r, const struct bench_opts *o, double peak)
{
    int n = o->batch;
    char batch[32];
    snprintf(batch, sizeof batch, "batch %d", n);
    printf("\n%s: %ld parameters, %.1f M multiply-adds\n", r->dir, r->params,
           (double)r->macs / 1e6);
    print_row("one image, one thread", r->latency.wall * 1e3, "ms", gflops(r, &r->latency, 1, 1),
              peak);
    print_row(batch, n / r->inference.wall, "images/s", gflops(r, &r->inference, n, 1), peak);
    print_row("training", n / r->training.wall, "images/s", gflops(r, &r->training, n, 3), peak);
}

/* Measures all of them and prints; 0 or -1. */
static int run_all(const struct bench_opts *o, int argc, char **argv, struct pool *pool,
                   struct err *err)
{
    char *shipped = model_default_dir("emotion");
    double peak = bench_sgemm(o->seconds, pool);
    json_t *models = json_array();
    int rc = 0, threads = pool_threads(pool);
    if (!o->json)
        printf("%d thread%s, sgemm %.1f GFLOP/s; GFLOP/s count direct convolution, and Winograd "
               "needs fewer\n",
               threads, threads > 1 ? "s" : "", peak);
    for (int i = 0; rc == 0 && i < (argc > 0 ? argc : 1); i++) {
        struct result r = {.dir = argc > 0 ? argv[i] : shipped};
        rc = measure(&r, o, pool, err);
        if (rc == 0 && o->json)
            json_array_append_new(models, result_json(&r, o, peak));
        else if (rc == 0)
            print_result(&r, o, peak);
    }
    json_t *all = json_pack("{s:i, s:i, s:f, s:o}", "threads", threads, "batch", o->batch,
                            "sgemm_gflops", peak, "models", models);
    if (rc == 0 && o->json) {
        json_dumpf(all, stdout, JSON_REAL_PRECISION(6));
        putchar('\n');
    }
    json_decref(all);
    free(shipped);
    return rc;
}

static int bench_run(const struct opts *opts, int argc, char **argv)
{
    struct err err = {""};
    int threads = opts->bench.threads > 0 ? opts->bench.threads : thread_cpus();
    struct pool *pool = pool_new(threads, &err);
    int rc = pool != NULL ? run_all(&opts->bench, argc, argv, pool, &err) : -1;
    pool_free(pool);
    if (rc == 0)
        return EXIT_OK;
    fprintf(stderr, "moodtop bench: %s\n", err.text);
    return EXIT_FAILED;
}

const struct command cmd_bench = {
    .name = "bench",
    .args = "[DIR]...",
    .summary = "measure how fast networks are here",
    .sections = "bench",
    .examples = "moodtop bench\n"
                "moodtop bench --threads 1 --json models/classic models/mini-xception\n",
    .run = bench_run,
};
