/*
 * channels: see channels.h. Where the channels allow it, as many rows as fill whole vectors are
 * taken as one row ("lap") of which each parameter is repeated; whatever is left takes plain loops.
 */
#include "nn/channels.h"

#include <string.h>

#include "nn/vec.h"

#define INLINE static inline __attribute__((always_inline))

typedef float vec __attribute__((vector_size(64), aligned(4), may_alias));
typedef int mask __attribute__((vector_size(64), aligned(4), may_alias));

#define VEC_SIZE 16
#define PIECE 32          /* floats of a row that a walk takes along: two vectors */
#define LAP_MAX 256       /* floats of a lap of several rows */
#define BLOCK_FLOATS 4096 /* a block of rows: 16 KiB of the first cache */
#define PARAMS 6

/* What a walk over rows works on; what it does not need is NULL. Parameters: (step) each. */
struct walk {
    const float *x, *dy;
    float *y;
    const float *param[PARAMS];
    size_t rows, step;
};

/* The roles of the parameters. */
enum { A, D, P, Q, R, MEAN };

/* Macros, as functions that hand on such a vector are not the same on every machine. */
#define LOAD(x) (*(const vec *)(x))

/* 0 where v is negative; what is not a number stays one. */
#define CUT(v) ((vec)((mask)(v) & ~((v) < 0)))

/* dy where the map lets it through. */
#define PASSED(dy, x, a, d) ((vec)((mask)(dy) & ((a) * (x) + (d) > 0)))

INLINE void map_piece(const struct walk *w, size_t at, size_t rows, bool relu)
{
    vec a0 = LOAD(w->param[A] + at % w->step), a1 = LOAD(w->param[A] + at % w->step + VEC_SIZE);
    vec d0 = LOAD(w->param[D] + at % w->step), d1 = LOAD(w->param[D] + at % w->step + VEC_SIZE);
    for (const float *x = w->x + at, *end = x + rows * w->step; x < end; x += w->step) {
        float *y = w->y + (x - w->x);
        vec v0 = a0 * LOAD(x) + d0, v1 = a1 * LOAD(x + VEC_SIZE) + d1;
        if (relu) {
            v0 = CUT(v0);
            v1 = CUT(v1);
        }
        *(vec *)y = v0;
        *(vec *)(y + VEC_SIZE) = v1;
    }
}

INLINE void add_to_doubles(const vec *v, double *sum)
{
    for (int i = 0; i < VEC_SIZE; i++)
        sum[i] += (double)(*v)[i];
}

/* sum: (2 step), of which this piece adds to the columns from `at` % step. */
INLINE void moments_piece(const struct walk *w, size_t at, size_t rows, double *sum)
{
    const float *shift = w->param[MEAN] + at % w->step;
    vec m0 = LOAD(shift), m1 = LOAD(shift + VEC_SIZE), s0 = {0}, s1 = {0}, q0 = {0}, q1 = {0};
    for (const float *x = w->x + at, *end = x + rows * w->step; x < end; x += w->step) {
        vec v0 = LOAD(x) - m0, v1 = LOAD(x + VEC_SIZE) - m1;
        s0 += v0;
        s1 += v1;
        q0 += v0 * v0;
        q1 += v1 * v1;
    }
    sum += at % w->step;
    add_to_doubles(&s0, sum);
    add_to_doubles(&s1, sum + VEC_SIZE);
    add_to_doubles(&q0, sum + w->step);
    add_to_doubles(&q1, sum + w->step + VEC_SIZE);
}

INLINE void products_piece(const struct walk *w, size_t at, size_t rows, bool relu, double *sum)
{
    size_t i = at % w->step;
    vec a0 = LOAD(w->param[A] + i), a1 = LOAD(w->param[A] + i + VEC_SIZE);
    vec d0 = LOAD(w->param[D] + i), d1 = LOAD(w->param[D] + i + VEC_SIZE);
    vec m0 = LOAD(w->param[MEAN] + i), m1 = LOAD(w->param[MEAN] + i + VEC_SIZE);
    vec s0 = {0}, s1 = {0}, q0 = {0}, q1 = {0};
    for (const float *x = w->x + at, *end = x + rows * w->step; x < end; x += w->step) {
        const float *dy = w->dy + (x - w->x);
        vec x0 = LOAD(x), x1 = LOAD(x + VEC_SIZE), g0 = LOAD(dy), g1 = LOAD(dy + VEC_SIZE);
        if (relu) {
            g0 = PASSED(g0, x0, a0, d0);
            g1 = PASSED(g1, x1, a1, d1);
        }
        s0 += g0;
        s1 += g1;
        q0 += g0 * (x0 - m0);
        q1 += g1 * (x1 - m1);
    }
    add_to_doubles(&s0, sum + i);
    add_to_doubles(&s1, sum + i + VEC_SIZE);
    add_to_doubles(&q0, sum + i + w->step);
    add_to_doubles(&q1, sum + i + w->step + VEC_SIZE);
}

