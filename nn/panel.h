/*
 * panel: the matrix product for the many small products of a convolution, where packing the
 * factors, as a BLAS does, costs more than it gains. Pure; any thread.
 */
#ifndef NN_PANEL_H
#define NN_PANEL_H

#include <stdbool.h>
#include <stddef.h>

#define PANEL_WIDTH 8 /* n must be a multiple of this */

/*
 * c = a b, or c += a b if add. a: (m, k), its element (i, p) at a[i * row_a + p * col_a], so that a
 * transposed factor needs no copy; b: (k, n), c: (m, n), rows of ldb and ldc floats. The sums run
 * over p in order whatever the machine, but machines differ in the rounding of a fused
 * multiply-add.
 */
void panel_gemm(size_t m, size_t n, size_t k, const float *a, size_t row_a, size_t col_a,
                const float *b, size_t ldb, float *c, size_t ldc, bool add);

/*
 * The same product with k cut into runs, of k steps each: run r begins at a + r run_a and
 * b + r run_b. So windows of an image and rows of images are factors as they lie in memory.
 */
struct panel {
    size_t m, n, runs, k;
    const float *a;
    size_t row_a, col_a, run_a;
    const float *b;
    size_t ldb, run_b;
    float *c;
    size_t ldc;
    bool add;
};

void panel_run(const struct panel *g);

#endif
