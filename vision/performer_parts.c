/* performer_parts: eyes, mouth and lines, painted over a row of skin. See performer_paint.h. */
#include <math.h>

#include "vision/performer_paint.h"

/* ---- eyes ------------------------------------------------------------------------------------ */

static void paint_eye_pixel(const struct face *f, const struct eye *e, struct row *w, int i,
                            float x, float y)
{
    float s = (x - e->x) / e->half, arc = 1 - s * s, aa = w->scale;
    float mid = e->y + e->tilt * (x - e->x);
    float from_up = y - (mid - e->up * arc), from_low = (mid + e->low * arc) - y;
    float inside = clamp01(.5f + aa * least(from_up, from_low));
    if (inside <= 0)
        return;
    float lit = .72f + .28f * clamp01(from_up / .07f); /* the lid throws a shadow */
    lit *= 1 - .18f * s * s;
    blend(w, i, 232 * lit, 226 * lit, 222 * lit, inside);
    float dx = x - e->iris_x, dy = y - e->iris_y, d = sqrtf(dx * dx + dy * dy);
    float disc = clamp01(.5f + aa * (e->iris - d));
    if (disc <= 0)
        return;
    const float *c = f->look.iris;
    float ring = d > .8f * e->iris ? .55f : .8f + .5f * d / e->iris;
    ring *= lit;
    blend(w, i, c[0] * ring, c[1] * ring, c[2] * ring, disc * inside);
    blend(w, i, 14, 12, 12, clamp01(.5f + aa * (.42f * e->iris - d)) * inside);
    dx += .030f;
    dy += .034f;
    float glint = clamp01(.5f + aa * (.022f - sqrtf(dx * dx + dy * dy)));
    blend(w, i, 250, 250, 250, glint * inside);
}

void paint_eye(const struct face *f, const struct eye *e, struct row *w)
{
    int from, to;
    float lean = fabsf(e->tilt) * e->half + .02f;
    row_clip(w, e->x - e->half, e->y - most(e->up, 0) - lean, e->x + e->half, e->y + e->low + lean,
             &from, &to);
    for (int i = from; i < to; i++)
        paint_eye_pixel(f, e, w, i, w->u + (float)i * w->du, w->v + (float)i * w->dv);
}

/* ---- mouth ----------------------------------------------------------------------------------- */

/* Teeth, tongue and the dark between the two, for a point `down` below the upper lip's edge. */
static void paint_cavity(const struct mouth *m, struct row *w, int i, float x, float down, float up,
                         float alpha)
{
    float s = x / m->half, aa = w->scale;
    blend(w, i, 58, 24, 24, alpha);
    float tongue = clamp01((.16f - up) / .08f) * clamp01(1 - 2.2f * s * s);
    blend(w, i, 150, 76, 74, tongue * alpha * .8f);
    float gap = fabsf(x * 11 - floorf(x * 11 + .5f)); /* 0 between two teeth */
    float white = (.74f + .26f * clamp01(gap * 8)) * (1 - .45f * s * s);
    float upper = clamp01(.5f + aa * (m->teeth * (1 - .5f * s * s) - down));
    blend(w, i, 240 * white, 234 * white, 220 * white, upper * alpha * (m->teeth > .01f));
    float lower = clamp01(.5f + aa * (m->teeth_low * (1 - .6f * s * s) - up));
    blend(w, i, 215 * white, 208 * white, 196 * white, lower * alpha * (m->teeth_low > .01f));
}

static void paint_mouth_pixel(const struct face *f, struct row *w, int i, float x, float y)
{
    const struct mouth *m = &f->mouth;
    const float *skin = f->look.skin;
    float s = x / m->half, s2 = s * s, aa = w->scale;
    float arc = 1 - s2, lens = arc > 0 ? arc : 0, oval = sqrtf(lens);
    float swell = lens + (oval - lens) * m->round;
    float line = m->y + m->corner * s2;
    float in_up = line - m->open_up * swell, in_low = line + m->open * swell;
    float bow = lens * (1 + .22f * s2 * 4 * (1 - s2)) - .16f * expf(-s2 * 60) * lens;
    float out_up = in_up - m->lip_up * bow,
          out_low = in_low + m->lip_low * oval * (.6f + .4f * lens);
    float lips = clamp01(.5f + aa * .8f * least(y - out_up, out_low - y));
    if (lips <= 0 || arc <= 0)
        return;
    lips *= clamp01(arc * 6);
    float full = y < line ? .66f : .86f; /* the upper lip lies in its own shadow */
    float shine = y > in_low ? 1 - 2 * fabsf((y - in_low) / (m->lip_low + .001f) - .4f) : 0;
    full += .14f * clamp01(shine) * lens;
    blend(w, i, skin[0] * full * .86f, skin[1] * full * .58f, skin[2] * full * .60f, lips * .9f);
    float open = clamp01(.5f + aa * least(y - in_up, in_low - y));
    float gap = (m->open_up + m->open) * swell;
    if (gap > .02f)
        paint_cavity(m, w, i, x, y - in_up, in_low - y, open);
    float seam = clamp01(1 - fabsf(y - (gap > .02f ? in_up : line)) / (.018f + .5f / aa));
    blend(w, i, 70, 34, 34, seam * .8f);
}

void paint_mouth(const struct face *f, struct row *w)
{
    int from, to;
    const struct mouth *m = &f->mouth;
    float up = most(0, -m->corner) + m->open_up + m->lip_up * 1.3f + .03f;
    float low = most(0, m->corner) + m->open + m->lip_low * 1.1f + .03f;
    row_clip(w, m->x - m->half, m->y - up, m->x + m->half, m->y + low, &from, &to);
    for (int i = from; i < to; i++)
        paint_mouth_pixel(f, w, i, w->u + (float)i * w->du - m->x, w->v + (float)i * w->dv);
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* How deep (x, y) lies inside the line (below 0: outside): half its width there less the distance.
 */
static float stroke_depth(const struct stroke *s, float x, float y)
{
    float best = -1e9f;
    for (int k = 0; k + 1 < s->points; k++) {
        float ex = s->x[k + 1] - s->x[k], ey = s->y[k + 1] - s->y[k];
        float px = x - s->x[k], py = y - s->y[k];
        float t = clamp01((px * ex + py * ey) / (ex * ex + ey * ey + 1e-9f));
        float dx = px - t * ex, dy = py - t * ey;
        float half = s->half[k] + t * (s->half[k + 1] - s->half[k]);
        best = most(best, half - sqrtf(dx * dx + dy * dy));
    }
    return best;
}

void paint_stroke(const struct stroke *s, struct row *w)
{
    float soft = most(s->soft, .6f / w->scale);
    int from, to;
    row_clip(w, s->x0 - soft, s->y0 - soft, s->x1 + soft, s->y1 + soft, &from, &to);
    for (int i = from; i < to; i++) {
        float depth = stroke_depth(s, w->u + (float)i * w->du, w->v + (float)i * w->dv);
        float cover = clamp01(.5f + .5f * depth / soft);
        cover = cover * cover * (3 - 2 * cover);
        blend(w, i, s->rgb[0], s->rgb[1], s->rgb[2], cover * s->alpha);
    }
}
