/*
 * Gradients of every layer, signed, for every parameter and every input, against central
 * differences of a random linear functional of the output, summed in double.
 *
 * The layer runs in float, so a difference over 2 h carries a rounding error of about 1e-7 |f| / h;
 * with h = 1e-2 and values around 1 the tolerance of 2e-3 (of the larger of 1 and the gradient)
 * leaves room for it and for the third derivative, and a wrong sign or a lost term shows.
 */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "nn/graph.h"

#define STEP 1e-2f
#define TOLERANCE 2e-3
#define BATCH 3

struct check {
    struct graph *g;
    float *x, *weight; /* the functional is sum of weight * output */
    size_t in, out;    /* floats of the batch */
    uint64_t step;     /* the same for every evaluation: dropout draws the same mask */
};

static double functional(struct check *c)
{
    const float *y = graph_logits(c->g, c->x, BATCH, true, c->step);
    double sum = 0;
    for (size_t i = 0; i < c->out; i++)
        sum += (double)c->weight[i] * (double)y[i];
    return sum;
}

static double slope(struct check *c, float *v)
{
    float was = *v;
    volatile float up = was + STEP, down = was - STEP;
    *v = up;
    double above = functional(c);
    *v = down;
    double below = functional(c);
    *v = was;
    return (above - below) / ((double)up - (double)down);
}

static void compare(struct check *c, const char *what, float *v, const float *got, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double want = slope(c, &v[i]);
        double error = fabs(want - (double)got[i]) / fmax(1, fabs(want));
        if (!(error < TOLERANCE))
            fail_msg("%s of %s: number %zu: difference says %g, backward says %g", c->g->name, what,
                     i, want, (double)got[i]);
    }
}

static void fill(float *v, size_t n, struct rng *r)
{
    for (size_t i = 0; i < n; i++)
        v[i] = rng_range(r, -1, 1);
}

/* Numbers at least 3 steps apart and away from 0, in random order: no kink is crossed. */
static void fill_apart(float *v, size_t n, struct rng *r)
{
    for (size_t i = 0; i < n; i++)
        v[i] = ((float)i - (float)(n / 2) + 0.5f) * 4 * STEP;
    for (size_t i = n; i > 1; i--) {
        size_t j = rng_below(r, (uint32_t)i);
        float t = v[i - 1];
        v[i - 1] = v[j];
        v[j] = t;
    }
}

static void check_text(const char *json, bool apart)
{
    struct err err = {""};
    struct rng r;
    struct check c = {.step = 7};
    c.g = graph_from_json(json, strlen(json), "test", &err);
    if (c.g == NULL)
        fail_msg("%s", err.text);
    graph_init(c.g, 5);
    graph_reserve(c.g, BATCH, true, NULL);
    rng_seed(&r, 11, 3);
    c.in = BATCH * shape_size(&c.g->layer[0].out);
    c.out = BATCH * shape_size(&c.g->layer[c.g->layers - 1].out);
    c.x = mem_zalloc(c.in, sizeof(float));
    c.weight = mem_zalloc(c.out, sizeof(float));
    float *dx = mem_zalloc(c.in, sizeof(float)), *grad = mem_zalloc(c.g->trainable, sizeof(float));
    (apart ? fill_apart : fill)(c.x, c.in, &r);
    fill(c.weight, c.out, &r);
    for (size_t i = 0; i < c.g->trainable; i++)
        c.g->param[i] += rng_range(&r, -0.3f, 0.3f); /* biases and gammas off their start values */
    graph_logits(c.g, c.x, BATCH, true, c.step);
    graph_backward(c.g, c.weight, dx);
    memcpy(grad, c.g->grad, c.g->trainable * sizeof(float));
    compare(&c, "input", c.x, dx, c.in);
    compare(&c, "parameters", c.g->param, grad, c.g->trainable);
    free(dx);
    free(grad);
    free(c.x);
    free(c.weight);
    graph_free(c.g);
}

/* A Sequential of an input of that shape and the layers. */
static void check_layers(const char *name, const char *shape, const char *layers, bool apart)
{
    char *json =
        mem_printf("{\"class_name\":\"Sequential\",\"config\":{\"name\":\"%s\",\"layers\":["
                   "{\"class_name\":\"InputLayer\",\"config\":{\"name\":\"in\","
                   "\"batch_shape\":[null,%s]}},%s]}}",
                   name, shape, layers);
    check_text(json, apart);
    free(json);
}

