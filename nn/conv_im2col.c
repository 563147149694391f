/*
 * conv_im2col: convolution as a matrix product. Each output pixel's window is laid out as a row of
 * kh kw in.c numbers ("col"), so that y = col kernel, dw = col^T dy, dcol = dy kernel^T.
 *
 * Works tile by tile (whole output rows, possibly of several images), so that col stays in the
 * cache. A 1x1 convolution of stride 1 is its own col.
 *
 * In inference, where a few faces make a few rows and the kernel never changes, it is laid out once
 * in strips of STRIP columns and multiplied by panel.h: a BLAS would pack it anew every time.
 */
#include "nn/conv.h"

#include <string.h>

#include "nn/gemm.h"
#include "nn/panel.h"
#include "nn/vec.h"

#define TILE_FLOATS (1 << 18) /* 1 MiB of col */
#define STRIP 32

static bool is_plain(const struct conv *c)
{
    const struct window *w = &c->win;
    return w->kh == 1 && w->kw == 1 && w->sh == 1 && w->sw == 1;
}

/* Numbers of one row of col. */
static size_t row_size(const struct conv *c)
{
    return (size_t)c->win.kh * (size_t)c->win.kw * (size_t)c->in.c;
}

/* Output rows ("lines") of a tile. */
static int tile_lines(const struct conv *c)
{
    size_t n = TILE_FLOATS / (row_size(c) * (size_t)c->out.w);
    return n < 1 ? 1 : (int)n;
}

static size_t im2col_scratch(const struct conv *c)
{
    return is_plain(c) ? 0 : (size_t)tile_lines(c) * (size_t)c->out.w * row_size(c);
}

/* The columns [lo, hi) of the window at output column ox that lie inside the image. */
static void inside(const struct conv *c, int ox, int *lo, int *hi)
{
    int x = ox * c->win.sw - c->win.left;
    *lo = x < 0 ? -x : 0;
    *hi = x + c->win.kw > c->in.w ? c->in.w - x : c->win.kw;
    if (*hi < *lo)
        *lo = *hi = 0;
}

/* Copies one row of the windows of a line; dst steps by whole rows of col. */
VEC static void gather(const struct conv *c, const float *restrict src, float *restrict dst)
{
    size_t step = row_size(c), depth = (size_t)c->in.c, width = (size_t)c->win.kw * depth;
    for (int ox = 0; ox < c->out.w; ox++, dst += step) {
        int lo, hi;
        inside(c, ox, &lo, &hi);
        size_t a = (size_t)lo * depth, b = (size_t)hi * depth;
        const float *from = src + (ptrdiff_t)(ox * c->win.sw - c->win.left) * (ptrdiff_t)depth;
        for (size_t i = 0; i < a; i++)
            dst[i] = 0;
        for (size_t i = a; i < b; i++)
            dst[i] = from[i];
        for (size_t i = b; i < width; i++)
            dst[i] = 0;
    }
}

/* The reverse: adds one row of the windows of a line to the image. */
VEC static void scatter(const struct conv *c, const float *restrict src, float *restrict image)
{
    size_t step = row_size(c), depth = (size_t)c->in.c;
    for (int ox = 0; ox < c->out.w; ox++, src += step) {
        int lo, hi;
        inside(c, ox, &lo, &hi);
        float *to = image + (ptrdiff_t)(ox * c->win.sw - c->win.left) * (ptrdiff_t)depth;
        for (size_t i = (size_t)lo * depth; i < (size_t)hi * depth; i++)
            to[i] += src[i];
    }
}

/* The image row that kernel row ky meets at a line; -1 outside. */
static int image_row(const struct conv *c, int line, int ky)
{
    int y = line % c->out.h * c->win.sh + ky - c->win.top;
    return y >= 0 && y < c->in.h ? y : -1;
}

static size_t row_at(const struct conv *c, int line, int y)
{
    size_t image = (size_t)(line / c->out.h);
    return (image * (size_t)c->in.h + (size_t)y) * (size_t)c->in.w * (size_t)c->in.c;
}

static void zero_rows(float *dst, size_t rows, size_t step, size_t width)
{
    for (size_t r = 0; r < rows; r++, dst += step)
        memset(dst, 0, width * sizeof *dst);
}

/* Lays out the windows of lines [first, first + lines) of a run of images. */
static void to_col(const struct conv *c, const float *x, int first, int lines, float *col)
{
    size_t width = (size_t)c->win.kw * (size_t)c->in.c;
    for (int i = first; i < first + lines; i++, col += (size_t)c->out.w * row_size(c))
        for (int ky = 0; ky < c->win.kh; ky++) {
            int y = image_row(c, i, ky);
            float *dst = col + (size_t)ky * width;
            if (y < 0)
                zero_rows(dst, (size_t)c->out.w, row_size(c), width);
            else
                gather(c, x + row_at(c, i, y), dst);
        }
}

