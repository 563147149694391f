/*
 * pool: MaxPooling2D, AveragePooling2D, GlobalMaxPooling2D, GlobalAveragePooling2D. Trainer or
 * analysis thread; slices on pool workers.
 */
#include "nn/kinds.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "nn/slice.h"
#include "nn/vec.h"
#include "nn/window_max.h"

static int pool_config(struct layer *l, const json_t *config, struct err *err)
{
    struct window *w = mem_zalloc(1, sizeof *w);
    struct options o;
    int twos[2] = {2, 2}, size[2];
    l->priv = w;
    l->reads_lazy = true;
    opt_begin(&o, l, config, err);
    opt_pair(&o, "pool_size", twos, 1 << 10, size);
    w->kh = size[0];
    w->kw = size[1];
    window_read(w, &o, true);
    return opt_end(&o);
}

static int maxpool_config(struct layer *l, const json_t *config, struct err *err)
{
    l->needs_x = l->needs_y = true;
    return pool_config(l, config, err);
}

static int pool_shape(struct layer *l, struct err *err)
{
    l->out.c = l->in[0].c;
    return window_shape(l->priv, l, &l->out, err);
}

static void max_forward_slice(const struct call *c, const struct slice *s)
{
    for (int i = s->first; i < s->first + s->n; i++)
        window_max(c->l->priv, &c->l->in[0], &c->l->out, call_in(c, 0, i, s->worker), call_y(c, i));
}

static void maxpool_forward(struct layer *l, const float *const *x, float *y, struct layer_run *run)
{
    struct call c = {.l = l, .x = x, .y = y, .run = run};
    call_slices(&c, shape_size(&l->in[0]), max_forward_slice);
}

static void max_backward_slice(const struct call *c, const struct slice *s)
{
    for (int i = s->first; i < s->first + s->n; i++) {
        float *dx = call_dx(c, 0, i);
        if (!c->run->add[0])
            memset(dx, 0, shape_size(&c->l->in[0]) * sizeof *dx);
        window_max_back(c->l->priv, &c->l->in[0], &c->l->out, call_in(c, 0, i, s->worker),
                        call_y(c, i), call_dy(c, i), dx);
    }
}

static void maxpool_backward(struct layer *l, const float *const *x, const float *y,
                             const float *dy, float *const *dx, struct layer_run *run)
{
    struct call c = {.l = l, .x = x, .y = (float *)y, .dy = dy, .dx = dx, .run = run};
    call_backward(&c, shape_size(&l->in[0]), max_backward_slice);
}

/* Averages count the image's own pixels alone, not the padding, as TensorFlow does. */
static float share(const struct view *v)
{
    return 1.0f / (float)((v->y1 - v->y0) * (v->x1 - v->x0));
}

static void average_slice(const struct call *c, const struct slice *s)
{
    const struct layer *l = c->l;
    size_t n = (size_t)l->out.c, width = (size_t)l->in[0].w;
    for (int i = s->first; i < s->first + s->n; i++) {
        const float *x = call_in(c, 0, i, s->worker);
        float *y = call_y(c, i);
        for (int oy = 0; oy < l->out.h; oy++)
            for (int ox = 0; ox < l->out.w; ox++, y += n) {
                struct view v = window_view(l->priv, &l->in[0], oy, ox);
                memset(y, 0, n * sizeof *y);
                for (int iy = v.y0; iy < v.y1; iy++)
                    for (int ix = v.x0; ix < v.x1; ix++)
                        vec_add(y, y, x + ((size_t)iy * width + (size_t)ix) * n, n);
                vec_affine(y, y, share(&v), 0, false, n);
            }
    }
}

static void avgpool_forward(struct layer *l, const float *const *x, float *y, struct layer_run *run)
{
    struct call c = {.l = l, .x = x, .y = y, .run = run};
    call_slices(&c, shape_size(&l->in[0]), average_slice);
}

static void average_back_slice(const struct call *c, const struct slice *s)
{
    const struct layer *l = c->l;
    size_t n = (size_t)l->out.c, width = (size_t)l->in[0].w;
    for (int i = s->first; i < s->first + s->n; i++) {
        const float *dy = call_dy(c, i);
        float *dx = call_dx(c, 0, i);
        if (!c->run->add[0])
            memset(dx, 0, shape_size(&l->in[0]) * sizeof *dx);
        for (int oy = 0; oy < l->out.h; oy++)
            for (int ox = 0; ox < l->out.w; ox++, dy += n) {
                struct view v = window_view(l->priv, &l->in[0], oy, ox);
                for (int iy = v.y0; iy < v.y1; iy++)
                    for (int ix = v.x0; ix < v.x1; ix++)
                        vec_affine(dx + ((size_t)iy * width + (size_t)ix) * n, dy, share(&v), 0,
                                   true, n);
            }
    }
}

static void avgpool_backward(struct layer *l, const float *const *x, const float *y,
                             const float *dy, float *const *dx, struct layer_run *run)
{
    (void)y;
    struct call c = {.l = l, .x = x, .dy = dy, .dx = dx, .run = run};
    call_backward(&c, shape_size(&l->in[0]), average_back_slice);
}

static int global_config(struct layer *l, const json_t *config, struct err *err)
{
    static const char *const silent[] = {"keepdims", NULL}; /* the numbers are the same */
    static const char *const formats[] = {"channels_last", NULL};
    struct options o;
    l->priv = mem_zalloc(1, sizeof(struct window));
    l->reads_lazy = true;
    opt_begin(&o, l, config, err);
    opt_word(&o, "data_format", formats, 0);
    opt_ignore(&o, silent);
    return opt_end(&o);
}

static int global_max_config(struct layer *l, const json_t *config, struct err *err)
{
    l->needs_x = l->needs_y = true;
    return global_config(l, config, err);
}

static int global_shape(struct layer *l, struct err *err)
{
    (void)err;
    const struct shape *in = &l->in[0];
    *(struct window *)l->priv = (struct window){.kh = in->h, .kw = in->w, .sh = in->h, .sw = in->w};
    l->out = (struct shape){1, 1, in->c};
    return 0;
}

const struct layer_ops maxpool_ops = {
    .name = "MaxPooling2D",
    .config = maxpool_config,
    .shape = pool_shape,
    .forward = maxpool_forward,
    .backward = maxpool_backward,
};

const struct layer_ops avgpool_ops = {
    .name = "AveragePooling2D",
    .config = pool_config,
    .shape = pool_shape,
    .forward = avgpool_forward,
    .backward = avgpool_backward,
};

const struct layer_ops global_avgpool_ops = {
    .name = "GlobalAveragePooling2D",
    .config = global_config,
    .shape = global_shape,
    .forward = avgpool_forward,
    .backward = avgpool_backward,
};

const struct layer_ops global_maxpool_ops = {
    .name = "GlobalMaxPooling2D",
    .config = global_max_config,
    .shape = global_shape,
    .forward = maxpool_forward,
    .backward = maxpool_backward,
};
