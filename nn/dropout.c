/*
 * dropout: Dropout, which in training zeroes a share of its input and scales up the rest, and
 * SpatialDropout2D, which does so to whole channels. Each
 * image draws from its own stream of the step's seed, so slices do not matter. Trainer or analysis
 * thread; slices on pool workers.
 */
#include "nn/kinds.h"

#include <stdint.h>

#include "base/mem.h"
#include "nn/options.h"
#include "nn/slice.h"
#include "nn/vec.h"

struct dropout {
    float rate;
    bool spatial; /* one draw for a channel of an image */
};

static int read_config(struct layer *l, const json_t *config, bool spatial, struct err *err)
{
    static const char *const silent[] = {"seed", NULL};
    struct dropout *d = mem_zalloc(1, sizeof *d);
    struct options o;
    static const char *const formats[] = {"channels_last", NULL};
    l->priv = d;
    d->spatial = spatial;
    l->inplace = true;
    opt_begin(&o, l, config, err);
    opt_ignore(&o, silent);
    d->rate = opt_float(&o, "rate", 0.5f);
    if (d->rate < 0 || d->rate >= 1)
        opt_fail(&o, "rate", "is %g; supported: from 0 to less than 1", (double)d->rate);
    if (spatial)
        opt_word(&o, "data_format", formats, 0);
    if (opt_json(&o, "noise_shape") != NULL)
        opt_fail(&o, "noise_shape", "is set; supported: null");
    return opt_end(&o);
}

static int dropout_config(struct layer *l, const json_t *config, struct err *err)
{
    return read_config(l, config, false, err);
}

static int spatial_config(struct layer *l, const json_t *config, struct err *err)
{
    return read_config(l, config, true, err);
}

/* Numbers of an image that one mask covers: all, or those of a pixel. */
static size_t mask_size(const struct layer *l)
{
    const struct dropout *d = l->priv;
    return d->spatial ? (size_t)l->out.c : shape_size(&l->out);
}

static int dropout_shape(struct layer *l, struct err *err)
{
    (void)err;
    l->out = l->in[0];
    l->saved = (mask_size(l) + 3) / 4; /* the mask: a byte per number */
    return 0;
}

static uint8_t *mask_of(const struct call *c, int image)
{
    return (uint8_t *)(c->run->saved + (size_t)image * c->l->saved);
}

/* Each draw of 32 bits decides two numbers. */
static void draw_mask(uint8_t *mask, size_t n, float rate, uint64_t seed, int image)
{
    struct rng rng;
    uint32_t limit = (uint32_t)(rate * 65536.0f);
    rng_seed(&rng, seed, (uint64_t)image);
    for (size_t i = 0; i < n; i += 2) {
        uint32_t bits = rng_u32(&rng);
        mask[i] = (bits & 0xffff) >= limit;
        if (i + 1 < n)
            mask[i + 1] = bits >> 16 >= limit;
    }
}

VEC static void apply_mask(const uint8_t *mask, const float *x, float *y, float scale, bool add,
                           size_t n)
{
    if (add) {
#pragma GCC ivdep
        for (size_t i = 0; i < n; i++)
            y[i] += mask[i] ? x[i] * scale : 0;
    } else {
#pragma GCC ivdep
        for (size_t i = 0; i < n; i++)
            y[i] = mask[i] ? x[i] * scale : 0;
    }
}

static void forward_slice(const struct call *c, const struct slice *s)
{
    const struct dropout *d = c->l->priv;
    size_t n = mask_size(c->l);
    for (int i = s->first; i < s->first + s->n; i++) {
        draw_mask(mask_of(c, i), n, d->rate, c->run->seed, i);
        for (size_t at = 0; at < shape_size(&c->l->out); at += n)
            apply_mask(mask_of(c, i), call_x(c, 0, i) + at, call_y(c, i) + at, 1 / (1 - d->rate),
                       false, n);
    }
}

static void dropout_forward(struct layer *l, const float *const *x, float *y, struct layer_run *run)
{
    const struct dropout *d = l->priv;
    size_t n = shape_size(&l->out);
    struct call c = {.l = l, .x = x, .y = y, .run = run};
    if (run->train && d->rate > 0)
        call_slices(&c, n, forward_slice);
    else
        vec_pass(y, x[0], false, (size_t)run->batch * n);
}

static void backward_slice(const struct call *c, const struct slice *s)
{
    const struct dropout *d = c->l->priv;
    size_t n = mask_size(c->l);
    for (int i = s->first; i < s->first + s->n; i++)
        for (size_t at = 0; at < shape_size(&c->l->out); at += n)
            apply_mask(mask_of(c, i), call_dy(c, i) + at, call_dx(c, 0, i) + at, 1 / (1 - d->rate),
                       c->run->add[0], n);
}

static void dropout_backward(struct layer *l, const float *const *x, const float *y,
                             const float *dy, float *const *dx, struct layer_run *run)
{
    (void)y;
    const struct dropout *d = l->priv;
    size_t n = shape_size(&l->out);
    struct call c = {.l = l, .x = x, .dy = dy, .dx = dx, .run = run};
    if (dx[0] == NULL)
        return;
    if (run->train && d->rate > 0)
        call_slices(&c, n, backward_slice);
    else
        vec_pass(dx[0], dy, run->add[0], (size_t)run->batch * n);
}

const struct layer_ops dropout_ops = {
    .name = "Dropout",
    .config = dropout_config,
    .shape = dropout_shape,
    .forward = dropout_forward,
    .backward = dropout_backward,
};

const struct layer_ops spatial_dropout_ops = {
    .name = "SpatialDropout2D",
    .config = spatial_config,
    .shape = dropout_shape,
    .forward = dropout_forward,
    .backward = dropout_backward,
};
