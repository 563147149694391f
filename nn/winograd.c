/*
 * winograd: see winograd.h. Interpolation points 0, 1, -1, 2, -2 and infinity, as many as the tile
 * has inputs; the input's transform depends on their number alone, so that 4 outputs of 3 taps and
 * 2 outputs of 5 share one.
 */
#include "nn/winograd.h"

#include "base/mem.h"
#include "nn/vec.h"

#define SIDE_MAX 6
#define LANES WINOGRAD_LANES

typedef float vec __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 8")

/* Outputs and taps of the tiles; of equal cost the first one wins, whose rounding is better. */
static const struct {
    int m, r;
} tiles[] = {{2, 3}, {3, 3}, {4, 3}, {2, 5}};

bool winograd_has(int r)
{
    for (size_t i = 0; i < MEM_COUNT(tiles); i++)
        if (tiles[i].r == r)
            return true;
    return false;
}

struct tiling winograd_tiling(const struct conv *c)
{
    struct tiling best = {0};
    long least = 0;
    for (size_t i = 0; i < MEM_COUNT(tiles); i++) {
        int m = tiles[i].m, r = tiles[i].r, side = m + r - 1;
        int rows = (c->out.h + m - 1) / m, columns = (c->out.w + m - 1) / m;
        long products = (long)rows * columns * side * side;
        if (r != c->win.kh || (least != 0 && products >= least))
            continue;
        least = products;
        best = (struct tiling){.m = m,
                               .r = r,
                               .side = side,
                               .points = side * side,
                               .rows = rows,
                               .columns = columns,
                               .per_image = rows * columns};
    }
    return best;
}

/* ---- along one axis, from numbers s apart to numbers t apart; m outputs, r taps ------------- */

/* B^T: side to side. */
INLINE void input_1d(int m, int r, const vec *d, int s, vec *o, int t)
{
    if (m + r == 5) {
        o[0] = d[0] - d[2 * s];
        o[t] = d[s] + d[2 * s];
        o[2 * t] = d[2 * s] - d[s];
        o[3 * t] = d[s] - d[3 * s];
    } else if (m + r == 6) {
        vec a = d[3 * s] - d[s];
        o[0] = 2 * (d[0] - d[2 * s]) + a;
        o[t] = d[3 * s] - d[2 * s] - 2 * d[s];
        o[2 * t] = d[3 * s] - 3 * d[2 * s] + 2 * d[s];
        o[3 * t] = a;
        o[4 * t] = d[4 * s] - d[2 * s] - 2 * a;
    } else {
        vec a = d[4 * s] - 4 * d[2 * s], b = d[3 * s] - 4 * d[s];
        vec e = d[4 * s] - d[2 * s], f = 2 * (d[3 * s] - d[s]);
        o[0] = 4 * d[0] - 5 * d[2 * s] + d[4 * s];
        o[t] = a + b;
        o[2 * t] = a - b;
        o[3 * t] = e + f;
        o[4 * t] = e - f;
        o[5 * t] = 4 * d[s] - 5 * d[3 * s] + d[5 * s];
    }
}

/* B: the adjoint of input_1d. */
INLINE void input_adjoint_1d(int m, int r, const vec *v, int s, vec *o, int t)
{
    if (m + r == 5) {
        o[0] = v[0];
        o[t] = v[s] - v[2 * s] + v[3 * s];
        o[2 * t] = v[s] + v[2 * s] - v[0];
        o[3 * t] = -v[3 * s];
    } else if (m + r == 6) {
        vec difference = v[s] - v[2 * s], sum = v[s] + v[2 * s];
        o[0] = 2 * v[0];
        o[t] = 2 * (v[4 * s] - difference) - v[0] - v[3 * s];
        o[2 * t] = -2 * v[0] - sum - 2 * v[2 * s] - v[4 * s];
        o[3 * t] = v[0] + sum + v[3 * s] - 2 * v[4 * s];
        o[4 * t] = v[4 * s];
    } else {
        vec sum = v[s] + v[2 * s], difference = v[s] - v[2 * s];
        vec sum2 = v[3 * s] + v[4 * s], difference2 = v[3 * s] - v[4 * s];
        o[0] = 4 * v[0];
        o[t] = 4 * v[5 * s] - 4 * difference - 2 * difference2;
        o[2 * t] = -5 * v[0] - 4 * sum - sum2;
        o[3 * t] = difference + 2 * difference2 - 5 * v[5 * s];
        o[4 * t] = v[0] + sum + sum2;
        o[5 * t] = v[5 * s];
    }
}