#define LAYER(kind, options)                                                                       \
    "{\"class_name\":\"" kind "\",\"config\":{\"name\":\"" kind "\"" options "}}"

static void conv2d_gradients(void **state)
{
    (void)state;
    check_layers("conv 3x3 same", "5,4,2",
                 LAYER("Conv2D", ",\"filters\":3,\"kernel_size\":[3,3],\"padding\":\"same\""),
                 false);
    check_layers("conv 3x3 same stride 2 of even", "6,4,2",
                 LAYER("Conv2D", ",\"filters\":3,\"kernel_size\":3,\"strides\":[2,2],"
                                 "\"padding\":\"same\",\"use_bias\":false"),
                 false);
    check_layers("conv 3x2 valid stride 2x1", "7,5,3",
                 LAYER("Conv2D", ",\"filters\":2,\"kernel_size\":[3,2],\"strides\":[2,1]"), false);
    check_layers("conv 1x1", "3,3,4", LAYER("Conv2D", ",\"filters\":5,\"kernel_size\":1"), false);
    check_layers("conv 1x1 stride 2", "4,5,2",
                 LAYER("Conv2D", ",\"filters\":2,\"kernel_size\":1,\"strides\":2,"
                                 "\"padding\":\"same\""),
                 false);
    check_layers("conv 5x5 same on a smaller image", "3,2,2",
                 LAYER("Conv2D", ",\"filters\":2,\"kernel_size\":5,\"padding\":\"same\""), false);
    check_layers("conv activation", "4,4,1",
                 LAYER("Conv2D", ",\"filters\":2,\"kernel_size\":2,\"activation\":\"tanh\""),
                 false);
}

static void grouped_gradients(void **state)
{
    (void)state;
    check_layers("conv of two groups", "5,4,4",
                 LAYER("Conv2D", ",\"filters\":6,\"kernel_size\":3,\"groups\":2,"
                                 "\"padding\":\"same\""),
                 false);
    check_layers("conv of channels", "4,4,3",
                 LAYER("Conv2D", ",\"filters\":6,\"kernel_size\":2,\"groups\":3,\"strides\":2"),
                 false);
    check_layers("depthwise 3x3 same", "5,4,24",
                 LAYER("DepthwiseConv2D", ",\"kernel_size\":3,\"padding\":\"same\""), false);
    check_layers("depthwise 3x3 valid", "5,6,8",
                 LAYER("DepthwiseConv2D", ",\"kernel_size\":3,\"use_bias\":false"), false);
    check_layers("depthwise 3x2 stride 2 twice", "6,5,3",
                 LAYER("DepthwiseConv2D", ",\"kernel_size\":[3,2],\"strides\":2,"
                                          "\"padding\":\"same\",\"depth_multiplier\":2"),
                 false);
    check_layers("separable", "5,4,8",
                 LAYER("SeparableConv2D", ",\"filters\":16,\"kernel_size\":3,"
                                          "\"padding\":\"same\""),
                 false);
    check_layers("separable of 16", "4,4,16",
                 LAYER("SeparableConv2D", ",\"filters\":5,\"kernel_size\":3,"
                                          "\"activation\":\"tanh\""),
                 false);
    check_layers("separable stride 2 twice", "5,4,3",
                 LAYER("SeparableConv2D", ",\"filters\":4,\"kernel_size\":2,\"strides\":[2,2],"
                                          "\"depth_multiplier\":2,\"use_bias\":false"),
                 false);
}

static void dense_gradients(void **state)
{
    (void)state;
    check_layers("dense", "6", LAYER("Dense", ",\"units\":4"), false);
    check_layers("dense no bias", "6",
                 LAYER("Dense", ",\"units\":4,\"use_bias\":false,\"activation\":\"sigmoid\""),
                 false);
    check_layers("dense on pixels", "2,3,4", LAYER("Dense", ",\"units\":3"), false);
}

static void batchnorm_gradients(void **state)
{
    (void)state;
    check_layers("bn", "4,3,5", LAYER("BatchNormalization", ""), false);
    check_layers("bn bare", "4,3,2",
                 LAYER("BatchNormalization", ",\"scale\":false,\"center\":false,\"axis\":[3]"),
                 false);
    check_layers("bn frozen", "4,3,2", LAYER("BatchNormalization", ",\"trainable\":false"), false);
}

