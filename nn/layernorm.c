/*
 * layernorm: LayerNormalization (Ba, Kiros and Hinton 2016) over the channels of each pixel (axis
 * -1) or over each whole image (axis [1,2,3]). Trainer or analysis thread; slices on pool workers.
 */
#include "nn/kinds.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "nn/initial.h"
#include "nn/options.h"
#include "nn/params.h"
#include "nn/slice.h"
#include "nn/vec.h"

struct layernorm {
    float epsilon;
    bool center, scale, whole; /* whole: over height and width too */
    struct initial gamma, beta;
    struct param *p_gamma, *p_beta; /* NULL: none; point into the layer */
    size_t len;                     /* numbers that are normalised together */
};

/* Sorts out which axes; counted from the end, -3 to -1, or from the batch's 0. */
static void read_axis(struct options *o, struct layernorm *n)
{
    const json_t *axis = opt_json(o, "axis");
    size_t count = json_is_array(axis) ? json_array_size(axis) : 1;
    unsigned seen = 0;
    for (size_t i = 0; axis != NULL && i < count; i++) {
        const json_t *v = json_is_array(axis) ? json_array_get(axis, i) : axis;
        json_int_t a = json_integer_value(v);
        if (json_is_integer(v) && a >= -3 && a <= 3 && a != 0)
            seen |= 1u << (a < 0 ? a + 4 : a);
        else
            seen |= 1;
    }
    n->whole = count == 3 && seen == 14;
    /* a flat vector's only axis is called 1 */
    if (axis != NULL && !n->whole && !(count == 1 && (seen == 8 || seen == 2)))
        opt_fail(o, "axis", "is not supported; supported: -1, [1, 2, 3]");
}

static int layernorm_config(struct layer *l, const json_t *config, struct err *err)
{
    static const char *const warned[] = {"beta_regularizer", "gamma_regularizer", "beta_constraint",
                                         "gamma_constraint", NULL};
    struct layernorm *n = mem_zalloc(1, sizeof *n);
    struct options o;
    l->priv = n;
    l->needs_x = l->inplace = true;
    opt_begin(&o, l, config, err);
    read_axis(&o, n);
    n->epsilon = opt_float(&o, "epsilon", 1e-3f);
    n->center = opt_bool(&o, "center", true);
    n->scale = opt_bool(&o, "scale", true);
    n->beta = initial_read(&o, "beta_initializer", "zeros");
    n->gamma = initial_read(&o, "gamma_initializer", "ones");
    opt_only(&o, "rms_scaling", false);
    opt_warn(&o, warned);
    return opt_end(&o);
}

static int layernorm_shape(struct layer *l, struct err *err)
{
    (void)err;
    struct layernorm *n = l->priv;
    l->out = l->in[0];
    int whole[3] = {l->out.h, l->out.w, l->out.c};
    const int *dim = n->whole ? whole : &l->out.c;
    n->len = n->whole ? shape_size(&l->out) : (size_t)l->out.c;
    if (n->scale)
        params_add(l, "gamma", n->whole ? 3 : 1, dim);
    if (n->center)
        params_add(l, "beta", n->whole ? 3 : 1, dim);
    n->p_gamma = params_find(l, "gamma");
    n->p_beta = params_find(l, "beta");
    l->saved = 2 * shape_size(&l->out) / n->len; /* mean and 1 / deviation of each group */
    l->partial = LAYER_SLICES * params_trainable(l);
    return 0;
}

static void layernorm_init(struct layer *l, struct rng *rng)
{
    struct layernorm *n = l->priv;
    if (n->p_gamma != NULL)
        initial_set(&n->gamma, n->p_gamma, rng);
    if (n->p_beta != NULL)
        initial_set(&n->beta, n->p_beta, rng);
}

static void forward_group(const struct layernorm *n, const float *x, float *y, float *saved)
{
    double sum = 0, square = 0;
    for (size_t i = 0; i < n->len; i++)
        sum += (double)x[i];
    double mean = sum / (double)n->len;
    for (size_t i = 0; i < n->len; i++)
        square += ((double)x[i] - mean) * ((double)x[i] - mean);
    float inverse = (float)(1 / sqrt(square / (double)n->len + (double)n->epsilon));
    saved[0] = (float)mean;
    saved[1] = inverse;
    for (size_t i = 0; i < n->len; i++) {
        float v = (x[i] - (float)mean) * inverse;
        v *= n->p_gamma != NULL ? n->p_gamma->w[i] : 1;
        y[i] = v + (n->p_beta != NULL ? n->p_beta->w[i] : 0);
    }
}

