/*
 * batchnorm: BatchNormalization over N, H and W per channel (Ioffe and Szegedy 2015), as Keras 3
 * computes it: biased variance, also in the moving average.
 *
 * Sums over a batch are two-level: blocks in float, slices and batch in double, in fixed order.
 * The graph may give it the ReLU behind it, and leave its output to the readers (see layer.h).
 * Trainer or analysis thread; slices on pool workers.
 */
#include "nn/kinds.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "nn/initial.h"
#include "nn/options.h"
#include "nn/params.h"
#include "nn/slice.h"

struct batchnorm {
    float momentum, epsilon;
    int axis; /* -1 or 3; 1, which is the last one of a flat vector alone */
    bool center, scale;
    struct initial gamma, beta, mean, variance;
    struct param *p_gamma, *p_beta, *p_mean, *p_variance; /* NULL: none; point into the layer */
};

/* What run->saved_fixed holds from forward to backward. */
struct batch_stats {
    float *mean, *inverse; /* (c) of this batch; 1 / sqrt(variance + epsilon) */
    float *a, *d;          /* (c) of y = a x + d */
    float *p, *q, *r;      /* (c) of dx = p dy + q x + r */
    double *sum;           /* (LAYER_SLICES, 2 c) */
};

static struct batch_stats stats_of(const struct layer *l, const struct layer_run *run)
{
    size_t c = (size_t)l->out.c, even = (c + 1) / 2 * 2;
    float *f = run->saved_fixed;
    return (struct batch_stats){f,
                                f + even,
                                f + 2 * even,
                                f + 3 * even,
                                f + 4 * even,
                                f + 5 * even,
                                f + 6 * even,
                                (double *)(f + 7 * even)};
}

static struct channel_map map_of(const struct layer *l, const struct batch_stats *st)
{
    return (struct channel_map){st->a, st->d, l->relu};
}

static void batchnorm_map(const struct layer *l, const struct layer_run *run,
                          struct channel_map *map)
{
    struct batch_stats st = stats_of(l, run);
    *map = map_of(l, &st);
}

static int read_axis(struct options *o)
{
    const json_t *axis = opt_json(o, "axis");
    if (json_is_array(axis) && json_array_size(axis) == 1)
        axis = json_array_get(axis, 0);
    json_int_t n = axis != NULL ? json_integer_value(axis) : -1;
    if (n != -1 && n != 3 && n != 1)
        opt_fail(o, "axis", "is not the last one; supported: -1");
    return (int)n;
}

static int batchnorm_config(struct layer *l, const json_t *config, struct err *err)
{
    static const char *const silent[] = {"fused", "renorm_clipping", "renorm_momentum", NULL};
    static const char *const warned[] = {"beta_regularizer", "gamma_regularizer", "beta_constraint",
                                         "gamma_constraint", NULL};
    struct batchnorm *b = mem_zalloc(1, sizeof *b);
    struct options o;
    l->priv = b;
    l->inplace = l->needs_x = true;
    opt_begin(&o, l, config, err);
    b->axis = read_axis(&o);
    b->momentum = opt_float(&o, "momentum", 0.99f);
    b->epsilon = opt_float(&o, "epsilon", 1e-3f);
    b->center = opt_bool(&o, "center", true);
    b->scale = opt_bool(&o, "scale", true);
    b->beta = initial_read(&o, "beta_initializer", "zeros");
    b->gamma = initial_read(&o, "gamma_initializer", "ones");
    b->mean = initial_read(&o, "moving_mean_initializer", "zeros");
    b->variance = initial_read(&o, "moving_variance_initializer", "ones");
    opt_only(&o, "renorm", false);
    opt_only(&o, "synchronized", false);
    opt_only(&o, "virtual_batch_size", 0);
    opt_ignore(&o, silent);
    opt_warn(&o, warned);
    if (b->epsilon < 0 || b->momentum < 0 || b->momentum > 1)
        opt_fail(&o, b->epsilon < 0 ? "epsilon" : "momentum", "is out of range; supported: 0 to 1");
    return opt_end(&o);
}

