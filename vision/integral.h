/*
 * integral: running sums of a grey picture and of its squares, so that the sum over any rectangle
 * is four reads (Crow 1984, "Summed-area tables"; Viola and Jones 2001).
 *
 * Entry (row, column) is the sum over all pixels above and left of it; there is one row and one
 * column more than the picture has. Sums wrap at 32 bits: the sum over a rectangle of up to 2^16
 * pixels comes out right all the same. Where windows start at every second pixel (step 2), a row
 * lies as its even columns, then its odd ones: the same corner of neighbouring windows is always
 * side by side in memory. One thread.
 */
#ifndef VISION_INTEGRAL_H
#define VISION_INTEGRAL_H

#include <stddef.h>
#include <stdint.h>

struct integral {
    int max_width, max_height; /* of a picture */
    int stride;                /* entries from row to row: the same for every picture */
    int step;                  /* 1 or 2, of the rows that are in now */
    uint32_t *sum, *square;    /* (max_height + 1, stride) */
};

/* Makes room for pictures up to that size. integral_free ends it. */
void integral_init(struct integral *it, int max_width, int max_height);
void integral_free(struct integral *it);

/* Starts a picture: row 0 of the table. */
void integral_begin(struct integral *it, int step);

/* Adds picture row y (width), which must be the next one. */
void integral_add_row(struct integral *it, int y, const uint8_t *row, int width);

/* Where column x of a row lies in it. */
static inline int integral_column(const struct integral *it, int step, int x)
{
    return step == 1 ? x : (x & 1) * (it->stride / 2) + x / 2;
}

/* Where entry (row y, column x) lies in the tables. */
static inline ptrdiff_t integral_at(const struct integral *it, int step, int y, int x)
{
    return (ptrdiff_t)y * it->stride + integral_column(it, step, x);
}

#endif
