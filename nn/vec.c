/* vec: see vec.h. */
#include "nn/vec.h"

#include <string.h>

VEC void vec_add(float *y, const float *a, const float *b, size_t n)
{
#pragma GCC ivdep
    for (size_t i = 0; i < n; i++)
        y[i] = a[i] + b[i];
}

VEC void vec_affine(float *y, const float *x, float scale, float shift, bool add, size_t n)
{
    if (add) {
#pragma GCC ivdep
        for (size_t i = 0; i < n; i++)
            y[i] += x[i] * scale + shift;
    } else {
#pragma GCC ivdep
        for (size_t i = 0; i < n; i++)
            y[i] = x[i] * scale + shift;
    }
}

VEC void vec_add_row(float *y, const float *v, size_t rows, size_t c)
{
    for (size_t r = 0; r < rows; r++) {
#pragma GCC ivdep
        for (size_t i = 0; i < c; i++)
            y[r * c + i] += v[i];
    }
}

#define ROW_BLOCK 64 /* rows summed before they join the total */
#define COL_BLOCK 256

VEC static void sum_block(float *restrict part, const float *restrict y, size_t rows, size_t step,
                          size_t c)
{
    memset(part, 0, c * sizeof *part);
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < c; i++)
            part[i] += y[r * step + i];
}

void vec_sum_rows(float *v, const float *y, size_t rows, size_t c)
{
    float part[COL_BLOCK];
    memset(v, 0, c * sizeof *v);
    for (size_t c0 = 0; c0 < c; c0 += COL_BLOCK) {
        size_t width = c - c0 < COL_BLOCK ? c - c0 : COL_BLOCK;
        for (size_t r = 0; r < rows; r += ROW_BLOCK) {
            sum_block(part, y + r * c + c0, rows - r < ROW_BLOCK ? rows - r : ROW_BLOCK, c, width);
            vec_add(v + c0, v + c0, part, width);
        }
    }
}

void vec_pass(float *dx, const float *dy, bool add, size_t n)
{
    if (dx == dy)
        return;
    if (add)
        vec_add(dx, dx, dy, n);
    else
        memcpy(dx, dy, n * sizeof *dx);
}