INLINE void back_piece(const struct walk *w, size_t at, size_t rows, bool relu, bool add)
{
    size_t i = at % w->step, n = VEC_SIZE;
    vec a[2] = {LOAD(w->param[A] + i), LOAD(w->param[A] + i + n)};
    vec d[2] = {LOAD(w->param[D] + i), LOAD(w->param[D] + i + n)};
    vec p[2] = {LOAD(w->param[P] + i), LOAD(w->param[P] + i + n)};
    vec q[2] = {LOAD(w->param[Q] + i), LOAD(w->param[Q] + i + n)};
    vec r[2] = {LOAD(w->param[R] + i), LOAD(w->param[R] + i + n)};
    for (const float *x = w->x + at, *end = x + rows * w->step; x < end; x += w->step) {
        const float *dy = w->dy + (x - w->x);
        float *dx = w->y + (x - w->x);
        for (int k = 0; k < 2; k++) {
            vec v = LOAD(x + VEC_SIZE * k), g = LOAD(dy + VEC_SIZE * k);
            if (relu)
                g = PASSED(g, v, a[k], d[k]);
            g = p[k] * g + (q[k] * v + r[k]);
            if (add)
                g += LOAD(dx + VEC_SIZE * k);
            *(vec *)(dx + VEC_SIZE * k) = g;
        }
    }
}

/* Runs `piece` for the columns of a block of rows, block after block. */
#define EACH_PIECE(w, piece)                                                                       \
    for (size_t row = 0, n; row < (w)->rows; row += n) {                                           \
        n = BLOCK_FLOATS / (w)->step > 0 ? BLOCK_FLOATS / (w)->step : 1;                           \
        n = (w)->rows - row < n ? (w)->rows - row : n;                                             \
        for (size_t at = row * (w)->step; at < (row + 1) * (w)->step; at += PIECE)                 \
            piece;                                                                                 \
    }

VEC static void map_walk(const struct walk *w, bool relu)
{
    if (relu)
        EACH_PIECE(w, map_piece(w, at, n, true))
    else
        EACH_PIECE(w, map_piece(w, at, n, false))
}

VEC static void moments_walk(const struct walk *w,
                             double *sum){EACH_PIECE(w, moments_piece(w, at, n, sum))}

VEC static void products_walk(const struct walk *w, bool relu, double *sum)
{
    if (relu)
        EACH_PIECE(w, products_piece(w, at, n, true, sum))
    else
        EACH_PIECE(w, products_piece(w, at, n, false, sum))
}

VEC static void back_walk(const struct walk *w, bool relu, bool add)
{
    if (relu && add)
        EACH_PIECE(w, back_piece(w, at, n, true, true))
    else if (relu)
        EACH_PIECE(w, back_piece(w, at, n, true, false))
    else if (add)
        EACH_PIECE(w, back_piece(w, at, n, false, true))
    else
        EACH_PIECE(w, back_piece(w, at, n, false, false))
}

/* ---- what no vector fits ----------------------------------------------------------------------
 */

VEC static void map_plain(const struct walk *w, bool relu)
{
    const float *restrict a = w->param[A], *restrict d = w->param[D], *x = w->x;
    float *y = w->y;
    for (size_t r = 0; r < w->rows; r++, x += w->step, y += w->step) {
#pragma GCC ivdep
        for (size_t i = 0; i < w->step; i++) {
            float v = a[i] * x[i] + d[i];
            y[i] = relu && v < 0 ? 0 : v;
        }
    }
}

#define PLAIN_ROWS 64
#define PLAIN_CHANNELS 128

/* Sums of g and g (x - mean), or with dy NULL of x - mean and its square, over rows of a block. */
VEC static void plain_block(const struct walk *w, bool relu, size_t row, size_t rows, size_t c0,
                            size_t c, float *restrict s, float *restrict q)
{
    const float *restrict mean = w->param[MEAN] + c0;
    for (size_t r = row; r < row + rows; r++) {
        const float *x = w->x + r * w->step + c0;
        const float *dy = w->dy != NULL ? w->dy + r * w->step + c0 : NULL;
        for (size_t i = 0; i < c; i++) {
            float v = x[i] - mean[i], g = dy != NULL ? dy[i] : v;
            bool open = !relu || w->param[A][c0 + i] * x[i] + w->param[D][c0 + i] > 0;
            s[i] += open ? g : 0;
            q[i] += open ? g * v : 0;
        }
    }
}

static void sums_plain(const struct walk *w, bool relu, double *sum)
{
    float s[PLAIN_CHANNELS], q[PLAIN_CHANNELS];
    for (size_t row = 0; row < w->rows; row += PLAIN_ROWS)
        for (size_t c0 = 0; c0 < w->step; c0 += PLAIN_CHANNELS) {
            size_t c = w->step - c0 < PLAIN_CHANNELS ? w->step - c0 : PLAIN_CHANNELS;
            memset(s, 0, sizeof s);
            memset(q, 0, sizeof q);
            plain_block(w, relu, row, w->rows - row < PLAIN_ROWS ? w->rows - row : PLAIN_ROWS, c0,
                        c, s, q);
            for (size_t i = 0; i < c; i++) {
                sum[c0 + i] += (double)s[i];
                sum[w->step + c0 + i] += (double)q[i];
            }
        }
}

