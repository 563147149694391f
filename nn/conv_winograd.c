/*
 * conv_winograd: 3x3 convolution of stride 1 by Winograd's minimal filtering, F(4x4,3x3) and
 * F(2x2,3x3), after Lavin and Gray 2015, "Fast Algorithms for Convolutional Neural Networks",
 * section 4.1.
 *
 *   y = A^T [(G g G^T) . (B^T d B)] A    for each tile d of (m+2)^2 inputs, m^2 outputs y
 *
 * Summed over channels the middle is (m+2)^2 matrix products of tiles x in.c by in.c x out.c: 36
 * multiplications where 144 stood (m = 4), 16 where 36 stood (m = 2). Backward is the adjoint of
 * the same three steps, so it transforms dy once for both gradients:
 *
 *   w = A dy A^T;  dx = sum of tiles B (w u^T) B^T;  dg = G^T (v^T w) G
 *
 * Works in blocks of tiles whose transforms stay in the cache; channels are the vector, sixteen at
 * a time.
 */
#include "nn/conv.h"

#include <string.h>

#include "nn/panel.h"
#include "nn/vec.h"

#define CACHE_FLOATS (3 << 16) /* 768 KiB for a block's transforms */
#define TILES_MIN 36           /* fewer would read the kernel more often than it is worth */
#define SIDE_MAX 6             /* of a tile: m + 2 */
#define LANES 16

typedef float vec __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 8")

/* How a convolution is cut into tiles. */
struct tiling {
    int m, side, points; /* outputs of a tile along an axis, inputs, products (side^2) */
    int rows, columns;   /* tiles of an image */
    int per_image;
    int block; /* tiles that are transformed at a time */
};

/* Fewest products; of equals the smaller tile, whose rounding is better. */
static struct tiling tiling_of(const struct conv *c)
{
    struct tiling best = {0};
    long least = 0;
    for (int m = 2; m <= 4; m += 2) {
        int rows = (c->out.h + m - 1) / m, columns = (c->out.w + m - 1) / m;
        long products = (long)rows * columns * (m + 2) * (m + 2);
        if (least != 0 && products >= least)
            continue;
        least = products;
        best = (struct tiling){.m = m,
                               .side = m + 2,
                               .points = (m + 2) * (m + 2),
                               .rows = rows,
                               .columns = columns,
                               .per_image = rows * columns};
    }
    best.block = CACHE_FLOATS / (best.points * (c->in.c + c->out.c)) / 12 * 12;
    best.block = best.block < TILES_MIN ? TILES_MIN : best.block;
    return best;
}

/* ---- one-dimensional transforms, from s apart to t apart ---------------------------------------
 */

/* B^T: m + 2 to m + 2. */
INLINE void input_1d(int m, const vec *d, int s, vec *o, int t)
{
    if (m == 2) {
        o[0] = d[0] - d[2 * s];
        o[t] = d[s] + d[2 * s];
        o[2 * t] = d[2 * s] - d[s];
        o[3 * t] = d[s] - d[3 * s];
        return;
    }
    vec a = d[4 * s] - 4 * d[2 * s], b = d[3 * s] - 4 * d[s];
    vec e = d[4 * s] - d[2 * s], f = 2 * (d[3 * s] - d[s]);
    o[0] = 4 * d[0] - 5 * d[2 * s] + d[4 * s];
    o[t] = a + b;
    o[2 * t] = a - b;
    o[3 * t] = e + f;
    o[4 * t] = e - f;
    o[5 * t] = 4 * d[s] - 5 * d[3 * s] + d[5 * s];
}

/* B: the adjoint of input_1d. */
INLINE void input_adjoint_1d(int m, const vec *v, int s, vec *o, int t)
{
    if (m == 2) {
        o[0] = v[0];
        o[t] = v[s] - v[2 * s] + v[3 * s];
        o[2 * t] = v[s] + v[2 * s] - v[0];
        o[3 * t] = -v[3 * s];
        return;
    }
    vec sum = v[s] + v[2 * s], difference = v[s] - v[2 * s];
    vec sum2 = v[3 * s] + v[4 * s], difference2 = v[3 * s] - v[4 * s];
    o[0] = 4 * v[0];
    o[t] = 4 * v[5 * s] - 4 * difference - 2 * difference2;
    o[2 * t] = -5 * v[0] - 4 * sum - sum2;
    o[3 * t] = difference + 2 * difference2 - 5 * v[5 * s];
    o[4 * t] = v[0] + sum + sum2;
    o[5 * t] = v[5 * s];
}

