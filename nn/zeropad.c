/* zeropad: ZeroPadding2D. Trainer or analysis thread; slices on pool workers. */
#include "nn/kinds.h"

#include <string.h>

#include "base/mem.h"
#include "nn/options.h"
#include "nn/slice.h"
#include "nn/vec.h"

struct zeropad {
    int top, bottom, left, right;
};

/* Reads n, [height, width], or [[top, bottom], [left, right]]. */
static bool read_padding(struct zeropad *z, const json_t *v)
{
    int *side[4] = {&z->top, &z->bottom, &z->left, &z->right};
    for (size_t i = 0; i < 4; i++) {
        const json_t *n = v;
        if (json_is_array(n) && json_array_size(n) == 2)
            n = json_array_get(n, i / 2);
        if (json_is_array(n) && json_array_size(n) == 2)
            n = json_array_get(n, i % 2);
        json_int_t value = json_integer_value(n);
        if (!json_is_integer(n) || value < 0 || value > 1 << 10)
            return false;
        *side[i] = (int)value;
    }
    return true;
}

static int zeropad_config(struct layer *l, const json_t *config, struct err *err)
{
    static const char *const formats[] = {"channels_last", NULL};
    struct zeropad *z = mem_zalloc(1, sizeof *z);
    struct options o;
    l->priv = z;
    *z = (struct zeropad){1, 1, 1, 1};
    opt_begin(&o, l, config, err);
    const json_t *v = opt_json(&o, "padding");
    if (v != NULL && !read_padding(z, v))
        opt_fail(&o, "padding", "is wrong; supported: n, [h, w], [[top, bottom], [left, right]]");
    opt_word(&o, "data_format", formats, 0);
    return opt_end(&o);
}

static int zeropad_shape(struct layer *l, struct err *err)
{
    (void)err;
    const struct zeropad *z = l->priv;
    l->out = l->in[0];
    l->out.h += z->top + z->bottom;
    l->out.w += z->left + z->right;
    return 0;
}

/* Where row y of the input begins in the output, in floats. */
static size_t inner_row(const struct layer *l, int y)
{
    const struct zeropad *z = l->priv;
    return ((size_t)(y + z->top) * (size_t)l->out.w + (size_t)z->left) * (size_t)l->out.c;
}

static void forward_slice(const struct call *c, const struct slice *s)
{
    const struct layer *l = c->l;
    size_t row = (size_t)l->in[0].w * (size_t)l->in[0].c;
    memset(call_y(c, s->first), 0, (size_t)s->n * shape_size(&l->out) * sizeof(float));
    for (int i = s->first; i < s->first + s->n; i++)
        for (int y = 0; y < l->in[0].h; y++)
            memcpy(call_y(c, i) + inner_row(l, y), call_x(c, 0, i) + (size_t)y * row,
                   row * sizeof(float));
}

static void zeropad_forward(struct layer *l, const float *const *x, float *y, struct layer_run *run)
{
    struct call c = {.l = l, .x = x, .y = y, .run = run};
    call_slices(&c, shape_size(&l->out), forward_slice);
}

static void backward_slice(const struct call *c, const struct slice *s)
{
    const struct layer *l = c->l;
    size_t row = (size_t)l->in[0].w * (size_t)l->in[0].c;
    for (int i = s->first; i < s->first + s->n; i++)
        for (int y = 0; y < l->in[0].h; y++)
            vec_pass(call_dx(c, 0, i) + (size_t)y * row, call_dy(c, i) + inner_row(l, y),
                     c->run->add[0], row);
}

static void zeropad_backward(struct layer *l, const float *const *x, const float *y,
                             const float *dy, float *const *dx, struct layer_run *run)
{
    (void)y;
    struct call c = {.l = l, .x = x, .dy = dy, .dx = dx, .run = run};
    call_backward(&c, shape_size(&l->out), backward_slice);
}

const struct layer_ops zeropad_ops = {
    .name = "ZeroPadding2D",
    .config = zeropad_config,
    .shape = zeropad_shape,
    .forward = zeropad_forward,
    .backward = zeropad_backward,
};
