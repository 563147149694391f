/* Fuzz target: a model.json, whatever it says, is a network that can be planned, or an error. */
#include "tests/fuzz/fuzz.h"

#include "nn/graph.h"

#define FLOATS_MAX ((size_t)1 << 20) /* larger networks are sound, but slow to run */

static bool is_small(const struct graph *g)
{
    size_t sum = g->params;
    for (int i = 0; i < g->layers; i++)
        sum += shape_size(&g->layer[i].out) + g->layer[i].scratch + g->layer[i].saved +
               g->layer[i].saved_fixed + g->layer[i].partial + g->layer[i].prepared[0] +
               g->layer[i].prepared[1];
    return sum < FLOATS_MAX && graph_macs(g) < (long)FLOATS_MAX;
}

enum { BATCH = 2 };

/* Forward and backward: a shape that is wrong shows as an address that is. */
static void train(struct graph *g)
{
    size_t in = shape_size(&g->layer[0].out), out = shape_size(&g->layer[g->layers - 1].out);
    float *x = calloc(BATCH * in, sizeof *x), *d = calloc(BATCH * out, sizeof *d);
    graph_init(g, 1);
    graph_reserve(g, BATCH, true, NULL);
    graph_logits(g, x, BATCH, true, 0);
    graph_backward(g, d, NULL);
    graph_forward(g, x, BATCH, false, 0);
    free(x);
    free(d);
}

static void infer(struct graph *g)
{
    float *x = calloc(BATCH * shape_size(&g->layer[0].out), sizeof *x);
    graph_init(g, 1);
    graph_fold(g);
    graph_reserve(g, BATCH, false, NULL);
    graph_forward(g, x, BATCH, false, 0);
    free(x);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {""};
    struct graph *g = graph_from_json((const char *)data, size, "model.json", &err);
    if (g != NULL && is_small(g)) {
        train(g);
        graph_free(g);
        g = graph_from_json((const char *)data, size, "model.json", &err);
        infer(g);
    }
    if ((g == NULL) != (err.text[0] != '\0'))
        abort();
    graph_free(g);
    return 0;
}
