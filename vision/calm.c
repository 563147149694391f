/* calm: see calm.h. */
#include "vision/calm.h"

#include <math.h>
#include <string.h>

#define GAP_S 0.5      /* answers that are further apart than this count as this much looking */
#define LEAST 0.005f   /* probabilities below say nothing about a person */
#define RESTING 0.7f   /* what a neutral look shall read as; the other classes share the rest */
#define SHIFT_MAX 3.0f /* in log p: a face is never explained away altogether */

void calm_init(struct calm *c)
{
    memset(c, 0, sizeof *c);
    c->time = -1;
}

void calm_baseline(struct calm *c, const struct calm_how *how, bool on)
{
    c->baseline = on && how->neutral >= 0 ? SCENE_BASELINE_LOOKING : SCENE_BASELINE_NONE;
    c->looking = 0;
    memset(c->shift, 0, sizeof c->shift);
}

/* From the sum of log p over the time of looking to the shift. */
static void take_baseline(struct calm *c, const struct calm_how *how)
{
    float rest = (1 - RESTING) / (float)(how->classes - 1);
    for (int k = 0; k < how->classes; k++) {
        float want = logf(k == how->neutral ? RESTING : rest);
        float shift = want - c->shift[k] / (float)c->looking;
        c->shift[k] = fminf(fmaxf(shift, -SHIFT_MAX), SHIFT_MAX);
    }
    c->baseline = SCENE_BASELINE_ON;
}

static void look(struct calm *c, const struct calm_how *how, const float *raw, double dt)
{
    if (dt <= 0)
        return;
    for (int k = 0; k < how->classes; k++)
        c->shift[k] += (float)dt * logf(fmaxf(raw[k], LEAST));
    c->looking += dt;
    if (c->looking >= CALM_LOOK_S)
        take_baseline(c, how);
}

static void apply_shift(const struct calm *c, int classes, float *raw)
{
    float sum = 0;
    for (int k = 0; k < classes; k++) {
        raw[k] *= expf(c->shift[k]);
        sum += raw[k];
    }
    for (int k = 0; k < classes && sum > 0; k++)
        raw[k] /= sum;
}

static void smooth(struct calm *c, const struct calm_how *how, const float *raw, double dt)
{
    float take = 1;
    if (c->time >= 0 && how->half_life_s > 0)
        take = (float)(1 - exp2(-fmax(dt, 0) / how->half_life_s));
    for (int k = 0; k < how->classes; k++)
        c->p[k] = take < 1 ? c->p[k] + take * (raw[k] - c->p[k]) : raw[k];
}

static void label(struct calm *c, const struct calm_how *how)
{
    int best = 0;
    for (int k = 1; k < how->classes; k++)
        best = c->p[k] > c->p[best] ? k : best;
    bool first = c->time < 0 || how->half_life_s <= 0;
    if (first || c->p[best] >= c->p[c->mood] + (float)how->hysteresis)
        c->mood = best;
    float enough = (float)how->sure + (first || c->sure ? 0 : CALM_BACK);
    c->sure = c->p[c->mood] >= enough;
}

void calm_feed(struct calm *c, const struct calm_how *how, const float *answer, double time)
{
    double dt = c->time < 0 ? 0 : time - c->time;
    memcpy(c->raw, answer, (size_t)how->classes * sizeof *answer);
    if (c->baseline == SCENE_BASELINE_LOOKING)
        look(c, how, answer, fmin(dt, GAP_S));
    if (c->baseline == SCENE_BASELINE_ON)
        apply_shift(c, how->classes, c->raw);
    smooth(c, how, c->raw, dt);
    label(c, how);
    c->time = time;
}
