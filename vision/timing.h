/*
 * timing: hands pictures over when their time stamps say so.
 *
 * Maps a source's own seconds to clock_now(); a pause or a slow reader moves the mapping instead of
 * being caught up with in a burst. Belongs to its source.
 */
#ifndef VISION_TIMING_H
#define VISION_TIMING_H

#include <stdbool.h>
#include <stdint.h>

#include "vision/source.h"

struct timing {
    double speed; /* 0 = no waiting at all */
    /* Pictures that are there before they are due come a tenth sooner, until a second's half is
     * caught up with: for a sender in real time that began before anybody listened. */
    bool hurries;
    bool running;   /* origin is set */
    int64_t last;   /* what was waited for last, ns behind origin */
    int64_t left;   /* ns that may still be caught up with */
    int64_t origin; /* clock_now() at which second 0 is due */
};

/* Starts anew, without hurry; the next picture is due at once. */
void timing_init(struct timing *p, double speed);

/*
 * Waits until second pts is due, at most 100 ms. True if it is due, with its time in *due; false if
 * it is not yet, or the source was stopped: call again.
 */
bool timing_wait(struct timing *p, const struct source *s, double pts, int64_t *due);

#endif
