/*
 * looks: what a face looks like, coarsely: enough to tell two people in one picture apart for the
 * seconds in which they cross, not to know anybody again. Pure; any thread.
 */
#ifndef VISION_LOOKS_H
#define VISION_LOOKS_H

#include "vision/frame.h"

#define LOOKS_SIDE 8

/* Grey means of LOOKS_SIDE x LOOKS_SIDE cells, their own mean taken off, of length 1. */
struct looks {
    float x[LOOKS_SIDE * LOOKS_SIDE];
};

/* Of the middle four fifths of the box; what lies outside of the frame is its nearest edge. */
void looks_take(struct looks *l, const struct frame *frame, const struct box *box);

/* The correlation of two: 1 = the same, 0 = nothing in common, down to -1. */
float looks_like(const struct looks *a, const struct looks *b);

/* Moves a by `part` (0..1) towards b. */
void looks_follow(struct looks *a, const struct looks *b, float part);

#endif
