/*
 * performer_paint: background, head and hair, row by row, from the back to the front.
 *
 * Skin is shaded as a relief: the head's own roundness and a few smooth bumps and hollows give its
 * slope, a light from above does the rest (Lambert's law with some ambient light and a gloss).
 */
#include "vision/performer_paint.h"

#include <math.h>
#include <stddef.h>

static float wave(float x) /* a triangle wave of period 1, -1 .. 1, for |x| < 1000 */
{
    float nearest = (float)(int)(x + 1000.5f) - 1000; /* a cast, as floorf is a call */
    return 4 * fabsf(x - nearest) - 1;
}

/* ---- behind the head ------------------------------------------------------------------------- */

static void paint_wall(const struct face *f, struct row *w, int width, int height)
{
    const float *c = f->look.wall;
    float down = (float)w->y / (float)height, step = 1 / (float)width;
    float lit = 1.08f - .20f * down + .01f * wave(down * 5.7f) - .125f * f->look.light;
    float bend = .2f * wave(down * 2.3f);
    for (int i = 0; i < w->n; i++) {
        float across = (float)(w->x + i) * step;
        float here = lit + .25f * f->look.light * across + .015f * wave(across * 3.1f + bend);
        w->r[i] = c[0] * here;
        w->g[i] = c[1] * here;
        w->b[i] = c[2] * here;
        w->skin[i] = 0;
    }
}

/* How much of a pixel at (u, v) an outline covers; *half gets its width there. */
static float outline_cover(const struct outline *o, float u, float v, float scale, float *half)
{
    float at = (v - o->top) / o->step;
    if (at < 0 || at >= OUTLINE_STEPS)
        return 0;
    int i = (int)at;
    float t = at - (float)i;
    *half = o->half[i] + t * (o->half[i + 1] - o->half[i]);
    float slope = o->slope[i] + t * (o->slope[i + 1] - o->slope[i]);
    return clamp01(.5f + scale * (*half - fabsf(u)) * slope);
}

static void paint_mane(const struct face *f, struct row *w)
{
    if (f->look.long_hair <= 0)
        return;
    int from, to;
    const float *c = f->look.hair;
    row_clip(w, -1.5f, f->mane.top, 1.5f, f->mane.bottom, &from, &to);
    for (int i = from; i < to; i++) {
        float u = w->u + (float)i * w->du, v = w->v + (float)i * w->dv, half;
        float cover = outline_cover(&f->mane, u, v, w->scale, &half);
        if (cover <= 0)
            continue;
        float lit = .62f + .10f * wave(u * 9 + .3f * wave(v * 1.3f));
        blend(w, i, c[0] * lit, c[1] * lit, c[2] * lit, cover);
    }
}

/* Neck, and below it shoulders in cloth. They stay put while the head's features move. */
static void paint_body(const struct face *f, struct row *w)
{
    int from, to;
    const float *skin = f->look.skin, *cloth = f->look.cloth;
    row_clip(w, -2.45f, .9f, 2.45f, 9, &from, &to);
    for (int i = from; i < to; i++) {
        float u = w->u + (float)i * w->du, v = w->v + (float)i * w->dv, a = fabsf(u);
        float neck = clamp01(.5f + w->scale * (.58f + .25f * (v > 1.9f ? v - 1.9f : 0) - a));
        float shade = .50f + .30f * clamp01((v - f->chin - .05f) / .5f) - .25f * u * u;
        blend(w, i, skin[0] * shade, skin[1] * shade * .96f, skin[2] * shade * .94f, neck);
        float edge = 2.12f + .22f * a * a / (.3f + a) + (a < .62f ? .8f * (.62f - a) : 0);
        edge += a > 1.6f ? 1.1f * (a - 1.6f) * (a - 1.6f) : 0;
        float body =
            clamp01(.5f + w->scale * .8f * (v - edge)) * clamp01(.5f + w->scale * (2.35f - a));
        float lit =
            .95f - .12f * a + .05f * wave(u * 1.7f + v * .6f) - .3f * f->look.light * u * .3f;
        blend(w, i, cloth[0] * lit, cloth[1] * lit, cloth[2] * lit, body);
    }
}