/* A^T: m + 2 to m. */
INLINE void output_1d(int m, const vec *v, int s, vec *o, int t)
{
    vec sum = v[s] + v[2 * s], difference = v[s] - v[2 * s];
    if (m == 2) {
        o[0] = v[0] + sum;
        o[t] = difference - v[3 * s];
        return;
    }
    vec sum2 = v[3 * s] + v[4 * s], difference2 = v[3 * s] - v[4 * s];
    o[0] = v[0] + sum + sum2;
    o[t] = difference + 2 * difference2;
    o[2 * t] = sum + 4 * sum2;
    o[3 * t] = difference + 8 * difference2 + v[5 * s];
}

/* A: the adjoint of output_1d, m to m + 2. */
INLINE void output_adjoint_1d(int m, const vec *y, int s, vec *o, int t)
{
    if (m == 2) {
        o[0] = y[0];
        o[t] = y[0] + y[s];
        o[2 * t] = y[0] - y[s];
        o[3 * t] = -y[s];
        return;
    }
    vec even = y[0] + y[2 * s], odd = y[s] + y[3 * s];
    vec even4 = y[0] + 4 * y[2 * s], odd4 = 2 * y[s] + 8 * y[3 * s];
    o[0] = y[0];
    o[t] = even + odd;
    o[2 * t] = even - odd;
    o[3 * t] = even4 + odd4;
    o[4 * t] = even4 - odd4;
    o[5 * t] = y[3 * s];
}

/* G: 3 to m + 2. */
INLINE void kernel_1d(int m, const vec *g, int s, vec *o, int t)
{
    vec ends = g[0] + g[2 * s];
    if (m == 2) {
        o[0] = g[0];
        o[t] = 0.5f * (ends + g[s]);
        o[2 * t] = 0.5f * (ends - g[s]);
        o[3 * t] = g[2 * s];
        return;
    }
    vec wide = g[0] / 24 + g[2 * s] / 6, middle = g[s] / 12;
    o[0] = g[0] / 4;
    o[t] = (ends + g[s]) / -6;
    o[2 * t] = (ends - g[s]) / -6;
    o[3 * t] = wide + middle;
    o[4 * t] = wide - middle;
    o[5 * t] = g[2 * s];
}

/* G^T: the adjoint of kernel_1d, m + 2 to 3. */
INLINE void kernel_adjoint_1d(int m, const vec *u, int s, vec *o, int t)
{
    vec sum = u[s] + u[2 * s], difference = u[s] - u[2 * s];
    if (m == 2) {
        o[0] = u[0] + 0.5f * sum;
        o[t] = 0.5f * difference;
        o[2 * t] = 0.5f * sum + u[3 * s];
        return;
    }
    vec sum2 = u[3 * s] + u[4 * s], difference2 = u[3 * s] - u[4 * s];
    o[0] = u[0] / 4 - sum / 6 + sum2 / 24;
    o[t] = difference2 / 12 - difference / 6;
    o[2 * t] = sum2 / 6 - sum / 6 + u[5 * s];
}

typedef void transform_1d(int m, const vec *from, int s, vec *to, int t);

/* The same transform along both axes: (n, n) at `from` to (k, k) at `to`. */
INLINE void transform_2d(transform_1d *transform, int m, int n, int k, const vec *from, vec *to)
{
    vec half[SIDE_MAX * SIDE_MAX];
    for (int x = 0; x < n; x++)
        transform(m, from + x, n, half + x, n);
    for (int y = 0; y < k; y++)
        transform(m, half + y * n, 1, to + y * k, 1);
}

/* ---- tiles -------------------------------------------------------------------------------------
 */

/* One tile's square of an image: top left corner, and which rows and columns lie inside. */
struct square {
    int y, x, top, bottom, left, right;
};

static struct square square_at(const struct shape *image, int y, int x, int side)
{
    struct square q = {.y = y, .x = x};
    q.top = y < 0 ? -y : 0;
    q.left = x < 0 ? -x : 0;
    q.bottom = y + side > image->h ? image->h - y : side;
    q.right = x + side > image->w ? image->w - x : side;
    return q;
}

static size_t pixel(const struct shape *image, const struct square *q, int i, int j)
{
    return ((size_t)(q->y + i) * (size_t)image->w + (size_t)(q->x + j)) * (size_t)image->c;
}

/* Reads a square of sixteen channels, zeros outside the image. */
INLINE void load_square(const float *image, const struct shape *s, const struct square *q, int side,
                        vec *d)
{
    for (int i = 0; i < side; i++)
        for (int j = 0; j < side; j++) {
            bool inside = i >= q->top && i < q->bottom && j >= q->left && j < q->right;
            d[i * side + j] = (vec){0};
            if (inside)
                d[i * side + j] = *(const vec *)(image + pixel(s, q, i, j));
        }
}

/* Writes the part of a square that lies inside the image, or adds to it. */
INLINE void store_square(float *image, const struct shape *s, const struct square *q, int side,
                         const vec *d, bool add)
{
    for (int i = q->top; i < q->bottom; i++)
        for (int j = q->left; j < q->right; j++) {
            vec *to = (vec *)(image + pixel(s, q, i, j));
            if (add)
                *to += d[i * side + j];
            else
                *to = d[i * side + j];
        }
}

