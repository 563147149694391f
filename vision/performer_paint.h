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
    float r[ROW_MAX], g[ROW_MAX], b[ROW_MAX];
    float skin[ROW_MAX];            /* how much of the pixel the face covers */
    float hx[ROW_MAX], hy[ROW_MAX]; /* slope of the skin */
};

/* The pixels of the row that may lie in the upright rectangle (face units): [*from, *to). */
static inline void row_clip(const struct row *w, float x0, float y0, float x1, float y1, int *from,
                            int *to)
{
    float lo = 0, hi = (float)w->n;
    const float start[2] = {w->u, w->v}, step[2] = {w->du, w->dv};
    const float low[2] = {x0, y0}, high[2] = {x1, y1};
    for (int k = 0; k < 2; k++) {
        if (step[k] > -1e-9f && step[k] < 1e-9f) {
            if (start[k] < low[k] || start[k] > high[k])
                hi = -1;
            continue;
        }
        float a = (low[k] - start[k]) / step[k], b = (high[k] - start[k]) / step[k];
        lo = lo > (a < b ? a : b) ? lo : (a < b ? a : b);
        hi = hi < (a < b ? b : a) ? hi : (a < b ? b : a);
    }
    *from = (int)lo;
    *to = hi < lo ? *from : (int)hi + 1 > w->n ? w->n : (int)hi + 1;
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