/* A^T: side to m. */
INLINE void output_1d(int m, int r, const vec *v, int s, vec *o, int t)
{
    vec sum = v[s] + v[2 * s], difference = v[s] - v[2 * s];
    if (m + r == 5) {
        o[0] = v[0] + sum;
        o[t] = difference - v[3 * s];
    } else if (m + r == 6) {
        o[0] = v[0] + sum + v[3 * s];
        o[t] = difference + 2 * v[3 * s];
        o[2 * t] = sum + 4 * v[3 * s] + v[4 * s];
    } else {
        vec sum2 = v[3 * s] + v[4 * s], difference2 = v[3 * s] - v[4 * s];
        o[0] = v[0] + sum + sum2;
        o[t] = difference + 2 * difference2;
        if (m == 2) {
            o[t] += v[5 * s];
            return;
        }
        o[2 * t] = sum + 4 * sum2;
        o[3 * t] = difference + 8 * difference2 + v[5 * s];
    }
}

/* A: the adjoint of output_1d, m to side. */
INLINE void output_adjoint_1d(int m, int r, const vec *y, int s, vec *o, int t)
{
    o[0] = y[0];
    if (m == 2) {
        o[t] = y[0] + y[s];
        o[2 * t] = y[0] - y[s];
        o[3 * t] = -y[s];
        if (r == 5) {
            o[3 * t] = y[0] + 2 * y[s];
            o[4 * t] = y[0] - 2 * y[s];
            o[5 * t] = y[s];
        }
        return;
    }
    vec even = y[0] + y[2 * s], even4 = y[0] + 4 * y[2 * s];
    vec odd = y[s], odd4 = 2 * y[s];
    if (m == 4) {
        odd += y[3 * s];
        odd4 += 8 * y[3 * s];
    }
    o[t] = even + odd;
    o[2 * t] = even - odd;
    o[3 * t] = even4 + odd4;
    if (m == 3) {
        o[4 * t] = y[2 * s];
        return;
    }
    o[4 * t] = even4 - odd4;
    o[5 * t] = y[3 * s];
}

/* G: r to side. */
INLINE void kernel_1d(int m, int r, const vec *g, int s, vec *o, int t)
{
    vec even = g[0] + g[2 * s], odd = g[s], even4 = g[0] + 4 * g[2 * s], odd4 = 2 * g[s];
    if (r == 5) {
        even += g[4 * s];
        odd += g[3 * s];
        even4 += 16 * g[4 * s];
        odd4 += 8 * g[3 * s];
    }
    if (m + r == 5) {
        o[0] = g[0];
        o[t] = 0.5f * (even + odd);
        o[2 * t] = 0.5f * (even - odd);
        o[3 * t] = g[2 * s];
    } else if (m + r == 6) {
        o[0] = 0.5f * g[0];
        o[t] = -0.5f * (even + odd);
        o[2 * t] = (odd - even) / 6;
        o[3 * t] = (even4 + odd4) / 6;
        o[4 * t] = g[2 * s];
    } else {
        o[0] = g[0] / 4;
        o[t] = (even + odd) / -6;
        o[2 * t] = (even - odd) / -6;
        o[3 * t] = (even4 + odd4) / 24;
        o[4 * t] = (even4 - odd4) / 24;
        o[5 * t] = g[(r - 1) * s];
    }
}

/* G^T: the adjoint of kernel_1d, side to r. */
INLINE void kernel_adjoint_1d(int m, int r, const vec *u, int s, vec *o, int t)
{
    vec sum = u[s] + u[2 * s], difference = u[s] - u[2 * s];
    if (m + r == 5) {
        o[0] = u[0] + 0.5f * sum;
        o[t] = 0.5f * difference;
        o[2 * t] = 0.5f * sum + u[3 * s];
        return;
    }
    if (m + r == 6) {
        vec one = u[s] / -2, minus = u[2 * s] / -6, two = u[3 * s] / 6;
        o[0] = u[0] / 2 + one + minus + two;
        o[t] = one - minus + 2 * two;
        o[2 * t] = one + minus + 4 * two + u[4 * s];
        return;
    }
    vec sum2 = (u[3 * s] + u[4 * s]) / 24, difference2 = (u[3 * s] - u[4 * s]) / 24;
    sum = sum / -6;
    difference = difference / -6;
    o[0] = u[0] / 4 + sum + sum2;
    o[t] = difference + 2 * difference2;
    o[2 * t] = sum + 4 * sum2;
    if (r == 5) {
        o[3 * t] = difference + 8 * difference2;
        o[4 * t] = sum + 16 * sum2;
    }
    o[(r - 1) * t] += u[5 * s];
}