/* A run of tiles, of consecutive images. */
struct block {
    const struct conv *c;
    struct tiling t;
    int first, count;
};

/* The square of tile i of a block in the input (its padding included) or the output; its image's
 * number. */
static struct square tile_square(const struct block *b, int i, bool input, size_t *image)
{
    const struct conv *c = b->c;
    int n = b->first + i, at = n % b->t.per_image;
    int y = at / b->t.columns * b->t.m, x = at % b->t.columns * b->t.m;
    *image = (size_t)(n / b->t.per_image);
    return input ? square_at(&c->in, y - c->win.top, x - c->win.left, b->t.side)
                 : square_at(&c->out, y, x, b->t.m);
}

/* Transforms images to points: (points, count, channels). `transform` takes n to side per axis. */
INLINE void to_points(const struct block *b, transform_1d *transform, int m, int n, bool input,
                      const float *images, float *points)
{
    const struct shape *s = input ? &b->c->in : &b->c->out;
    size_t step = (size_t)b->count * (size_t)s->c;
    for (int i = 0; i < b->count; i++) {
        size_t image;
        struct square q = tile_square(b, i, input, &image);
        const float *from = images + image * shape_size(s);
        for (int ch = 0; ch < s->c; ch += LANES) {
            vec d[SIDE_MAX * SIDE_MAX], v[SIDE_MAX * SIDE_MAX];
            load_square(from + ch, s, &q, n, d);
            transform_2d(transform, m, n, m + 2, d, v);
            float *to = points + (size_t)i * (size_t)s->c + (size_t)ch;
            for (int p = 0; p < (m + 2) * (m + 2); p++)
                *(vec *)(to + (size_t)p * step) = v[p];
        }
    }
}

/* The reverse: points back to squares of k x k; input squares overlap and are added. */
INLINE void from_points(const struct block *b, transform_1d *transform, int m, int k, bool input,
                        const float *points, float *images)
{
    const struct shape *s = input ? &b->c->in : &b->c->out;
    size_t step = (size_t)b->count * (size_t)s->c;
    for (int i = 0; i < b->count; i++) {
        size_t image;
        struct square q = tile_square(b, i, input, &image);
        float *to = images + image * shape_size(s);
        for (int ch = 0; ch < s->c; ch += LANES) {
            vec v[SIDE_MAX * SIDE_MAX], d[SIDE_MAX * SIDE_MAX];
            const float *from = points + (size_t)i * (size_t)s->c + (size_t)ch;
            for (int p = 0; p < (m + 2) * (m + 2); p++)
                v[p] = *(const vec *)(from + (size_t)p * step);
            transform_2d(transform, m, m + 2, k, v, d);
            store_square(to + ch, s, &q, k, d, input);
        }
    }
}

VEC static void input_points(const struct block *b, const float *x, float *points)
{
    if (b->t.m == 2)
        to_points(b, input_1d, 2, 4, true, x, points);
    else
        to_points(b, input_1d, 4, 6, true, x, points);
}

VEC static void input_gradient(const struct block *b, const float *points, float *dx)
{
    if (b->t.m == 2)
        from_points(b, input_adjoint_1d, 2, 4, true, points, dx);
    else
        from_points(b, input_adjoint_1d, 4, 6, true, points, dx);
}

VEC static void output_of_points(const struct block *b, const float *points, float *y)
{
    if (b->t.m == 2)
        from_points(b, output_1d, 2, 2, false, points, y);
    else
        from_points(b, output_1d, 4, 4, false, points, y);
}

VEC static void output_points(const struct block *b, const float *dy, float *points)
{
    if (b->t.m == 2)
        to_points(b, output_adjoint_1d, 2, 2, false, dy, points);
    else
        to_points(b, output_adjoint_1d, 4, 4, false, dy, points);
}

/* ---- kernels -----------------------------------------------------------------------------------
 */

/* Floats of a kernel's points: (points, in.c, out.c). */
static size_t kernel_points(const struct conv *c, const struct tiling *t)
{
    return (size_t)t->points * (size_t)c->in.c * (size_t)c->out.c;
}

/* u = G g G^T for the pairs of channels [first, next). */
INLINE void kernel_to_points(int m, const float *kernel, size_t pairs, size_t first, size_t next,
                             float *u)
{
    for (size_t i = first; i < next; i += LANES) {
        vec g[9], v[SIDE_MAX * SIDE_MAX];
        for (size_t k = 0; k < 9; k++)
            g[k] = *(const vec *)(kernel + k * pairs + i);
        transform_2d(kernel_1d, m, 3, m + 2, g, v);
        for (size_t p = 0; p < (size_t)((m + 2) * (m + 2)); p++)
            *(vec *)(u + p * pairs + i) = v[p];
    }
}

