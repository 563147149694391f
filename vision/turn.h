/*
 * turn: a part of a picture, turned and mirrored: for cameras that hang on their side or see more
 * than they should. Pure but for the frames it takes from a pool.
 */
#ifndef VISION_TURN_H
#define VISION_TURN_H

#include <stdbool.h>

#include "base/err.h"
#include "config/opts.h"
#include "vision/frame.h"

/* Zeroed = the picture as it comes. First the region is cut out, then it is turned, then mirrored.
 */
struct turn {
    int rotate;        /* clockwise: 0, 90, 180, 270 */
    bool flip;         /* left and right swapped */
    double x, y, w, h; /* region, in shares of the picture: 0..1; w or h of 0 = all of it */
};

/* From `rotate`, `flip` and `region` ("X,Y,W,H" in percent, "" = all). 0, or -1 and err. */
int turn_parse(struct turn *t, const struct source_opts *opts, struct err *err);

bool turn_is_none(const struct turn *t);

/* The region in pixels of a picture: at least 16 x 16, or as much as there is. */
struct box turn_region(const struct turn *t, int width, int height);

/* A new frame with one reference, the rest of its fields as in f, which is borrowed; NULL if the
 * pool has none left. */
struct frame *turn_frame(const struct turn *t, const struct frame *f, struct frame_pool *pool);

#endif
