/* shrink: see shrink.h. Rows are mixed first, which is the cheap direction, then columns. */
#include "vision/shrink.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define PAD 16 /* elements that a vector may read behind a row */

/* Sample positions of one axis: pixel centres of the small side laid over the large one. */
static void plan_axis(int src, int dst, int *at, uint16_t *part)
{
    double ratio = 1.0 / ((double)dst / src);
    for (int i = 0; i < dst; i++) {
        double where = ratio * (i + 0.5) - 0.5;
        int left = (int)floor(where);
        at[i] = left < 0 ? 0 : left < src - 1 ? left : src - 1;
        part[i] = left < 0 || left >= src - 1 ? 0 : (uint16_t)lrint((where - left) * 256);
    }
}

void shrink_init(struct shrink *s, int src_width, int src_height, int width, int height)
{
    assert(width > 0 && width <= src_width && height > 0 && height <= src_height);
    s->src_width = src_width;
    s->src_height = src_height;
    s->width = width;
    s->height = height;
    s->x = mem_aligned((size_t)width + PAD, sizeof *s->x);
    s->x_part = mem_aligned((size_t)width + PAD, sizeof *s->x_part);
    s->y = mem_aligned((size_t)height, sizeof *s->y);
    s->y_part = mem_aligned((size_t)height, sizeof *s->y_part);
    s->mixed = mem_aligned((size_t)src_width + PAD, sizeof *s->mixed);
    plan_axis(src_width, width, s->x, s->x_part);
    plan_axis(src_height, height, s->y, s->y_part);
}

void shrink_free(struct shrink *s)
{
    free(s->x);
    free(s->y);
    free(s->x_part);
    free(s->y_part);
    free(s->mixed);
    memset(s, 0, sizeof *s);
}

void shrink_row(struct shrink *s, const uint8_t *src, int stride, int y, uint8_t *out)
{
    const uint8_t *upper = src + (size_t)s->y[y] * (size_t)stride;
    unsigned lower_part = s->y_part[y];
    const uint8_t *lower = lower_part > 0 ? upper + stride : upper;
    uint16_t *mixed = s->mixed;
    for (int x = 0; x < s->src_width; x++)
        mixed[x] = (uint16_t)(upper[x] * (256 - lower_part) + lower[x] * lower_part);
    mixed[s->src_width] = mixed[s->src_width - 1];
    for (int x = 0; x < s->width; x++) {
        const uint16_t *two = mixed + s->x[x];
        unsigned right = s->x_part[x];
        out[x] = (uint8_t)((two[0] * (256 - right) + two[1] * right + 32768) >> 16);
    }
}
