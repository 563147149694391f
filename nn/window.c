/* window: see window.h. */
#include "nn/window.h"

void window_read(struct window *w, struct options *o, bool stride_is_size)
{
    static const char *const paddings[] = {"valid", "same", NULL};
    static const char *const formats[] = {"channels_last", NULL};
    int ones[2] = {1, 1}, size[2] = {w->kh, w->kw}, strides[2];
    opt_pair(o, "strides", stride_is_size ? size : ones, 1 << 10, strides);
    w->sh = strides[0];
    w->sw = strides[1];
    w->same = opt_word(o, "padding", paddings, 0) == 1;
    opt_word(o, "data_format", formats, 0);
}

/* One axis: the output's length; the zeros before. */
static int slide(int in, int size, int stride, bool same, int *before)
{
    *before = 0;
    if (!same)
        return in < size ? 0 : (in - size) / stride + 1;
    int out = (in + stride - 1) / stride;
    int pad = (out - 1) * stride + size - in;
    *before = pad > 0 ? pad / 2 : 0;
    return out;
}

int window_shape(struct window *w, const struct layer *l, struct shape *out, struct err *err)
{
    const struct shape *in = &l->in[0];
    out->h = slide(in->h, w->kh, w->sh, w->same, &w->top);
    out->w = slide(in->w, w->kw, w->sw, w->same, &w->left);
    if (out->h < 1 || out->w < 1)
        return err_set(err, "layer \"%s\" (%s): a window of %dx%d does not fit into %dx%d", l->name,
                       l->ops->name, w->kh, w->kw, in->h, in->w);
    return 0;
}
