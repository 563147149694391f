/*
 * augment: see augment.h. Loader thread (through loader.c). Every random number is drawn whether it
 * is used or not, so that switching one change off leaves the others as they were.
 */
#include "nn/augment.h"

#include <math.h>

#include "base/rng.h"

/* Random streams of a key beside that of augment_image. */
#define CROP_STREAM 1
#define BLEND_STREAM 2

/* Where a pixel of the result comes from: sx = ax * x + bx * y + cx, sy likewise. */
struct warp {
    float ax, bx, cx, ay, by, cy;
};

uint64_t augment_key(uint64_t seed, int epoch, int index)
{
    uint64_t x = seed;
    uint64_t parts[2] = {(uint64_t)epoch, (uint64_t)index};
    for (int i = 0; i < 2; i++) { /* Steele, Lea, Flood 2014, "Fast splittable pseudorandom ..." */
        x += parts[i] + UINT64_C(0x9e3779b97f4a7c15);
        x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
        x ^= x >> 31;
    }
    return x;
}

static float around_zero(struct rng *r, double reach)
{
    return rng_range(r, -1.0f, 1.0f) * (float)reach;
}

/* The inverse map: about the centre, turn by -angle, divide by the scale, mirror, move back. */
static struct warp draw_warp(const struct train_opts *o, struct rng *r, int h, int w)
{
    bool flip = rng_float(r) < 0.5f && o->flip;
    float dx = around_zero(r, o->shift), dy = around_zero(r, o->shift);
    float angle = around_zero(r, o->rotate) * 0.0174532925f;
    float scale = expf(-around_zero(r, o->zoom));
    float c = cosf(angle) * scale, s = sinf(angle) * scale;
    float mx = 0.5f * (float)(w - 1), my = 0.5f * (float)(h - 1);
    float sign = flip ? -1.0f : 1.0f;
    struct warp t = {.ax = sign * c, .bx = sign * s, .ay = -s, .by = c};
    t.cx = mx - t.ax * (mx + dx) - t.bx * (my + dy);
    t.cy = my - t.ay * (mx + dx) - t.by * (my + dy);
    return t;
}

static inline float clamp(float v, float hi)
{
    v = v > 0.0f ? v : 0.0f;
    return v < hi ? v : hi;
}

static void warp_image(const struct warp *t, const uint8_t *src, int h, int w, float *dst)
{
    float right = (float)(w - 1), bottom = (float)(h - 1);
    for (int y = 0; y < h; y++) {
        float x0 = t->bx * (float)y + t->cx, y0 = t->by * (float)y + t->cy;
        for (int x = 0; x < w; x++) {
            float sx = clamp(t->ax * (float)x + x0, right);
            float sy = clamp(t->ay * (float)x + y0, bottom);
            int ix = (int)sx, iy = (int)sy;
            float fx = sx - (float)ix, fy = sy - (float)iy;
            int nx = ix + (ix < w - 1), ny = iy + (iy < h - 1);
            const uint8_t *up = src + iy * w, *low = src + ny * w;
            float a = (float)up[ix] + fx * (float)(up[nx] - up[ix]);
            float b = (float)low[ix] + fx * (float)(low[nx] - low[ix]);
            dst[y * w + x] = a + fy * (b - a);
        }
    }
}

/* Moves the picture by whole pixels, with black where it ends: a cut out of a padded one. */
static void crop_image(int reach, uint64_t key, float *x, int h, int w)
{
    struct rng r;
    rng_seed(&r, key, CROP_STREAM);
    int dy = (int)rng_below(&r, 2 * (uint32_t)reach + 1) - reach;
    int dx = (int)rng_below(&r, 2 * (uint32_t)reach + 1) - reach;
    for (int i = 0; i < h; i++) {
        int y = dy > 0 ? i : h - 1 - i; /* never over what is still to be read */
        for (int k = 0; k < w; k++) {
            int col = dx > 0 ? k : w - 1 - k, from_y = y + dy, from_x = col + dx;
            bool inside = from_y >= 0 && from_y < h && from_x >= 0 && from_x < w;
            x[y * w + col] = inside ? x[from_y * w + from_x] : 0.0f;
        }
    }
}

static float mean_of(const float *x, int n)
{
    float sum = 0.0f;
    for (int i = 0; i < n; i++)
        sum += x[i];
    return sum / (float)n;
}

static void change_light(const struct train_opts *o, struct rng *r, float *x, int n)
{
    float gain = 1.0f + around_zero(r, o->contrast);
    float lift = around_zero(r, o->brightness) * 255.0f;
    if (gain == 1.0f && lift == 0.0f)
        return;
    float mean = mean_of(x, n);
    for (int i = 0; i < n; i++)
        x[i] = clamp(mean + gain * (x[i] - mean) + lift, 255.0f);
}

/* Random erasing (Zhong et al. 2017): 2 to 25 % of the area, sides 1:3 to 3:1. */
static void erase_part(const struct train_opts *o, struct rng *r, float *x, int h, int w)
{
    bool erase = rng_float(r) < (float)o->erasing;
    float area = rng_range(r, 0.02f, 0.25f) * (float)(h * w);
    float ratio = expf(rng_range(r, -1.0986f, 1.0986f));
    int eh = (int)(sqrtf(area * ratio) + 0.5f), ew = (int)(sqrtf(area / ratio) + 0.5f);
    eh = eh < h ? eh : h;
    ew = ew < w ? ew : w;
    int top = (int)rng_below(r, (uint32_t)(h - eh + 1));
    int left = (int)rng_below(r, (uint32_t)(w - ew + 1));
    if (!erase)
        return;
    float mean = mean_of(x, h * w);
    for (int i = top; i < top + eh; i++)
        for (int j = left; j < left + ew; j++)
            x[i * w + j] = mean;
}

void augment_image(const struct train_opts *opts, uint64_t key, const uint8_t *src, int h, int w,
                   float *dst)
{
    struct rng r;
    rng_seed(&r, key, 0);
    struct warp t = draw_warp(opts, &r, h, w);
    warp_image(&t, src, h, w, dst);
    if (opts->crop > 0)
        crop_image(opts->crop, key, dst, h, w);
    change_light(opts, &r, dst, h * w);
    erase_part(opts, &r, dst, h, w);
}

/* The logarithm of a number from the Gamma distribution of shape a (Marsaglia and Tsang 2000). */
static double log_gamma_draw(struct rng *r, double a)
{
    double boost = 0.0;
    if (a < 1.0) { /* G(a) = G(a + 1) U^(1 / a) */
        boost = log(1.0 - (double)rng_float(r)) / a;
        a += 1.0;
    }
    double d = a - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d);
    for (;;) {
        double x = (double)rng_normal(r), v = 1.0 + c * x;
        double u = 1.0 - (double)rng_float(r);
        v = v * v * v;
        if (v > 0.0 && log(u) < 0.5 * x * x + d * (1.0 - v + log(v)))
            return boost + log(d * v);
    }
}

float augment_blend(double alpha, uint64_t key, int others, int *other)
{
    struct rng r;
    rng_seed(&r, key, BLEND_STREAM);
    *other = (int)rng_below(&r, (uint32_t)others);
    double a = log_gamma_draw(&r, alpha), b = log_gamma_draw(&r, alpha);
    return (float)(1.0 / (1.0 + exp(-fabs(a - b)))); /* the larger of the two shares */
}
