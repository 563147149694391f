/*
 * vec: the plain loops that several layers share, compiled for several instruction sets of x86-64
 * and chosen when the program starts. Pure functions; any thread.
 */
#ifndef NN_VEC_H
#define NN_VEC_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The largest level of x86-64 (3 has AVX2, 4 has AVX-512) that is compiled and, where the processor
 * has it, chosen. For tests: make VECTORS=avx2 and VECTORS=plain leave out what this one would
 * choose.
 */
#ifndef __x86_64__
#undef VEC_LEVEL
#define VEC_LEVEL 1
#elif !defined(VEC_LEVEL)
#define VEC_LEVEL 4
#endif

/*
 * VEC before a function compiles it for each of these levels; the source is the same. The choice is
 * made before a sanitizer is ready for it, so these get the plain version alone.
 */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || VEC_LEVEL < 3
#define VEC
#elif VEC_LEVEL < 4
#define VEC __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define VEC __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
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
