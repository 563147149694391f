/*
 * What saves passes over memory in training changes no result: the loops over rows of channels
 * against plain sums in double, and networks whose BatchNormalization takes the ReLU behind it
 * along or leaves its output to the readers against the same ones with "linear" layers in between,
 * which prevent that.
 */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "nn/channels.h"
#include "nn/graph.h"
#include "nn/window_max.h"

static float *noise(size_t n, uint64_t seed)
{
    struct rng r;
    float *v = mem_zalloc(n, sizeof *v);
    rng_seed(&r, seed, 1);
    for (size_t i = 0; i < n; i++)
        v[i] = rng_normal(&r);
    return v;
}

static void assert_near(double got, double want, double scale)
{
    if (!(fabs(got - want) <= 2e-6 * scale))
        fail_msg("got %g, want %g", got, want);
}

/* ---- the loops --------------------------------------------------------------------------------
 */

struct rows {
    size_t n, c;
    float *x, *dy, *y, *param; /* param: (5, c) */
    struct channel_map map;
};

/* What the map lets through of dy at i. */
static double passed(const struct rows *r, size_t i)
{
    size_t k = i % r->c;
    return !r->map.relu || fmaf(r->map.a[k], r->x[i], r->map.d[k]) > 0 ? (double)r->dy[i] : 0;
}

static void check_map(const struct rows *r)
{
    channels_map(&r->map, r->x, r->y, r->n, r->c);
    for (size_t i = 0; i < r->n * r->c; i++) {
        size_t k = i % r->c;
        double v = (double)r->map.a[k] * (double)r->x[i] + (double)r->map.d[k];
        assert_near((double)r->y[i], r->map.relu ? fmax(v, 0) : v, 4);
    }
}

static void check_sums(const struct rows *r)
{
    const float *mean = r->param + 2 * r->c;
    double *moments = mem_zalloc(4 * r->c, sizeof *moments), *products = moments + 2 * r->c;
    channels_moments(r->x, mean, r->n, r->c, moments);
    channels_products(&r->map, r->x, r->dy, mean, r->n, r->c, products);
    for (size_t k = 0; k < r->c; k++) {
        double want[4] = {0};
        for (size_t i = k; i < r->n * r->c; i += r->c) {
            double v = (double)r->x[i] - (double)mean[k], g = passed(r, i);
            want[0] += v;
            want[1] += v * v;
            want[2] += g;
            want[3] += g * v;
        }
        for (size_t j = 0; j < 4; j++)
            assert_near(moments[j * r->c + k], want[j], 2 * (double)r->n);
    }
    free(moments);
}

static void check_back(const struct rows *r)
{
    size_t c = r->c;
    struct channel_slope s = {r->param + 2 * c, r->param + 3 * c, r->param + 4 * c};
    for (int add = 0; add < 2; add++) {
        for (size_t i = 0; i < r->n * c; i++)
            r->y[i] = 1;
        channels_back(&r->map, &s, r->x, r->dy, r->y, add, r->n, c);
        for (size_t i = 0; i < r->n * c; i++)
            assert_near((double)r->y[i],
                        add + (double)s.p[i % c] * passed(r, i) +
                            (double)s.q[i % c] * (double)r->x[i] + (double)s.r[i % c],
                        8);
    }
}

static void loops_over_channels_agree_with_doubles(void **state)
{
    (void)state;
    static const size_t channels[] = {1, 3, 7, 8, 12, 16, 24, 32, 40, 48, 64, 96, 200, 272};
    static const size_t counts[] = {1, 2, 5, 33, 700};
    for (size_t i = 0; i < MEM_COUNT(channels) * MEM_COUNT(counts) * 2; i++) {
        struct rows r = {.c = channels[i / 2 % MEM_COUNT(channels)],
                         .n = counts[i / 2 / MEM_COUNT(channels)]};
        r.x = noise(r.n * r.c, i);
        r.dy = noise(r.n * r.c, i + 1000);
        r.param = noise(5 * r.c, i + 2000);
        r.y = mem_zalloc(r.n * r.c, sizeof *r.y);
        r.map = (struct channel_map){r.param, r.param + r.c, i % 2 == 1};
        check_map(&r);
        check_sums(&r);
        check_back(&r);
        free(r.x);
        free(r.dy);
        free(r.param);
        free(r.y);
    }
}

static void what_is_not_a_number_stays_seen(void **state)
{
    (void)state;
    float x[32], y[32], a[32], d[32] = {0};
    for (int i = 0; i < 32; i++) {
        x[i] = i % 2 == 0 ? NAN : -1;
        a[i] = 1;
    }
    struct channel_map map = {a, d, true};
    for (size_t c = 1; c <= 32; c *= 32) {
        channels_map(&map, x, y, 32 / c, c);
        for (int i = 0; i < 32; i++)
            assert_true(i % 2 == 0 ? isnan(y[i]) : y[i] == 0);
    }
}

