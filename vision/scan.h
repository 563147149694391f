/*
 * scan: runs a cascade over every window of one picture, whose integral is at hand.
 *
 * Windows start at every `step`-th row and column; after a window that already the first stage
 * turns down its right neighbour is skipped, as OpenCV does. Windows without contrast (standard
 * deviation of 10 grey levels or less) are turned down. Many windows are evaluated at once, with
 * the widest vectors that the processor has; results do not depend on that. A struct scan belongs
 * to one thread; it allocates when it is made and never later.
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

/* Prepares the cascade for pictures up to that size, whose integrals have this layout and step.
 * isa: "plain", "avx2", "avx512", or NULL for the best one; NULL is returned if this machine does
 * not have it. */
struct scan *scan_new(const struct cascade *c, const struct integral *it, int step, int max_width,
                      int max_height, const char *isa);

/* NULL is allowed. */
void scan_free(struct scan *s);

/* Scans a picture (height, width) that is in the integral; returns how many windows passed, the
 * first max of them in out. */
int scan_run(struct scan *s, const struct integral *it, int width, int height, struct scan_hit *out,
             int max);

#endif