/* Adds the windows of these lines to dx; each image is zeroed first if !add. */
static void from_col(const struct conv *c, const float *col, int first, int lines, bool add,
                     float *dx)
{
    size_t width = (size_t)c->win.kw * (size_t)c->in.c;
    for (int i = first; i < first + lines; i++, col += (size_t)c->out.w * row_size(c)) {
        if (!add && i % c->out.h == 0)
            memset(dx + row_at(c, i, 0), 0, shape_size(&c->in) * sizeof *dx);
        for (int ky = 0; ky < c->win.kh; ky++) {
            int y = image_row(c, i, ky);
            if (y >= 0)
                scatter(c, col + (size_t)ky * width, dx + row_at(c, i, y));
        }
    }
}

/* One tile: lines [first, first + lines), and how many rows of the product that is. */
struct tile {
    int first, lines, rows;
};

static struct tile tile_at(const struct conv *c, int first, int n)
{
    int left = n * c->out.h - first;
    int lines = is_plain(c) ? left : tile_lines(c) < left ? tile_lines(c) : left;
    return (struct tile){first, lines, lines * c->out.w};
}

static size_t tile_out(const struct conv *c, const struct tile *t)
{
    return (size_t)t->first * (size_t)c->out.w * (size_t)c->out.c;
}

static void im2col_forward(const struct conv *c, const float *kernel, const float *prepared,
                           const float *x, float *y, int n, float *scratch)
{
    (void)prepared;
    int k = (int)row_size(c), m = c->out.c;
    for (int line = 0; line < n * c->out.h;) {
        struct tile t = tile_at(c, line, n);
        if (!is_plain(c))
            to_col(c, x, t.first, t.lines, scratch);
        gemm(false, false, t.rows, m, k, is_plain(c) ? x : scratch, k, kernel, m, 0,
             y + tile_out(c, &t), m);
        line += t.lines;
    }
}

static void im2col_backward(const struct conv *c, const float *kernel, const float *prepared,
                            const float *x, const float *dy, float *dx, bool add, float *dw, int n,
                            float *scratch)
{
    (void)prepared;
    int k = (int)row_size(c), m = c->out.c;
    bool plain = is_plain(c);
    for (int line = 0; line < n * c->out.h;) {
        struct tile t = tile_at(c, line, n);
        const float *tile_dy = dy + tile_out(c, &t);
        if (!plain && dw != NULL)
            to_col(c, x, t.first, t.lines, scratch);
        if (dw != NULL)
            gemm(true, false, k, m, t.rows, plain ? x : scratch, k, tile_dy, m, line > 0 ? 1 : 0,
                 dw, m);
        if (dx != NULL)
            gemm(false, true, t.rows, k, m, tile_dy, m, kernel, m, plain && add ? 1 : 0,
                 plain ? dx : scratch, k);
        if (dx != NULL && !plain)
            from_col(c, scratch, t.first, t.lines, add, dx);
        line += t.lines;
    }
}

const struct conv_algo conv_im2col = {
    .name = "im2col",
    .scratch = im2col_scratch,
    .forward = im2col_forward,
    .backward = im2col_backward,
};

/* ---- inference ---------------------------------------------------------------------------- */

static bool panel_fits(const struct conv *c)
{
    return c->groups == 1 && c->out.c % PANEL_WIDTH == 0;
}

static size_t strip_width(const struct conv *c, size_t first)
{
    size_t left = (size_t)c->out.c - first;
    return left < STRIP ? left : STRIP;
}

static size_t panel_prepared(const struct conv *c, bool train)
{
    return train ? 0 : row_size(c) * (size_t)c->out.c;
}

static void panel_prepare(const struct conv *c, const float *kernel, bool train, int first,
                          int next, float *prepared)
{
    size_t rows = row_size(c), in = (size_t)c->in.c, out = (size_t)c->out.c;
    for (size_t tap = 0; !train && tap < rows; tap += in)
        for (size_t row = tap + (size_t)first; row < tap + (size_t)next; row++)
            for (size_t j = 0; j < out; j += STRIP)
                memcpy(prepared + j * rows + row * strip_width(c, j), kernel + row * out + j,
                       strip_width(c, j) * sizeof *prepared);
}

static void panel_forward(const struct conv *c, const float *kernel, const float *prepared,
                          const float *x, float *y, int n, float *scratch)
{
    (void)kernel;
    size_t k = row_size(c), out = (size_t)c->out.c;
    for (int line = 0; line < n * c->out.h;) {
        struct tile t = tile_at(c, line, n);
        if (!is_plain(c))
            to_col(c, x, t.first, t.lines, scratch);
        for (size_t j = 0; j < out; j += STRIP)
            panel_gemm((size_t)t.rows, strip_width(c, j), k, is_plain(c) ? x : scratch, k, 1,
                       prepared + j * k, strip_width(c, j), y + tile_out(c, &t) + j, out, false);
        line += t.lines;
    }
}

const struct conv_algo conv_im2col_panel = {
    .name = "im2col by panels",
    .fits = panel_fits,
    .scratch = im2col_scratch,
    .prepared = panel_prepared,
    .prepare = panel_prepare,
    .forward = panel_forward,
};
