/*
 * depthwise: see depthwise.h. Channels are the vector. The usual case (3x3, stride 1, one kernel a
 * channel) keeps the nine taps of a group of channels in registers while it walks the image;
 * backward by the input is the same walk with the kernel turned around. Whatever else is asked for
 * takes the plain loops.
 */
#include "nn/depthwise.h"

#include <string.h>

#include "nn/vec.h"

typedef float vec16 __attribute__((vector_size(64), aligned(4), may_alias));
typedef float vec8 __attribute__((vector_size(32), aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 8")

static bool is_usual(const struct depthwise *d)
{
    const struct window *w = &d->win;
    return w->kh == 3 && w->kw == 3 && w->sh == 1 && w->sw == 1 && d->times == 1 &&
           d->in.c % 8 == 0;
}

/* An image's walk: from (in.h, in.w) to (out.h, out.w), `top` and `left` zeros before the first
 * row and column, c channels. */
struct walk {
    int in_h, in_w, out_h, out_w, top, left, c;
};

/* One output pixel that looks beyond a border. */
#define DEFINE_EDGE(name, vec)                                                                     \
    INLINE void name(const struct walk *s, const vec *k, const float *x, float *y, bool add,       \
                     int oy, int ox)                                                               \
    {                                                                                              \
        int iy = oy - s->top, ix = ox - s->left;                                                   \
        vec *to = (vec *)(y + ((ptrdiff_t)oy * s->out_w + ox) * s->c), sum = {0};                  \
        if (add)                                                                                   \
            sum = *to;                                                                             \
        for (int r = 0; r < 3; r++)                                                                \
            for (int q = 0; q < 3; q++)                                                            \
                if (iy + r >= 0 && iy + r < s->in_h && ix + q >= 0 && ix + q < s->in_w)            \
                    sum += k[3 * r + q] *                                                          \
                           *(const vec *)(x + ((ptrdiff_t)(iy + r) * s->in_w + ix + q) * s->c);    \
        *to = sum;                                                                                 \
    }

/*
 * `n` output pixels side by side, no window of which looks beyond a border: each input pixel is
 * read once for the up to three of them that see it.
 */
#define DEFINE_INNER(name, vec, n)                                                                 \
    INLINE void name(const struct walk *s, const vec *k, const float *x, float *y, bool add,       \
                     int oy, int ox)                                                               \
    {                                                                                              \
        const float *at = x + ((ptrdiff_t)(oy - s->top) * s->in_w + ox - s->left) * s->c;          \
        float *to = y + ((ptrdiff_t)oy * s->out_w + ox) * s->c;                                    \
        vec sum[n];                                                                                \
        UNROLL for (int i = 0; i < (n); i++)                                                       \
        {                                                                                          \
            sum[i] = (vec){0};                                                                     \
            if (add)                                                                               \
                sum[i] = *(const vec *)(to + (ptrdiff_t)i * s->c);                                 \
        }                                                                                          \
        UNROLL for (int r = 0; r < 3; r++) UNROLL for (int j = 0; j < (n) + 2; j++)                \
        {                                                                                          \
            vec here = *(const vec *)(at + ((ptrdiff_t)r * s->in_w + j) * s->c);                   \
            UNROLL for (int i = 0; i < (n); i++) if (j - i >= 0 && j - i < 3) sum[i] +=            \
                k[3 * r + j - i] * here;                                                           \
        }                                                                                          \
        UNROLL for (int i = 0; i < (n); i++) * (vec *)(to + (ptrdiff_t)i * s->c) = sum[i];         \
    }

/*
 * For `vec` channels of one image: y = x * k (or +=). Taps outside the image are left out by their
 * range of rows and columns.
 */
#define DEFINE_CORRELATE(name, vec)                                                                \
    DEFINE_EDGE(name##_edge, vec)                                                                  \
    DEFINE_INNER(name##_four, vec, 4)                                                              \
    DEFINE_INNER(name##_one, vec, 1)                                                               \
    INLINE void name(const struct walk *s, const vec *k, const float *x, float *y, bool add)       \
    {                                                                                              \
        int end = s->in_w - 2 + s->left < s->out_w ? s->in_w - 2 + s->left : s->out_w;             \
        for (int oy = 0; oy < s->out_h; oy++) {                                                    \
            bool inner = oy >= s->top && oy - s->top + 3 <= s->in_h;                               \
            int ox = 0;                                                                            \
            for (; ox < s->out_w && (!inner || ox < s->left); ox++)                                \
                name##_edge(s, k, x, y, add, oy, ox);                                              \
            for (; ox + 4 <= end; ox += 4)                                                         \
                name##_four(s, k, x, y, add, oy, ox);                                              \
            for (; ox < end; ox++)                                                                 \
                name##_one(s, k, x, y, add, oy, ox);                                               \
            for (; ox < s->out_w; ox++)                                                            \
                name##_edge(s, k, x, y, add, oy, ox);                                              \
        }                                                                                          \
    }

/* The gradient of the taps: dw += x dy over one image. */
#define DEFINE_TAPS(name, vec)                                                                     \
    INLINE void name(const struct walk *s, const float *x, const float *dy, vec *dw)               \
    {                                                                                              \
        for (int oy = 0; oy < s->out_h; oy++)                                                      \
            for (int ox = 0; ox < s->out_w; ox++) {                                                \
                int iy = oy - s->top, ix = ox - s->left;                                           \
                const float *at = x + ((ptrdiff_t)iy * s->in_w + ix) * s->c;                       \
                vec g = *(const vec *)(dy + ((ptrdiff_t)oy * s->out_w + ox) * s->c);               \
                if (iy >= 0 && ix >= 0 && iy + 3 <= s->in_h && ix + 3 <= s->in_w) {                \
                    UNROLL for (int r = 0; r < 3; r++) UNROLL for (int q = 0; q < 3; q++)          \
                        dw[3 * r + q] +=                                                           \
                        g * *(const vec *)(at + ((ptrdiff_t)r * s->in_w + q) * s->c);              \
                } else {                                                                           \
                    for (int r = 0; r < 3; r++)                                                    \
                        for (int q = 0; q < 3; q++)                                                \
                            if (iy + r >= 0 && iy + r < s->in_h && ix + q >= 0 &&                  \
                                ix + q < s->in_w)                                                  \
                                dw[3 * r + q] +=                                                   \
                                    g * *(const vec *)(at + ((ptrdiff_t)r * s->in_w + q) * s->c);  \
                }                                                                                  \
            }                                                                                      \
    }

DEFINE_CORRELATE(correlate16, vec16)
DEFINE_CORRELATE(correlate8, vec8)
DEFINE_TAPS(taps16, vec16)
DEFINE_TAPS(taps8, vec8)

/* y = x * kernel for each image; `turned` reads the kernel from its end. */
VEC static void correlate(const struct walk *s, const float *kernel, bool turned, const float *x,
                          float *y, bool add, int n)
{
    size_t nx = (size_t)s->in_h * (size_t)s->in_w * (size_t)s->c;
    size_t ny = (size_t)s->out_h * (size_t)s->out_w * (size_t)s->c;
    for (int i = 0; i < n; i++, x += nx, y += ny) {
        int c = 0;
        for (; c + 16 <= s->c; c += 16) {
            vec16 k[9];
            for (int t = 0; t < 9; t++)
                k[t] = *(const vec16 *)(kernel + (turned ? 8 - t : t) * s->c + c);
            correlate16(s, k, x + c, y + c, add);
        }
        for (; c < s->c; c += 8) {
            vec8 k[9];
            for (int t = 0; t < 9; t++)
                k[t] = *(const vec8 *)(kernel + (turned ? 8 - t : t) * s->c + c);
            correlate8(s, k, x + c, y + c, add);
        }
    }
}

VEC static void taps(const struct walk *s, const float *x, const float *dy, float *dw, int n)
{
    size_t nx = (size_t)s->in_h * (size_t)s->in_w * (size_t)s->c;
    size_t ny = (size_t)s->out_h * (size_t)s->out_w * (size_t)s->c;
    for (int i = 0; i < n; i++, x += nx, dy += ny) {
        int c = 0;
        for (; c + 16 <= s->c; c += 16) {
            vec16 sum[9] = {{0}};
            taps16(s, x + c, dy + c, sum);
            for (int t = 0; t < 9; t++)
                *(vec16 *)(dw + t * s->c + c) += sum[t];
        }
        for (; c < s->c; c += 8) {
            vec8 sum[9] = {{0}};
            taps8(s, x + c, dy + c, sum);
            for (int t = 0; t < 9; t++)
                *(vec8 *)(dw + t * s->c + c) += sum[t];
        }
    }
}

/* ---- any kernel, stride and multiplier ------------------------------------------------------ */

/* What one tap at one output pixel works on, c channels of `times` outputs each. */
struct tap {
    const float *k, *x, *dy;
    float *y, *dx, *dw;
};

VEC static void tap_forward(const struct tap *t, size_t c, size_t times)
{
    if (times == 1) {
#pragma GCC ivdep
        for (size_t i = 0; i < c; i++)
            t->y[i] += t->x[i] * t->k[i];
        return;
    }
    for (size_t i = 0; i < c; i++)
        for (size_t m = 0; m < times; m++)
            t->y[i * times + m] += t->x[i] * t->k[i * times + m];
}

VEC static void tap_backward(const struct tap *t, size_t c, size_t times)
{
    for (size_t i = 0; i < c; i++)
        for (size_t m = 0; m < times; m++) {
            float g = t->dy[i * times + m];
            if (t->dx != NULL)
                t->dx[i] += g * t->k[i * times + m];
            if (t->dw != NULL)
                t->dw[i * times + m] += g * t->x[i];
        }
}

static void tap_any(const struct tap *t, size_t c, size_t times, bool forward)
{
    if (forward)
        tap_forward(t, c, times);
    else
        tap_backward(t, c, times);
}

/* Calls for each tap of each output pixel of an image that lies inside the input. */
static void each_tap(const struct depthwise *d, const struct tap *image, bool forward)
{
    const struct window *w = &d->win;
    size_t c = (size_t)d->in.c, times = (size_t)d->times;
    for (int o = 0; o < d->out.h * d->out.w; o++)
        for (int tap = 0; tap < w->kh * w->kw; tap++) {
            int y = o / d->out.w * w->sh - w->top + tap / w->kw;
            int x = o % d->out.w * w->sw - w->left + tap % w->kw;
            if (y < 0 || y >= d->in.h || x < 0 || x >= d->in.w)
                continue;
            struct tap t = *image;
            size_t in = (size_t)(y * d->in.w + x) * c, out = (size_t)o * c * times;
            size_t k = (size_t)tap * c * times;
            t.k += k;
            t.x += in;
            t.y = forward ? t.y + out : NULL;
            t.dy = forward ? NULL : t.dy + out;
            t.dx = t.dx != NULL ? t.dx + in : NULL;
            t.dw = t.dw != NULL ? t.dw + k : NULL;
            tap_any(&t, c, times, forward);
        }
}

/* ---- the doors ------------------------------------------------------------------------------ */

void depthwise_forward(const struct depthwise *d, const float *kernel, const float *x, float *y,
                       int n)
{
    const struct walk s = {d->in.h, d->in.w, d->out.h, d->out.w, d->win.top, d->win.left, d->in.c};
    if (is_usual(d)) {
        correlate(&s, kernel, false, x, y, false, n);
        return;
    }
    memset(y, 0, (size_t)n * shape_size(&d->out) * sizeof *y);
    for (size_t i = 0; i < (size_t)n; i++) {
        struct tap t = {
            .k = kernel, .x = x + i * shape_size(&d->in), .y = y + i * shape_size(&d->out)};
        each_tap(d, &t, true);
    }
}

void depthwise_backward(const struct depthwise *d, const float *kernel, const float *x,
                        const float *dy, float *dx, bool add, float *dw, int n)
{
    const struct walk s = {d->in.h, d->in.w, d->out.h, d->out.w, d->win.top, d->win.left, d->in.c};
    const struct walk back = {d->out.h,       d->out.w,        d->in.h, d->in.w,
                              2 - d->win.top, 2 - d->win.left, d->in.c};
    if (is_usual(d)) {
        if (dx != NULL)
            correlate(&back, kernel, true, dy, dx, add, n);
        if (dw != NULL)
            taps(&s, x, dy, dw, n);
        return;
    }
    if (dx != NULL && !add)
        memset(dx, 0, (size_t)n * shape_size(&d->in) * sizeof *dx);
    for (size_t i = 0; i < (size_t)n; i++) {
        size_t in = i * shape_size(&d->in);
        struct tap t = {.k = kernel,
                        .x = x + in,
                        .dy = dy + i * shape_size(&d->out),
                        .dx = dx != NULL ? dx + in : NULL,
                        .dw = dw};
        each_tap(d, &t, false);
    }
}
