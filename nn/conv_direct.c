/*
 * conv_direct: convolution of few channels without laying out windows: a row of the image is itself
 * the left factor of a product, as the kw in.c numbers under a row of the kernel stand side by side
 * in it and the next pixel's begin sw in.c further on. The rows of the kernel are its runs (see
 * panel.h), and for the gradient by the kernel the rows of the image are.
 *
 * The gradient by the input with stride 1 is the same product of dy, with zeros laid around it, and
 * the kernel turned around and transposed beforehand; with larger strides each tap adds its part.
 */
#include <string.h>

#include "nn/conv.h"
#include "nn/panel.h"

#define PIXELS_MIN 20 /* of an output row: shorter ones leave registers of the product empty */
#define POINTS_MIN 10 /* of one of a 1x1 convolution with strides */

static bool is_dense(const struct conv *c)
{
    return c->win.sh == 1 && c->win.sw == 1;
}

static bool direct_fits(const struct conv *c)
{
    const struct window *w = &c->win;
    bool point = w->kw == 1 && w->kh == 1;
    if (c->in.c % PANEL_WIDTH != 0 || c->out.c % PANEL_WIDTH != 0 || c->in.w < w->kw)
        return false;
    if (is_dense(c) == point || c->out.w < (point ? POINTS_MIN : PIXELS_MIN))
        return false;
    return c->in.c * w->kw <= 256 && c->out.c <= 64;
}

/* Does no window look beyond a border? */
static bool is_open(const struct conv *c)
{
    const struct window *w = &c->win;
    return w->top == 0 && w->left == 0 && (c->out.h - 1) * w->sh + w->kh <= c->in.h &&
           (c->out.w - 1) * w->sw + w->kw <= c->in.w;
}

/* Floats of a row of dy with zeros around it. */
static size_t padded_row(const struct conv *c)
{
    return (size_t)(c->in.w + c->win.kw - 1) * (size_t)c->out.c;
}

static size_t direct_scratch(const struct conv *c)
{
    return is_dense(c) ? (size_t)(c->in.h + c->win.kh - 1) * padded_row(c) : 0;
}

/* Floats of one tap of the kernel. */
static size_t tap_size(const struct conv *c)
{
    return (size_t)c->in.c * (size_t)c->out.c;
}

/* Each tap of the kernel transposed, for the gradient by the input; in reverse if it is dense. */
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
                prepared[(size_t)(is_dense(c) ? taps - 1 - t : t) * tap_size(c) +
                         (size_t)(o * c->in.c + i)] =
                    kernel[(size_t)t * tap_size(c) + (size_t)(i * c->out.c + o)];
}

/* Output pixels [from, to) of a row that see all of taps [kx, kx + taps) and no tap more. */
struct run {
    int from, to, kx, taps;
};

/* The run that begins at pixel ox: one pixel at the borders, all others in between. */
static struct run run_at(const struct conv *c, int ox)
{
    const struct window *w = &c->win;
    int x = ox * w->sw - w->left, inner = (c->in.w - w->kw + w->left) / w->sw + 1;
    int lo = x < 0 ? -x : 0, hi = c->in.w - x < w->kw ? c->in.w - x : w->kw;
    bool whole = lo == 0 && hi == w->kw;
    int to = !whole ? ox + 1 : inner < c->out.w ? inner : c->out.w;
    return (struct run){ox, to, lo, hi - lo};
}

/* Where the product of a run works, for rows [ky, ky + rows) of the kernel: offsets in the image,
 * the output, the kernel. */
struct spot {
    size_t x, y, k, pixels, taps, rows;
};

static struct spot spot_at(const struct conv *c, int oy, const struct run *r, int ky, int rows)
{
    const struct window *w = &c->win;
    int iy = oy * w->sh + ky - w->top, ix = r->from * w->sw - w->left + r->kx;
    return (struct spot){.x = (size_t)(iy * c->in.w + ix) * (size_t)c->in.c,
                         .y = (size_t)(oy * c->out.w + r->from) * (size_t)c->out.c,
                         .k = (size_t)(ky * w->kw + r->kx) * tap_size(c),
                         .pixels = (size_t)(r->to - r->from),
                         .taps = (size_t)r->taps,
                         .rows = (size_t)rows};
}

/* What the functions below work on: one image. */
struct image {
    const float *kernel, *turned, *x, *dy;
    float *y, *dx, *dw;
};

/* Calls fn for every run of every output row, with the rows of the kernel that lie inside. */
typedef void spot_fn(const struct conv *c, const struct image *i, const struct spot *s);

static void each_spot(const struct conv *c, const struct image *i, spot_fn *fn)
{
    const struct window *w = &c->win;
    for (int oy = 0; oy < c->out.h; oy++) {
        int y = oy * w->sh - w->top, lo = y < 0 ? -y : 0;
        int hi = c->in.h - y < w->kh ? c->in.h - y : w->kh;
        struct run r;
        for (int ox = 0; ox < c->out.w; ox = r.to) {
            r = run_at(c, ox);
            struct spot s = spot_at(c, oy, &r, lo, hi - lo);
            fn(c, i, &s);
        }
    }
}

static void forward_spot(const struct conv *c, const struct image *i, const struct spot *s)
{
    size_t in = (size_t)c->in.c, out = (size_t)c->out.c;
    struct panel g = {.m = s->pixels,
                      .n = out,
                      .runs = s->rows,
                      .k = s->taps * in,
                      .a = i->x + s->x,
                      .row_a = (size_t)c->win.sw * in,
                      .col_a = 1,
                      .run_a = (size_t)c->in.w * in,
                      .b = i->kernel + s->k,
                      .ldb = out,
                      .run_b = (size_t)c->win.kw * tap_size(c),
                      .c = i->y + s->y,
                      .ldc = out};
    panel_run(&g);
}