VEC static void back_plain(const struct walk *w, bool relu, bool add)
{
    const float *const *p = w->param, *x = w->x, *dy = w->dy;
    float *dx = w->y;
    for (size_t r = 0; r < w->rows; r++, x += w->step, dy += w->step, dx += w->step) {
#pragma GCC ivdep
        for (size_t i = 0; i < w->step; i++) {
            float g = relu && !(p[A][i] * x[i] + p[D][i] > 0) ? 0 : dy[i];
            g = p[P][i] * g + (p[Q][i] * x[i] + p[R][i]);
            dx[i] = add ? dx[i] + g : g;
        }
    }
}

/* ---- the doors --------------------------------------------------------------------------------
 */

/* A walk cut in two: laps for the vectors, and the rows behind them. */
struct cut {
    struct walk laps, rest;
    size_t times; /* rows of a lap */
    float repeated[PARAMS][LAP_MAX];
};

/* The rows that fill whole pieces together, or 0. */
static size_t lap_rows(size_t c)
{
    size_t times = 1;
    while (c * times % PIECE != 0)
        times *= 2;
    return times > PIECE || (times > 1 && c * times > LAP_MAX) ? 0 : times;
}

static void advance(struct walk *w, size_t floats)
{
    w->x += floats;
    if (w->dy != NULL)
        w->dy += floats;
    if (w->y != NULL)
        w->y += floats;
}

static void cut_walk(struct cut *k, const struct walk *w)
{
    size_t c = w->step, times = lap_rows(c), laps = times > 0 ? w->rows / times : 0;
    k->laps = k->rest = *w;
    k->times = times;
    k->laps.rows = laps;
    k->laps.step = c * times;
    k->rest.rows = w->rows - laps * times;
    advance(&k->rest, laps * times * c);
    for (int p = 0; p < PARAMS && times > 1; p++) {
        for (size_t i = 0; i < times && w->param[p] != NULL; i++)
            memcpy(k->repeated[p] + i * c, w->param[p], c * sizeof(float));
        k->laps.param[p] = k->repeated[p];
    }
}

void channels_map(const struct channel_map *m, const float *x, float *y, size_t rows, size_t c)
{
    struct walk w = {.x = x, .y = y, .param = {m->a, m->d}, .rows = rows, .step = c};
    struct cut k;
    cut_walk(&k, &w);
    if (k.laps.rows > 0)
        map_walk(&k.laps, m->relu);
    map_plain(&k.rest, m->relu);
}

/* Both sums of a walk by channel; with dy NULL the moments. */
static void sums(const struct walk *w, bool relu, double *sum)
{
    struct cut k;
    double lap[2 * LAP_MAX];
    size_t c = w->step;
    memset(sum, 0, 2 * c * sizeof *sum);
    cut_walk(&k, w);
    double *to = k.times > 1 ? lap : sum;
    if (k.times > 1)
        memset(lap, 0, 2 * k.laps.step * sizeof *lap);
    if (k.laps.rows > 0 && w->dy == NULL)
        moments_walk(&k.laps, to);
    else if (k.laps.rows > 0)
        products_walk(&k.laps, relu, to);
    for (size_t i = 0; k.times > 1 && i < k.laps.step; i++) {
        sum[i % c] += lap[i];
        sum[c + i % c] += lap[k.laps.step + i];
    }
    sums_plain(&k.rest, relu, sum);
}

void channels_moments(const float *x, const float *shift, size_t rows, size_t c, double *sum)
{
    struct walk w = {.x = x, .param = {[MEAN] = shift}, .rows = rows, .step = c};
    sums(&w, false, sum);
}

void channels_products(const struct channel_map *m, const float *x, const float *dy,
                       const float *mean, size_t rows, size_t c, double *sum)
{
    struct walk w = {.x = x,
                     .dy = dy,
                     .param = {[A] = m->a, [D] = m->d, [MEAN] = mean},
                     .rows = rows,
                     .step = c};
    sums(&w, m->relu, sum);
}

void channels_back(const struct channel_map *m, const struct channel_slope *s, const float *x,
                   const float *dy, float *dx, bool add, size_t rows, size_t c)
{
    struct walk w = {.x = x,
                     .dy = dy,
                     .y = dx,
                     .param = {m->a, m->d, s->p, s->q, s->r},
                     .rows = rows,
                     .step = c};
    struct cut k;
    cut_walk(&k, &w);
    if (k.laps.rows > 0)
        back_walk(&k.laps, m->relu, add);
    back_plain(&k.rest, m->relu, add);
}
