/* graph_check: see graph_check.h. */
#include "nn/graph_check.h"

#include <assert.h>
#include <float.h>
#include <math.h>

#include "nn/graph_run.h"

/* Without an early end, so that it becomes vector code. */
static bool all_finite(const float *x, size_t n)
{
    int bad = 0;
    for (size_t i = 0; i < n; i++)
        bad |= !(fabsf(x[i]) <= FLT_MAX);
    return !bad;
}

int graph_bad_param(const struct graph *g)
{
    if (all_finite(g->param, g->params))
        return -1;
    for (int i = 0; i < g->layers; i++)
        for (int k = 0; k < g->layer[i].params; k++)
            if (!all_finite(g->layer[i].param[k].w, g->layer[i].param[k].size))
                return i;
    return -1;
}

int graph_bad_gradient(const struct graph *g)
{
    if (all_finite(g->grad, g->trainable))
        return -1;
    for (int i = g->layers - 1; i >= 0; i--)
        for (int k = 0; k < g->layer[i].params; k++)
            if (g->layer[i].param[k].g != NULL &&
                !all_finite(g->layer[i].param[k].g, g->layer[i].param[k].size))
                return i;
    return -1;
}

static void look(void *ctx, int layer, const float *y, size_t n)
{
    int *bad = ctx;
    if (*bad < 0 && !all_finite(y, n))
        *bad = layer;
}

int graph_bad_output(struct graph *g)
{
    int bad = -1;
    struct graph_run *run = g->run;
    assert(run != NULL && run->train);
    run->watch = look;
    run->watch_ctx = &bad;
    graph_logits(g, run->y[0], run->batch, true, run->step);
    run->watch = NULL;
    return bad;
}
