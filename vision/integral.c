/* integral: see integral.h. */
#include "vision/integral.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define LANES 16 /* entries in the widest vector: what may be read behind a row */

void integral_init(struct integral *it, int max_width, int max_height)
{
    assert(max_width > 0 && max_height > 0);
    it->max_width = max_width;
    it->max_height = max_height;
    /* An odd number of cache lines per half: rows do not fall into the same cache sets. */
    int half = (max_width / 2 + 1 + 2 * LANES - 1) / LANES * LANES;
    it->stride = 2 * (half / LANES % 2 == 0 ? half + LANES : half);
    it->step = 1;
    size_t entries = ((size_t)max_height + 1) * (size_t)it->stride + 4 * LANES;
    it->sum = mem_aligned(entries, sizeof *it->sum);
    it->square = mem_aligned(entries, sizeof *it->square);
}

void integral_free(struct integral *it)
{
    free(it->sum);
    free(it->square);
    memset(it, 0, sizeof *it);
}

void integral_begin(struct integral *it, int step)
{
    assert(step == 1 || step == 2);
    it->step = step;
    memset(it->sum, 0, (size_t)it->stride * sizeof *it->sum);
    memset(it->square, 0, (size_t)it->stride * sizeof *it->square);
}

static void add_row(const uint32_t *above, uint32_t *below, uint32_t *square,
                    const uint32_t *above2, const uint8_t *row, int width, int odd)
{
    uint32_t s = 0, q = 0;
    for (int x = 0; x < width; x++) {
        int at = odd > 0 ? (x & 1) * odd + x / 2 : x;
        below[at] = above[at] + s;
        square[at] = above2[at] + q;
        s += row[x];
        q += (uint32_t)row[x] * row[x];
    }
    int at = odd > 0 ? (width & 1) * odd + width / 2 : width;
    below[at] = above[at] + s;
    square[at] = above2[at] + q;
}

void integral_add_row(struct integral *it, int y, const uint8_t *row, int width)
{
    assert(y < it->max_height && width <= it->max_width);
    size_t above = (size_t)y * (size_t)it->stride, below = above + (size_t)it->stride;
    add_row(it->sum + above, it->sum + below, it->square + below, it->square + above, row, width,
            it->step == 1 ? 0 : it->stride / 2);
}
