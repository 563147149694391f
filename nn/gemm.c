/* gemm: see gemm.h. */
#include "nn/gemm.h"

#include <assert.h>
#include <cblas.h>
#include <stdlib.h>

#include "base/library.h"
#include "base/mem.h"

#define FILE_NAME "libopenblas.so.0"

static __typeof__(cblas_sgemm) *sgemm;
static __typeof__(openblas_set_num_threads) *set_num_threads;

static const struct library_call calls[] = {
    {FILE_NAME, "cblas_sgemm", &sgemm},
    {FILE_NAME, "openblas_set_num_threads", &set_num_threads},
};

static struct library blas = LIBRARY_INIT(calls, MEM_COUNT(calls));

void gemm_alone(void)
{
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
}

void gemm_setup(void)
{
    struct err err = {""};
    if (library_need(&blas, &err) != 0)
        mem_panic("no network can be computed: %s", err.text);
    set_num_threads(1);
}

void gemm(bool ta, bool tb, int m, int n, int k, const float *a, int lda, const float *b, int ldb,
          float beta, float *c, int ldc)
{
    assert(sgemm != NULL);
    sgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, m, n, k, 1,
          a, lda, b, ldb, beta, c, ldc);
}
