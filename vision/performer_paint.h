/*
 * performer_paint: a stretch of one row of pixels, which the painters of performer_paint.c and
 * performer_parts.c go over in turn. Private to performer*.c.
 */
#ifndef VISION_PERFORMER_PAINT_H
#define VISION_PERFORMER_PAINT_H

#include "vision/performer_face.h"

#define ROW_MAX 256

struct row {
    int n;              /* pixels */
    int x, y;           /* of its first pixel */
    float u, v, du, dv; /* its first pixel in face units, and the step to the next */
    float scale;        /* pixels per face unit */
    float lo[2], hi[2]; /* what the row spans of u and of v */
    float r[ROW_MAX], g[ROW_MAX], b[ROW_MAX];
    float skin[ROW_MAX];            /* how much of the pixel the face covers */
    float hx[ROW_MAX], hy[ROW_MAX]; /* slope of the skin */
};

/* Sets the start of a row of n pixels, and what it spans. */
static inline void row_start(struct row *w, float u, float v)
{
    float n = (float)w->n, u1 = u + n * w->du, v1 = v + n * w->dv;
    w->u = u;
    w->v = v;
    w->lo[0] = u < u1 ? u : u1;
    w->hi[0] = u < u1 ? u1 : u;
    w->lo[1] = v < v1 ? v : v1;
    w->hi[1] = v < v1 ? v1 : v;
}

/* The pixels of the row that may lie in the upright rectangle (face units): [*from, *to). */
static inline void row_clip(const struct row *w, float x0, float y0, float x1, float y1, int *from,
                            int *to)
{
    *from = *to = 0;
    if (x1 < w->lo[0] || x0 > w->hi[0] || y1 < w->lo[1] || y0 > w->hi[1])
        return;
    float lo = 0, hi = (float)w->n;
    const float start[2] = {w->u, w->v}, step[2] = {w->du, w->dv};
    const float low[2] = {x0, y0}, high[2] = {x1, y1};
    for (int k = 0; k < 2; k++) {
        if (step[k] > -1e-7f && step[k] < 1e-7f)
            continue; /* all of the row lies between, or it would have been turned away above */
        float a = (low[k] - start[k]) / step[k], b = (high[k] - start[k]) / step[k];
        float near = a < b ? a : b, far = a < b ? b : a;
        lo = near > lo ? near : lo;
        hi = far < hi ? far : hi;
    }
    if (hi < lo)
        return;
    *from = (int)lo;
    *to = (int)hi + 1 > w->n ? w->n : (int)hi + 1;
}

static inline float least(float a, float b) /* fminf is a call, for NaN's sake */
{
    return a < b ? a : b;
}

static inline float most(float a, float b)
{
    return a > b ? a : b;
}

static inline float clamp01(float x)
{
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

static inline void blend(struct row *w, int i, float r, float g, float b, float alpha)
{
    w->r[i] += (r - w->r[i]) * alpha;
    w->g[i] += (g - w->g[i]) * alpha;
    w->b[i] += (b - w->b[i]) * alpha;
}

void paint_eye(const struct face *f, const struct eye *e, struct row *w);
void paint_mouth(const struct face *f, struct row *w);
void paint_stroke(const struct stroke *s, struct row *w);

#endif
