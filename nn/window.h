/*
 * window: where a window that slides over an image lands: kernel size, strides and Keras' padding,
 * shared by convolution and pooling. Pure functions.
 */
#ifndef NN_WINDOW_H
#define NN_WINDOW_H

#include "nn/options.h"

struct window {
    int kh, kw; /* its size */
    int sh, sw; /* strides */
    bool same;  /* padding "same": out = ceil(in / stride); otherwise "valid" */
    int top, left;
};

/* Reads strides (fallback: 1, or the window's size) and padding. */
void window_read(struct window *w, struct options *o, bool stride_is_size);

/*
 * Height and width of the output, and the zeros before the first row and column: with "same",
 * TensorFlow puts the odd one behind. Fails if the window is larger than the image.
 */
int window_shape(struct window *w, const struct layer *l, struct shape *out, struct err *err);

/* Where one output pixel looks, cut at the borders: rows [y0, y1), columns [x0, x1). */
struct view {
    int y0, y1, x0, x1;
};

static inline struct view window_view(const struct window *w, const struct shape *in, int oy,
                                      int ox)
{
    int y = oy * w->sh - w->top, x = ox * w->sw - w->left;
    return (struct view){y > 0 ? y : 0, y + w->kh < in->h ? y + w->kh : in->h, x > 0 ? x : 0,
                         x + w->kw < in->w ? x + w->kw : in->w};
}

#endif
