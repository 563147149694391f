/*
 * average: see average.h. UI thread.
 *
 * Separable, in integers: for each row of samples the pixel rows below it are summed into 16 bits
 * (weights sum up to 256, so nothing overflows), then that row is summed across. Nearly all work
 * is the first sum, a loop over bytes that the compiler turns into vector instructions.
 */
#include "tui/average.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
    TAPS_MAX = 64, /* pixels per sample that are looked at; more would leave weights of 0 */
    BLOCK = 32,    /* bytes summed at a time */
};

static void reserve(struct average_axis *a, int n, int room)
{
    if (n > a->cap) {
        a->first = mem_realloc(a->first, (size_t)n, sizeof *a->first);
        a->count = mem_realloc(a->count, (size_t)n, sizeof *a->count);
        a->cap = n;
    }
    if (n * room > a->wcap) {
        a->weight = mem_realloc(a->weight, (size_t)n * (size_t)room, sizeof *a->weight);
        a->wcap = n * room;
    }
    a->n = n;
    a->room = room;
}

/* Sample i covers [i * pixels, (i + 1) * pixels) and pixel j [j * n, (j + 1) * n) in units of one
 * n-th pixel; a pixel's weight is its share of the sample. */
static void share_out(struct average_axis *a, int pixels)
{
    int64_t n = a->n;
    for (int i = 0; i < a->n; i++) {
        int64_t begin = (int64_t)i * pixels, end = begin + pixels;
        int *w = a->weight + i * a->room, sum = 0, k = 0;
        a->first[i] = (int)(begin / n);
        for (int64_t j = a->first[i]; j * n < end; j++) {
            int64_t covered = ((j + 1) * n < end ? (j + 1) * n : end) - begin;
            int upto = (int)((256 * covered + pixels / 2) / pixels);
            w[k++] = upto - sum;
            sum = upto;
        }
        a->count[i] = k;
        assert(k <= a->room && sum == 256);
    }
}

/* Fewer pixels than samples: the two nearest share a sample. */
static void interpolate(struct average_axis *a, int pixels)
{
    for (int i = 0; i < a->n; i++) {
        double at = (i + 0.5) * pixels / a->n - 0.5;
        at = at < 0 ? 0 : at;
        int j = (int)at, f = (int)((at - j) * 256 + 0.5);
        a->first[i] = j;
        a->count[i] = f > 0 && j + 1 < pixels ? 2 : 1;
        a->weight[i * a->room] = a->count[i] == 2 ? 256 - f : 256;
        a->weight[i * a->room + 1] = f;
    }
}

static void set_axis(struct average_axis *a, int pixels, int n)
{
    a->step = (pixels / n + 2 + TAPS_MAX - 1) / TAPS_MAX;
    pixels /= a->step;
    reserve(a, n, pixels / n + 2);
    if (pixels >= n)
        share_out(a, pixels);
    else
        interpolate(a, pixels);
}

static bool same_box(struct box a, struct box b)
{
    return a.x == b.x && a.y == b.y && a.w == b.w && a.h == b.h;
}

void average_set(struct average *s, struct box region, int width, int height, bool mirror)
{
    assert(region.w > 0 && region.h > 0 && width > 0 && height > 0);
    s->mirror = mirror;
    if (same_box(region, s->region) && s->x.n == width && s->y.n == height)
        return;
    s->region = region;
    set_axis(&s->x, region.w, width);
    set_axis(&s->y, region.h, height);
}

/* sum += weight * row, or sum = weight * row for the first. */
static void add_row(uint16_t *restrict sum, const uint8_t *restrict row, int n, uint16_t weight,
                    bool first)
{
    int i = 0;
    if (first)
        memset(sum, 0, (size_t)n * sizeof *sum);
    for (; i + BLOCK <= n; i += BLOCK) {
        for (int k = 0; k < BLOCK; k++)
            sum[i + k] = (uint16_t)(sum[i + k] + weight * row[i + k]);
    }
    for (; i < n; i++)
        sum[i] = (uint16_t)(sum[i] + weight * row[i]);
}

static void sum_across(const struct average *s, int channels, uint8_t *out)
{
    const struct average_axis *a = &s->x;
    for (int i = 0; i < a->n; i++) {
        int at = s->mirror ? a->n - 1 - i : i;
        const int *w = a->weight + i * a->room;
        for (int c = 0; c < channels; c++) {
            const uint16_t *from = s->row + a->first[i] * a->step * channels + c;
            uint32_t sum = 1u << 15;
            for (int k = 0; k < a->count[i]; k++)
                sum += (uint32_t)w[k] * from[k * a->step * channels];
            out[at * channels + c] = (uint8_t)(sum >> 16);
        }
    }
}

void average_run(struct average *s, const uint8_t *src, int stride, int channels, uint8_t *out)
{
    const struct average_axis *a = &s->y;
    int n = s->region.w * channels;
    if (n > s->row_cap) {
        s->row = mem_realloc(s->row, (size_t)n, sizeof *s->row);
        s->row_cap = n;
    }
    src += (int64_t)s->region.y * stride + (int64_t)s->region.x * channels;
    for (int i = 0; i < a->n; i++) {
        for (int k = 0; k < a->count[i]; k++) {
            int64_t line = (int64_t)(a->first[i] + k) * a->step;
            add_row(s->row, src + line * stride, n, (uint16_t)a->weight[i * a->room + k], k == 0);
        }
        sum_across(s, channels, out + (int64_t)i * s->x.n * channels);
    }
}

static void free_axis(struct average_axis *a)
{
    free(a->first);
    free(a->count);
    free(a->weight);
}

void average_free(struct average *s)
{
    free_axis(&s->x);
    free_axis(&s->y);
    free(s->row);
    memset(s, 0, sizeof *s);
}
