/*
 * shrink: a grey picture resized to a smaller one, row by row, with bilinear interpolation in fixed
 * point.
 *
 * Sample positions and rounding (weights of 8 bits, one rounding at the end) are those of OpenCV's
 * INTER_LINEAR_EXACT, so that a cascade sees the very pixels that OpenCV would show it. A struct
 * shrink is read-only once made, apart from its scratch row: one thread.
 */
#ifndef VISION_SHRINK_H
#define VISION_SHRINK_H

#include <stdint.h>

#define SHRINK_ALIGN 8

struct shrink {
    int src_width, src_height, width, height;
    int *x;            /* (width) left one of the two columns that a pixel is mixed from */
    int *y;            /* (height) upper one of the two rows */
    uint16_t *x_parts; /* (width, 2) how much of the left and of the right column: 256 together */
    uint16_t *y_part;  /* (height) how much of the lower row: 0..256 */
    uint16_t *mixed;   /* (src_width + 1) two rows mixed, times 256 */
};

/* Makes the tables for that change of size; neither side may grow. shrink_free ends them. */
void shrink_init(struct shrink *s, int src_width, int src_height, int width, int height);
void shrink_free(struct shrink *s);

/* Writes row y of the small picture into out (width); src (src_height, src_width), rows `stride`
 * bytes apart. */
void shrink_row(struct shrink *s, const uint8_t *src, int stride, int y, uint8_t *out);

/* The same for columns [from, to) alone; from is a multiple of SHRINK_ALIGN. */
void shrink_part(struct shrink *s, const uint8_t *src, int stride, int y, int from, int to,
                 uint8_t *out);

#endif
