/*
 * group: many raw hits around each face become one box.
 *
 * As OpenCV's groupRectangles: hits that are alike (their sides differ by less than eps of their
 * size, directly or through others) form a class; a class is its mean box; classes of few hits, and
 * small weak ones inside strong ones, are dropped. Pure functions; any thread.
 */
#ifndef VISION_GROUP_H
#define VISION_GROUP_H

#include "vision/frame.h"

#define GROUP_EPS 0.2

/* What comes out: a class's mean box and how many hits it stands for. */
struct group {
    struct box box;
    int hits;
};

/* Memory for grouping; one user at a time. */
struct grouper;

struct grouper *grouper_new(int max_boxes);

/* NULL is allowed. */
void grouper_free(struct grouper *g);

/*
 * Groups n boxes (at most max_boxes) and returns how many groups have more than `threshold` hits
 * and survive; they lie in (*out)[0..], in the order of their first hits, and are the grouper's
 * until its next run. With a threshold of 0 or less every box is a group of its own, as in OpenCV.
 */
int grouper_run(struct grouper *g, const struct box *boxes, int n, int threshold,
                const struct group **out);

#endif