static void paint_ears(const struct face *f, struct row *w)
{
    const float *c = f->look.skin;
    for (int side = -1; side <= 1; side += 2) {
        int from, to;
        float x = (float)side * (f->look.width + .01f);
        row_clip(w, x - .16f, -.15f, x + .16f, .62f, &from, &to);
        for (int i = from; i < to; i++) {
            float u = (w->u + (float)i * w->du - x) / .13f;
            float v = (w->v + (float)i * w->dv - .24f - .5f * f->pitch) / .34f;
            float d = 1 - u * u - v * v;
            float lit = .60f + .20f * clamp01(d) - .25f * clamp01(1 - 3 * (u * u + v * v));
            lit *= 1 + (float)side * .5f * f->look.light;
            blend(w, i, c[0] * lit, c[1] * lit * .95f, c[2] * lit * .95f,
                  clamp01(.5f + w->scale * .06f * d));
        }
    }
}

/* ---- skin ------------------------------------------------------------------------------------ */

/* Coverage and slope of the bare head; whether the row meets it at all. */
static int head_slope(const struct face *f, struct row *w, int *from, int *to)
{
    row_clip(w, -f->look.width - .02f, f->head.top, f->look.width + .02f, f->head.bottom, from, to);
    for (int i = *from; i < *to; i++) {
        float u = w->u + (float)i * w->du, v = w->v + (float)i * w->dv, half = 1;
        w->skin[i] = outline_cover(&f->head, u, v, w->scale, &half);
        float s = half > .05f ? u / half : 0, s2 = s * s, t = (v - .25f) / (f->chin - .25f);
        s2 = s2 < 1 ? s2 : 1;
        w->hx[i] = s * (.22f + .45f * s2 + 1.6f * s2 * s2 * s2);
        w->hy[i] = t > 0 ? .15f * t + .75f * t * t * t * t : .42f * t - .10f * t * t;
    }
    return *from < *to;
}

static void bend(const struct relief *k, struct row *w)
{
    const struct ellipse *e = &k->at;
    int from, to;
    float wide = fabsf(e->rx * e->cs) + fabsf(e->ry * e->sn);
    float high = fabsf(e->rx * e->sn) + fabsf(e->ry * e->cs);
    row_clip(w, e->x - wide, e->y - high, e->x + wide, e->y + high, &from, &to);
    for (int i = from; i < to; i++) {
        float x = w->u + (float)i * w->du - e->x, y = w->v + (float)i * w->dv - e->y;
        float a = (x * e->cs + y * e->sn) / e->rx, b = (y * e->cs - x * e->sn) / e->ry;
        float m = 1 - a * a - b * b; /* the bump is height * m^2, smooth at its rim */
        m = m > 0 ? 4 * k->height * m : 0;
        a *= m / e->rx;
        b *= m / e->ry;
        w->hx[i] += a * e->cs - b * e->sn;
        w->hy[i] += a * e->sn + b * e->cs;
    }
}

static void light_skin(const struct face *f, struct row *w, int from, int to)
{
    const float lx = f->look.light, ly = -.42f, lz = .85f;
    const float *c = f->look.skin;
    float gloss_x = lx * .5f, gloss_y = ly * .5f; /* half way between light and eye */
    for (int i = from; i < to; i++) {
        float hx = w->hx[i], hy = w->hy[i], n = 1 / sqrtf(1 + hx * hx + hy * hy);
        float lambert = (hx * lx + hy * ly + lz) * n;
        float half = (hx * gloss_x + hy * gloss_y + .97f) * n * .96f;
        half = half > 0 ? half * half : 0;
        half *= half;
        half *= half * half;
        half *= half;
        float lit = .30f + .78f * (lambert > 0 ? lambert : 0);
        float gloss = 22 * half;
        blend(w, i, c[0] * lit + gloss, c[1] * (lit - .01f) + gloss, c[2] * (lit - .02f) + gloss,
              w->skin[i]);
    }
}

static void darken(const struct tint *k, struct row *w)
{
    const struct ellipse *e = &k->at;
    int from, to;
    float wide = fabsf(e->rx * e->cs) + fabsf(e->ry * e->sn);
    float high = fabsf(e->rx * e->sn) + fabsf(e->ry * e->cs);
    row_clip(w, e->x - wide, e->y - high, e->x + wide, e->y + high, &from, &to);
    for (int i = from; i < to; i++) {
        float x = w->u + (float)i * w->du - e->x, y = w->v + (float)i * w->dv - e->y;
        float a = (x * e->cs + y * e->sn) / e->rx, b = (y * e->cs - x * e->sn) / e->ry;
        float m = 1 - a * a - b * b;
        m = m > 0 ? m * (2 - m) * w->skin[i] : 0;
        w->r[i] *= 1 - k->take[0] * m;
        w->g[i] *= 1 - k->take[1] * m;
        w->b[i] *= 1 - k->take[2] * m;
    }
}

