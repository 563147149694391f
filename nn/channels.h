/*
 * channels: loops over rows of c channels that BatchNormalization shares with the readers of its
 * output. Pure; any thread.
 */
#ifndef NN_CHANNELS_H
#define NN_CHANNELS_H

#include <stdbool.h>
#include <stddef.h>

/* y = a x + d by channel, cut at 0 if relu: BatchNormalization, and a ReLU behind it. */
struct channel_map {
    const float *a, *d; /* (c) */
    bool relu;
};

/* y = map(x); both (rows, c); y may be x. */
void channels_map(const struct channel_map *m, const float *x, float *y, size_t rows, size_t c);

/*
 * Sums of (rows, c) by channel: sum[i] of x - shift[i], sum[c + i] of its square. Blocks are summed
 * in float, blocks of blocks in double, in an order that depends on rows and c alone.
 */
void channels_moments(const float *x, const float *shift, size_t rows, size_t c, double *sum);

/* The same of g and of g (x - mean), where g is dy behind the map's ReLU: 0 where map(x) is cut. */
void channels_products(const struct channel_map *m, const float *x, const float *dy,
                       const float *mean, size_t rows, size_t c, double *sum);

/* A gradient by x: dx = p g + q x + r, g as above. */
struct channel_slope {
    const float *p, *q, *r; /* (c) */
};

/* Writes that to dx, or adds it to dx; dx may be dy. */
void channels_back(const struct channel_map *m, const struct channel_slope *s, const float *x,
                   const float *dy, float *dx, bool add, size_t rows, size_t c);

#endif
