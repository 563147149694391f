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

/* The levels below which 2 % and 98 % of the samples lie, kept SPAN_LEAST apart. */
static void percentiles(const uint8_t *grey, int n, int *low, int *high)
{
    int count[256] = {0}, below = 0;
    for (int i = 0; i < n; i++)
        count[grey[i]]++;
    *low = *high = 0;
    for (int v = 0; v < 256; v++) {
        if ((int64_t)below * 100 <= (int64_t)n * 2)
            *low = v;
        if ((int64_t)below * 100 < (int64_t)n * 98)
            *high = v;
        below += count[v];
    }
    int lack = SPAN_LEAST - (*high - *low);
    if (lack > 0) { /* widened on both sides, but black stays black and white white */
        *low = *low < lack / 2 ? 0 : *low - lack / 2;
        *low = *low > 255 - SPAN_LEAST ? 255 - SPAN_LEAST : *low;
        *high = *low + SPAN_LEAST;
    }
}

static void follow(struct steady_contrast *c, int low, int high, int64_t now)
{
    double off = fmax(fabs(low - c->low), fabs(high - c->high));
    double dt = (double)(now - c->time) / CLOCK_S;
    if (!c->set || off > CUT) {
        c->low = low;
        c->high = high;
        c->moving = false;
    } else if (c->moving || off > DEAD_BAND) {
        double k = dt > 0 ? 1 - exp(-dt / GLIDE_S) : 0;
        c->low += k * (low - c->low);
        c->high += k * (high - c->high);
        c->moving = off * (1 - k) > 1;
    }
    c->set = true;
    c->time = now;
}

void steady_stretch(struct steady_contrast *c, const uint8_t *grey, int n, int64_t now,
                    uint8_t table[256])
{
    int low, high;
    percentiles(grey, n, &low, &high);
    follow(c, low, high, now);
    int black = (int)lround(c->low), span = (int)lround(c->high) - black;
    for (int v = 0; v < 256; v++) {
        int out = ((v - black) * 255 + span / 2) / span;
        table[v] = (uint8_t)(v <= black ? 0 : out > 255 ? 255 : out);
    }
}
