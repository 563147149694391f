/*
 * panel: see panel.h. A block of c is held in registers while k runs; each step reads a row of b
 * and one number of a per row of the block. The blocks are as large as the registers of each
 * instruction set allow: 12 x 32 floats in 24 of AVX-512's 32, 6 x 16 in 12 of AVX2's 16, 4 x 8 in
 * 8 of SSE2's 16.
 */
#include "nn/panel.h"

#include "nn/vec.h"

#define UNROLL _Pragma("GCC unroll 16")

/* Defines a product for blocks of rows x (vectors of `width` floats, `count` of them). */
#define DEFINE_BLOCK(name, width, rows, count)                                                     \
    static inline __attribute__((always_inline)) void name(                                        \
        size_t k, const float *a, size_t row_a, size_t col_a, const float *b, size_t ldb,          \
        float *c, size_t ldc, bool add)                                                            \
    {                                                                                              \
        typedef float vec __attribute__((vector_size(4 * (width)), aligned(4), may_alias));        \
        vec sum[rows][count];                                                                      \
        UNROLL for (int r = 0; r < (rows); r++) UNROLL for (int v = 0; v < (count); v++)           \
            sum[r][v] = add ? *(const vec *)(c + (size_t)r * ldc + v * (width)) : (vec){0};        \
        for (size_t p = 0; p < k; p++, a += col_a, b += ldb) {                                     \
            vec row[count];                                                                        \
            UNROLL for (int v = 0; v < (count); v++) row[v] = *(const vec *)(b + v * (width));     \
            UNROLL for (int r = 0; r < (rows); r++)                                                \
            {                                                                                      \
                float x = a[(size_t)r * row_a];                                                    \
                UNROLL for (int v = 0; v < (count); v++) sum[r][v] += row[v] * x;                  \
            }                                                                                      \
        }                                                                                          \
        UNROLL for (int r = 0; r < (rows); r++) UNROLL for (int v = 0; v < (count); v++) *         \
            (vec *)(c + (size_t)r * ldc + v * (width)) = sum[r][v];                                \
    }

/* Defines the product of a whole strip of c, `strip` columns wide, from blocks of falling height.
 */
#define DEFINE_STRIP(name, width, count, tall, half, quarter)                                      \
    DEFINE_BLOCK(name##_tall, width, tall, count)                                                  \
    DEFINE_BLOCK(name##_half, width, half, count)                                                  \
    DEFINE_BLOCK(name##_quarter, width, quarter, count)                                            \
    DEFINE_BLOCK(name##_one, width, 1, count)                                                      \
    static inline __attribute__((always_inline)) void name(                                        \
        size_t m, size_t k, const float *a, size_t row_a, size_t col_a, const float *b,            \
        size_t ldb, float *c, size_t ldc, bool add)                                                \
    {                                                                                              \
        size_t i = 0;                                                                              \
        for (; i + (tall) <= m; i += (tall))                                                       \
            name##_tall(k, a + i * row_a, row_a, col_a, b, ldb, c + i * ldc, ldc, add);            \
        for (; i + (half) <= m; i += (half))                                                       \
            name##_half(k, a + i * row_a, row_a, col_a, b, ldb, c + i * ldc, ldc, add);            \
        for (; i + (quarter) <= m; i += (quarter))                                                 \
            name##_quarter(k, a + i * row_a, row_a, col_a, b, ldb, c + i * ldc, ldc, add);         \
        for (; i < m; i++)                                                                         \
            name##_one(k, a + i * row_a, row_a, col_a, b, ldb, c + i * ldc, ldc, add);             \
    }

DEFINE_STRIP(sse_strip, 4, 2, 4, 2, 2)

static void panel_plain(size_t m, size_t n, size_t k, const float *a, size_t row_a, size_t col_a,
                        const float *b, size_t ldb, float *c, size_t ldc, bool add)
{
    for (size_t j = 0; j < n; j += 8)
        sse_strip(m, k, a, row_a, col_a, b + j, ldb, c + j, ldc, add);
}

typedef void panel_fn(size_t m, size_t n, size_t k, const float *a, size_t row_a, size_t col_a,
                      const float *b, size_t ldb, float *c, size_t ldc, bool add);

#ifdef VEC_X86

DEFINE_STRIP(avx_strip, 8, 2, 6, 4, 2)
DEFINE_STRIP(wide_strip, 16, 2, 12, 8, 4)
DEFINE_STRIP(slim_strip, 16, 1, 12, 8, 4)
DEFINE_STRIP(narrow_strip, 8, 1, 12, 8, 4)

__attribute__((target("arch=x86-64-v3"))) static void
panel_avx2(size_t m, size_t n, size_t k, const float *a, size_t row_a, size_t col_a, const float *b,
           size_t ldb, float *c, size_t ldc, bool add)
{
    size_t j = 0;
    for (; j + 16 <= n; j += 16)
        avx_strip(m, k, a, row_a, col_a, b + j, ldb, c + j, ldc, add);
    if (j < n)
        narrow_strip(m, k, a, row_a, col_a, b + j, ldb, c + j, ldc, add);
}

__attribute__((target("arch=x86-64-v4"))) static void
panel_avx512(size_t m, size_t n, size_t k, const float *a, size_t row_a, size_t col_a,
             const float *b, size_t ldb, float *c, size_t ldc, bool add)
{
    size_t j = 0;
    for (; j + 32 <= n; j += 32)
        wide_strip(m, k, a, row_a, col_a, b + j, ldb, c + j, ldc, add);
    for (; j + 16 <= n; j += 16)
        slim_strip(m, k, a, row_a, col_a, b + j, ldb, c + j, ldc, add);
    if (j < n)
        narrow_strip(m, k, a, row_a, col_a, b + j, ldb, c + j, ldc, add);
}

static panel_fn *choose(void)
{
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl"))
        return panel_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return panel_avx2;
    return panel_plain;
}

#else

static panel_fn *choose(void)
{
    return panel_plain;
}

#endif

void panel_gemm(size_t m, size_t n, size_t k, const float *a, size_t row_a, size_t col_a,
                const float *b, size_t ldb, float *c, size_t ldc, bool add)
{
    choose()(m, n, k, a, row_a, col_a, b, ldb, c, ldc, add);
}
