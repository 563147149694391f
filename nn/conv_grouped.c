/*
 * conv_grouped: convolution with groups, each of which is a convolution of its own on a copy of its
 * channels. Image by image, so that the copies stay in the cache.
 */
#include "nn/conv.h"

#include "nn/vec.h"

/* The convolution of one group. */
static struct conv part_of(const struct conv *c)
{
    struct conv part = *c;
    part.groups = 1;
    part.in.c /= c->groups;
    part.out.c /= c->groups;
    return part;
}

/* Floats of one group's kernel. */
static size_t kernel_size(const struct conv *part)
{
    return (size_t)part->win.kh * (size_t)part->win.kw * (size_t)part->in.c * (size_t)part->out.c;
}

/* The four copies of a group, and what conv_im2col wants, in the scratch block. */
struct copies {
    float *x, *y, *kernel, *dw, *rest;
};

static struct copies copies_of(const struct conv *part, float *scratch)
{
    struct copies s;
    s.x = scratch;
    s.y = s.x + shape_size(&part->in);
    s.kernel = s.y + shape_size(&part->out);
    s.dw = s.kernel + kernel_size(part);
    s.rest = s.dw + kernel_size(part);
    return s;
}

static size_t grouped_scratch(const struct conv *c)
{
    struct conv part = part_of(c);
    return shape_size(&part.in) + shape_size(&part.out) + 2 * kernel_size(&part) +
           conv_im2col.scratch(&part);
}

/* Copies `width` floats of each row; rows are `from_step` and `to_step` apart. */
static void copy_rows(const float *from, size_t from_step, float *to, size_t to_step, size_t width,
                      size_t rows, bool add)
{
    for (size_t r = 0; r < rows; r++)
        vec_pass(to + r * to_step, from + r * from_step, add, width);
}

static size_t pixels(const struct shape *s)
{
    return (size_t)s->h * (size_t)s->w;
}

static void grouped_forward(const struct conv *c, const float *kernel, const float *prepared,
                            const float *x, float *y, int n, float *scratch)
{
    (void)prepared;
    struct conv part = part_of(c);
    struct copies s = copies_of(&part, scratch);
    size_t in = (size_t)part.in.c, out = (size_t)part.out.c, all = (size_t)c->out.c;
    for (size_t g = 0; g < (size_t)c->groups; g++) {
        copy_rows(kernel + g * out, all, s.kernel, out, out, kernel_size(&part) / out, false);
        for (size_t i = 0; i < (size_t)n; i++) {
            const float *image = x + i * shape_size(&c->in) + g * in;
            copy_rows(image, (size_t)c->in.c, s.x, in, in, pixels(&c->in), false);
            conv_im2col.forward(&part, s.kernel, NULL, s.x, s.y, 1, s.rest);
            copy_rows(s.y, out, y + i * shape_size(&c->out) + g * out, all, out, pixels(&c->out),
                      false);
        }
    }
}

static void grouped_backward(const struct conv *c, const float *kernel, const float *prepared,
                             const float *x, const float *dy, float *dx, bool add, float *dw, int n,
                             float *scratch)
{
    (void)prepared;
    struct conv part = part_of(c);
    struct copies s = copies_of(&part, scratch);
    size_t in = (size_t)part.in.c, out = (size_t)part.out.c, all = (size_t)c->out.c;
    size_t rows = kernel_size(&part) / out;
    for (size_t g = 0; g < (size_t)c->groups; g++) {
        copy_rows(kernel + g * out, all, s.kernel, out, out, rows, false);
        for (size_t i = 0; i < (size_t)n; i++) {
            size_t image = i * shape_size(&c->in) + g * in;
            copy_rows(x + image, (size_t)c->in.c, s.x, in, in, pixels(&c->in), false);
            copy_rows(dy + i * shape_size(&c->out) + g * out, all, s.y, out, out, pixels(&c->out),
                      false);
            if (dw != NULL) {
                conv_im2col.backward(&part, s.kernel, NULL, s.x, s.y, NULL, false, s.dw, 1, s.rest);
                copy_rows(s.dw, out, dw + g * out, all, out, rows, i > 0);
            }
            if (dx != NULL) {
                conv_im2col.backward(&part, s.kernel, NULL, s.x, s.y, s.x, false, NULL, 1, s.rest);
                copy_rows(s.x, in, dx + image, (size_t)c->in.c, in, pixels(&c->in), add);
            }
        }
    }
}

const struct conv_algo conv_grouped = {
    .name = "grouped",
    .scratch = grouped_scratch,
    .forward = grouped_forward,
    .backward = grouped_backward,
};
