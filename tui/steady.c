/* steady: see steady.h. Pure numbers; UI thread. */
#include "tui/steady.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum {
    SAMPLE_MOVED = 16,
    SPAN_LEAST = 32, /* of the percentiles: a grey wall shall not become a snow storm */
    DEAD_BAND = 6,   /* levels that the percentiles may move before the contrast follows */
    CUT = 64,        /* ... that make it jump */
};

#define GLIDE_S 0.3
#define FOCUS_AT 0.5
#define GAMMA_LEAST 0.55
#define GAMMA_MOST 1.8
#define LEVELS_PER_GAMMA 40.0 /* how many levels a change of the exponent by one weighs */

static bool moved(const uint8_t *kept, const uint8_t *fresh, int width, int bw, int bh, int hold)
{
    int sum = 0, most = 0;
    for (int y = 0; y < bh; y++) {
        for (int x = 0; x < bw; x++) {
            int d = fresh[y * width + x] - kept[y * width + x];
            sum += d;
            most = abs(d) > most ? abs(d) : most;
        }
    }
    return abs(sum) > hold * bw * bh || most > SAMPLE_MOVED;
}

static void take_block(uint8_t *kept, const uint8_t *fresh, int stride, int bytes, int rows)
{
    for (int y = 0; y < rows; y++)
        memcpy(kept + (size_t)y * (size_t)stride, fresh + (size_t)y * (size_t)stride,
               (size_t)bytes);
}

void steady_filter(uint8_t *kept, const uint8_t *fresh, uint8_t *kept_rgb, const uint8_t *rgb,
                   int width, int height, int bw, int bh, int hold)
{
    for (int y = 0; y < height; y += bh) {
        int h = height - y < bh ? height - y : bh;
        for (int x = 0; x < width; x += bw) {
            int w = width - x < bw ? width - x : bw, at = y * width + x;
            if (!moved(kept + at, fresh + at, width, w, h, hold))
                continue;
            take_block(kept + at, fresh + at, width, w, h);
            if (rgb != NULL)
                take_block(kept_rgb + 3 * at, rgb + 3 * at, 3 * width, 3 * w, h);
        }
    }
}

/* The lowest level at or below which `percent` of the counted lie. */
static int percentile(const int count[256], int64_t total, int percent)
{
    int64_t below = 0;
    for (int v = 0; v < 255; v++) {
        below += count[v];
        if (below * 100 >= total * percent && below > 0)
            return v;
    }
    return 255;
}

int steady_median(const uint8_t *grey, int width, int y, int x, int h, int w)
{
    int count[256] = {0};
    for (int i = 0; i < h; i++) {
        for (int k = 0; k < w; k++)
            count[grey[(y + i) * width + x + k]]++;
    }
    return percentile(count, (int64_t)h * w, 50);
}

/* The levels that shall become black and white, kept SPAN_LEAST apart. */
static void percentiles(const uint8_t *grey, int n, int *low, int *high)
{
    int count[256] = {0};
    for (int i = 0; i < n; i++)
        count[grey[i]]++;
    *low = percentile(count, n, 2);
    *high = percentile(count, n, 98);
    int lack = SPAN_LEAST - (*high - *low);
    if (lack > 0) { /* widened on both sides, but black stays black and white white */
        *low = *low < lack / 2 ? 0 : *low - lack / 2;
        *low = *low > 255 - SPAN_LEAST ? 255 - SPAN_LEAST : *low;
        *high = *low + SPAN_LEAST;
    }
}

/* The exponent that brings the focus to FOCUS_AT of the way from black to white. */
static double gamma_for(int low, int high, int focus)
{
    double at = (double)(focus - low) / (high - low);
    if (focus < 0)
        return 1;
    at = at < 0.01 ? 0.01 : at > 0.99 ? 0.99 : at;
    return fmin(fmax(log(FOCUS_AT) / log(at), GAMMA_LEAST), GAMMA_MOST);
}

static void follow(struct steady_contrast *c, int low, int high, double gamma, int64_t now)
{
    double off = fmax(fabs(low - c->low), fabs(high - c->high));
    double bent = fmax(off, LEVELS_PER_GAMMA * fabs(gamma - c->gamma));
    double dt = (double)(now - c->time) / CLOCK_S, k = dt > 0 ? 1 - exp(-dt / GLIDE_S) : 0;
    if (!c->set || off > CUT) {
        *c = (struct steady_contrast){true, false, low, high, gamma, now};
        return;
    }
    if (c->moving || bent > DEAD_BAND) {
        c->low += k * (low - c->low);
        c->high += k * (high - c->high);
        c->gamma += k * (gamma - c->gamma);
        c->moving = bent * (1 - k) > 1;
    }
    c->time = now;
}

void steady_stretch(struct steady_contrast *c, const uint8_t *grey, int n, int focus, int64_t now,
                    uint8_t table[256])
{
    int low, high;
    percentiles(grey, n, &low, &high);
    follow(c, low, high, gamma_for(low, high, focus), now);
    double black = round(c->low), span = round(c->high) - black;
    for (int v = 0; v < 256; v++) {
        double at = fmin(fmax((v - black) / span, 0), 1);
        table[v] = (uint8_t)lround(255 * pow(at, round(c->gamma * 32) / 32));
    }
}
