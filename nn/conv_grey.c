/*
 * conv_grey: 3x3 convolution of stride 1 of images of one channel, where the filters are the
 * vector: the nine taps of a group of filters stay in registers while they walk the image, and so
 * do their nine sums on the way to the kernel's gradient.
 */
#include <string.h>

#include "nn/conv.h"
#include "nn/vec.h"

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 3")
#define GROUP 8 /* filters must be a multiple of this */

static bool grey_fits(const struct conv *c)
{
    const struct window *w = &c->win;
    return w->kh == 3 && w->kw == 3 && w->sh == 1 && w->sw == 1 && c->in.c == 1 &&
           c->out.c % GROUP == 0;
}

static size_t grey_scratch(const struct conv *c)
{
    (void)c;
    return 0;
}

/* One image, whose window at an output pixel begins at row iy, column ix. */
struct walk {
    const struct conv *c;
    const float *x;
    int oy, iy;
};

INLINE bool is_inner(const struct walk *k, int ix)
{
    return k->iy >= 0 && k->iy + 3 <= k->c->in.h && ix >= 0 && ix + 3 <= k->c->in.w;
}

INLINE bool is_inside(const struct walk *k, int ix, int r, int q)
{
    return k->iy + r >= 0 && k->iy + r < k->c->in.h && ix + q >= 0 && ix + q < k->c->in.w;
}

/* Defines the walks along a row for `size` filters: y = x * taps; taps' sums += x dy. */
#define DEFINE_ROWS(size)                                                                          \
    typedef float vec##size __attribute__((vector_size(4 * (size)), aligned(4), may_alias));       \
    INLINE void forward##size(const struct walk *k, const float *kernel, float *y)                 \
    {                                                                                              \
        size_t out = (size_t)k->c->out.c;                                                          \
        vec##size tap[9];                                                                          \
        for (size_t t = 0; t < 9; t++)                                                             \
            tap[t] = *(const vec##size *)(kernel + t * out);                                       \
        for (int ox = 0; ox < k->c->out.w; ox++, y += out) {                                       \
            int ix = ox - k->c->win.left;                                                          \
            const float *at = k->x + (ptrdiff_t)k->iy * k->c->in.w + ix;                           \
            vec##size sum = {0};                                                                   \
            if (is_inner(k, ix)) {                                                                 \
                UNROLL for (int r = 0; r < 3; r++) UNROLL for (int q = 0; q < 3; q++) sum +=       \
                    at[r * k->c->in.w + q] * tap[3 * r + q];                                       \
            } else {                                                                               \
                for (int r = 0; r < 3; r++)                                                        \
                    for (int q = 0; q < 3; q++)                                                    \
                        if (is_inside(k, ix, r, q))                                                \
                            sum += at[r * k->c->in.w + q] * tap[3 * r + q];                        \
            }                                                                                      \
            *(vec##size *)y = sum;                                                                 \
        }                                                                                          \
    }                                                                                              \
    INLINE void backward##size(const struct walk *k, const float *dy, float *dw)                   \
    {                                                                                              \
        size_t out = (size_t)k->c->out.c;                                                          \
        vec##size sum[9] = {{0}};                                                                  \
        for (int ox = 0; ox < k->c->out.w; ox++, dy += out) {                                      \
            int ix = ox - k->c->win.left;                                                          \
            const float *at = k->x + (ptrdiff_t)k->iy * k->c->in.w + ix;                           \
            vec##size g = *(const vec##size *)dy;                                                  \
            if (is_inner(k, ix)) {                                                                 \
                UNROLL for (int r = 0; r < 3; r++) UNROLL for (int q = 0; q < 3; q++)              \
                    sum[3 * r + q] += at[r * k->c->in.w + q] * g;                                  \
            } else {                                                                               \
                for (int r = 0; r < 3; r++)                                                        \
                    for (int q = 0; q < 3; q++)                                                    \
                        if (is_inside(k, ix, r, q))                                                \
                            sum[3 * r + q] += at[r * k->c->in.w + q] * g;                          \
            }                                                                                      \
        }                                                                                          \
        for (size_t t = 0; t < 9; t++)                                                             \
            *(vec##size *)(dw + t * out) += sum[t];                                                \
    }

DEFINE_ROWS(16)
DEFINE_ROWS(8)

VEC static void forward_row(const struct walk *k, const float *kernel, float *y)
{
    int f = 0;
    for (; f + 16 <= k->c->out.c; f += 16)
        forward16(k, kernel + f, y + f);
    if (f < k->c->out.c)
        forward8(k, kernel + f, y + f);
}

VEC static void backward_row(const struct walk *k, const float *dy, float *dw)
{
    int f = 0;
    for (; f + 16 <= k->c->out.c; f += 16)
        backward16(k, dy + f, dw + f);
    if (f < k->c->out.c)
        backward8(k, dy + f, dw + f);
}

/* The gradient by one pixel: over the taps that meet it, the kernel's tap times dy. */
static float input_gradient(const struct conv *c, const float *kernel, const float *dy, int y,
                            int x)
{
    size_t out = (size_t)c->out.c;
    float sum = 0;
    for (int t = 0; t < 9; t++) {
        int oy = y + c->win.top - t / 3, ox = x + c->win.left - t % 3;
        if (oy < 0 || oy >= c->out.h || ox < 0 || ox >= c->out.w)
            continue;
        for (size_t f = 0; f < out; f++)
            sum += kernel[(size_t)t * out + f] * dy[(size_t)(oy * c->out.w + ox) * out + f];
    }
    return sum;
}

static void grey_forward(const struct conv *c, const float *kernel, const float *prepared,
                         const float *x, float *y, int n, float *scratch)
{
    (void)prepared;
    (void)scratch;
    size_t row = (size_t)c->out.w * (size_t)c->out.c;
    for (size_t i = 0; i < (size_t)n; i++)
        for (int oy = 0; oy < c->out.h; oy++, y += row) {
            struct walk k = {c, x + i * shape_size(&c->in), oy, oy - c->win.top};
            forward_row(&k, kernel, y);
        }
}

static void grey_backward(const struct conv *c, const float *kernel, const float *prepared,
                          const float *x, const float *dy, float *dx, bool add, float *dw, int n,
                          float *scratch)
{
    (void)prepared;
    (void)scratch;
    size_t row = (size_t)c->out.w * (size_t)c->out.c;
    for (size_t i = 0; i < (size_t)n; i++, dy += shape_size(&c->out)) {
        for (int oy = 0; dw != NULL && oy < c->out.h; oy++) {
            struct walk k = {c, x + i * shape_size(&c->in), oy, oy - c->win.top};
            backward_row(&k, dy + (size_t)oy * row, dw);
        }
        for (int p = 0; dx != NULL && p < c->in.h * c->in.w; p++, dx++)
            *dx = (add ? *dx : 0) + input_gradient(c, kernel, dy, p / c->in.w, p % c->in.w);
    }
}

const struct conv_algo conv_grey = {
    .name = "grey",
    .by_image = true,
    .fits = grey_fits,
    .scratch = grey_scratch,
    .forward = grey_forward,
    .backward = grey_backward,
};
