/*
 * conv2d: Conv2D. Runs of images go to pool workers, each with a gradient sum of its own, and the
 * sums are added up in order. Trainer or analysis thread; slices on pool workers.
 */
#include "nn/kinds.h"

#include <string.h>

#include "base/mem.h"
#include "nn/conv.h"
#include "nn/params.h"
#include "nn/slice.h"
#include "nn/vec.h"
#include "nn/winograd.h"

static int conv2d_config(struct layer *l, const json_t *config, struct err *err)
{
    static const char *const warned[] = {"kernel_regularizer",   "bias_regularizer",
                                         "activity_regularizer", "kernel_constraint",
                                         "bias_constraint",      NULL};
    struct conv *c = mem_zalloc(1, sizeof *c);
    struct options o;
    int ones[2] = {1, 1}, size[2];
    l->priv = c;
    l->needs_x = true;
    opt_begin(&o, l, config, err);
    c->out.c = opt_int(&o, "filters", 0, 1, 1 << 14);
    opt_pair(&o, "kernel_size", ones, 1 << 6, size);
    c->win.kh = size[0];
    c->win.kw = size[1];
    window_read(&c->win, &o, false);
    c->use_bias = opt_bool(&o, "use_bias", true);
    c->kernel = initial_read(&o, "kernel_initializer", "glorot_uniform");
    c->bias = initial_read(&o, "bias_initializer", "zeros");
    opt_only(&o, "dilation_rate", 1);
    c->groups = opt_int(&o, "groups", 1, 1, 1 << 14);
    opt_warn(&o, warned);
    if (c->out.c == 0)
        opt_fail(&o, "filters", "is missing");
    return opt_end(&o);
}

/* The first algorithm that fits. */
static const struct conv_algo *choose(const struct conv *c)
{
    return c->groups > 1           ? &conv_grouped
           : conv_winograd.fits(c) ? &conv_winograd
           : conv_direct.fits(c)   ? &conv_direct
           : conv_grey.fits(c)     ? &conv_grey
                                   : &conv_im2col;
}

/*
 * Where an image is a single tile, Winograd's products are of as many rows as there are images and
 * wait for the transformed kernel, thrice as large: a few faces gain nothing by it.
 */
static const struct conv_algo *choose_infer(const struct conv *c)
{
    bool idle = c->algo == &conv_winograd && winograd_tiling(c).per_image == 1;
    return (idle || c->algo == &conv_im2col) && conv_im2col_panel.fits(c) ? &conv_im2col_panel
                                                                          : c->algo;
}

static const struct conv_algo *algo_of(const struct conv *c, const struct layer_run *run)
{
    return run->learns ? c->algo : c->infer;
}

static int conv2d_shape(struct layer *l, struct err *err)
{
    struct conv *c = l->priv;
    c->in = l->in[0];
    if (window_shape(&c->win, l, &c->out, err) != 0)
        return -1;
    l->out = c->out;
    if (c->in.c % c->groups != 0 || c->out.c % c->groups != 0)
        return err_set(err,
                       "layer \"%s\" (Conv2D): option \"groups\" is %d; supported: divisors of "
                       "its %d input channels and %d filters",
                       l->name, c->groups, c->in.c, c->out.c);
    int dim[4] = {c->win.kh, c->win.kw, c->in.c / c->groups, c->out.c};
    params_add(l, "kernel", 4, dim);
    l->param[0].decay = true;
    if (c->use_bias)
        params_add(l, "bias", 1, &c->out.c);
    c->algo = choose(c);
    c->infer = choose_infer(c);
    l->scratch = c->algo->scratch(c);
    if (c->infer->scratch(c) > l->scratch)
        l->scratch = c->infer->scratch(c);
    l->reads_lazy = c->algo->by_image;
    l->prepared[0] = c->infer->prepared != NULL ? c->infer->prepared(c, false) : 0;
    l->prepared[1] = c->algo->prepared != NULL ? c->algo->prepared(c, true) : 0;
    l->kernel_spent = l->prepared[0] > 0;
    l->partial = LAYER_SLICES * params_trainable(l);
    l->macs = (long)c->out.h * c->out.w * (long)l->param[0].size;
    return 0;
}