/* dg = G^T du G. */
INLINE void points_to_kernel(int m, const float *du, size_t pairs, float *dw)
{
    for (size_t i = 0; i < pairs; i += LANES) {
        vec g[9], v[SIDE_MAX * SIDE_MAX];
        for (size_t p = 0; p < (size_t)((m + 2) * (m + 2)); p++)
            v[p] = *(const vec *)(du + p * pairs + i);
        transform_2d(kernel_adjoint_1d, m, m + 2, 3, v, g);
        for (size_t k = 0; k < 9; k++)
            *(vec *)(dw + k * pairs + i) = g[k];
    }
}

VEC static void transform_kernel(int m, const float *kernel, size_t pairs, size_t first,
                                 size_t next, float *u)
{
    if (m == 2)
        kernel_to_points(2, kernel, pairs, first, next, u);
    else
        kernel_to_points(4, kernel, pairs, first, next, u);
}

VEC static void kernel_gradient(int m, const float *du, size_t pairs, float *dw)
{
    if (m == 2)
        points_to_kernel(2, du, pairs, dw);
    else
        points_to_kernel(4, du, pairs, dw);
}

/* ut = u^T for rows [first, next) of u: sixteen rows at a time fill whole cache lines of ut. */
static void transpose_rows(size_t in, size_t out, size_t first, size_t next, const float *u,
                           float *ut)
{
    for (size_t row = first; row < next; row += LANES)
        for (size_t j = 0; j < out; j++)
            for (size_t i = row; i < row + LANES; i++)
                ut[j * in + i] = u[i * out + j];
}

/* ---- the algorithm -----------------------------------------------------------------------------
 */

static bool winograd_fits(const struct conv *c)
{
    const struct window *w = &c->win;
    return w->kh == 3 && w->kw == 3 && w->sh == 1 && w->sw == 1 && c->in.c % LANES == 0 &&
           c->out.c % LANES == 0;
}

static size_t winograd_scratch(const struct conv *c)
{
    struct tiling t = tiling_of(c);
    size_t tile = (size_t)t.points * (size_t)(2 * c->in.c + c->out.c);
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
    transform_kernel(t.m, kernel, in * out, a * out, b * out, prepared);
    for (size_t p = 0; train && p < (size_t)t.points; p++)
        transpose_rows(in, out, a, b, prepared + p * in * out, ut + p * in * out);
}

static void winograd_forward(const struct conv *c, const float *kernel, const float *prepared,
                             const float *x, float *y, int n, float *scratch)
{
    (void)kernel;
    struct block b = {.c = c, .t = tiling_of(c)};
    size_t in = (size_t)c->in.c, out = (size_t)c->out.c;
    int tiles = n * b.t.per_image;
    for (b.first = 0; b.first < tiles; b.first += b.count) {
        b.count = tiles - b.first < b.t.block ? tiles - b.first : b.t.block;
        size_t count = (size_t)b.count;
        float *v = scratch, *product = scratch + (size_t)b.t.points * count * in;
        input_points(&b, x, v);
        for (size_t p = 0; p < (size_t)b.t.points; p++)
            panel_gemm(count, out, in, v + p * count * in, in, 1, prepared + p * in * out, out,
                       product + p * count * out, out, false);
        output_of_points(&b, product, y);
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
    int tiles = n * b.t.per_image;
    for (b.first = 0; b.first < tiles; b.first += b.count) {
        b.count = tiles - b.first < b.t.block ? tiles - b.first : b.t.block;
        size_t count = (size_t)b.count;
        float *w = points, *v = w + (size_t)b.t.points * count * out;
        output_points(&b, dy, w);
        if (dw != NULL)
            input_points(&b, x, v);
        for (size_t p = 0; dw != NULL && p < (size_t)b.t.points; p++)
            panel_gemm(in, out, count, v + p * count * in, 1, in, w + p * count * out, out,
                       du + p * pairs, out, b.first > 0);
        if (dx == NULL)
            continue;
        for (size_t p = 0; p < (size_t)b.t.points; p++)
            panel_gemm(count, in, out, w + p * count * out, out, 1, ut + p * pairs, in,
                       v + p * count * in, in, false);
        if (!add)
            zero_images(&b, dx);
        input_gradient(&b, v, dx);
    }
    if (dw != NULL)
        kernel_gradient(b.t.m, du, pairs, dw);
}

const struct conv_algo conv_winograd = {
    .name = "winograd",
    .fits = winograd_fits,
    .scratch = winograd_scratch,
    .prepared = winograd_prepared,
    .prepare = winograd_prepare,
    .forward = winograd_forward,
    .backward = winograd_backward,
};
