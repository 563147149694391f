/* Tests of the convolution algorithms against a convolution by definition, in double. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "nn/conv.h"
#include "nn/gemm.h"
#include "nn/panel.h"

static float *noise(struct rng *r, size_t n)
{
    float *x = mem_aligned(n, sizeof *x);
    for (size_t i = 0; i < n; i++)
        x[i] = rng_normal(r);
    return x;
}

/* Largest difference over the root mean square of what is wanted. */
static double relative_error(const float *got, const double *want, size_t n)
{
    double worst = 0, power = 0;
    for (size_t i = 0; i < n; i++) {
        worst = fmax(worst, fabs(got[i] - want[i]));
        power += want[i] * want[i];
    }
    return worst / sqrt(power / (double)n);
}

/* Calls fn for each product x[xi] * kernel[ki] that goes into y[yi]. */
static void each_product(const struct conv *c, int n,
                         void (*fn)(void *ctx, size_t xi, size_t ki, size_t yi), void *ctx)
{
    const struct window *w = &c->win;
    for (int i = 0; i < n * c->out.h * c->out.w * w->kh * w->kw; i++) {
        int kx = i % w->kw, ky = i / w->kw % w->kh, at = i / w->kw / w->kh;
        int ox = at % c->out.w, oy = at / c->out.w % c->out.h, image = at / c->out.w / c->out.h;
        int x = ox * w->sw + kx - w->left, y = oy * w->sh + ky - w->top;
        if (x < 0 || x >= c->in.w || y < 0 || y >= c->in.h)
            continue;
        size_t xi = (size_t)((image * c->in.h + y) * c->in.w + x) * (size_t)c->in.c;
        for (size_t ci = 0; ci < (size_t)c->in.c; ci++)
            for (size_t co = 0; co < (size_t)c->out.c; co++)
                fn(ctx, xi + ci,
                   ((size_t)(ky * w->kw + kx) * (size_t)c->in.c + ci) * (size_t)c->out.c + co,
                   (size_t)at * (size_t)c->out.c + co);
    }
}

struct naive {
    const float *x, *kernel, *dy;
    double *y, *dx, *dw;
};

static void add_product(void *ctx, size_t xi, size_t ki, size_t yi)
{
    struct naive *s = ctx;
    s->y[yi] += (double)s->x[xi] * s->kernel[ki];
    s->dx[xi] += (double)s->dy[yi] * s->kernel[ki];
    s->dw[ki] += (double)s->dy[yi] * s->x[xi];
}

/* Checks forward and both gradients of n images. */
static void check_conv(struct conv c, int n)
{
    const struct conv_algo *algo = c.algo;
    int taps = c.win.kh, h = c.in.h, w = c.in.w, in = c.in.c, out = c.out.c;
    assert_true(algo->fits == NULL || algo->fits(&c));
    size_t nx = (size_t)n * shape_size(&c.in), ny = (size_t)n * shape_size(&c.out);
    size_t nk = (size_t)(taps * taps) * (size_t)in * (size_t)out;
    struct rng r;
    rng_seed(&r, 7, (uint64_t)(h * w));
    float *x = noise(&r, nx), *kernel = noise(&r, nk), *dy = noise(&r, ny);
    struct naive s = {x, kernel, dy, mem_zalloc(ny, 8), mem_zalloc(nx, 8), mem_zalloc(nk, 8)};
    each_product(&c, n, add_product, &s);

    float *prepared = NULL, *scratch = mem_aligned(algo->scratch(&c), sizeof *scratch);
    if (algo->prepare != NULL) {
        prepared = mem_aligned(algo->prepared(&c, true), sizeof *prepared);
        for (int i = 0; i < in; i += CONV_CHANNELS)
            algo->prepare(&c, kernel, true, i, i + CONV_CHANNELS < in ? i + CONV_CHANNELS : in,
                          prepared);
    }
    float *y = noise(&r, ny), *dx = noise(&r, nx), *dw = noise(&r, nk);
    algo->forward(&c, kernel, prepared, x, y, n, scratch);
    assert_true(relative_error(y, s.y, ny) < 1e-4);
    memset(dw, 0, algo->by_image ? nk * sizeof *dw : 0);
    algo->backward(&c, kernel, prepared, x, dy, dx, false, dw, n, scratch);
    assert_true(relative_error(dx, s.dx, nx) < 1e-4);
    assert_true(relative_error(dw, s.dw, nk) < 1e-4);
    /* Added to what is there: twice as much. */
    algo->backward(&c, kernel, prepared, x, dy, dx, true, NULL, n, scratch);
    for (size_t i = 0; i < nx; i++)
        s.dx[i] *= 2;
    assert_true(relative_error(dx, s.dx, nx) < 1e-4);
    free(x), free(kernel), free(dy), free(y), free(dx), free(dw);
    free(s.y), free(s.dx), free(s.dw), free(prepared), free(scratch);
}

