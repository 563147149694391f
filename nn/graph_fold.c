/* graph_fold: makes a trained graph smaller for inference. See graph.h. */
#include "nn/graph_run.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "nn/keras.h"
#include "nn/params.h"

static int readers_of(const struct graph *g, int i)
{
    int n = 0;
    for (int j = 1; j < g->layers; j++)
        for (int k = 0; k < g->layer[j].inputs; k++)
            n += g->layer[j].from[k] == i;
    return n;
}

/* Turns a layer into one that hands its input on, which in place costs nothing. */
static void make_linear(struct layer *l)
{
    struct err err;
    json_t *config = json_pack("{s:s, s:s}", "name", l->name, "activation", "linear");
    keras_free_layer(l);
    l->ops = layer_ops_find("Activation");
    l->params = 0;
    l->needs_x = l->needs_y = false;
    l->saved = l->saved_fixed = l->partial = l->scratch = 0;
    l->prepared[0] = l->prepared[1] = 0;
    int rc = l->ops->config(l, config, &err);
    assert(rc == 0);
    json_decref(config);
}

static bool is_foldable(const struct graph *g, int i)
{
    const struct layer *l = &g->layer[i];
    return l->ops->affine != NULL && g->layer[l->from[0]].ops->fold != NULL &&
           readers_of(g, l->from[0]) == 1;
}

void graph_fold(struct graph *g)
{
    assert(g->run == NULL); /* room is made for the folded graph, and nobody trains it */
    for (int i = 1; i < g->layers; i++) {
        struct layer *before = &g->layer[g->layer[i].from[0]];
        if (is_foldable(g, i) && params_find(before, "bias") == NULL)
            params_add(before, "bias", 1, &before->out.c);
    }
    graph_place_params(g); /* the new biases begin as zeros */
    for (int i = 1; i < g->layers; i++) {
        struct layer *l = &g->layer[i];
        if (!is_foldable(g, i))
            continue;
        float *scale = mem_zalloc((size_t)l->out.c, sizeof *scale);
        float *shift = mem_zalloc((size_t)l->out.c, sizeof *shift);
        struct layer *before = &g->layer[l->from[0]];
        l->ops->affine(l, scale, shift);
        before->ops->fold(before, scale, shift);
        free(scale);
        free(shift);
        make_linear(l);
    }
    graph_place_params(g);
}
