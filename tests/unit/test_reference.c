/*
 * Forward parity: every layer of three networks against activations that tests/data/nn/reference.py
 * computed with NumPy in double precision, read as Keras 2 and as Keras 3 write them.
 */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "nn/model.h"
#include "nn/safetensors.h"

#define BATCH 2
#define TOLERANCE 2e-6 /* of the larger of 1 and the value: float against double */
#define DATA "tests/data/nn/"

struct parity {
    struct graph *g;
    struct safetensors *want;
    float *buffer; /* room for any output of the batch */
};

static const float *wanted(struct parity *p, const char *name, const struct shape *s)
{
    struct err err = {""};
    int image[4] = {BATCH, s->h, s->w, s->c}, flat[2] = {BATCH, s->c};
    bool is_flat = safetensors_read(p->want, name, 4, image, p->buffer, NULL) != 0;
    if (is_flat && safetensors_read(p->want, name, 2, flat, p->buffer, &err) != 0)
        fail_msg("%s", err.text);
    return p->buffer;
}

static void compare(const char *name, const float *got, const float *want, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double gap = fabs((double)got[i] - (double)want[i]) / fmax(1, fabs((double)want[i]));
        if (!(gap < TOLERANCE))
            fail_msg("%s: number %zu is %.8g; expected %.8g", name, i, (double)got[i],
                     (double)want[i]);
    }
}

/* The output that Keras calls the layer's own: behind its activation=, if that became a layer. */
static int last_of(const struct graph *g, int i)
{
    char prefix[LAYER_NAME_MAX + 1];
    snprintf(prefix, sizeof prefix, "%s/", g->layer[i].name);
    bool split = i + 1 < g->layers && strncmp(g->layer[i + 1].name, prefix, strlen(prefix)) == 0;
    return split ? i + 1 : i;
}

static size_t largest_output(const struct graph *g)
{
    size_t most = 0;
    for (int i = 0; i < g->layers; i++)
        most = shape_size(&g->layer[i].out) > most ? shape_size(&g->layer[i].out) : most;
    return BATCH * most;
}

/* Compares every layer; the number of layers compared. */
static int compare_all(struct parity *p)
{
    int compared = 0;
    for (int i = 1; i < p->g->layers; i++) {
        int last = last_of(p->g, i);
        const struct layer *l = &p->g->layer[i];
        const float *got = graph_output(p->g, last);
        compare(l->name, got, wanted(p, l->name, &p->g->layer[last].out),
                BATCH * shape_size(&l->out));
        compared++;
        i = last;
    }
    return compared;
}

static void run_parity(const char *net, int keras)
{
    struct err err = {""};
    struct parity p = {NULL, NULL, NULL};
    char *json = mem_printf(DATA "%s.keras%d.json", net, keras);
    char *weights = mem_printf(DATA "%s.safetensors", net);
    char *reference = mem_printf(DATA "%s.reference.safetensors", net);
    p.g = graph_open(json, &err);
    if (p.g == NULL || model_read_weights(p.g, weights, &err) != 0 ||
        (p.want = safetensors_open(reference, &err)) == NULL)
        fail_msg("%s", err.text);
    p.buffer = mem_zalloc(largest_output(p.g), sizeof(float));
    graph_reserve_all(p.g, BATCH, NULL);
    const struct shape *in = &p.g->layer[0].out;
    float *x = mem_zalloc(BATCH * shape_size(in), sizeof *x);
    memcpy(x, wanted(&p, "input", in), BATCH * shape_size(in) * sizeof *x);
    const float *y = graph_forward(p.g, x, BATCH, false, 0);
    assert_int_equal((size_t)compare_all(&p) + 1, safetensors_count(p.want));
    const char *last = p.g->layer[p.g->layers - 1].name;
    char *out = mem_printf("%.*s", (int)strcspn(last, "/"), last);
    compare(out, y, wanted(&p, out, &p.g->layer[p.g->layers - 1].out), BATCH * 7);

    graph_free(p.g); /* the same folded, as inference runs it */
    p.g = graph_open(json, &err);
    assert_int_equal(model_read_weights(p.g, weights, &err), 0);
    graph_fold(p.g);
    graph_reserve(p.g, BATCH, false, NULL);
    y = graph_forward(p.g, x, BATCH, false, 0);
    compare(out, y, wanted(&p, out, &p.g->layer[p.g->layers - 1].out), BATCH * 7);
    graph_free(p.g);
    safetensors_close(p.want);
    free(p.buffer);
    free(x);
    free(out);
    free(json);
    free(weights);
    free(reference);
}

static void sequential_of_keras_2(void **state)
{
    (void)state;
    run_parity("sequential", 2);
}

static void sequential_of_keras_3(void **state)
{
    (void)state;
    run_parity("sequential", 3);
}

static void functional_of_keras_2(void **state)
{
    (void)state;
    run_parity("functional", 2);
}

static void functional_of_keras_3(void **state)
{
    (void)state;
    run_parity("functional", 3);
}

static void other_layers_of_keras_3(void **state)
{
    (void)state;
    run_parity("wide", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sequential_of_keras_2),   cmocka_unit_test(sequential_of_keras_3),
        cmocka_unit_test(functional_of_keras_2),   cmocka_unit_test(functional_of_keras_3),
        cmocka_unit_test(other_layers_of_keras_3),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
