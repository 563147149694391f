/*
 * separable: DepthwiseConv2D, and SeparableConv2D, which is one followed by a 1x1 convolution (the
 * "pointwise" one). Runs of images go to pool workers, each with a gradient sum of its own. Trainer
 * or analysis thread; slices on pool workers.
 */
#include "nn/kinds.h"

#include <string.h>

#include "base/mem.h"
#include "nn/depthwise.h"
#include "nn/gemm.h"
#include "nn/initial.h"
#include "nn/panel.h"
#include "nn/params.h"
#include "nn/slice.h"
#include "nn/vec.h"

struct separable {
    struct depthwise d;
    int filters; /* 0: depthwise alone */
    bool use_bias;
    struct initial depth, point, bias;
};

/* Numbers of one image between the two steps. */
static size_t between(const struct separable *s)
{
    return shape_size(&s->d.out);
}

static int read_config(struct layer *l, const json_t *config, bool points, struct err *err)
{
    static const char *const warned[] = {"depthwise_regularizer",
                                         "depthwise_constraint",
                                         "pointwise_regularizer",
                                         "pointwise_constraint",
                                         "bias_regularizer",
                                         "bias_constraint",
                                         "activity_regularizer",
                                         "kernel_initializer",
                                         "kernel_regularizer",
                                         "kernel_constraint",
                                         NULL};
    struct separable *s = mem_zalloc(1, sizeof *s);
    struct options o;
    int ones[2] = {1, 1}, size[2];
    l->priv = s;
    l->needs_x = l->reads_lazy = true;
    opt_begin(&o, l, config, err);
    opt_pair(&o, "kernel_size", ones, 1 << 6, size);
    s->d.win.kh = size[0];
    s->d.win.kw = size[1];
    window_read(&s->d.win, &o, false);
    s->d.times = opt_int(&o, "depth_multiplier", 1, 1, 1 << 10);
    s->use_bias = opt_bool(&o, "use_bias", true);
    s->depth = initial_read(&o, "depthwise_initializer", "glorot_uniform");
    s->bias = initial_read(&o, "bias_initializer", "zeros");
    s->filters = opt_int(&o, "filters", 0, points ? 1 : 0, 1 << 14);
    if (points)
        s->point = initial_read(&o, "pointwise_initializer", "glorot_uniform");
    opt_only(&o, "dilation_rate", 1);
    opt_only(&o, "groups", 1);
    opt_warn(&o, warned);
    if (points == (s->filters == 0))
        opt_fail(&o, "filters", points ? "is missing" : "is set; supported: depth_multiplier");
    return opt_end(&o);
}

static int depthwise_config(struct layer *l, const json_t *config, struct err *err)
{
    return read_config(l, config, false, err);
}

static int separable_config(struct layer *l, const json_t *config, struct err *err)
{
    return read_config(l, config, true, err);
}

static int separable_shape(struct layer *l, struct err *err)
{
    struct separable *s = l->priv;
    struct depthwise *d = &s->d;
    d->in = l->in[0];
    if (window_shape(&d->win, l, &d->out, err) != 0)
        return -1;
    if ((long)d->in.c * d->times > 1 << 16)
        return err_set(err, "layer \"%s\" (%s): %d channels times %d; supported: up to %d", l->name,
                       l->ops->name, d->in.c, d->times, 1 << 16);
    d->out.c = d->in.c * d->times;
    l->out = d->out;
    int depth[4] = {d->win.kh, d->win.kw, d->in.c, d->times};
    params_add(l, "depthwise_kernel", 4, depth);
    if (s->filters > 0) {
        int point[4] = {1, 1, d->out.c, s->filters};
        l->out.c = s->filters;
        params_add(l, "pointwise_kernel", 4, point);
        l->saved = between(s);
        l->scratch = between(s) + (size_t)d->out.c * (size_t)s->filters;
    }
    for (int i = 0; i < l->params; i++)
        l->param[i].decay = true;
    if (s->use_bias)
        params_add(l, "bias", 1, &l->out.c);
    l->partial = LAYER_SLICES * params_trainable(l);
    l->macs = (long)between(s) * d->win.kh * d->win.kw +
              (s->filters > 0 ? (long)between(s) * s->filters : 0);
    return 0;
}

static void separable_init(struct layer *l, struct rng *rng)
{
    const struct separable *s = l->priv;
    initial_set(&s->depth, &l->param[0], rng);
    if (s->filters > 0)
        initial_set(&s->point, &l->param[1], rng);
    if (s->use_bias)
        initial_set(&s->bias, &l->param[l->params - 1], rng);
}

/* c = a b; a: (rows, k) or, if `turned`, stored as (k, rows); b: (k, n). */
static void product(bool turned, size_t rows, size_t n, size_t k, const float *a, const float *b,
                    float *c, bool add)
{
    if (n % PANEL_WIDTH == 0)
        panel_gemm(rows, n, k, a, turned ? 1 : k, turned ? rows : 1, b, n, c, n, add);
    else
        gemm(turned, false, (int)rows, (int)n, (int)k, a, (int)(turned ? rows : k), b, (int)n,
             add ? 1 : 0, c, (int)n);
}

