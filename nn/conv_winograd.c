/*
 * conv_winograd: 3x3 and 5x5 convolution of stride 1 by Winograd's minimal filtering, F(2x2,3x3),
 * F(3x3,3x3), F(4x4,3x3) and F(2x2,5x5), after Lavin and Gray 2015, "Fast Algorithms for
 * Convolutional Neural Networks", section 4.1.
 *
 *   y = A^T [(G g G^T) . (B^T d B)] A    for each tile d of (m+r-1)^2 inputs, m^2 outputs y
 *
 * Summed over channels the middle is (m+r-1)^2 matrix products of tiles x in.c by in.c x out.c: 36
 * multiplications where 144 stood (m = 4), 16 where 36 stood (m = 2). Backward is the adjoint of
 * the same three steps, so it transforms dy once for both gradients:
 *
 *   w = A dy A^T;  dx = sum of tiles B (w u^T) B^T;  dg = G^T (v^T w) G
 *
 * Largest error over the root mean square, 24x24x32, normal numbers: direct sums 1e-6, F(4x4,3x3)
 * 3e-5, F(2x2,5x5) 6e-5 (tests/unit/test_winograd.c).
 *
 * Works in blocks of tiles whose transforms stay in the cache. The transformed kernel, u, is stored
 * in strips of STRIP columns, row after row, as the product reads it.
 */
#include <string.h>

#include "nn/panel.h"
#include "nn/vec.h"
#include "nn/winograd.h"

#define CACHE_FLOATS (3 << 16) /* 768 KiB for a block's transforms */
#define TILES_MIN 36           /* fewer would read the kernel more often than it is worth, */
#define TILES_LARGE 144        /* and of a kernel that no cache keeps */
#define TILES_PART 32          /* nor is a part worth its own reading of the kernel with fewer */
#define IMAGES_PART 32
#define KERNEL_MIDDLE (1 << 18)
#define KERNEL_LARGE (1 << 20) /* floats */
#define LANES WINOGRAD_LANES
#define STRIP 32

static struct tiling tiling_of(const struct conv *c)
{
    struct tiling t = winograd_tiling(c);
    t.block = CACHE_FLOATS / (t.points * (c->in.c + c->out.c)) / 12 * 12;
    int least = t.points * c->in.c * c->out.c > KERNEL_LARGE ? TILES_LARGE : TILES_MIN;
    t.block = t.block < least ? least : t.block;
    return t;
}

/* ---- kernels ------------------------------------------------------------------------------ */

/* Floats of a kernel's points: (points, in.c, out.c). */
static size_t kernel_points(const struct conv *c, const struct tiling *t)
{
    return (size_t)t->points * (size_t)c->in.c * (size_t)c->out.c;
}

/* Columns of the strip that begins at `first`. */
static size_t strip_width(size_t columns, size_t first)
{
    return columns - first < STRIP ? columns - first : STRIP;
}

/* Where the number (row, column) of a matrix in strips stands. */
static size_t in_strips(size_t rows, size_t columns, size_t row, size_t column)
{
    size_t first = column / STRIP * STRIP;
    return first * rows + row * strip_width(columns, first) + column - first;
}

/* c = a b as panel_gemm, with b in strips. */
static void multiply(size_t m, size_t n, size_t k, const float *a, const float *b, float *c)
{
    for (size_t j = 0; j < n; j += STRIP)
        panel_gemm(m, strip_width(n, j), k, a, k, 1, b + j * k, strip_width(n, j), c + j, n, false);
}

/* ut = u^T, both in strips, for rows [first, next) of u: sixteen rows at a time, as they fill whole
 * cache lines of ut. */
VEC static void transpose_rows(size_t in, size_t out, size_t first, size_t next, const float *u,
                               float *ut)
{
    for (size_t row = first; row < next; row += LANES)
        for (size_t j = 0; j < out; j++) {
            const float *from = u + in_strips(in, out, row, j);
            float *to = ut + in_strips(out, in, j, row);
            size_t width = strip_width(out, j / STRIP * STRIP);
            for (size_t i = 0; i < LANES; i++)
                to[i] = from[i * width];
        }
}

/* ---- the algorithm ------------------------------------------------------------------------ */

static bool winograd_fits(const struct conv *c)
{
    const struct window *w = &c->win;
    return w->kh == w->kw && winograd_has(w->kh) && w->sh == 1 && w->sw == 1 &&
           c->in.c % LANES == 0 && c->out.c % LANES == 0;
}

