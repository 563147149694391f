/*
 * pool: MaxPooling2D, AveragePooling2D, GlobalMaxPooling2D, GlobalAveragePooling2D. Trainer or
 * analysis thread; slices on pool workers.
 *
 * The gradient of a maximum goes to the first number of the window that equals it, in reading
 * order, as TensorFlow does; it is found again in backward, which is cheaper than keeping indexes.
 */
#include "nn/kinds.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "nn/slice.h"
#include "nn/vec.h"
#include "nn/window.h"

#define INLINE static inline __attribute__((always_inline))

/* Where one output pixel looks, cut at the borders. */
struct view {
    int y0, y1, x0, x1;
};

static struct view view_of(const struct window *w, const struct shape *in, int oy, int ox)
{
    int y = oy * w->sh - w->top, x = ox * w->sw - w->left;
    return (struct view){y > 0 ? y : 0, y + w->kh < in->h ? y + w->kh : in->h, x > 0 ? x : 0,
                         x + w->kw < in->w ? x + w->kw : in->w};
}

static int pool_config(struct layer *l, const json_t *config, struct err *err)
{
    struct window *w = mem_zalloc(1, sizeof *w);
    struct options o;
    int twos[2] = {2, 2}, size[2];
    l->priv = w;
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

INLINE void max_into(float *restrict y, const float *restrict x, size_t c)
{
    for (size_t i = 0; i < c; i++)
        y[i] = x[i] > y[i] ? x[i] : y[i];
}

VEC static void max_image(const struct layer *l, const float *x, float *y)
{
    const struct window *w = l->priv;
    const struct shape *in = &l->in[0];
    size_t c = (size_t)in->c;
    for (int oy = 0; oy < l->out.h; oy++)
        for (int ox = 0; ox < l->out.w; ox++, y += c) {
            struct view v = view_of(w, in, oy, ox);
            memcpy(y, x + ((size_t)v.y0 * (size_t)in->w + (size_t)v.x0) * c, c * sizeof *y);
            for (int iy = v.y0; iy < v.y1; iy++)
                for (int ix = v.x0; ix < v.x1; ix++)
                    max_into(y, x + ((size_t)iy * (size_t)in->w + (size_t)ix) * c, c);
        }
}

#define CHANNEL_BLOCK 256

/* Gives dy to dx where x is the maximum y and nothing before it in the window was: `open` says. */
INLINE void max_back(const float *restrict x, const float *restrict y, const float *restrict dy,
                     float *restrict dx, float *restrict open, size_t c)
{
    for (size_t i = 0; i < c; i++) {
        float hit = x[i] == y[i] ? open[i] : 0;
        dx[i] += hit * dy[i];
        open[i] -= hit;
    }
}

INLINE void max_back_pixel(const struct layer *l, const struct view *v, const float *x,
                           const float *y, const float *dy, float *dx)
{
    size_t c = (size_t)l->in[0].c, width = (size_t)l->in[0].w;
    float open[CHANNEL_BLOCK];
    for (size_t c0 = 0; c0 < c; c0 += CHANNEL_BLOCK) {
        size_t n = c - c0 < CHANNEL_BLOCK ? c - c0 : CHANNEL_BLOCK;
        for (size_t i = 0; i < n; i++)
            open[i] = 1;
        for (int iy = v->y0; iy < v->y1; iy++)
            for (int ix = v->x0; ix < v->x1; ix++) {
                size_t at = ((size_t)iy * width + (size_t)ix) * c + c0;
                max_back(x + at, y + c0, dy + c0, dx + at, open, n);
            }
    }
}

static void max_forward_slice(const struct call *c, const struct slice *s)
{
    for (int i = s->first; i < s->first + s->n; i++)
        max_image(c->l, call_x(c, 0, i), call_y(c, i));
}

static void maxpool_forward(struct layer *l, const float *const *x, float *y, struct layer_run *run)
{
    struct call c = {.l = l, .x = x, .y = y, .run = run};
    call_slices(&c, shape_size(&l->in[0]), max_forward_slice);
}

VEC static void max_back_image(const struct layer *l, const float *x, const float *y,
                               const float *dy, float *dx)
{
    size_t at = 0;
    for (int oy = 0; oy < l->out.h; oy++)
        for (int ox = 0; ox < l->out.w; ox++, at += (size_t)l->out.c) {
            struct view v = view_of(l->priv, &l->in[0], oy, ox);
            max_back_pixel(l, &v, x, y + at, dy + at, dx);
        }
}

static void max_backward_slice(const struct call *c, const struct slice *s)
{
    for (int i = s->first; i < s->first + s->n; i++) {
        float *dx = call_dx(c, 0, i);
        if (!c->run->add[0])
            memset(dx, 0, shape_size(&c->l->in[0]) * sizeof *dx);
        max_back_image(c->l, call_x(c, 0, i), call_y(c, i), call_dy(c, i), dx);
    }
}

static void maxpool_backward(struct layer *l, const float *const *x, const float *y,
                             const float *dy, float *const *dx, struct layer_run *run)
{
    if (dx[0] == NULL)
        return;
    struct call c = {.l = l, .x = x, .y = (float *)y, .dy = dy, .dx = dx, .run = run};
    call_slices(&c, shape_size(&l->in[0]), max_backward_slice);
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
        const float *x = call_x(c, 0, i);
        float *y = call_y(c, i);
        for (int oy = 0; oy < l->out.h; oy++)
            for (int ox = 0; ox < l->out.w; ox++, y += n) {
                struct view v = view_of(l->priv, &l->in[0], oy, ox);
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
                struct view v = view_of(l->priv, &l->in[0], oy, ox);
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
    if (dx[0] == NULL)
        return;
    struct call c = {.l = l, .x = x, .dy = dy, .dx = dx, .run = run};
    call_slices(&c, shape_size(&l->in[0]), average_back_slice);
}

static int global_config(struct layer *l, const json_t *config, struct err *err)
{
    static const char *const silent[] = {"keepdims", NULL}; /* the numbers are the same */
    static const char *const formats[] = {"channels_last", NULL};
    struct options o;
    l->priv = mem_zalloc(1, sizeof(struct window));
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
