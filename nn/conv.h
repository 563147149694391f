/*
 * conv: the ways to compute a convolution. conv2d.c reads options, cuts the batch and owns the
 * choice; each algorithm is a row of functions over plain arrays in a file of its own.
 */
#ifndef NN_CONV_H
#define NN_CONV_H

#include "nn/initial.h"
#include "nn/window.h"

struct conv {
    struct window win;
    struct shape in, out;
    bool use_bias;
    int groups; /* channels are cut into so many runs that do not see each other */
    struct initial kernel, bias;
    const struct conv_algo *algo, *infer; /* of training, and of graphs that only infer */
};

/*
 * x: (n, in), y and dy: (n, out), kernel and its gradient dw: (kh, kw, in.c, out.c). Each call runs
 * in one thread with a scratch block of its own.
 */
struct conv_algo {
    const char *name;
    bool by_image; /* gains nothing by several images at once; backward adds to dw */
    /* Can it compute this convolution? NULL: any. */
    bool (*fits)(const struct conv *c);
    /* The fewest images worth a part of the batch of their own; NULL: the output's size says. */
    int (*images)(const struct conv *c);
    /* Floats of scratch that a worker needs. */
    size_t (*scratch)(const struct conv *c);
    /* Floats that it makes of the kernel before it is used; NULL: none. */
    size_t (*prepared)(const struct conv *c, bool train);
    /* Makes them, for input channels [first, next), both multiples of CONV_CHANNELS or the end. */
    void (*prepare)(const struct conv *c, const float *kernel, bool train, int first, int next,
                    float *prepared);
    /* y = x * kernel. */
    void (*forward)(const struct conv *c, const float *kernel, const float *prepared,
                    const float *x, float *y, int n, float *scratch);
    /* Writes dw (adds to it if by_image) unless NULL; writes dx, or adds to it if add, unless NULL.
     */
    void (*backward)(const struct conv *c, const float *kernel, const float *prepared,
                     const float *x, const float *dy, float *dx, bool add, float *dw, int n,
                     float *scratch);
};

#define CONV_CHANNELS 16

/* conv_im2col_panel knows no backward. */
extern const struct conv_algo conv_im2col, conv_im2col_panel, conv_winograd, conv_direct, conv_grey,
    conv_grouped;

#endif
