/* graph: see graph.h. Building, parameters, reserving; running is in graph_pass.c. */
#include "nn/graph_run.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "nn/gemm.h"
#include "nn/keras.h"
#include "nn/params.h"
#include "nn/slice.h"

#define JSON_BYTES_MAX (16u << 20)

/* ---- building ---------------------------------------------------------------------------- */

/* An order in which every input stands before its reader: depth first from the output. */
struct sorter {
    struct keras *k;
    struct graph *g;
    int *place; /* [k->layers] 0 not seen, -1 on the way, else index in g + 1 */
};

static int visit(struct sorter *s, int i, struct err *err)
{
    struct layer *l = &s->k->layer[i];
    if (s->place[i] < 0)
        return err_set(err, "layer \"%s\" (%s): feeds itself", l->name, l->ops->name);
    if (s->place[i] > 0)
        return 0;
    s->place[i] = -1;
    for (int k = 0; k < l->inputs; k++)
        if (visit(s, l->from[k], err) != 0)
            return -1;
    struct layer *to = &s->g->layer[s->g->layers++];
    *to = *l;
    l->priv = NULL; /* it is the graph's now */
    l->ops = NULL;
    for (int k = 0; k < to->inputs; k++)
        to->from[k] = s->place[to->from[k]] - 1;
    s->place[i] = s->g->layers;
    return 0;
}

static int take_layers(struct graph *g, struct keras *k, struct err *err)
{
    struct sorter s = {.k = k, .g = g};
    g->layer = mem_zalloc((size_t)k->layers, sizeof *g->layer);
    s.place = mem_zalloc((size_t)k->layers, sizeof *s.place);
    snprintf(g->name, sizeof g->name, "%s", k->name);
    int rc = visit(&s, k->output, err);
    free(s.place);
    return rc;
}

/*
 * What a file may ask for is bounded, so that a damaged one ends in an error and not in want of
 * memory, and products of sizes fit their types.
 */
#define OUTPUT_MAX (1u << 22)  /* numbers of one image's tensor */
#define PARAMS_MAX (1u << 27)  /* numbers of a layer's parameters, and of all */
#define SCRATCH_MAX (1u << 27) /* numbers */

static int check_size(const struct graph *g, const struct layer *l, struct err *err)
{
    size_t params = 0, out = shape_size(&l->out);
    for (int i = 0; i < l->params; i++)
        params += l->param[i].size;
    if (out > OUTPUT_MAX)
        return err_set(err, "layer \"%s\" (%s): its output has %zu numbers; supported: %u", l->name,
                       l->ops->name, out, OUTPUT_MAX);
    if (params > PARAMS_MAX || params + g->params > PARAMS_MAX || l->scratch > SCRATCH_MAX)
        return err_set(err, "layer \"%s\" (%s): more than %u parameters", l->name, l->ops->name,
                       PARAMS_MAX);
    return 0;
}

static int set_shapes(struct graph *g, struct err *err)
{
    for (int i = 0; i < g->layers; i++) {
        struct layer *l = &g->layer[i];
        for (int k = 0; k < l->inputs; k++)
            l->in[k] = g->layer[l->from[k]].out;
        if (l->ops->shape(l, err) != 0 || check_size(g, l, err) != 0)
            return -1;
        for (int k = 0; k < l->params; k++)
            g->params += l->param[k].size;
    }
    if (graph_logits_layer(g) < 1)
        return err_set(err, "there is no layer between the input and the output");
    return 0;
}

void graph_place_params(struct graph *g)
{
    size_t at[2] = {0, 0}; /* moving statistics; trainable ones */
    for (int i = 0; i < g->layers; i++)
        for (int k = 0; k < g->layer[i].params; k++)
            at[g->layer[i].param[k].trainable] += g->layer[i].param[k].size;
    g->trainable = at[1];
    g->params = at[0] + at[1];
    at[0] = at[1];
    at[1] = 0;
    float *block = mem_aligned(g->params, sizeof *block);
    for (int i = 0; i < g->layers; i++)
        for (int k = 0; k < g->layer[i].params; k++) {
            struct param *p = &g->layer[i].param[k];
            float *w = block + at[p->trainable];
            if (p->w != NULL)
                memcpy(w, p->w, p->size * sizeof *w);
            p->w = w;
            p->g = g->grad != NULL && p->trainable ? g->grad + at[1] : NULL;
            at[p->trainable] += p->size;
        }
    free(g->param);
    g->param = block;
}

/* Takes over what the JSON says; 0 or -1. */
static int build(struct graph *g, const json_t *root, struct err *err)
{
    struct keras k;
    if (keras_read(&k, root, err) != 0)
        return -1;
    int rc = take_layers(g, &k, err);
    keras_free(&k);
    if (rc != 0 || set_shapes(g, err) != 0)
        return -1;
    graph_place_params(g);
    return 0;
}

struct graph *graph_from_json(const char *text, size_t size, const char *file, struct err *err)
{
    json_error_t where;
    json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &where);
    if (root == NULL) {
        err_set(err, "%s:%d: %s", file, where.line, where.text);
        return NULL;
    }
    struct graph *g = mem_zalloc(1, sizeof *g);
    int rc = build(g, root, err);
    json_decref(root);
    if (rc != 0) {
        err_prefix(err, "%s", file);
        graph_free(g);
        return NULL;
    }
    return g;
}