/* One window by the definition: the largest number, and dy to the first that equals it. */
static void plain_window(const struct window *w, const struct shape *in, const struct view *v,
                         size_t c, const float *x, float dy, float *y, float *dx)
{
    (void)w;
    size_t best = 0;
    bool any = false;
    for (int iy = v->y0; iy < v->y1; iy++)
        for (int ix = v->x0; ix < v->x1; ix++) {
            size_t at = (size_t)(iy * in->w + ix) * (size_t)in->c + c;
            if (!any || x[at] > x[best])
                best = at;
            any = true;
        }
    *y = x[best];
    dx[best] += dy;
}

static void check_window(struct window w, int height, int width, int channels)
{
    struct shape in = {height, width, channels}, out = {0, 0, channels};
    struct err err = {""};
    struct layer l = {.in = {in}};
    assert_int_equal(window_shape(&w, &l, &out, &err), 0);
    size_t n = shape_size(&in), m = shape_size(&out);
    float *x = noise(n, 1), *dy = noise(m, 2), *y = noise(m, 3), *want = noise(m, 4);
    float *dx = noise(n, 5), *want_dx = noise(n, 5);
    for (size_t i = 0; i < n; i++)
        x[i] = roundf(2 * x[i]); /* equals are frequent */
    window_max(&w, &in, &out, x, y);
    window_max_back(&w, &in, &out, x, y, dy, dx);
    for (size_t i = 0; i < m; i++) {
        int pixel = (int)i / channels;
        struct view v = window_view(&w, &in, pixel / out.w, pixel % out.w);
        plain_window(&w, &in, &v, i % (size_t)channels, x, dy[i], &want[i], want_dx);
    }
    assert_memory_equal(y, want, m * sizeof *y);
    for (size_t i = 0; i < n; i++)
        assert_near((double)dx[i], (double)want_dx[i], 16);
    free(x);
    free(dy);
    free(y);
    free(want);
    free(dx);
    free(want_dx);
}

static void windows_give_to_the_first_of_equals(void **state)
{
    (void)state;
    static const int channels[] = {1, 7, 8, 16, 24, 35};
    for (size_t i = 0; i < MEM_COUNT(channels); i++) {
        int c = channels[i];
        check_window((struct window){.kh = 3, .kw = 3, .sh = 2, .sw = 2, .same = true}, 12, 11, c);
        check_window((struct window){.kh = 2, .kw = 2, .sh = 2, .sw = 2}, 7, 8, c);
        check_window((struct window){.kh = 3, .kw = 2, .sh = 1, .sw = 2, .same = true}, 5, 6, c);
        check_window((struct window){.kh = 6, .kw = 5, .sh = 6, .sw = 5}, 6, 5, c);
    }
}

/* ---- networks ---------------------------------------------------------------------------------
 */

/* At each @ stands `then`, which is between a BatchNormalization, its ReLU and the readers; each ~
 * becomes a name. */
static struct graph *build(const char *format, const char *then)
{
    struct err err = {""};
    char *parts[16] = {NULL}, *json = mem_printf("%s", "");
    char *copy = mem_printf("%s", format), *save = NULL;
    int n = 0;
    for (char *p = strtok_r(copy, "@", &save); p != NULL && n < 16; p = strtok_r(NULL, "@", &save))
        parts[n++] = p;
    for (int i = 0; i < n; i++) {
        char *longer = mem_printf("%s%s%s", json, i > 0 ? then : "", parts[i]);
        free(json);
        json = longer;
    }
    char name = '0';
    for (char *p = json; *p != '\0'; p++)
        *p = *p == '~' ? name++ : *p;
    struct graph *g = graph_from_json(json, strlen(json), "test", &err);
    if (g == NULL)
        fail_msg("%s", err.text);
    free(copy);
    free(json);
    graph_init(g, 3);
    return g;
}

#define BATCH 9

/* Two steps of gradient descent, the second one's loss by the input in dx; and an evaluation. */
static float *learn(struct graph *g, int threads, float *dx, float *y)
{
    struct err err = {""};
    struct pool *pool = pool_new(threads, &err);
    size_t in = shape_size(&g->layer[0].out), out = shape_size(&g->layer[g->layers - 1].out);
    float *x = noise(BATCH * in, 4), *d = noise(BATCH * out, 5);
    float *shift = noise(g->trainable, 6);
    graph_reserve(g, BATCH, true, pool);
    for (size_t i = 0; i < g->trainable; i++)
        g->param[i] = 0.2f * shift[i]; /* graph_init draws by the layer's number */
    for (uint64_t step = 0; step < 2; step++) {
        graph_logits(g, x, BATCH, true, step);
        graph_backward(g, d, dx);
        for (size_t i = 0; i < g->trainable; i++)
            g->param[i] -= 0.002f * g->grad[i];
    }
    memcpy(y, graph_logits(g, x, BATCH, false, 0), BATCH * out * sizeof *y);
    float *result = mem_zalloc(g->params, sizeof *result);
    memcpy(result, g->param, g->params * sizeof *result);
    free(x);
    free(d);
    free(shift);
    pool_free(pool);
    return result;
}

