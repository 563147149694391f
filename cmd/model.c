/*
 * model: prints what a network is made of: each layer's shape, parameters, multiply-adds and share
 * of the time of one image, as the live program runs it; or writes a trained network, that of a run
 * perhaps, to a model directory of its own. Main thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "cmd/cmd.h"
#include "nn/bench.h"
#include "nn/model.h"

#define NAME_WIDTH 44
#define SECONDS 0.3

/* The file to read: FILE itself, or the model.json of a directory; the caller frees. */
static char *json_path(int argc, char **argv)
{
    if (argc > 0 && !file_is_dir(argv[0]))
        return mem_strdup(argv[0]);
    char *dir = argc > 0 ? mem_strdup(argv[0]) : model_default_dir("emotion");
    char *path = file_join(dir, "model.json");
    free(dir);
    return path;
}

static long layer_params(const struct layer *l, bool trainable)
{
    long n = 0;
    for (int i = 0; i < l->params; i++)
        n += l->param[i].trainable == trainable ? (long)l->param[i].size : 0;
    return n;
}

/* CPU seconds of each layer [layers]: batch normalisation is folded, so its time is zero. */
static double *time_layers(const char *path, struct err *err)
{
    struct graph *g = graph_open(path, err);
    if (g == NULL)
        return NULL;
    double *seconds = mem_zalloc((size_t)g->layers, sizeof *seconds);
    graph_init(g, 1);
    graph_fold(g);
    bench_layers(g, 1, SECONDS, seconds);
    graph_free(g);
    return seconds;
}

static void print_layer(const struct layer *l, double share)
{
    char name[LAYER_NAME_MAX + 64], shape[48];
    snprintf(name, sizeof name, "%s (%s)", l->name, l->ops->name);
    if (l->out.h * l->out.w == 1)
        snprintf(shape, sizeof shape, "(%d)", l->out.c);
    else
        snprintf(shape, sizeof shape, "(%d, %d, %d)", l->out.h, l->out.w, l->out.c);
    printf("%-*.*s %-15s %11ld %13ld %6.1f %%\n", NAME_WIDTH, NAME_WIDTH, name, shape,
           layer_params(l, true) + layer_params(l, false), l->macs, 100 * share);
}

static void print_model(const struct graph *g, const double *seconds)
{
    long trainable = 0, fixed = 0;
    double total = 0;
    for (int i = 0; i < g->layers; i++) {
        trainable += layer_params(&g->layer[i], true);
        fixed += layer_params(&g->layer[i], false);
        total += seconds[i];
    }
    printf("Model: \"%s\"\n", g->name);
    printf("%-*s %-15s %11s %13s %8s\n", NAME_WIDTH, "Layer (type)", "Output shape", "Parameters",
           "Multiply-adds", "Time");
    for (int i = 0; i < g->layers; i++)
        print_layer(&g->layer[i], total > 0 ? seconds[i] / total : 0);
    printf("Parameters: %ld (%ld trainable, %ld not)\n", trainable + fixed, trainable, fixed);
    printf("Multiply-adds: %ld\n", graph_macs(g));
    printf("Time of one image: %.3f ms of one processor\n", total * 1e3);
}

static int write_text(const char *dir, const char *name, const char *text, struct err *err)
{
    char *path = file_join(dir, name);
    int rc = file_write_atomic(path, text, strlen(text), err);
    free(path);
    return rc;
}

/* A line for each class; the caller frees. */
static char *labels_text(const struct model *m)
{
    size_t size = 1;
    for (int i = 0; i < m->classes; i++)
        size += strlen(m->labels[i]) + 1;
    char *text = mem_zalloc(size, 1), *end = text;
    for (int i = 0; i < m->classes; i++)
        end = stpcpy(stpcpy(end, m->labels[i]), "\n");
    return text;
}

/* The weights come last: a directory that has them is whole. */
static int write_model(const struct model *m, const struct weights_opts *opts, struct err *err)
{
    if (file_mkdirs(opts->save, err) != 0)
        return -1;
    char *labels = labels_text(m), *weights = file_join(opts->save, "weights.safetensors");
    int rc = write_text(opts->save, "model.json", m->json, err);
    if (rc == 0)
        rc = write_text(opts->save, "labels.txt", labels, err);
    if (rc == 0)
        rc = model_save_weights(m->graph, weights, opts->half, err);
    free(labels);
    free(weights);
    return rc;
}

static int save_model(const char *dir, const struct weights_opts *opts)
{
    struct err err = {""};
    char *from = dir != NULL ? mem_strdup(dir) : model_default_dir("emotion");
    struct model *m = model_open(from, &err);
    int rc = m == NULL || model_load_weights(m, &err) != 0 ? -1 : write_model(m, opts, &err);
    if (rc != 0)
        fprintf(stderr, "moodtop model: %s\n", err.text);
    else
        printf("%s: %zu parameters as float%d\n", opts->save, m->graph->params,
               opts->half ? 16 : 32);
    model_close(m);
    free(from);
    return rc == 0 ? EXIT_OK : EXIT_FAILED;
}

static int model_run(const struct opts *opts, int argc, char **argv)
{
    struct err err = {""};
    if (argc > 1) {
        fputs("moodtop model: expected one FILE or DIR\n", stderr);
        return EXIT_USAGE;
    }
    if (opts->weights.save[0] != '\0')
        return save_model(argc > 0 ? argv[0] : NULL, &opts->weights);
    char *path = json_path(argc, argv);
    struct graph *g = graph_open(path, &err);
    double *seconds = g != NULL ? time_layers(path, &err) : NULL;
    if (seconds != NULL)
        print_model(g, seconds);
    else
        fprintf(stderr, "moodtop model: %s\n", err.text);
    int code = seconds != NULL ? EXIT_OK : EXIT_FAILED;
    free(seconds);
    graph_free(g);
    free(path);
    return code;
}

const struct command cmd_model = {
    .name = "model",
    .args = "[FILE|DIR]",
    .summary = "print a network's layers, as Keras' summary(); or write a trained one elsewhere",
    .sections = "weights",
    .examples = "moodtop model\n"
                "moodtop model models/classic\n"
                "moodtop model runs/2026-11-21-0930-emotion --save mine --half\n",
    .run = model_run,
};
