/*
 * window_max: the largest number of each window of an image, by channel, and the way back. Pure;
 * any thread.
 */
#ifndef NN_WINDOW_MAX_H
#define NN_WINDOW_MAX_H

#include "nn/window.h"

/* y (out) of x (in), one image; in and out have the same channels. */
void window_max(const struct window *w, const struct shape *in, const struct shape *out,
                const float *x, float *y);

/*
 * Adds dy (out) to dx (in) where x is the maximum y of its window: at the first of equals in
 * reading order, as TensorFlow does. It is found again, which is cheaper than keeping indexes.
 */
void window_max_back(const struct window *w, const struct shape *in, const struct shape *out,
                     const float *x, const float *y, const float *dy, float *dx);

#endif