static void assert_close(const char *what, const float *a, const float *b, size_t n)
{
    double scale = 0;
    for (size_t i = 0; i < n; i++)
        scale = fmax(scale, fabs((double)b[i]));
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)a[i] - (double)b[i]) <= 1e-5 * scale))
            fail_msg("%s %zu: %.9g, not %.9g", what, i, (double)a[i], (double)b[i]);
}

static void check_network(const char *format, const char *linear)
{
    struct graph *fused = build(format, ""), *apart = build(format, linear),
                 *two = build(format, "");
    size_t in = BATCH * shape_size(&fused->layer[0].out);
    size_t out = BATCH * shape_size(&fused->layer[fused->layers - 1].out);
    float *dx[3], *y[3];
    for (int i = 0; i < 3; i++) {
        dx[i] = mem_zalloc(in, sizeof(float));
        y[i] = mem_zalloc(out, sizeof(float));
    }
    float *a = learn(fused, 1, dx[0], y[0]), *b = learn(apart, 1, dx[1], y[1]);
    float *c = learn(two, 2, dx[2], y[2]);
    assert_memory_equal(a, c, fused->params * sizeof *a);
    assert_memory_equal(dx[0], dx[2], in * sizeof(float));
    assert_close("parameter", a, b, fused->params);
    assert_close("gradient by the input", dx[0], dx[1], in);
    assert_close("output", y[0], y[1], out);
    assert_true(graph_bytes(fused) < graph_bytes(apart));
    for (int i = 0; i < 3; i++) {
        free(dx[i]);
        free(y[i]);
    }
    free(a);
    free(b);
    free(c);
    graph_free(fused);
    graph_free(apart);
    graph_free(two);
}

#define LAYER(kind, options) ",{\"class_name\":\"" kind "\",\"config\":{\"name\":\"~\"" options "}}"
#define SEQUENTIAL                                                                                 \
    "{\"class_name\":\"Sequential\",\"config\":{\"name\":\"net\",\"layers\":["                     \
    "{\"class_name\":\"InputLayer\",\"config\":{\"name\":\"in\",\"batch_shape\":[null,26,26,2]}}"
#define LINEAR LAYER("Activation", ",\"activation\":\"linear\"")
#define NORM LAYER("BatchNormalization", "") "@"
#define RELU LAYER("ReLU", "") "@"

static void readers_make_what_they_read(void **state)
{
    (void)state;
    check_network(
        SEQUENTIAL LAYER("Conv2D", ",\"filters\":8,\"kernel_size\":3,\"use_bias\":false")
            NORM RELU LAYER("Conv2D", ",\"filters\":8,\"kernel_size\":3") NORM RELU LAYER(
                "SeparableConv2D", ",\"filters\":24,\"kernel_size\":3,\"padding\":\"same\"")
                NORM RELU LAYER("MaxPooling2D", ",\"pool_size\":3,\"strides\":2")
                    LAYER("DepthwiseConv2D", ",\"kernel_size\":3")
                        NORM LAYER("AveragePooling2D", "")
                            LAYER("Conv2D", ",\"filters\":6,\"kernel_size\":1,\"strides\":2")
                                NORM RELU LAYER("GlobalAveragePooling2D", "") "]}}",
        LINEAR);
}

static void a_relu_is_done_on_the_way(void **state)
{
    (void)state;
    check_network(SEQUENTIAL LAYER("Conv2D", ",\"filters\":16,\"kernel_size\":3")
                      NORM RELU LAYER("Conv2D", ",\"filters\":16,\"kernel_size\":3")
                          NORM RELU LAYER("ZeroPadding2D", "") LAYER("Flatten", "")
                              LAYER("Dense", ",\"units\":12")
                                  NORM RELU LAYER("Dense", ",\"units\":5") "]}}",
                  LINEAR);
}

static void normalisation_may_come_last(void **state)
{
    (void)state;
    struct graph *g =
        build(SEQUENTIAL LAYER("GlobalMaxPooling2D", "") LAYER("BatchNormalization", "") "]}}", "");
    float dx[BATCH * 26 * 26 * 2], y[BATCH * 2];
    float *end = learn(g, 1, dx, y);
    for (size_t i = 0; i < MEM_COUNT(y); i++)
        assert_true(isfinite(y[i]));
    free(end);
    graph_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loops_over_channels_agree_with_doubles),
        cmocka_unit_test(what_is_not_a_number_stays_seen),
        cmocka_unit_test(windows_give_to_the_first_of_equals),
        cmocka_unit_test(readers_make_what_they_read),
        cmocka_unit_test(a_relu_is_done_on_the_way),
        cmocka_unit_test(normalisation_may_come_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
