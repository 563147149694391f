/* Tests of graph: results do not depend on threads; folding; memory sharing; models and inference.
 */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "nn/infer.h"
#include "nn/model.h"
#include "nn/params.h"

#define LAYER(kind, name, options)                                                                 \
    "{\"class_name\":\"" kind "\",\"config\":{\"name\":\"" name "\"" options "}}"
#define NODE(kind, name, options, inbound)                                                         \
    "{\"class_name\":\"" kind "\",\"config\":{\"name\":\"" name "\"" options "},\"name\":\"" name  \
    "\",\"inbound_nodes\":[[" inbound "]]}"
#define FROM(name) "[\"" name "\",0,0,{}]"

/* A small residual network with one of nearly everything. */
static const char
    residual[] =
        "{\"class_name\":\"Functional\",\"config\":{\"name\":\"residual\",\"layers\":["
        "{\"class_name\":\"InputLayer\",\"config\":{\"name\":\"in\",\"batch_input_shape\":"
        "[null,16,16,1]},\"name\":\"in\",\"inbound_nodes\":[]}," NODE(
            "LayerNormalization", "ln", ",\"axis\":[1,2,3]", FROM("in")) "," NODE("Conv2D", "a",
                                                                                  ",\"filters\":8,"
                                                                                  "\"kernel_size\":"
                                                                                  "3,\"padding\":"
                                                                                  "\"same\",\"use_"
                                                                                  "bias\":false",
                                                                                  FROM(
                                                                                      "ln")) "," NODE("BatchNormalization", "bn_a", "", FROM("a")) "," NODE("ReLU", "r", "", FROM("bn_a")) "," NODE("MaxPooling2D", "pool", "", FROM("r")) "," NODE("Conv2D", "b", ",\"filters\":12,\"kernel_size\":3,\"strides\":2,\"padding\":\"same\",\"use_bias\":true", FROM("pool")) "," NODE("BatchNormalization",
                                                                                                                                                                                                                                                                                                                                                                                    "bn_b",
                                                                                                                                                                                                                                                                                                                                                                                    "", FROM("b")) "," NODE("Conv2D", "cut", ",\"filters\":12,\"kernel_size\":1,\"strides\":2", FROM("pool")) "," NODE("Add",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                       "sum",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                       "",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                       FROM("bn_b") "," FROM("cut")) "," NODE("Activation",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "r2",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              ",\"activation\":\"relu\"", FROM("sum")) "," NODE("Dropout",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                "drop",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                ",\"rate\":0.3", FROM("r2")) "," NODE("Flatten",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                      "flat", "", FROM("drop")) "," NODE("Dense",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                         "fc",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                         ",\"units\":130,\"use_bias\":false", FROM("flat")) "," NODE("BatchNormalization",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                     "bn_fc",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                     "",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                     FROM(
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                         "fc")) "," NODE("Dense",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                         "out",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                         ",\"units\":7,\"activation\":\"softmax\"", FROM("bn_fc")) "],\"input_layers\":[[\"in\",0,0]],\"output_layers\":[[\"out\",0,0]]}}";

static struct graph *build(const char *json)
{
    struct err err = {""};
    struct graph *g = graph_from_json(json, strlen(json), "test", &err);
    if (g == NULL)
        fail_msg("%s", err.text);
    graph_init(g, 3);
    return g;
}

static float *noise(size_t n, uint64_t seed)
{
    struct rng r;
    float *v = mem_zalloc(n, sizeof *v);
    rng_seed(&r, seed, 1);
    for (size_t i = 0; i < n; i++)
        v[i] = rng_normal(&r);
    return v;
}

/* Makes moving statistics, gammas and so on differ from their start values. */
static void shake(struct graph *g)
{
    float *v = noise(g->params, 9);
    for (size_t i = 0; i < g->params; i++)
        g->param[i] += i < g->trainable ? 0.2f * v[i] : 0.4f * fabsf(v[i]);
    free(v);
}

/* Three steps of plain gradient descent; the parameters at the end are the result. */
static float *train_a_little(int threads, int batch, size_t *size)
{
    struct err err = {""};
    struct pool *pool = pool_new(threads, &err);
    struct graph *g = build(residual);
    float *x = noise((size_t)batch * 256, 4), *d = noise((size_t)batch * 7, 5);
    graph_reserve(g, batch, true, pool);
    for (uint64_t step = 0; step < 3; step++) {
        graph_logits(g, x, batch, true, step);
        graph_backward(g, d, NULL);
        for (size_t i = 0; i < g->trainable; i++)
            g->param[i] -= 0.01f * g->grad[i];
    }
    float *result = mem_zalloc(g->params, sizeof *result);
    memcpy(result, g->param, g->params * sizeof *result);
    *size = g->params;
    free(x);
    free(d);
    graph_free(g);
    pool_free(pool);
    return result;
}

