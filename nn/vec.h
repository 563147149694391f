/*
 * vec: the plain loops that several layers share, compiled for several instruction sets of x86-64
 * and chosen when the program starts. Pure functions; any thread.
 */
#ifndef NN_VEC_H
#define NN_VEC_H

#include <stdbool.h>
#include <stddef.h>

/*
 * VEC before a function compiles it thrice. Sanitizers and other machines get the one plain
 * version; the source is the same.
 */
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define VEC_X86
#define VEC __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define VEC
#endif

/* y = a + b; y may be a or b. */
void vec_add(float *y, const float *a, const float *b, size_t n);

/* y = scale x + shift, or y += that if add; y may be x. */
void vec_affine(float *y, const float *x, float scale, float shift, bool add, size_t n);

/* y[r][c] += v[c] for each of the rows. */
void vec_add_row(float *y, const float *v, size_t rows, size_t c);

/* v[c] = sum over r of y[r][c]; long columns are summed in blocks, which keeps the error small. */
void vec_sum_rows(float *v, const float *y, size_t rows, size_t c);

/* dx = dy, or dx += dy if add; does nothing if they are one. */
void vec_pass(float *dx, const float *dy, bool add, size_t n);

#endif
