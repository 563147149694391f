/* optimizer: see optimizer.h. */
#include "nn/optimizer.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define ADAM_B1 0.9f
#define ADAM_B2 0.999f
#define ADAM_EPS 1e-7f

struct optimizer *optimizer_new(const struct train_opts *opts, const struct graph *g)
{
    struct optimizer *o = mem_zalloc(1, sizeof *o);
    o->kind = opts->optimizer;
    o->nesterov = opts->nesterov;
    o->clip_norm = (float)opts->clip_norm;
    o->momentum = (float)opts->momentum;
    o->decay = (float)opts->weight_decay;
    o->ema_decay = (float)opts->ema;
    o->trainable = g->trainable;
    o->params = g->params;
    o->m = mem_aligned(g->trainable, sizeof(float));
    if (o->kind != TRAIN_SGD)
        o->v = mem_aligned(g->trainable, sizeof(float));
    if (o->ema_decay > 0.0f) {
        o->ema = mem_aligned(g->params, sizeof(float));
        memcpy(o->ema, g->param, g->params * sizeof(float));
    }
    return o;
}

void optimizer_free(struct optimizer *o)
{
    if (o == NULL)
        return;
    free(o->m);
    free(o->v);
    free(o->ema);
    free(o);
}

static void sgd_step(const struct optimizer *o, float *w, const float *g, size_t at, size_t n,
                     float lr, float decay)
{
    float *m = o->m + at;
    for (size_t i = 0; i < n; i++) {
        float d = g[i] + decay * w[i];
        m[i] = o->momentum * m[i] + d;
        w[i] -= lr * (o->nesterov ? d + o->momentum * m[i] : m[i]);
    }
}

static void adam_step(const struct optimizer *o, float *w, const float *g, size_t at, size_t n,
                      float lr, float decay)
{
    float *m = o->m + at, *v = o->v + at;
    float unbias_m = (float)(1.0 / (1.0 - pow((double)ADAM_B1, (double)o->steps)));
    float unbias_v = (float)(1.0 / (1.0 - pow((double)ADAM_B2, (double)o->steps)));
    float coupled = o->kind == TRAIN_ADAM ? decay : 0.0f, apart = decay - coupled;
    for (size_t i = 0; i < n; i++) {
        float d = g[i] + coupled * w[i];
        m[i] += (1.0f - ADAM_B1) * (d - m[i]);
        v[i] += (1.0f - ADAM_B2) * (d * d - v[i]);
        float step = m[i] * unbias_m / (sqrtf(v[i] * unbias_v) + ADAM_EPS);
        w[i] -= lr * (step + apart * w[i]);
    }
}

static void ema_step(struct optimizer *o, const struct graph *g)
{
    float t = (float)o->steps, warm = (1.0f + t) / (10.0f + t);
    float rest = 1.0f - (warm < o->ema_decay ? warm : o->ema_decay);
    for (size_t i = 0; i < o->params; i++)
        o->ema[i] += rest * (g->param[i] - o->ema[i]);
}

/* Summed in a fixed order by one thread: the same bits whatever the pool. */
static void clip(const struct optimizer *o, float *grad)
{
    double sum = 0.0;
    for (size_t i = 0; i < o->trainable; i++)
        sum += (double)grad[i] * (double)grad[i];
    double norm = sqrt(sum);
    if (norm <= (double)o->clip_norm)
        return;
    float scale = (float)((double)o->clip_norm / norm);
    for (size_t i = 0; i < o->trainable; i++)
        grad[i] *= scale;
}

void optimizer_step(struct optimizer *o, struct graph *g, double lr)
{
    assert(o->trainable == g->trainable && o->params == g->params && g->grad != NULL);
    o->steps++;
    if (o->clip_norm > 0.0f)
        clip(o, g->grad);
    for (int i = 0; i < g->layers; i++) {
        for (int j = 0; j < g->layer[i].params; j++) {
            struct param *p = &g->layer[i].param[j];
            if (!p->trainable)
                continue;
            size_t at = (size_t)(p->w - g->param);
            float decay = p->decay ? o->decay : 0.0f;
            if (o->kind == TRAIN_SGD)
                sgd_step(o, p->w, p->g, at, p->size, (float)lr, decay);
            else
                adam_step(o, p->w, p->g, at, p->size, (float)lr, decay);
        }
    }
    if (o->ema != NULL)
        ema_step(o, g);
}

void optimizer_swap_ema(struct optimizer *o, struct graph *g)
{
    for (size_t i = 0; o->ema != NULL && i < o->params; i++) {
        float w = g->param[i];
        g->param[i] = o->ema[i];
        o->ema[i] = w;
    }
}
