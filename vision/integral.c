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

typedef uint32_t vuint __attribute__((vector_size(16)));
typedef uint16_t vshort __attribute__((vector_size(16)));
typedef uint8_t vbyte __attribute__((vector_size(8)));
typedef vuint vstore __attribute__((aligned(4), may_alias));

/* A row on its way: what lies above it, where it goes, and the sum of its pixels so far. */
struct running {
    const uint32_t *above;
    uint32_t *below;
    uint32_t sum;
};

/* {0, v0, v0 + v1, v0 + v1 + v2} */
static inline vuint sums_before(vuint v)
{
    vuint up_to = v + __builtin_shuffle((vuint){0}, v, (vuint){0, 4, 5, 6});
    up_to += __builtin_shuffle((vuint){0}, up_to, (vuint){0, 0, 4, 5});
    return up_to - v;
}

static inline void put(struct running *r, int at, vuint sums)
{
    *(vstore *)(r->below + at) = *(const vstore *)(r->above + at) + sums;
}

/* Columns x to x + 7, of which even and odd hold the pixels; odd ones go `half` entries behind, or,
 * where half is 0, in between. */
static inline void put_eight(struct running *r, int x, int half, vuint even, vuint odd)
{
    vuint first = sums_before(even + odd) + r->sum, second = first + even;
    if (half > 0) {
        put(r, x / 2, first);
        put(r, half + x / 2, second);
    } else {
        put(r, x, __builtin_shuffle(first, second, (vuint){0, 4, 1, 5}));
        put(r, x + 4, __builtin_shuffle(first, second, (vuint){2, 6, 3, 7}));
    }
    r->sum = second[3] + odd[3];
}

static inline void put_one(struct running *r, int x, int half, uint32_t pixel)
{
    int at = half > 0 ? (x & 1) * half + x / 2 : x;
    r->below[at] = r->above[at] + r->sum;
    r->sum += pixel;
}

static inline void add_row(struct running *sum, struct running *square, const uint8_t *row,
                           int width, int half)
{
    int x = 0;
    for (; x + 8 <= width; x += 8) {
        vbyte bytes;
        memcpy(&bytes, row + x, sizeof bytes);
        vshort pixel = __builtin_convertvector(bytes, vshort);
        vuint pair = (vuint)pixel,
              pair2 = (vuint)(pixel * pixel); /* little-endian: even pixels are low */
        put_eight(sum, x, half, pair & 0xffff, pair >> 16);
        put_eight(square, x, half, pair2 & 0xffff, pair2 >> 16);
    }
    for (; x < width; x++) {
        put_one(sum, x, half, row[x]);
        put_one(square, x, half, (uint32_t)row[x] * row[x]);
    }
    put_one(sum, width, half, 0);
    put_one(square, width, half, 0);
}

void integral_add_row(struct integral *it, int y, const uint8_t *row, int width)
{
    assert(y < it->max_height && width <= it->max_width);
    size_t above = (size_t)y * (size_t)it->stride, below = above + (size_t)it->stride;
    struct running sum = {it->sum + above, it->sum + below, 0};
    struct running square = {it->square + above, it->square + below, 0};
    if (it->step == 1)
        add_row(&sum, &square, row, width, 0);
    else
        add_row(&sum, &square, row, width, it->stride / 2);
}
