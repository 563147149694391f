/*
 * rate: how often a second something happens, over the last two seconds. A flat value; its owner
 * locks.
 */
#ifndef VISION_RATE_H
#define VISION_RATE_H

#include <stdint.h>

#define RATE_EVENTS 256 /* remembered; if more happen in two seconds, the newest count */

struct rate { /* zeroed = nothing happened */
    int64_t at[RATE_EVENTS];
    unsigned next;
    unsigned events;
};

/* Something happened at that time (clock_now() scale). */
void rate_count(struct rate *r, int64_t time);

/* Events a second, from the gaps between those of the last two seconds; 0 for fewer than two. */
double rate_per_second(const struct rate *r, int64_t now);

#endif
