/*
 * winograd: the transforms of Winograd's minimal filtering (see conv_winograd.c), channels being
 * the vector. Pure; any thread.
 */
#ifndef NN_WINOGRAD_H
#define NN_WINOGRAD_H

#include "nn/conv.h"

#define WINOGRAD_LANES 16 /* channels come in multiples of this */

/* How a convolution is cut into tiles. */
struct tiling {
    int m, r, side, points; /* outputs of a tile along an axis, taps, inputs (m + r - 1), side^2 */
    int rows, columns;      /* tiles of an image */
    int per_image;
    int block; /* tiles that are transformed at a time */
};

/* A run of tiles, of consecutive images. */
struct block {
    const struct conv *c;
    struct tiling t;
    int first, count;
};

/* Is there a tile for a kernel of r x r taps? */
bool winograd_has(int r);

/* The tile with the fewest products; sets all but `block`. */
struct tiling winograd_tiling(const struct conv *c);

/* points (side^2, count, in.c) = B^T x B of each tile of the block; x: (n, in). */
void winograd_input(const struct block *b, const float *x, float *points);

/* The adjoint: adds each tile's B points B^T to dx (n, in). */
void winograd_input_adjoint(const struct block *b, const float *points, float *dx);

/* y (n, out) = A^T points A; points: (side^2, count, out.c). */
void winograd_output(const struct block *b, const float *points, float *y);

/* The adjoint: points = A dy A^T. */
void winograd_output_adjoint(const struct block *b, const float *dy, float *points);

/* to[p * step] = (G g G^T)[p], sixteen channels at a time; tap k of g is at kernel[k * pairs]. */
void winograd_kernel(const struct tiling *t, const float *kernel, size_t pairs, float *to,
                     size_t step);

/* The adjoint, of n channels: dw[k * pairs] = (G^T du G)[k], point p of du at du[p * pairs]. */
void winograd_kernel_adjoint(const struct tiling *t, const float *du, size_t pairs, float *dw);

#endif
