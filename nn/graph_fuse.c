/*
 * graph_fuse: saves passes over memory in training. A layer with ops->map (BatchNormalization)
 * takes the plain ReLU behind it along; and if everybody who reads the result can, it is never
 * written: each reader makes the image it needs, which the cache holds, forward and backward. See
 * layer.h.
 */
#include "nn/graph_run.h"

#include <string.h>

/* The only reader of layer i, or -1. */
static int only_reader(const struct graph *g, int i)
{
    int reader = -1;
    for (int j = 1; j < g->layers; j++)
        for (int k = 0; k < g->layer[j].inputs; k++) {
            if (g->layer[j].from[k] != i)
                continue;
            if (reader >= 0)
                return -1;
            reader = j;
        }
    return reader;
}

/* Is the output of layer i read, and only by layers that can make it themselves? */
static bool may_be_lazy(const struct graph *g, int i)
{
    int readers = 0;
    for (int j = 1; j < g->layers; j++)
        for (int k = 0; k < g->layer[j].inputs; k++) {
            if (g->layer[j].from[k] != i)
                continue;
            readers++;
            if (!g->layer[j].reads_lazy)
                return false;
        }
    return readers > 0 && i != graph_logits_layer(g);
}

void graph_fuse(struct graph *g, struct graph_run *run)
{
    for (int i = 0; i < g->layers; i++) {
        g->layer[i].relu = g->layer[i].lazy = run->done[i] = false;
        run->maker[i] = -1;
    }
    for (int i = 1; i < g->layers && run->room_for_train; i++) {
        struct layer *l = &g->layer[i];
        if (l->ops->map == NULL)
            continue;
        int reader = only_reader(g, i);
        if (reader >= 0 && g->layer[reader].rectifies && i != graph_logits_layer(g))
            l->relu = run->done[reader] = true;
        l->lazy = may_be_lazy(g, l->relu ? reader : i);
        if (l->lazy)
            run->maker[i] = run->maker[l->relu ? reader : i] = i;
    }
}