static void threads_do_not_change_a_bit(void **state)
{
    (void)state;
    static const int batches[] = {1, 5, 37, 160};
    for (size_t b = 0; b < MEM_COUNT(batches); b++) {
        size_t n;
        float *one = train_a_little(1, batches[b], &n);
        for (int threads = 2; threads <= 3; threads++) {
            float *more = train_a_little(threads, batches[b], &n);
            assert_memory_equal(one, more, n * sizeof *one);
            free(more);
        }
        free(one);
    }
}

static double largest_gap(const float *a, const float *b, size_t n)
{
    double gap = 0;
    for (size_t i = 0; i < n; i++)
        gap = fmax(gap, fabs((double)a[i] - (double)b[i]));
    return gap;
}

static void folding_keeps_the_result(void **state)
{
    (void)state;
    struct graph *g = build(residual);
    float *x = noise(8 * 256, 4), before[8 * 7];
    shake(g);
    graph_reserve(g, 8, true, NULL);
    memcpy(before, graph_logits(g, x, 8, false, 0), sizeof before);
    graph_free(g);
    g = build(residual);
    shake(g);
    size_t params = g->params;
    graph_fold(g);
    assert_int_equal(params - g->params, 4 * (8 + 12 + 130) - 8 - 130); /* two new biases */
    graph_reserve(g, 8, false, NULL);
    const float *after = graph_logits(g, x, 8, false, 0);
    assert_true(largest_gap(before, after, 56) < 1e-4);
    assert_true(fabs((double)before[0] - (double)before[7]) > 0.1); /* they say something */
    graph_free(g);
    free(x);
}

/* Tensors that share memory must give what tensors apart give. */
static void sharing_memory_keeps_the_result(void **state)
{
    (void)state;
    struct graph *apart = build(residual), *shared = build(residual);
    float *x = noise(8 * 256, 4);
    shake(apart);
    shake(shared);
    graph_reserve_all(apart, 8, NULL);
    graph_reserve(shared, 8, false, NULL);
    const float *a = graph_forward(apart, x, 8, false, 0),
                *b = graph_forward(shared, x, 8, false, 0);
    assert_memory_equal(a, b, 56 * sizeof *a);
    assert_true(graph_bytes(shared) < graph_bytes(apart));
    for (int i = 0; i < apart->layers; i++) {
        const float *y = graph_output(shared, i);
        size_t n = 8 * shape_size(&apart->layer[i].out);
        assert_non_null(graph_output(apart, i));
        if (y != NULL)
            assert_memory_equal(y, graph_output(apart, i), n * sizeof *y);
    }
    assert_non_null(graph_output(shared, shared->layers - 1));
    graph_free(apart);
    graph_free(shared);
    free(x);
}

/* A batch is its images, one by one. */
static void images_do_not_meet_in_inference(void **state)
{
    (void)state;
    struct graph *g = build(residual);
    float *x = noise(20 * 256, 4), all[20 * 7];
    shake(g);
    graph_reserve(g, 20, false, NULL);
    memcpy(all, graph_forward(g, x, 20, false, 0), sizeof all);
    for (int i = 0; i < 20; i++) {
        const float *y = graph_forward(g, x + i * 256, 1, false, 0);
        assert_true(largest_gap(y, all + i * 7, 7) < 1e-6);
    }
    graph_free(g);
    free(x);
}

static void dropout_repeats_by_its_step(void **state)
{
    (void)state;
    struct graph *g = build(residual);
    float *x = noise(8 * 256, 4), first[56];
    graph_reserve(g, 8, true, NULL);
    memcpy(first, graph_logits(g, x, 8, true, 1), sizeof first);
    assert_memory_not_equal(first, graph_logits(g, x, 8, true, 2), sizeof first);
    assert_memory_equal(first, graph_logits(g, x, 8, true, 1), sizeof first);
    graph_free(g);
    free(x);
}

/* Batch statistics of the moving averages: momentum .99 moves them by a hundredth. */
static void batchnorm_updates_its_moving_averages(void **state)
{
    (void)state;
    struct graph *g = build("{\"class_name\":\"Sequential\",\"config\":{\"name\":\"s\",\"layers\":["
                            "{\"class_name\":\"BatchNormalization\",\"config\":{\"name\":\"bn\","
                            "\"batch_input_shape\":[null,1,2,1]}}]}}");
    float x[4] = {1000, 1002, 1004, 1006}; /* mean 1003, variance 5 */
    graph_reserve(g, 2, true, NULL);
    graph_logits(g, x, 2, true, 0);
    assert_float_equal(params_find(&g->layer[1], "moving_mean")->w[0], 10.03, 1e-4);
    assert_float_equal(params_find(&g->layer[1], "moving_variance")->w[0], 0.99 + 0.05, 1e-5);
    graph_logits(g, x, 2, false, 0);
    assert_float_equal(params_find(&g->layer[1], "moving_mean")->w[0], 10.03, 1e-4);
    graph_free(g);
}