static int batchnorm_shape(struct layer *l, struct err *err)
{
    struct batchnorm *b = l->priv;
    size_t c = (size_t)l->in[0].c;
    l->out = l->in[0];
    if (b->axis == 1 && l->out.h * l->out.w != 1)
        return err_set(err,
                       "layer \"%s\" (BatchNormalization): option \"axis\" is 1 and the input is "
                       "(%d,%d,%d); supported: -1",
                       l->name, l->out.h, l->out.w, l->out.c);
    if (b->scale)
        params_add(l, "gamma", 1, &l->out.c);
    if (b->center)
        params_add(l, "beta", 1, &l->out.c);
    params_add(l, "moving_mean", 1, &l->out.c);
    params_add(l, "moving_variance", 1, &l->out.c);
    b->p_gamma = params_find(l, "gamma");
    b->p_beta = params_find(l, "beta");
    b->p_mean = params_find(l, "moving_mean");
    b->p_variance = params_find(l, "moving_variance");
    b->p_mean->trainable = b->p_variance->trainable = false;
    l->saved_fixed = (c + 1) / 2 * 2 * 7 + LAYER_SLICES * 2 * c * (sizeof(double) / sizeof(float));
    return 0;
}

static void batchnorm_init(struct layer *l, struct rng *rng)
{
    struct batchnorm *b = l->priv;
    if (b->p_gamma != NULL)
        initial_set(&b->gamma, b->p_gamma, rng);
    if (b->p_beta != NULL)
        initial_set(&b->beta, b->p_beta, rng);
    initial_set(&b->mean, b->p_mean, rng);
    initial_set(&b->variance, b->p_variance, rng);
}

static void sums_slice(const struct call *c, const struct slice *s)
{
    const struct shape *out = &c->l->out;
    size_t channels = (size_t)out->c;
    size_t rows = (size_t)s->n * (size_t)out->h * (size_t)out->w;
    struct batch_stats st = stats_of(c->l, c->run);
    double *sum = st.sum + (size_t)s->part * 2 * channels;
    const float *x = call_x(c, 0, s->first);
    struct channel_map map = map_of(c->l, &st);
    if (c->dy == NULL) /* the batch's first pixel is the shift */
        channels_moments(x, c->x[0], rows, channels, sum);
    else
        channels_products(&map, x, call_dy(c, s->first), st.mean, rows, channels, sum);
}

/* Both sums of channel i over all slices. */
static void total(const struct batch_stats *st, int parts, size_t c, size_t i, double *s, double *q)
{
    *s = *q = 0;
    for (int p = 0; p < parts; p++) {
        *s += st->sum[(size_t)p * 2 * c + i];
        *q += st->sum[(size_t)p * 2 * c + c + i];
    }
}

/* y = a x + d, by the given mean and 1 / deviation. */
static void set_affine(const struct batchnorm *b, size_t i, float mean, float inverse, float *a,
                       float *d)
{
    *a = inverse * (b->p_gamma != NULL ? b->p_gamma->w[i] : 1);
    *d = (b->p_beta != NULL ? b->p_beta->w[i] : 0) - mean * *a;
}

static void batchnorm_affine(const struct layer *l, float *scale, float *shift)
{
    const struct batchnorm *b = l->priv;
    for (size_t i = 0; i < (size_t)l->out.c; i++)
        set_affine(b, i, b->p_mean->w[i], 1 / sqrtf(b->p_variance->w[i] + b->epsilon), &scale[i],
                   &shift[i]);
}

/*
 * Mean and variance of the batch, by sums of x - shift: subtracting a value near the mean first
 * keeps the difference of squares exact enough (Chan, Golub and LeVeque 1983).
 */
static void batch_moments(struct call *c, struct batch_stats *st)
{
    const struct batchnorm *b = c->l->priv;
    size_t channels = (size_t)c->l->out.c;
    double n = (double)c->run->batch * c->l->out.h * c->l->out.w;
    int parts = call_slices(c, shape_size(&c->l->out), sums_slice);
    for (size_t i = 0; i < channels; i++) {
        double s, q;
        total(st, parts, channels, i, &s, &q);
        double mean = s / n, variance = fmax(q / n - mean * mean, 0);
        mean += (double)c->x[0][i];
        float keep = b->momentum;
        b->p_mean->w[i] = keep * b->p_mean->w[i] + (1 - keep) * (float)mean;
        b->p_variance->w[i] = keep * b->p_variance->w[i] + (1 - keep) * (float)variance;
        st->mean[i] = (float)mean;
        st->inverse[i] = (float)(1 / sqrt(variance + (double)b->epsilon));
        set_affine(b, i, st->mean[i], st->inverse[i], &st->a[i], &st->d[i]);
    }
}