static void conv2d_init(struct layer *l, struct rng *rng)
{
    const struct conv *c = l->priv;
    initial_set(&c->kernel, &l->param[0], rng);
    if (l->params > 1)
        initial_set(&c->bias, &l->param[1], rng);
}

static void forward_slice(const struct call *call, const struct slice *s)
{
    const struct conv *c = call->l->priv;
    const struct layer *l = call->l;
    float *y = call_y(call, s->first), *scratch = call->run->scratch[s->worker];
    int n = c->algo->by_image ? 1 : s->n;
    for (int i = s->first; i < s->first + s->n; i += n) {
        const float *x = n == 1 ? call_in(call, 0, i, s->worker) : call_x(call, 0, i);
        algo_of(c, call->run)
            ->forward(c, l->param[0].w, call->run->prepared, x, call_y(call, i), n, scratch);
    }
    if (l->params > 1)
        vec_add_row(y, l->param[1].w, (size_t)s->n * (size_t)c->out.h * (size_t)c->out.w,
                    (size_t)c->out.c);
}

/*
 * A part must be worth its reading of the kernel: at least as many rows of the product as make that
 * reading small beside the multiplying.
 */
static size_t slice_work(const struct layer *l)
{
    const struct conv *c = l->priv;
    if (c->algo->images != NULL)
        return SLICE_WORK / (size_t)c->algo->images(c);
    return (size_t)l->out.h * (size_t)l->out.w * 40;
}

/* One run of input channels of the kernel. */
static void prepare_part(void *ctx, int part, int worker)
{
    (void)worker;
    const struct call *call = ctx;
    const struct conv *c = call->l->priv;
    int first = part * CONV_CHANNELS;
    int next = first + CONV_CHANNELS < c->in.c ? first + CONV_CHANNELS : c->in.c;
    algo_of(c, call->run)
        ->prepare(c, call->l->param[0].w, call->run->train, first, next, call->run->prepared);
}

static void prepare(struct call *call)
{
    const struct conv *c = call->l->priv;
    if (algo_of(c, call->run)->prepare == NULL || !call->run->stale)
        return;
    bool pooled = slice_wants_pool(call->l->prepared[call->run->train], 0);
    pool_run(pooled ? call->run->pool : NULL, (c->in.c + CONV_CHANNELS - 1) / CONV_CHANNELS,
             prepare_part, call);
}

static void conv2d_forward(struct layer *l, const float *const *x, float *y, struct layer_run *run)
{
    struct call c = {.l = l, .x = x, .y = y, .run = run};
    prepare(&c);
    call_slices(&c, slice_work(l), forward_slice);
}

static void backward_slice(const struct call *call, const struct slice *s)
{
    const struct layer *l = call->l;
    const struct conv *c = l->priv;
    const float *dy = call_dy(call, s->first);
    float *dw = call->run->partial + (size_t)s->part * params_trainable(l);
    bool learns = l->param[0].trainable;
    int n = c->algo->by_image ? 1 : s->n;
    if (learns && c->algo->by_image)
        memset(dw, 0, l->param[0].size * sizeof *dw);
    for (int i = s->first; i < s->first + s->n; i += n) {
        const float *x = n == 1 ? call_in(call, 0, i, s->worker) : call_x(call, 0, i);
        c->algo->backward(c, l->param[0].w, call->run->prepared, x, call_dy(call, i),
                          call->dx[0] != NULL ? call_dx(call, 0, i) : NULL, call->run->add[0],
                          learns ? dw : NULL, n, call->run->scratch[s->worker]);
    }
    if (l->params > 1 && l->param[1].trainable)
        vec_sum_rows(dw + l->param[0].size, dy, (size_t)s->n * (size_t)c->out.h * (size_t)c->out.w,
                     (size_t)c->out.c);
}

static void conv2d_backward(struct layer *l, const float *const *x, const float *y, const float *dy,
                            float *const *dx, struct layer_run *run)
{
    (void)y;
    struct call c = {.l = l, .x = x, .dy = dy, .dx = dx, .run = run};
    int parts = call_slices(&c, slice_work(l), backward_slice);
    params_reduce(l, run, parts);
}

const struct layer_ops conv2d_ops = {
    .name = "Conv2D",
    .activates = true,
    .config = conv2d_config,
    .shape = conv2d_shape,
    .init = conv2d_init,
    .forward = conv2d_forward,
    .backward = conv2d_backward,
    .fold = params_fold,
};
