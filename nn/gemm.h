/*
 * gemm: the one door to BLAS. Any thread; each product runs in the caller's thread alone, because
 * the engine runs slices of a batch in parallel instead.
 */
#ifndef NN_GEMM_H
#define NN_GEMM_H

#include <stdbool.h>

/* To be called at the start of main(), before there are threads: when OpenBLAS is loaded it starts
 * none of its own, which spin for a while. */
void gemm_alone(void);

/* Loads OpenBLAS, the first time, and tells it to stay in the calling thread; before the first
 * gemm(). Panics where there is none. */
void gemm_setup(void);

/*
 * c = op(a) op(b) + beta c, all row-major, op transposes if ta, tb; op(a): (m,k), op(b): (k,n),
 * c: (m,n). lda, ldb, ldc: floats from one stored row to the next.
 */
void gemm(bool ta, bool tb, int m, int n, int k, const float *a, int lda, const float *b, int ldb,
          float beta, float *c, int ldc);

#endif