/* Half a batch of 64 is always worth a part. */
static int winograd_images(const struct conv *c)
{
    struct tiling t = tiling_of(c);
    int tiles = kernel_points(c, &t) > KERNEL_MIDDLE ? 64 : TILES_PART;
    int images = (tiles + t.per_image - 1) / t.per_image;
    return images < IMAGES_PART ? images : IMAGES_PART;
}

static size_t winograd_scratch(const struct conv *c)
{
    struct tiling t = tiling_of(c);
    size_t tile = (size_t)t.points * (size_t)(c->in.c + c->out.c);
    return (size_t)t.block * tile + kernel_points(c, &t);
}

/* The kernel's points and, for the gradient by the input, the same transposed. */
static size_t winograd_prepared(const struct conv *c, bool train)
{
    struct tiling t = tiling_of(c);
    return (train ? 2 : 1) * kernel_points(c, &t);
}

static void winograd_prepare(const struct conv *c, const float *kernel, bool train, int first,
                             int next, float *prepared)
{
    struct tiling t = tiling_of(c);
    size_t in = (size_t)c->in.c, out = (size_t)c->out.c, a = (size_t)first, b = (size_t)next;
    float *ut = prepared + kernel_points(c, &t);
    for (size_t row = a; row < b; row++)
        for (size_t j = 0; j < out; j += LANES)
            winograd_kernel(&t, kernel + row * out + j, in * out,
                            prepared + in_strips(in, out, row, j), in * out);
    for (size_t p = 0; train && p < (size_t)t.points; p++)
        transpose_rows(in, out, a, b, prepared + p * in * out, ut + p * in * out);
}

/* The next block of the tiles of n images, from b->first on. */
static bool next_block(struct block *b, int n)
{
    int left = n * b->t.per_image - b->first;
    b->count = left < b->t.block ? left : b->t.block;
    return left > 0;
}

static void winograd_forward(const struct conv *c, const float *kernel, const float *prepared,
                             const float *x, float *y, int n, float *scratch)
{
    (void)kernel;
    struct block b = {.c = c, .t = tiling_of(c)};
    size_t in = (size_t)c->in.c, out = (size_t)c->out.c;
    for (; next_block(&b, n); b.first += b.count) {
        size_t count = (size_t)b.count;
        float *v = scratch, *product = scratch + (size_t)b.t.points * count * in;
        winograd_input(&b, x, v);
        for (size_t p = 0; p < (size_t)b.t.points; p++)
            multiply(count, out, in, v + p * count * in, prepared + p * in * out,
                     product + p * count * out);
        winograd_output(&b, product, y);
    }
}

/* Zeroes the images whose first tile is in the block: their tiles will be added. */
static void zero_images(const struct block *b, float *dx)
{
    size_t size = shape_size(&b->c->in);
    int begun = (b->first + b->t.per_image - 1) / b->t.per_image;
    int end = (b->first + b->count + b->t.per_image - 1) / b->t.per_image;
    if (end > begun)
        memset(dx + (size_t)begun * size, 0, (size_t)(end - begun) * size * sizeof *dx);
}

static void winograd_backward(const struct conv *c, const float *kernel, const float *prepared,
                              const float *x, const float *dy, float *dx, bool add, float *dw,
                              int n, float *scratch)
{
    (void)kernel;
    struct block b = {.c = c, .t = tiling_of(c)};
    size_t in = (size_t)c->in.c, out = (size_t)c->out.c, pairs = in * out;
    const float *ut = prepared + kernel_points(c, &b.t);
    float *du = scratch, *points = scratch + kernel_points(c, &b.t);
    for (; next_block(&b, n); b.first += b.count) {
        size_t count = (size_t)b.count;
        float *w = points, *v = w + (size_t)b.t.points * count * out;
        winograd_output_adjoint(&b, dy, w);
        if (dw != NULL)
            winograd_input(&b, x, v);
        for (size_t p = 0; dw != NULL && p < (size_t)b.t.points; p++)
            panel_gemm(in, out, count, v + p * count * in, 1, in, w + p * count * out, out,
                       du + p * pairs, out, b.first > 0);
        if (dx == NULL)
            continue;
        for (size_t p = 0; p < (size_t)b.t.points; p++)
            multiply(count, in, out, w + p * count * out, ut + p * pairs, v + p * count * in);
        if (!add)
            zero_images(&b, dx);
        winograd_input_adjoint(&b, v, dx);
    }
    if (dw != NULL)
        winograd_kernel_adjoint(&b.t, du, pairs, dw);
}

const struct conv_algo conv_winograd = {
    .name = "winograd",
    .fits = winograd_fits,
    .images = winograd_images,
    .scratch = winograd_scratch,
    .prepared = winograd_prepared,
    .prepare = winograd_prepare,
    .forward = winograd_forward,
    .backward = winograd_backward,
};
