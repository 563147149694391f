/*
 * panel: see panel.h. A block of c is held in registers while k runs; each step reads a row of b
 * and one number of a per row of the block. The blocks are as large as the registers of each
 * instruction set allow: 12 x 32 floats in 24 of AVX-512's 32, 6 x 16 in 12 of AVX2's 16, 4 x 8 in
 * 8 of SSE2's 16.
 */
#include "nn/panel.h"

#include "nn/vec.h"

#define UNROLL _Pragma("GCC unroll 16")

/*
 * Hides from the compiler what a pointer is made of: left to itself it keeps the addresses of all
 * rows of c alive over the inner loop, which spills the ones of a.
 */
#define FRESH(pointer) __asm__("" : "+r"(pointer))

/*
 * Defines a product for blocks of rows x (vectors of `width` floats, `count` of them), at row i and
 * column j of c. Three rows of a share a pointer.
 */
#define DEFINE_BLOCK(name, width, rows, count)                                                     \
    static inline __attribute__((always_inline)) void name(const struct panel *g, size_t i,        \
                                                           size_t j)                               \
    {                                                                                              \
        typedef float vec __attribute__((vector_size(4 * (width)), aligned(4), may_alias));        \
        vec sum[rows][count];                                                                      \
        float *c = g->c + i * g->ldc + j;                                                          \
        if (g->add) {                                                                              \
            UNROLL for (int r = 0; r < (rows); r++, c += g->ldc)                                   \
            {                                                                                      \
                FRESH(c);                                                                          \
                UNROLL for (int v = 0; v < (count); v++) sum[r][v] =                               \
                    *(const vec *)(c + v * (width));                                               \
            }                                                                                      \
        } else {                                                                                   \
            UNROLL for (int r = 0; r < (rows); r++) UNROLL for (int v = 0; v < (count); v++)       \
                sum[r][v] = (vec){0};                                                              \
        }                                                                                          \
        for (size_t run = 0; run < g->runs; run++) {                                               \
            size_t row_a = g->row_a, col_a = g->col_a, ldb = g->ldb;                               \
            const float *a[((rows) + 2) / 3], *b = g->b + j + run * g->run_b;                      \
            a[0] = g->a + i * row_a + run * g->run_a;                                              \
            UNROLL for (int q = 1; q < ((rows) + 2) / 3; q++)                                      \
            {                                                                                      \
                a[q] = a[q - 1] + 3 * row_a;                                                       \
                FRESH(a[q]);                                                                       \
            }                                                                                      \
            for (size_t p = g->k; p > 0; p--, b += ldb) {                                          \
                vec row[count];                                                                    \
                UNROLL for (int v = 0; v < (count); v++) row[v] = *(const vec *)(b + v * (width)); \
                UNROLL for (int r = 0; r < (rows); r++)                                            \
                {                                                                                  \
                    float x = a[r / 3][(size_t)(r % 3) * row_a];                                   \
                    UNROLL for (int v = 0; v < (count); v++) sum[r][v] += row[v] * x;              \
                }                                                                                  \
                UNROLL for (int q = 0; q < ((rows) + 2) / 3; q++)                                  \
                {                                                                                  \
                    a[q] += col_a;                                                                 \
                    FRESH(a[q]);                                                                   \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
        c = g->c + i * g->ldc + j;                                                                 \
        UNROLL for (int r = 0; r < (rows); r++, c += g->ldc)                                       \
        {                                                                                          \
            FRESH(c);                                                                              \
            UNROLL for (int v = 0; v < (count); v++) * (vec *)(c + v * (width)) = sum[r][v];       \
        }                                                                                          \
    }

/*
 * Defines the product of a whole strip of c from column j on, from blocks of falling height. Rows
 * that are left over are computed by the smallest block that holds them, some of its rows for the
 * second time with the same result; not where they would be added twice.
 */
#define DEFINE_STRIP(name, width, count, tall, half, quarter)                                      \
    DEFINE_BLOCK(name##_tall, width, tall, count)                                                  \
    DEFINE_BLOCK(name##_half, width, half, count)                                                  \
    DEFINE_BLOCK(name##_quarter, width, quarter, count)                                            \
    DEFINE_BLOCK(name##_one, width, 1, count)                                                      \
    static inline __attribute__((always_inline)) void name(const struct panel *g, size_t j)        \
    {                                                                                              \
        size_t i = 0, m = g->m;                                                                    \
        for (; i + (tall) <= m; i += (tall))                                                       \
            name##_tall(g, i, j);                                                                  \
        if (i < m && !g->add && i + (half) < m && m >= (tall)) {                                   \
            name##_tall(g, m - (tall), j);                                                         \
            return;                                                                                \
        }                                                                                          \
        for (; i + (half) <= m; i += (half))                                                       \
            name##_half(g, i, j);                                                                  \
        if (i < m && !g->add && i + (quarter) < m && m >= (half)) {                                \
            name##_half(g, m - (half), j);                                                         \
            return;                                                                                \
        }                                                                                          \
        for (; i + (quarter) <= m; i += (quarter))                                                 \
            name##_quarter(g, i, j);                                                               \
        if (i < m && !g->add && m >= (quarter)) {                                                  \
            name##_quarter(g, m - (quarter), j);                                                   \
            return;                                                                                \
        }                                                                                          \
        for (; i < m; i++)                                                                         \
            name##_one(g, i, j);                                                                   \
    }

DEFINE_STRIP(sse_strip, 4, 2, 4, 2, 2)

static void panel_plain(const struct panel *g)
{
    for (size_t j = 0; j < g->n; j += 8)
        sse_strip(g, j);
}

#if VEC_LEVEL >= 3

DEFINE_STRIP(avx_strip, 8, 2, 6, 4, 2)
DEFINE_STRIP(wide_strip, 16, 2, 12, 8, 4)
DEFINE_STRIP(slim_strip, 16, 1, 12, 8, 4)
DEFINE_STRIP(narrow_strip, 8, 1, 12, 8, 4)

__attribute__((target("avx2,fma"))) static void panel_avx2(const struct panel *g)
{
    size_t j = 0;
    for (; j + 16 <= g->n; j += 16)
        avx_strip(g, j);
    if (j < g->n)
        narrow_strip(g, j);
}

__attribute__((target("avx2,fma,avx512f,avx512vl"))) static void panel_avx512(const struct panel *g)
{
    size_t j = 0;
    for (; j + 32 <= g->n; j += 32)
        wide_strip(g, j);
    for (; j + 16 <= g->n; j += 16)
        slim_strip(g, j);
    if (j < g->n)
        narrow_strip(g, j);
}

static void (*choose(void))(const struct panel *)
{
    if (VEC_LEVEL >= 4 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl"))
        return panel_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return panel_avx2;
    return panel_plain;
}

#else

static void (*choose(void))(const struct panel *)
{
    return panel_plain;
}

#endif

void panel_run(const struct panel *g)
{
    choose()(g);
}

void panel_gemm(size_t m, size_t n, size_t k, const float *a, size_t row_a, size_t col_a,
                const float *b, size_t ldb, float *c, size_t ldc, bool add)
{
    struct panel g = {.m = m,
                      .n = n,
                      .runs = 1,
                      .k = k,
                      .a = a,
                      .row_a = row_a,
                      .col_a = col_a,
                      .b = b,
                      .ldb = ldb,
                      .c = c,
                      .ldc = ldc,
                      .add = add};
    panel_run(&g);
}