typedef void transform_1d(int m, int r, const vec *from, int s, vec *to, int t);

/* The same transform along both axes: (n, n) at `from` to (k, k) at `to`. */
INLINE void transform_2d(transform_1d *transform, int m, int r, int n, int k, const vec *from,
                         vec *to)
{
    vec half[SIDE_MAX * SIDE_MAX];
    UNROLL for (int x = 0; x < n; x++) transform(m, r, from + x, n, half + x, n);
    UNROLL for (int y = 0; y < k; y++) transform(m, r, half + y * n, 1, to + y * k, 1);
}

/* ---- tiles -------------------------------------------------------------------------------- */

/* One tile's square of an image: top left corner, and which rows and columns lie inside. */
struct square {
    int y, x, top, bottom, left, right;
    bool whole; /* all of it lies inside */
};

static struct square square_at(const struct shape *image, int y, int x, int side)
{
    struct square q = {.y = y, .x = x};
    q.top = y < 0 ? -y : 0;
    q.left = x < 0 ? -x : 0;
    q.bottom = y + side > image->h ? image->h - y : side;
    q.right = x + side > image->w ? image->w - x : side;
    q.whole = q.top == 0 && q.left == 0 && q.bottom == side && q.right == side;
    return q;
}

/* Where pixel (i, j) of a square lies; it need not be inside. */
static ptrdiff_t pixel(const struct shape *image, const struct square *q, int i, int j)
{
    return ((ptrdiff_t)(q->y + i) * image->w + (q->x + j)) * image->c;
}

/* Reads column x of a square, sixteen channels, zeros outside the image. */
INLINE void load_column(const float *image, const struct shape *s, const struct square *q, int n,
                        int x, vec *d)
{
    bool inside = x >= q->left && x < q->right;
    UNROLL for (int y = 0; y < n; y++)
    {
        d[y] = (vec){0};
        if (q->whole || (inside && y >= q->top && y < q->bottom))
            d[y] = *(const vec *)(image + pixel(s, q, y, x));
    }
}

/* Writes what lies inside the image of row y of a square, or adds it. */
INLINE void store_row(float *image, const struct shape *s, const struct square *q, int n, int y,
                      const vec *d, bool add)
{
    if (y < q->top || y >= q->bottom)
        return;
    UNROLL for (int x = 0; x < n; x++)
    {
        if (x < q->left || x >= q->right)
            continue;
        vec *to = (vec *)(image + pixel(s, q, y, x));
        if (add)
            *to += d[x];
        else
            *to = d[x];
    }
}

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

/* Transforms squares of n x n to points: (points, count, channels). */
INLINE void to_points(const struct block *b, transform_1d *transform, int m, int r, bool input,
                      const float *images, float *points)
{
    const struct shape *s = input ? &b->c->in : &b->c->out;
    const int side = m + r - 1, n = input ? side : m;
    size_t step = (size_t)b->count * (size_t)s->c;
    for (int i = 0; i < b->count; i++) {
        size_t image;
        struct square q = tile_square(b, i, input, &image);
        const float *from = images + image * shape_size(s);
        for (int ch = 0; ch < s->c; ch += LANES) {
            vec half[SIDE_MAX * SIDE_MAX], line[SIDE_MAX];
            float *to = points + (size_t)i * (size_t)s->c + (size_t)ch;
            UNROLL for (int x = 0; x < n; x++)
            {
                load_column(from + ch, s, &q, n, x, line);
                transform(m, r, line, 1, half + x, n);
            }
            UNROLL for (int y = 0; y < side; y++)
            {
                transform(m, r, half + y * n, 1, line, 1);
                UNROLL for (int x = 0; x < side; x++) *
                    (vec *)(to + (size_t)(y * side + x) * step) = line[x];
            }
        }
    }
}