static void layernorm_gradients(void **state)
{
    (void)state;
    check_layers("ln of channels", "2,3,5", LAYER("LayerNormalization", ",\"axis\":[-1]"), false);
    check_layers("ln of images", "2,3,4",
                 LAYER("LayerNormalization", ",\"axis\":[1,2,3],\"epsilon\":0.01"), false);
    check_layers("ln bare", "2,3,4",
                 LAYER("LayerNormalization", ",\"axis\":[1,2,3],\"center\":false,\"scale\":false"),
                 false);
}

static void activation_gradients(void **state)
{
    (void)state;
    check_layers("relu", "4,4,3", LAYER("ReLU", ""), true);
    check_layers("relu6 leaky", "4,4,3",
                 LAYER("ReLU", ",\"max_value\":0.48,\"negative_slope\":0.25"), true);
    check_layers("relu word", "4,4,3", LAYER("Activation", ",\"activation\":\"relu\""), true);
    check_layers("linear", "2,2,3", LAYER("Activation", ",\"activation\":\"linear\""), false);
    check_layers("sigmoid", "2,2,3", LAYER("Activation", ",\"activation\":\"sigmoid\""), false);
    check_layers("tanh", "2,2,3", LAYER("Activation", ",\"activation\":\"tanh\""), false);
    check_layers("leaky relu", "4,4,3", LAYER("LeakyReLU", ",\"negative_slope\":0.25"), true);
    check_layers("leaky relu of Keras 2", "4,4,3", LAYER("LeakyReLU", ",\"alpha\":0.1"), true);
    check_layers("elu", "4,4,3", LAYER("ELU", ",\"alpha\":0.5"), true);
    check_layers("leaky word", "4,4,3", LAYER("Activation", ",\"activation\":\"leaky_relu\""),
                 true);
    check_layers("selu", "4,4,3", LAYER("Activation", ",\"activation\":\"selu\""), true);
    check_layers("swish", "4,4,3", LAYER("Activation", ",\"activation\":\"swish\""), false);
    check_layers("swish of conv", "4,4,2",
                 LAYER("Conv2D", ",\"filters\":3,\"kernel_size\":2,\"activation\":\"silu\""),
                 false);
    check_layers("hard sigmoid", "2,4,3", LAYER("Activation", ",\"activation\":\"hard_sigmoid\""),
                 false);
    /* the last softmax is left out by graph_logits, so another layer stands behind it */
    check_layers("softmax", "2,2,4", LAYER("Softmax", ",\"axis\":-1") "," LAYER("Flatten", ""),
                 false);
}

static void pooling_gradients(void **state)
{
    (void)state;
    check_layers("max 2x2", "4,6,3", LAYER("MaxPooling2D", ",\"pool_size\":[2,2]"), true);
    check_layers("max 3x3 stride 2 same", "5,4,2",
                 LAYER("MaxPooling2D", ",\"pool_size\":3,\"strides\":2,\"padding\":\"same\""),
                 true);
    check_layers("max 3x2 overlapping", "5,5,2",
                 LAYER("MaxPooling2D", ",\"pool_size\":[3,2],\"strides\":[1,1]"), true);
    check_layers("average 2x2", "4,6,3", LAYER("AveragePooling2D", ""), false);
    check_layers("average 3x3 stride 2 same", "5,4,2",
                 LAYER("AveragePooling2D", ",\"pool_size\":3,\"strides\":2,\"padding\":\"same\""),
                 false);
    check_layers("global max", "4,3,5", LAYER("GlobalMaxPooling2D", ""), true);
    check_layers("global average", "4,3,5", LAYER("GlobalAveragePooling2D", ",\"keepdims\":false"),
                 false);
}

static void small_layer_gradients(void **state)
{
    (void)state;
    check_layers("dropout", "4,4,3", LAYER("Dropout", ",\"rate\":0.4"), false);
    check_layers("spatial dropout", "4,4,6", LAYER("SpatialDropout2D", ",\"rate\":0.4"), false);
    check_layers("reshape", "4,4,3",
                 LAYER("Reshape", ",\"target_shape\":[2,-1,6]") "," LAYER(
                     "Conv2D", ",\"filters\":2,\"kernel_size\":2"),
                 false);
    check_layers("flatten", "4,4,3", LAYER("Flatten", "") "," LAYER("Dense", ",\"units\":2"),
                 false);
    check_layers("rescaling", "3,2,2", LAYER("Rescaling", ",\"scale\":0.5,\"offset\":-1"), false);
    check_layers("zero padding", "3,2,2", LAYER("ZeroPadding2D", ",\"padding\":[[1,0],[2,3]]"),
                 false);
}