static void forward_slice(const struct call *c, const struct slice *s)
{
    const struct layernorm *n = c->l->priv;
    size_t groups = (size_t)s->n * shape_size(&c->l->out) / n->len;
    const float *x = call_x(c, 0, s->first);
    float *y = call_y(c, s->first), *saved = c->run->saved + (size_t)s->first * c->l->saved;
    for (size_t g = 0; g < groups; g++)
        forward_group(n, x + g * n->len, y + g * n->len, saved + 2 * g);
}

static void layernorm_forward(struct layer *l, const float *const *x, float *y,
                              struct layer_run *run)
{
    struct call c = {.l = l, .x = x, .y = y, .run = run};
    call_slices(&c, shape_size(&l->out), forward_slice);
}

/* With t = dy gamma: dx = inverse (t - mean(t) - xhat mean(t xhat)). */
static void backward_group(const struct layernorm *n, const float *x, const float *dy,
                           const float *saved, float *dx, bool add)
{
    const float *gamma = n->p_gamma != NULL ? n->p_gamma->w : NULL;
    double sum = 0, dot = 0;
    for (size_t i = 0; i < n->len; i++) {
        float t = dy[i] * (gamma != NULL ? gamma[i] : 1);
        sum += (double)t;
        dot += (double)(t * (x[i] - saved[0]) * saved[1]);
    }
    float mean = (float)(sum / (double)n->len), slope = (float)(dot / (double)n->len);
    for (size_t i = 0; i < n->len; i++) {
        float t = dy[i] * (gamma != NULL ? gamma[i] : 1);
        float v = saved[1] * (t - mean - (x[i] - saved[0]) * saved[1] * slope);
        dx[i] = v + (add ? dx[i] : 0);
    }
}

/* Adds a group's part to the gradients of gamma and beta. */
static void param_gradients(const struct layernorm *n, const float *x, const float *dy,
                            const float *saved, float *g_gamma, float *g_beta)
{
    for (size_t i = 0; g_gamma != NULL && i < n->len; i++)
        g_gamma[i] += dy[i] * (x[i] - saved[0]) * saved[1];
    for (size_t i = 0; g_beta != NULL && i < n->len; i++)
        g_beta[i] += dy[i];
}

static void backward_slice(const struct call *c, const struct slice *s)
{
    const struct layernorm *n = c->l->priv;
    size_t groups = (size_t)s->n * shape_size(&c->l->out) / n->len, wide = params_trainable(c->l);
    const float *x = call_x(c, 0, s->first), *dy = call_dy(c, s->first);
    const float *saved = c->run->saved + (size_t)s->first * c->l->saved;
    float *sums = c->run->partial + (size_t)s->part * wide;
    float *g_gamma = wide > 0 && n->p_gamma != NULL ? sums : NULL;
    float *g_beta = wide > 0 && n->p_beta != NULL ? sums + (g_gamma != NULL ? n->len : 0) : NULL;
    if (wide > 0)
        memset(sums, 0, wide * sizeof *sums);
    for (size_t g = 0; g < groups; g++) {
        size_t at = g * n->len;
        param_gradients(n, x + at, dy + at, saved + 2 * g, g_gamma, g_beta);
        if (c->dx[0] != NULL)
            backward_group(n, x + at, dy + at, saved + 2 * g, call_dx(c, 0, s->first) + at,
                           c->run->add[0]);
    }
}

static void layernorm_backward(struct layer *l, const float *const *x, const float *y,
                               const float *dy, float *const *dx, struct layer_run *run)
{
    (void)y;
    struct call c = {.l = l, .x = x, .dy = dy, .dx = dx, .run = run};
    int parts = call_slices(&c, shape_size(&l->out), backward_slice);
    params_reduce(l, run, parts);
}

const struct layer_ops layernorm_ops = {
    .name = "LayerNormalization",
    .config = layernorm_config,
    .shape = layernorm_shape,
    .init = layernorm_init,
    .forward = layernorm_forward,
    .backward = layernorm_backward,
};