static void paint_skin(const struct face *f, struct row *w)
{
    int from, to;
    if (!head_slope(f, w, &from, &to))
        return;
    for (int k = 0; k < f->reliefs; k++)
        bend(&f->relief[k], w);
    light_skin(f, w, from, to);
    for (int k = 0; k < f->tints; k++)
        darken(&f->tint[k], w);
}

/* ---- before the head ------------------------------------------------------------------------- */

static void paint_hair(const struct face *f, struct row *w)
{
    int from, to;
    const float *c = f->look.hair;
    row_clip(w, -1.3f, f->hair.top, 1.3f, f->hair.bottom, &from, &to);
    for (int i = from; i < to; i++) {
        float u = w->u + (float)i * w->du, v = w->v + (float)i * w->dv, half = 1;
        float cover = outline_cover(&f->hair, u, v, w->scale, &half);
        if (cover <= 0)
            continue;
        float s = u / f->look.width, s2 = s * s;
        float line = f->look.hairline + f->pitch * .5f + .10f * s2 + 1.0f * s2 * s2 * s2;
        line += .025f * wave(u * 3.1f + .2f) + .012f * wave(u * 7.7f + .5f * wave(u * 2.9f));
        cover *= clamp01(.5f + (line - v) / .07f);
        float top = (v + 1.25f) / .4f;
        float lit = .80f + .08f * wave(u * 9 + v * u) +
                    .06f * wave(u * 23 + .9f * v * u + .4f * v) + .55f * clamp01(1 - top * top) +
                    .4f * f->look.light * s - .25f * s2;
        blend(w, i, c[0] * lit, c[1] * lit, c[2] * lit, cover);
    }
}

static uint8_t byte(float x)
{
    x = x > 0 ? x : 0;
    return (uint8_t)(int)(x < 255 ? x : 255);
}

static uint32_t scramble(uint32_t h)
{
    h ^= h >> 15;
    h *= 0x2c1b3c6du;
    return h ^ h >> 13;
}

/* Adds a little grain, so that smooth parts do not show steps, and writes the pixels out. */
static void store(const struct face *f, const struct row *w, int width, uint8_t *rgb, uint8_t *grey)
{
    size_t at = (size_t)w->y * (size_t)width + (size_t)w->x;
    uint32_t key = scramble(f->look.grain ^ (uint32_t)w->y * 0x85ebca77u);
    for (int i = 0; i < w->n; i++) {
        uint32_t h = scramble(key + (uint32_t)(w->x + i) * 0x9e3779b1u);
        float grain = (float)(int)(h & 255) * (4 / 255.0f) - 1.5f;
        uint8_t r = byte(w->r[i] + grain), g = byte(w->g[i] + grain), b = byte(w->b[i] + grain);
        if (rgb != NULL) {
            uint8_t *out = rgb + 3 * (at + (size_t)i);
            out[0] = r;
            out[1] = g;
            out[2] = b;
        }
        if (grey != NULL) /* luma of ITU-R BT.601 */
            grey[at + (size_t)i] = (uint8_t)((77 * r + 150 * g + 29 * b + 128) >> 8);
    }
}

static void paint_row(const struct face *f, struct row *w)
{
    paint_mane(f, w);
    paint_body(f, w);
    paint_ears(f, w);
    paint_skin(f, w);
    paint_mouth(f, w);
    for (int k = 0; k < 2; k++)
        paint_eye(f, &f->eye[k], w);
    for (int k = 0; k < f->strokes; k++)
        paint_stroke(&f->stroke[k], w);
    paint_hair(f, w);
}

/* The row as this face sees it. */
static void turn_row(const struct face *f, struct row *w)
{
    float px = (float)w->x + .5f - f->x, py = (float)w->y + .5f - f->y;
    w->scale = f->scale;
    w->du = f->cs / f->scale;
    w->dv = -f->sn / f->scale;
    row_start(w, (px * f->cs + py * f->sn) / f->scale, (py * f->cs - px * f->sn) / f->scale);
}

void face_paint(const struct face *faces, int count, int width, int height, uint8_t *rgb,
                uint8_t *grey)
{
    struct row w;
    for (w.y = 0; w.y < height; w.y++) {
        for (w.x = 0; w.x < width; w.x += ROW_MAX) {
            w.n = width - w.x < ROW_MAX ? width - w.x : ROW_MAX;
            turn_row(&faces[0], &w);
            paint_wall(&faces[0], &w, width, height);
            for (int i = 0; i < count; i++) {
                turn_row(&faces[i], &w);
                paint_row(&faces[i], &w);
            }
            store(&faces[0], &w, width, rgb, grey);
        }
    }
}