#define NODE(kind, name, options, inbound)                                                         \
    "{\"class_name\":\"" kind "\",\"config\":{\"name\":\"" name "\"" options "},\"name\":\"" name  \
    "\",\"inbound_nodes\":[[" inbound "]]}"
#define FROM(name) "[\"" name "\",0,0,{}]"

/* An output with several readers; sums in which the same layer stands twice; ReLU over a sum. */
static void residual_gradients(void **state)
{
    (void)state;
    check_text(
        "{\"class_name\":\"Functional\",\"config\":{\"name\":\"residual\",\"layers\":["
        "{\"class_name\":\"InputLayer\",\"config\":{\"name\":\"in\",\"batch_input_shape\":"
        "[null,4,4,2]},\"name\":\"in\",\"inbound_nodes\":[]}," NODE("Conv2D", "a", ",\"filters\":3,\"kernel_size\":3,\"padding\":\"same\"", FROM("in")) "," NODE(
            "BatchNormalization", "bn", "",
            FROM(
                "a")) "," NODE("Activation", "r", ",\"activation\":\"sigmoid\"",
                               FROM(
                                   "bn")) "," NODE("Conv2D", "b",
                                                   ",\"filters\":3,\"kernel_size\":3,\"padding\":"
                                                   "\"same\"",
                                                   FROM(
                                                       "r")) "," NODE("Add", "sum", "",
                                                                      FROM("r") "," FROM(
                                                                          "b")) "," NODE("Activatio"
                                                                                         "n",
                                                                                         "t",
                                                                                         ",\"activa"
                                                                                         "tion\":"
                                                                                         "\"tanh\"",
                                                                                         FROM(
                                                                                             "su"
                                                                                             "m")) "," NODE("Add",
                                                                                                            "twice",
                                                                                                            "",
                                                                                                            FROM("t") "," FROM("t") "," FROM("r") "," FROM(
                                                                                                                "in3")) "," NODE("Conv2D",
                                                                                                                                 "in3",
                                                                                                                                 ",\"filters\":3,\"kernel_size\":1",
                                                                                                                                 FROM(
                                                                                                                                     "in")) "," NODE("GlobalAveragePooling2D",
                                                                                                                                                     "gap",
                                                                                                                                                     "",
                                                                                                                                                     FROM(
                                                                                                                                                         "twice")) "," NODE("Dense",
                                                                                                                                                                            "out",
                                                                                                                                                                            ",\"units\":4,\"activation\":\"softmax\"",
                                                                                                                                                                            FROM(
                                                                                                                                                                                "gap")) "],\"input_layers\":[[\"in\",0,0]],\"output_layers\":[[\"out\",0,0]]}}",
        false);
}

/* Products and rows of channels, the same layer standing twice in one. */
static void merging_gradients(void **state)
{
    (void)state;
    static const char conv[] = ",\"filters\":3,\"kernel_size\":3,\"padding\":\"same\"";
    char *a = mem_printf(NODE("Conv2D", "a", "%s", FROM("in")), conv);
    char *b = mem_printf(NODE("Conv2D", "b", "%s", FROM("in")), conv);
    char *json = mem_printf(
        "{\"class_name\":\"Functional\",\"config\":{\"name\":\"merging\",\"layers\":["
        "{\"class_name\":\"InputLayer\",\"config\":{\"name\":\"in\",\"batch_input_shape\":"
        "[null,4,4,2]},\"name\":\"in\",\"inbound_nodes\":[]},%s,%s,%s,%s,%s],"
        "\"input_layers\":[[\"in\",0,0]],\"output_layers\":[[\"out\",0,0]]}}",
        a, b, NODE("Multiply", "product", "", FROM("a") "," FROM("b") "," FROM("a")),
        NODE("Concatenate", "rows", "", FROM("product") "," FROM("in") "," FROM("b") "," FROM("b")),
        NODE("Conv2D", "out", ",\"filters\":2,\"kernel_size\":2", FROM("rows")));
    check_text(json, false);
    free(a);
    free(b);
    free(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conv2d_gradients),      cmocka_unit_test(dense_gradients),
        cmocka_unit_test(batchnorm_gradients),   cmocka_unit_test(layernorm_gradients),
        cmocka_unit_test(activation_gradients),  cmocka_unit_test(pooling_gradients),
        cmocka_unit_test(grouped_gradients),     cmocka_unit_test(merging_gradients),
        cmocka_unit_test(small_layer_gradients), cmocka_unit_test(residual_gradients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