/* h x w x in to out channels, taps x taps. */
static void check(const struct conv_algo *algo, int taps, int h, int w, int in, int out, bool same,
                  int n)
{
    int edge = same ? taps / 2 : 0, lost = same ? 0 : taps - 1;
    struct conv c = {.win = {taps, taps, 1, 1, same, edge, edge}, .in = {h, w, in}, .algo = algo};
    c.out = (struct shape){h - lost, w - lost, out};
    check_conv(c, n);
}

static void winograd_is_the_convolution(void **state)
{
    (void)state;
    for (int side = 3; side <= 13; side++)
        check(&conv_winograd, 3, side, 14 - side < 3 ? 3 : 14 - side, 16, 32, side % 2 == 0, 3);
    check(&conv_winograd, 3, 24, 24, 32, 32, true, 4); /* several blocks of tiles */
    check(&conv_winograd, 3, 12, 12, 64, 48, true, 5);
    check(&conv_winograd, 3, 3, 3, 48, 80, true, 40);
    for (int side = 5; side <= 12; side++)
        check(&conv_winograd, 5, side, 17 - side, 16, 32, side % 2 == 0, 3);
    check(&conv_winograd, 5, 24, 24, 32, 48, true, 2);
}

static void im2col_is_the_convolution(void **state)
{
    (void)state;
    for (int side = 3; side <= 9; side++)
        check(&conv_im2col, 3, side, 12 - side, 5, 7, side % 2 == 0, 3);
}

static void direct_is_the_convolution(void **state)
{
    (void)state;
    for (int side = 20; side <= 24; side++)
        check(&conv_direct, 3, 26 - side, side + 2, 8, 24, side % 2 == 0, 2);
    check(&conv_direct, 5, 7, 21, 16, 8, true, 2);
    check(&conv_direct, 2, 4, 26, 8, 8, false, 3);
    for (int side = 19; side < 24; side++) {
        struct conv c = {.win = {1, 1, 2, 2, false, 0, 0}, .in = {5, side, 16}};
        c.out = (struct shape){3, (side + 1) / 2, 24};
        c.algo = &conv_direct;
        check_conv(c, 2);
    }
}

static void grey_is_the_convolution(void **state)
{
    (void)state;
    for (int side = 3; side <= 9; side++)
        check(&conv_grey, 3, side, 12 - side, 1, 8 * (1 + side % 4), side % 2 == 0, 3);
}

static void panel_is_the_product(void **state)
{
    (void)state;
    struct rng r;
    rng_seed(&r, 1, 1);
    for (size_t m = 1; m < 30; m++) {
        size_t k = 1 + m * 5 % 17, n = 8 * (1 + m % 9);
        float *a = noise(&r, m * k), *b = noise(&r, k * n), *c = noise(&r, m * n);
        double *want = mem_zalloc(m * n, sizeof *want);
        for (size_t i = 0; i < m * n; i++)
            for (size_t p = 0; p < k; p++)
                want[i] += (double)a[p * m + i / n] * b[p * n + i % n];
        panel_gemm(m, n, k, a, 1, m, b, n, c, n, false); /* a is stored transposed */
        assert_true(relative_error(c, want, m * n) < 2e-6);
        panel_gemm(m, n, k, a, 1, m, b, n, c, n, true);
        for (size_t i = 0; i < m * n; i++)
            want[i] *= 2;
        assert_true(relative_error(c, want, m * n) < 2e-6);
        free(a), free(b), free(c), free(want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(panel_is_the_product),        cmocka_unit_test(im2col_is_the_convolution),
        cmocka_unit_test(direct_is_the_convolution),   cmocka_unit_test(grey_is_the_convolution),
        cmocka_unit_test(winograd_is_the_convolution),
    };
    gemm_setup();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