static void kernel_spot(const struct conv *c, const struct image *i, const struct spot *s)
{
    size_t in = (size_t)c->in.c, out = (size_t)c->out.c;
    for (size_t ky = 0; ky < s->rows; ky++)
        panel_gemm(s->taps * in, out, s->pixels, i->x + s->x + ky * (size_t)c->in.w * in, 1,
                   (size_t)c->win.sw * in, i->dy + s->y, out,
                   i->dw + s->k + ky * (size_t)c->win.kw * tap_size(c), out, true);
}

/* Without borders the rows of the image are the runs. */
static void kernel_gradient(const struct conv *c, const struct image *i)
{
    size_t in = (size_t)c->in.c, out = (size_t)c->out.c, row = (size_t)c->in.w * in;
    if (!is_open(c)) {
        each_spot(c, i, kernel_spot);
        return;
    }
    for (size_t ky = 0; ky < (size_t)c->win.kh; ky++) {
        struct panel g = {.m = (size_t)c->win.kw * in,
                          .n = out,
                          .runs = (size_t)c->out.h,
                          .k = (size_t)c->out.w,
                          .a = i->x + ky * row,
                          .row_a = 1,
                          .col_a = (size_t)c->win.sw * in,
                          .run_a = (size_t)c->win.sh * row,
                          .b = i->dy,
                          .ldb = out,
                          .run_b = (size_t)c->out.w * out,
                          .c = i->dw + ky * (size_t)c->win.kw * tap_size(c),
                          .ldc = out,
                          .add = true};
        panel_run(&g);
    }
}

static void input_spot(const struct conv *c, const struct image *i, const struct spot *s)
{
    size_t in = (size_t)c->in.c, out = (size_t)c->out.c;
    for (size_t ky = 0; ky < s->rows; ky++)
        for (size_t t = 0; t < s->taps; t++)
            panel_gemm(s->pixels, in, out, i->dy + s->y, out, 1,
                       i->turned + s->k + (ky * (size_t)c->win.kw + t) * tap_size(c), in,
                       i->dx + s->x + (ky * (size_t)c->in.w + t) * in, (size_t)c->win.sw * in,
                       true);
}

/* Lays zeros around dy. */
static void pad(const struct conv *c, const float *dy, float *padded)
{
    size_t row = (size_t)c->out.w * (size_t)c->out.c;
    memset(padded, 0, direct_scratch(c) * sizeof *padded);
    padded += (size_t)(c->win.kh - 1 - c->win.top) * padded_row(c);
    padded += (size_t)(c->win.kw - 1 - c->win.left) * (size_t)c->out.c;
    for (int oy = 0; oy < c->out.h; oy++, padded += padded_row(c), dy += row)
        memcpy(padded, dy, row * sizeof *padded);
}

static void input_gradient(const struct conv *c, const struct image *i, bool add, float *scratch)
{
    size_t in = (size_t)c->in.c, out = (size_t)c->out.c;
    if (!is_dense(c)) {
        if (!add)
            memset(i->dx, 0, shape_size(&c->in) * sizeof *i->dx);
        each_spot(c, i, input_spot);
        return;
    }
    pad(c, i->dy, scratch);
    for (size_t y = 0; y < (size_t)c->in.h; y++) {
        struct panel g = {.m = (size_t)c->in.w,
                          .n = in,
                          .runs = (size_t)c->win.kh,
                          .k = (size_t)c->win.kw * out,
                          .a = scratch + y * padded_row(c),
                          .row_a = out,
                          .col_a = 1,
                          .run_a = padded_row(c),
                          .b = i->turned,
                          .ldb = in,
                          .run_b = (size_t)c->win.kw * tap_size(c),
                          .c = i->dx + y * (size_t)c->in.w * in,
                          .ldc = in,
                          .add = add};
        panel_run(&g);
    }
}

static void direct_forward(const struct conv *c, const float *kernel, const float *prepared,
                           const float *x, float *y, int n, float *scratch)
{
    (void)prepared;
    (void)scratch;
    for (size_t i = 0; i < (size_t)n; i++) {
        struct image image = {
            .kernel = kernel, .x = x + i * shape_size(&c->in), .y = y + i * shape_size(&c->out)};
        each_spot(c, &image, forward_spot);
    }
}

static void direct_backward(const struct conv *c, const float *kernel, const float *prepared,
                            const float *x, const float *dy, float *dx, bool add, float *dw, int n,
                            float *scratch)
{
    (void)kernel;
    for (size_t i = 0; i < (size_t)n; i++) {
        size_t in = i * shape_size(&c->in);
        struct image image = {.turned = prepared,
                              .x = x + in,
                              .dy = dy + i * shape_size(&c->out),
                              .dx = dx != NULL ? dx + in : NULL,
                              .dw = dw};
        if (dw != NULL)
            kernel_gradient(c, &image);
        if (dx != NULL)
            input_gradient(c, &image, add, scratch);
    }
}

const struct conv_algo conv_direct = {
    .name = "direct",
    .by_image = true,
    .fits = direct_fits,
    .scratch = direct_scratch,
    .prepared = direct_prepared,
    .prepare = direct_prepare,
    .forward = direct_forward,
    .backward = direct_backward,
};