static void forward_slice(const struct call *c, const struct slice *s)
{
    const struct shape *out = &c->l->out;
    struct batch_stats st = stats_of(c->l, c->run);
    struct channel_map map = map_of(c->l, &st);
    channels_map(&map, call_x(c, 0, s->first), call_y(c, s->first),
                 (size_t)s->n * (size_t)out->h * (size_t)out->w, (size_t)out->c);
}

static void batchnorm_forward(struct layer *l, const float *const *x, float *y,
                              struct layer_run *run)
{
    struct call c = {.l = l, .x = x, .y = y, .run = run};
    struct batch_stats st = stats_of(l, run);
    if (run->train && !l->frozen)
        batch_moments(&c, &st);
    else
        batchnorm_affine(l, st.a, st.d);
    if (!l->lazy)
        call_slices(&c, shape_size(&l->out), forward_slice);
}

static void backward_slice(const struct call *c, const struct slice *s)
{
    const struct shape *out = &c->l->out;
    struct batch_stats st = stats_of(c->l, c->run);
    struct channel_map map = map_of(c->l, &st);
    struct channel_slope slope = {st.p, st.q, st.r};
    channels_back(&map, &slope, call_x(c, 0, s->first), call_dy(c, s->first),
                  call_dx(c, 0, s->first), c->run->add[0],
                  (size_t)s->n * (size_t)out->h * (size_t)out->w, (size_t)out->c);
}

/* The gradients of gamma and beta, and dx = p dy + q x + r, which is
 * gamma inverse (dy - mean(dy) - xhat mean(dy xhat)) sorted by dy and x. */
static void batch_gradients(struct call *c, struct batch_stats *st)
{
    const struct batchnorm *b = c->l->priv;
    size_t channels = (size_t)c->l->out.c;
    double n = (double)c->run->batch * c->l->out.h * c->l->out.w;
    int parts = call_slices(c, shape_size(&c->l->out), sums_slice);
    for (size_t i = 0; i < channels; i++) {
        double s, q, inverse = (double)st->inverse[i];
        total(st, parts, channels, i, &s, &q);
        double a = inverse * (b->p_gamma != NULL ? (double)b->p_gamma->w[i] : 1);
        double slope = -a * inverse * inverse * q / n;
        st->p[i] = (float)a;
        st->q[i] = (float)slope;
        st->r[i] = (float)(-a * s / n - slope * (double)st->mean[i]);
        if (b->p_gamma != NULL)
            b->p_gamma->g[i] = (float)(q * inverse);
        if (b->p_beta != NULL)
            b->p_beta->g[i] = (float)s;
    }
}

static void batchnorm_backward(struct layer *l, const float *const *x, const float *y,
                               const float *dy, float *const *dx, struct layer_run *run)
{
    (void)y;
    assert(run->train);
    struct call c = {.l = l, .x = x, .dy = dy, .dx = dx, .run = run};
    struct batch_stats st = stats_of(l, run);
    if (!l->frozen) {
        batch_gradients(&c, &st);
    } else {
        memcpy(st.p, st.a, (size_t)l->out.c * sizeof *st.p);
        memset(st.q, 0, (size_t)l->out.c * sizeof *st.q);
        memset(st.r, 0, (size_t)l->out.c * sizeof *st.r);
    }
    if (dx[0] != NULL)
        call_slices(&c, shape_size(&l->out), backward_slice);
}

const struct layer_ops batchnorm_ops = {
    .name = "BatchNormalization",
    .config = batchnorm_config,
    .shape = batchnorm_shape,
    .init = batchnorm_init,
    .forward = batchnorm_forward,
    .backward = batchnorm_backward,
    .affine = batchnorm_affine,
    .map = batchnorm_map,
};
