/*
 * conv_direct: convolution of stride 1 and few channels without laying out windows: a row of the
 * image is itself the left factor of a product, as the kw in.c numbers under a row of the kernel
 * stand side by side in it and the next pixel's begin in.c further on.
 *
 *   y[oy] = sum over ky of rows(x[oy + ky]) kernel[ky]
 *
 * Backward by the input takes the kernel's taps one at a time, transposed beforehand.
 */
#include <string.h>

#include "nn/conv.h"
#include "nn/panel.h"

#define PIXELS_MIN 20 /* of an output row: shorter ones leave registers of the product empty */

static bool direct_fits(const struct conv *c)
{
    const struct window *w = &c->win;
    return w->sh == 1 && w->sw == 1 && w->kw > 1 && c->in.c % PANEL_WIDTH == 0 &&
           c->out.c % PANEL_WIDTH == 0 && c->out.w >= PIXELS_MIN && c->in.w >= w->kw &&
           c->in.c * w->kw <= 256 && c->out.c <= 64;
}

static size_t direct_scratch(const struct conv *c)
{
    (void)c;
    return 0;
}

/* Floats of one tap of the kernel. */
static size_t tap_size(const struct conv *c)
{
    return (size_t)c->in.c * (size_t)c->out.c;
}

/* Each tap of the kernel transposed, for the gradient by the input. */
static size_t direct_prepared(const struct conv *c, bool train)
{
    return train ? (size_t)c->win.kh * (size_t)c->win.kw * tap_size(c) : 0;
}

static void direct_prepare(const struct conv *c, const float *kernel, bool train, int first,
                           int next, float *prepared)
{
    int taps = train ? c->win.kh * c->win.kw : 0;
    for (int t = 0; t < taps; t++)
        for (int i = first; i < next; i++)
            for (int o = 0; o < c->out.c; o++)
                prepared[(size_t)t * tap_size(c) + (size_t)(o * c->in.c + i)] =
                    kernel[(size_t)t * tap_size(c) + (size_t)(i * c->out.c + o)];
}

/* Output pixels [from, to) of a row that see all of taps [kx, kx + taps) and no tap more. */
struct run {
    int from, to, kx, taps;
};

/* The run that begins at pixel ox: one pixel at the borders, all others in between. */
static struct run run_at(const struct conv *c, int ox)
{
    int x = ox - c->win.left, inner = c->in.w - c->win.kw + c->win.left + 1;
    int lo = x < 0 ? -x : 0, hi = c->in.w - x < c->win.kw ? c->in.w - x : c->win.kw;
    bool whole = lo == 0 && hi == c->win.kw;
    int to = !whole ? ox + 1 : inner < c->out.w ? inner : c->out.w;
    return (struct run){ox, to, lo, hi - lo};
}

/* The rows that kernel row ky joins, and where the product of a run works. */
struct spot {
    size_t x, y, k; /* offsets in the image, the output, the kernel */
    size_t pixels;
};

/* False if the kernel's row lies outside the image at this output row. */
static bool spot_at(const struct conv *c, int oy, int ky, const struct run *r, struct spot *s)
{
    int iy = oy + ky - c->win.top, ix = r->from - c->win.left + r->kx;
    s->x = (size_t)(iy * c->in.w + ix) * (size_t)c->in.c;
    s->y = (size_t)(oy * c->out.w + r->from) * (size_t)c->out.c;
    s->k = (size_t)(ky * c->win.kw + r->kx) * tap_size(c);
    s->pixels = (size_t)(r->to - r->from);
    return iy >= 0 && iy < c->in.h && r->taps > 0;
}

/* Calls fn for every run and kernel row of an image. */
typedef void spot_fn(const struct conv *c, const struct run *r, const struct spot *s, void *ctx);

static void each_spot(const struct conv *c, spot_fn *fn, void *ctx)
{
    for (int oy = 0; oy < c->out.h; oy++) {
        struct run r;
        struct spot s;
        for (int ox = 0; ox < c->out.w; ox = r.to) {
            r = run_at(c, ox);
            for (int ky = 0; ky < c->win.kh; ky++)
                if (spot_at(c, oy, ky, &r, &s))
                    fn(c, &r, &s, ctx);
        }
    }
}

/* What the functions below work on. */
struct image {
    const float *kernel, *turned, *x, *dy;
    float *y, *dx, *dw;
};

static void forward_spot(const struct conv *c, const struct run *r, const struct spot *s, void *ctx)
{
    const struct image *i = ctx;
    size_t in = (size_t)c->in.c, out = (size_t)c->out.c;
    panel_gemm(s->pixels, out, (size_t)r->taps * in, i->x + s->x, in, 1, i->kernel + s->k, out,
               i->y + s->y, out, true);
}

static void kernel_spot(const struct conv *c, const struct run *r, const struct spot *s, void *ctx)
{
    const struct image *i = ctx;
    size_t in = (size_t)c->in.c, out = (size_t)c->out.c;
    panel_gemm((size_t)r->taps * in, out, s->pixels, i->x + s->x, 1, in, i->dy + s->y, out,
               i->dw + s->k, out, true);
}

static void input_spot(const struct conv *c, const struct run *r, const struct spot *s, void *ctx)
{
    const struct image *i = ctx;
    size_t in = (size_t)c->in.c, out = (size_t)c->out.c;
    for (size_t t = 0; t < (size_t)r->taps; t++)
        panel_gemm(s->pixels, in, out, i->dy + s->y, out, 1, i->turned + s->k + t * tap_size(c), in,
                   i->dx + s->x + t * in, in, true);
}

static void direct_forward(const struct conv *c, const float *kernel, const float *prepared,
                           const float *x, float *y, int n, float *scratch)
{
    (void)prepared;
    (void)scratch;
    memset(y, 0, (size_t)n * shape_size(&c->out) * sizeof *y);
    for (size_t i = 0; i < (size_t)n; i++) {
        struct image image = {
            .kernel = kernel, .x = x + i * shape_size(&c->in), .y = y + i * shape_size(&c->out)};
        each_spot(c, forward_spot, &image);
    }
}

static void direct_backward(const struct conv *c, const float *kernel, const float *prepared,
                            const float *x, const float *dy, float *dx, bool add, float *dw, int n,
                            float *scratch)
{
    (void)kernel;
    (void)scratch;
    if (dx != NULL && !add)
        memset(dx, 0, (size_t)n * shape_size(&c->in) * sizeof *dx);
    if (dw != NULL)
        memset(dw, 0, (size_t)c->win.kh * (size_t)c->win.kw * tap_size(c) * sizeof *dw);
    for (size_t i = 0; i < (size_t)n; i++) {
        size_t in = i * shape_size(&c->in);
        struct image image = {.turned = prepared,
                              .x = x + in,
                              .dy = dy + i * shape_size(&c->out),
                              .dx = dx != NULL ? dx + in : NULL,
                              .dw = dw};
        if (dw != NULL)
            each_spot(c, kernel_spot, &image);
        if (dx != NULL)
            each_spot(c, input_spot, &image);
    }
}

const struct conv_algo conv_direct = {
    .name = "direct",
    .fits = direct_fits,
    .scratch = direct_scratch,
    .prepared = direct_prepared,
    .prepare = direct_prepare,
    .forward = direct_forward,
    .backward = direct_backward,
};