struct graph *graph_open(const char *json_path, struct err *err)
{
    size_t size;
    char *text = file_read(json_path, JSON_BYTES_MAX, &size, err);
    if (text == NULL)
        return NULL;
    struct graph *g = graph_from_json(text, size, json_path, err);
    free(text);
    return g;
}

void graph_init(struct graph *g, uint64_t seed)
{
    g->seed = seed;
    for (int i = 0; i < g->layers; i++) {
        struct layer *l = &g->layer[i];
        struct rng rng;
        rng_seed(&rng, seed, (uint64_t)i);
        if (l->ops->init != NULL)
            l->ops->init(l, &rng);
    }
    graph_changed(g);
}

/* ---- reserving --------------------------------------------------------------------------- */

static void free_run(struct graph *g)
{
    struct graph_run *run = g->run;
    if (run == NULL)
        return;
    for (int i = 0; i < run->threads; i++)
        free(run->scratch[i]);
    free(run->scratch);
    free(run->partial);
    free(run->prepared[0]);
    free(run->prepared);
    free(run->arena);
    free(run->y);
    free(run->dy);
    free(run->saved);
    free(run->saved_fixed);
    free(run->lasting);
    free(run->learns);
    free(run->begun);
    free(run->maker);
    free(run->done);
    free(run);
    g->run = NULL;
}

void graph_free(struct graph *g)
{
    if (g == NULL)
        return;
    free_run(g);
    for (int i = 0; i < g->layers; i++)
        keras_free_layer(&g->layer[i]);
    free(g->layer);
    free(g->param);
    free(g->grad);
    free(g);
}

static void reserve_scratch(struct graph *g, struct graph_run *run)
{
    for (int i = 0; i < g->layers; i++) {
        const struct layer *l = &g->layer[i];
        size_t room = run->room_for_train && l->reads_lazy ? call_room(l) : 0;
        if (l->scratch + room > run->scratch_size)
            run->scratch_size = l->scratch + room;
        if (run->room_for_train && l->partial > run->partial_size)
            run->partial_size = l->partial;
    }
    run->threads = pool_threads(run->pool);
    run->scratch = mem_zalloc((size_t)run->threads, sizeof *run->scratch);
    for (int i = 0; i < run->threads; i++)
        run->scratch[i] = mem_aligned(run->scratch_size, sizeof(float));
    run->partial = mem_aligned(run->partial_size, sizeof(float));
}

static void reserve_prepared(struct graph *g, struct graph_run *run)
{
    size_t total = 0;
    for (int i = 0; i < g->layers; i++)
        total += g->layer[i].prepared[run->room_for_train];
    run->prepared = mem_zalloc((size_t)g->layers, sizeof *run->prepared);
    run->prepared[0] = mem_aligned(total, sizeof(float));
    for (int i = 1; i < g->layers; i++)
        run->prepared[i] = run->prepared[i - 1] + g->layer[i - 1].prepared[run->room_for_train];
    run->prepared_size = total;
    run->stale = true;
}

static void find_learners(struct graph *g, struct graph_run *run)
{
    for (int i = 0; i < g->layers; i++) {
        const struct layer *l = &g->layer[i];
        run->learns[i] = params_trainable(l) > 0;
        for (int k = 0; k < l->inputs; k++)
            run->learns[i] |= run->learns[l->from[k]];
    }
}

static void reserve(struct graph *g, int max_batch, bool train, bool apart, struct pool *pool)
{
    size_t n = (size_t)g->layers;
    assert(max_batch > 0);
    free_run(g);
    gemm_setup();
    struct graph_run *run = g->run = mem_zalloc(1, sizeof *run);
    run->max_batch = max_batch;
    run->room_for_train = train;
    run->pool = pool;
    run->y = mem_zalloc(n, sizeof *run->y);
    run->dy = mem_zalloc(n, sizeof *run->dy);
    run->saved = mem_zalloc(n, sizeof *run->saved);
    run->saved_fixed = mem_zalloc(n, sizeof *run->saved_fixed);
    run->lasting = mem_zalloc(n, sizeof *run->lasting);
    run->learns = mem_zalloc(n, sizeof *run->learns);
    run->begun = mem_zalloc(n, sizeof *run->begun);
    run->maker = mem_zalloc(n, sizeof *run->maker);
    run->done = mem_zalloc(n, sizeof *run->done);
    graph_fuse(g, run);
    reserve_scratch(g, run);
    reserve_prepared(g, run);
    find_learners(g, run);
    graph_plan(g, run, apart);
    if (train && g->grad == NULL) {
        g->grad = mem_aligned(g->trainable, sizeof *g->grad);
        graph_place_params(g);
    }
}

void graph_reserve(struct graph *g, int max_batch, bool train, struct pool *pool)
{
    reserve(g, max_batch, train, false, pool);
}

void graph_reserve_all(struct graph *g, int max_batch, struct pool *pool)
{
    reserve(g, max_batch, false, true, pool);
}

long graph_macs(const struct graph *g)
{
    long macs = 0;
    for (int i = 0; i < g->layers; i++)
        macs += g->layer[i].macs;
    return macs;
}

size_t graph_bytes(const struct graph *g)
{
    const struct graph_run *run = g->run;
    size_t floats = g->params + (g->grad != NULL ? g->trainable : 0);
    if (run != NULL)
        floats += run->arena_size + run->partial_size + run->prepared_size +
                  (size_t)run->threads * run->scratch_size;
    return floats * sizeof(float);
}