static void starts_as_keras_does(void **state)
{
    (void)state;
    struct graph *g = build(residual), *again = build(residual);
    assert_memory_equal(g->param, again->param, g->params * sizeof(float));
    graph_init(again, 4);
    assert_memory_not_equal(g->param, again->param, g->params * sizeof(float));
    for (int i = 0; i < g->layers; i++) {
        struct layer *l = &g->layer[i];
        struct param *kernel = params_find(l, "kernel"), *gamma = params_find(l, "gamma");
        if (strcmp(l->name, "b") == 0) { /* Glorot uniform: sqrt(6 / (9 (8 + 12))) */
            float most = 0;
            for (size_t k = 0; k < kernel->size; k++)
                most = fmaxf(most, fabsf(kernel->w[k]));
            assert_true(most < 0.18258f && most > 0.18f);
            assert_true(kernel->decay && !params_find(l, "bias")->decay);
            assert_float_equal(params_find(l, "bias")->w[3], 0, 0);
        }
        if (gamma != NULL)
            assert_float_equal(gamma->w[0], 1, 0);
    }
    graph_free(g);
    graph_free(again);
}

static void write_text(const char *dir, const char *name, const char *text)
{
    struct err err = {""};
    char *path = file_join(dir, name);
    assert_int_equal(file_write_atomic(path, text, strlen(text), &err), 0);
    free(path);
}

/* A model directory, written, read back by infer, and what it says of itself. */
static void infer_gives_the_graphs_probabilities(void **state)
{
    (void)state;
    char dir[] = "/tmp/moodtop-test-XXXXXX";
    struct err err = {""};
    assert_non_null(mkdtemp(dir));
    write_text(dir, "model.json", residual);
    write_text(dir, "labels.txt", "angry\ndisgust\nfear\r\nhappy\nsad\nsurprise\nneutral\n\n");
    assert_null(infer_open(dir, 4, &err));
    assert_non_null(strstr(err.text, "weights.safetensors"));

    struct model *m = model_open(dir, &err);
    assert_non_null(m);
    graph_init(m->graph, 1);
    shake(m->graph);
    char *path = file_join(dir, "weights.safetensors");
    assert_int_equal(model_save_weights(m->graph, path, false, &err), 0);
    float *x = noise(4 * 256, 6), p[28], part[14];
    graph_reserve(m->graph, 4, false, NULL);
    const float *want = graph_forward(m->graph, x, 4, false, 0);

    struct infer *in = infer_open(dir, 4, &err);
    assert_non_null(in);
    const struct infer_info *info = infer_info(in);
    assert_string_equal(info->name, file_base(dir));
    assert_int_equal(info->height * 1000 + info->width * 10 + info->depth, 16161);
    assert_int_equal(info->params, m->graph->params);
    assert_int_equal(info->macs, 256 * 9 * 8 + 16 * 9 * 8 * 12 + 16 * 8 * 12 + 192 * 130 + 130 * 7);
    assert_int_equal(info->classes, 7);
    assert_string_equal(info->labels[2], "fear");
    infer_run(in, x, 4, p);
    assert_true(largest_gap(p, want, 28) < 1e-5);
    infer_run(in, x + 512, 2, part);
    assert_true(largest_gap(part, want + 14, 14) < 1e-5);
    infer_close(in);

    write_text(dir, "labels.txt", "one\ntwo\n");
    assert_null(infer_open(dir, 4, &err));
    assert_non_null(strstr(err.text, "7 outputs, labels.txt has 2 lines"));
    model_close(m);
    free(path);
    free(x);
    static const char *const names[] = {"model.json", "labels.txt", "weights.safetensors"};
    for (size_t i = 0; i < MEM_COUNT(names); i++) {
        path = file_join(dir, names[i]);
        unlink(path);
        free(path);
    }
    rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(folding_keeps_the_result),
        cmocka_unit_test(sharing_memory_keeps_the_result),
        cmocka_unit_test(images_do_not_meet_in_inference),
        cmocka_unit_test(dropout_repeats_by_its_step),
        cmocka_unit_test(batchnorm_updates_its_moving_averages),
        cmocka_unit_test(starts_as_keras_does),
        cmocka_unit_test(infer_gives_the_graphs_probabilities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