static void forward_slice(const struct call *call, const struct slice *slice)
{
    const struct layer *l = call->l;
    const struct separable *s = l->priv;
    size_t pixels = (size_t)l->out.h * (size_t)l->out.w, out = (size_t)l->out.c;
    for (int i = slice->first; i < slice->first + slice->n; i++) {
        float *y = call_y(call, i), *mid = y;
        if (s->filters > 0)
            mid = call->run->train ? call->run->saved + (size_t)i * l->saved
                                   : call->run->scratch[slice->worker];
        depthwise_forward(&s->d, l->param[0].w, call_in(call, 0, i, slice->worker), mid, 1);
        if (s->filters > 0)
            product(false, pixels, out, (size_t)s->d.out.c, mid, l->param[1].w, y, false);
        if (s->use_bias)
            vec_add_row(y, l->param[l->params - 1].w, pixels, out);
    }
}

/* Small kernels and much data: a part is worth it from a few thousand numbers on. */
static size_t slice_work(const struct layer *l)
{
    return shape_size(&l->in[0]) + shape_size(&l->out);
}

static void separable_forward(struct layer *l, const float *const *x, float *y,
                              struct layer_run *run)
{
    struct call c = {.l = l, .x = x, .y = y, .run = run};
    call_slices(&c, slice_work(l), forward_slice);
}

static void transpose(const float *a, size_t rows, size_t columns, float *at)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++)
            at[c * rows + r] = a[r * columns + c];
}

/* The gradients of one part's parameters, as `partial` lays them out. */
struct sums {
    float *depth, *point, *bias; /* NULL if not wanted */
};

static struct sums sums_of(const struct layer *l, float *partial)
{
    const struct separable *s = l->priv;
    struct sums g = {NULL, NULL, NULL};
    if (!l->param[0].trainable)
        return g;
    g.depth = partial;
    partial += l->param[0].size;
    if (s->filters > 0) {
        g.point = partial;
        partial += l->param[1].size;
    }
    g.bias = s->use_bias ? partial : NULL;
    return g;
}

/* From dy to the gradient between the two steps, which is dy itself without a second one. */
static const float *back_through_points(const struct call *call, int i, const struct sums *g,
                                        const float *turned, float *scratch)
{
    const struct layer *l = call->l;
    const struct separable *s = l->priv;
    const float *dy = call_dy(call, i);
    size_t pixels = (size_t)l->out.h * (size_t)l->out.w;
    size_t out = (size_t)l->out.c, middle = (size_t)s->d.out.c;
    if (s->filters == 0)
        return dy;
    if (g->point != NULL)
        product(true, middle, out, pixels, call->run->saved + (size_t)i * l->saved, dy, g->point,
                true);
    product(false, pixels, middle, out, dy, turned, scratch, false);
    return scratch;
}

static void backward_slice(const struct call *call, const struct slice *slice)
{
    const struct layer *l = call->l;
    const struct separable *s = l->priv;
    float *partial = call->run->partial + (size_t)slice->part * params_trainable(l);
    float *scratch = call->run->scratch[slice->worker], *turned = scratch + between(s);
    struct sums g = sums_of(l, partial);
    memset(partial, 0, params_trainable(l) * sizeof *partial);
    if (s->filters > 0)
        transpose(l->param[1].w, (size_t)s->d.out.c, (size_t)l->out.c, turned);
    for (int i = slice->first; i < slice->first + slice->n; i++) {
        const float *dmid = back_through_points(call, i, &g, turned, scratch);
        float *dx = call->dx[0] != NULL ? call_dx(call, 0, i) : NULL;
        depthwise_backward(&s->d, l->param[0].w, call_in(call, 0, i, slice->worker), dmid, dx,
                           call->run->add[0], g.depth, 1);
    }
    if (g.bias != NULL)
        vec_sum_rows(g.bias, call_dy(call, slice->first),
                     (size_t)slice->n * (size_t)l->out.h * (size_t)l->out.w, (size_t)l->out.c);
}

static void separable_backward(struct layer *l, const float *const *x, const float *y,
                               const float *dy, float *const *dx, struct layer_run *run)
{
    (void)y;
    struct call c = {.l = l, .x = x, .dy = dy, .dx = dx, .run = run};
    int parts = call_slices(&c, slice_work(l), backward_slice);
    params_reduce(l, run, parts);
}

/* y = scale x + shift behind it: into the last kernel's columns, whose order the outputs have. */
static void separable_fold(struct layer *l, const float *scale, const float *shift)
{
    const struct separable *s = l->priv;
    struct param *kernel = &l->param[s->filters > 0 ? 1 : 0], *bias = params_find(l, "bias");
    size_t c = (size_t)l->out.c;
    for (size_t i = 0; i < kernel->size; i++)
        kernel->w[i] *= scale[i % c];
    for (size_t i = 0; i < c; i++)
        bias->w[i] = bias->w[i] * scale[i] + shift[i];
    ((struct separable *)l->priv)->use_bias = true;
}

const struct layer_ops separable_ops = {
    .name = "SeparableConv2D",
    .activates = true,
    .config = separable_config,
    .shape = separable_shape,
    .init = separable_init,
    .forward = separable_forward,
    .backward = separable_backward,
    .fold = separable_fold,
};

const struct layer_ops depthwise_ops = {
    .name = "DepthwiseConv2D",
    .activates = true,
    .config = depthwise_config,
    .shape = separable_shape,
    .init = separable_init,
    .forward = separable_forward,
    .backward = separable_backward,
    .fold = separable_fold,
};
