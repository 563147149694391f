/*
 * scan: runs a cascade over every window of one picture, whose integral is at hand.
 *
 * Windows start at every `step`-th row and column; after a window that already the first stage
 * turns down its right neighbour is skipped, as OpenCV does. Windows without contrast (standard
 * deviation of 10 grey levels or less) are turned down. A struct scan belongs to one thread.
 */
#ifndef VISION_SCAN_H
#define VISION_SCAN_H

#include "vision/cascade.h"
#include "vision/integral.h"

struct scan;

/* Where a window that passed has its upper left corner, in pixels of the picture. */
struct scan_hit {
    int x, y;
};

/* Prepares the cascade, which is borrowed until scan_free, for integrals with this layout and step.
 */
struct scan *scan_new(const struct cascade *c, const struct integral *it, int step);

/* NULL is allowed. */
void scan_free(struct scan *s);

/* Scans a picture (height, width); returns how many windows passed, the first max of them in out,
 * row by row. */
int scan_run(struct scan *s, const struct integral *it, int width, int height, struct scan_hit *out,
             int max);

#endif
