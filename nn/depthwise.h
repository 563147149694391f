/*
 * depthwise: convolution of each channel by its own kernels, for DepthwiseConv2D and
 * SeparableConv2D. Pure; any thread.
 */
#ifndef NN_DEPTHWISE_H
#define NN_DEPTHWISE_H

#include "nn/window.h"

struct depthwise {
    struct window win;
    struct shape in, out; /* out.c = in.c times */
    int times;            /* kernels of a channel, Keras' depth_multiplier */
};

/*
 * y (n, out) of x (n, in); kernel: (kh, kw, in.c, times). Channel i's outputs are channels
 * i times .. i times + times - 1 of y.
 */
void depthwise_forward(const struct depthwise *d, const float *kernel, const float *x, float *y,
                       int n);

/* Writes dx (n, in), or adds to it if add, unless NULL; adds to the kernel's gradient dw unless
 * NULL. */
void depthwise_backward(const struct depthwise *d, const float *kernel, const float *x,
                        const float *dy, float *dx, bool add, float *dw, int n);

#endif
