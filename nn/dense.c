/*
 * dense: Dense, on the last axis. Its products are cut by columns of the kernel, not by images:
 * every part then reads only its piece of the kernel, and no sums over slices are needed. Trainer
 * or analysis thread; parts on pool workers.
 */
#include "nn/kinds.h"

#include "base/mem.h"
#include "nn/gemm.h"
#include "nn/initial.h"
#include "nn/options.h"
#include "nn/params.h"
#include "nn/slice.h"
#include "nn/vec.h"

struct dense {
    int units;
    bool use_bias;
    struct initial kernel, bias;
};

static int dense_config(struct layer *l, const json_t *config, struct err *err)
{
    static const char *const warned[] = {"kernel_regularizer",   "bias_regularizer",
                                         "activity_regularizer", "kernel_constraint",
                                         "bias_constraint",      NULL};
    static const char *const silent[] = {"lora_rank", "quantization_config", NULL};
    struct dense *d = mem_zalloc(1, sizeof *d);
    struct options o;
    l->priv = d;
    l->needs_x = true;
    opt_begin(&o, l, config, err);
    d->units = opt_int(&o, "units", 0, 1, 1 << 16);
    d->use_bias = opt_bool(&o, "use_bias", true);
    d->kernel = initial_read(&o, "kernel_initializer", "glorot_uniform");
    d->bias = initial_read(&o, "bias_initializer", "zeros");
    opt_warn(&o, warned);
    opt_ignore(&o, silent);
    if (d->units == 0)
        opt_fail(&o, "units", "is missing");
    return opt_end(&o);
}

static int dense_shape(struct layer *l, struct err *err)
{
    (void)err;
    const struct dense *d = l->priv;
    int dim[2] = {l->in[0].c, d->units};
    l->out = l->in[0];
    l->out.c = d->units;
    params_add(l, "kernel", 2, dim);
    l->param[0].decay = true;
    if (d->use_bias)
        params_add(l, "bias", 1, &d->units);
    l->macs = (long)l->in[0].h * l->in[0].w * l->in[0].c * d->units;
    return 0;
}

static void dense_init(struct layer *l, struct rng *rng)
{
    const struct dense *d = l->priv;
    initial_set(&d->kernel, &l->param[0], rng);
    if (l->params > 1)
        initial_set(&d->bias, &l->param[1], rng);
}

/* One product, cut by columns of its right side or result. */
struct product {
    const struct layer *l;
    const float *x, *dy;
    float *y, *dx;
    int rows, in, units, parts;
    bool add;
};

#define PART_COLUMNS 64

static struct product product_of(const struct layer *l, const struct layer_run *run)
{
    return (struct product){
        .l = l, .rows = run->batch * l->in[0].h * l->in[0].w, .in = l->in[0].c, .units = l->out.c};
}

static void run_product(struct product *p, int columns, struct pool *pool,
                        void (*fn)(void *ctx, int i, int worker))
{
    p->parts = columns / PART_COLUMNS;
    p->parts = p->parts < 1 ? 1 : p->parts > LAYER_SLICES ? LAYER_SLICES : p->parts;
    bool pooled = slice_wants_pool(0, (long)p->rows * p->in * p->units);
    pool_run(pooled ? pool : NULL, p->parts, fn, p);
}

static int part_first(const struct product *p, int columns, int i)
{
    return (int)((long)columns * i / p->parts);
}

static void forward_part(void *ctx, int i, int worker)
{
    (void)worker;
    const struct product *p = ctx;
    int first = part_first(p, p->units, i), n = part_first(p, p->units, i + 1) - first;
    gemm(false, false, p->rows, n, p->in, p->x, p->in, p->l->param[0].w + first, p->units, 0,
         p->y + first, p->units);
}

static void dense_forward(struct layer *l, const float *const *x, float *y, struct layer_run *run)
{
    struct product p = product_of(l, run);
    p.x = x[0];
    p.y = y;
    run_product(&p, p.units, run->pool, forward_part);
    if (l->params > 1)
        vec_add_row(y, l->param[1].w, (size_t)p.rows, (size_t)p.units);
}

static void kernel_part(void *ctx, int i, int worker)
{
    (void)worker;
    const struct product *p = ctx;
    int first = part_first(p, p->in, i), n = part_first(p, p->in, i + 1) - first;
    gemm(true, false, n, p->units, p->rows, p->x + first, p->in, p->dy, p->units, 0,
         p->l->param[0].g + (size_t)first * (size_t)p->units, p->units);
}

static void input_part(void *ctx, int i, int worker)
{
    (void)worker;
    const struct product *p = ctx;
    int first = part_first(p, p->in, i), n = part_first(p, p->in, i + 1) - first;
    gemm(false, true, p->rows, n, p->units, p->dy, p->units,
         p->l->param[0].w + (size_t)first * (size_t)p->units, p->units, p->add ? 1 : 0,
         p->dx + first, p->in);
}

static void dense_backward(struct layer *l, const float *const *x, const float *y, const float *dy,
                           float *const *dx, struct layer_run *run)
{
    (void)y;
    struct product p = product_of(l, run);
    p.x = x[0];
    p.dy = dy;
    p.dx = dx[0];
    p.add = run->add[0];
    if (l->param[0].trainable)
        run_product(&p, p.in, run->pool, kernel_part);
    if (l->params > 1 && l->param[1].trainable)
        vec_sum_rows(l->param[1].g, dy, (size_t)p.rows, (size_t)p.units);
    if (dx[0] != NULL)
        run_product(&p, p.in, run->pool, input_part);
}

const struct layer_ops dense_ops = {
    .name = "Dense",
    .activates = true,
    .config = dense_config,
    .shape = dense_shape,
    .init = dense_init,
    .forward = dense_forward,
    .backward = dense_backward,
    .fold = params_fold,
};