/* The reverse: points back to squares; input squares overlap and are added. */
INLINE void from_points(const struct block *b, transform_1d *transform, int m, int r, bool input,
                        const float *points, float *images)
{
    const struct shape *s = input ? &b->c->in : &b->c->out;
    const int side = m + r - 1, n = input ? side : m;
    size_t step = (size_t)b->count * (size_t)s->c;
    for (int i = 0; i < b->count; i++) {
        size_t image;
        struct square q = tile_square(b, i, input, &image);
        float *to = images + image * shape_size(s);
        for (int ch = 0; ch < s->c; ch += LANES) {
            vec half[SIDE_MAX * SIDE_MAX], line[SIDE_MAX];
            const float *from = points + (size_t)i * (size_t)s->c + (size_t)ch;
            UNROLL for (int x = 0; x < side; x++)
            {
                UNROLL for (int y = 0; y < side; y++) line[y] =
                    *(const vec *)(from + (size_t)(y * side + x) * step);
                transform(m, r, line, 1, half + x, side);
            }
            UNROLL for (int y = 0; y < n; y++)
            {
                transform(m, r, half + y * side, 1, line, 1);
                store_row(to + ch, s, &q, n, y, line, input);
            }
        }
    }
}

/* Calls a function with the tile's m and r as constants, which unrolls its loops. */
#define FOR_TILE(t, call, ...)                                                                     \
    switch ((t).m * 10 + (t).r) {                                                                  \
    case 23:                                                                                       \
        call(2, 3, __VA_ARGS__);                                                                   \
        break;                                                                                     \
    case 33:                                                                                       \
        call(3, 3, __VA_ARGS__);                                                                   \
        break;                                                                                     \
    case 43:                                                                                       \
        call(4, 3, __VA_ARGS__);                                                                   \
        break;                                                                                     \
    case 25:                                                                                       \
        call(2, 5, __VA_ARGS__);                                                                   \
        break;                                                                                     \
    }

#define INPUT(m, r, x, points) to_points(b, input_1d, m, r, true, x, points)
#define INPUT_ADJOINT(m, r, points, dx) from_points(b, input_adjoint_1d, m, r, true, points, dx)
#define OUTPUT(m, r, points, y) from_points(b, output_1d, m, r, false, points, y)
#define OUTPUT_ADJOINT(m, r, dy, points) to_points(b, output_adjoint_1d, m, r, false, dy, points)

VEC void winograd_input(const struct block *b, const float *x,
                        float *points){FOR_TILE(b->t, INPUT, x, points)}

VEC void winograd_input_adjoint(const struct block *b, const float *points,
                                float *dx){FOR_TILE(b->t, INPUT_ADJOINT, points, dx)}

VEC void winograd_output(const struct block *b, const float *points,
                         float *y){FOR_TILE(b->t, OUTPUT, points, y)}

VEC void winograd_output_adjoint(const struct block *b, const float *dy,
                                 float *points){FOR_TILE(b->t, OUTPUT_ADJOINT, dy, points)}

/* ---- kernels ------------------------------------------------------------------------------ */

INLINE
    void kernel_to_points(int m, int r, const float *kernel, size_t pairs, float *to, size_t step)
{
    vec g[SIDE_MAX * SIDE_MAX], v[SIDE_MAX * SIDE_MAX];
    const int side = m + r - 1;
    for (int k = 0; k < r * r; k++)
        g[k] = *(const vec *)(kernel + (size_t)k * pairs);
    transform_2d(kernel_1d, m, r, r, side, g, v);
    for (int p = 0; p < side * side; p++)
        *(vec *)(to + (size_t)p * step) = v[p];
}

INLINE void points_to_kernel(int m, int r, const float *du, size_t pairs, float *dw)
{
    const int side = m + r - 1;
    for (size_t i = 0; i < pairs; i += LANES) {
        vec g[SIDE_MAX * SIDE_MAX], v[SIDE_MAX * SIDE_MAX];
        for (int p = 0; p < side * side; p++)
            v[p] = *(const vec *)(du + (size_t)p * pairs + i);
        transform_2d(kernel_adjoint_1d, m, r, side, r, v, g);
        for (int k = 0; k < r * r; k++)
            *(vec *)(dw + (size_t)k * pairs + i) = g[k];
    }
}

VEC void winograd_kernel(const struct tiling *t, const float *kernel, size_t pairs, float *to,
                         size_t step){FOR_TILE(*t, kernel_to_points, kernel, pairs, to, step)}

VEC void winograd_kernel_adjoint(const struct tiling *t, const float *du, size_t pairs, float *dw)
{
    FOR_TILE(*t, points_to_kernel, du, pairs, dw)
}
