/*
 * seek: when to look where. A whole search of the picture finds who is new; in between, known faces
 * are looked for around the place where they are expected, which costs a fiftieth.
 *
 * Owns the detector; belongs to one thread. Decisions go by the frames' own time, so that they are
 * the same on every machine.
 */
#ifndef VISION_SEEK_H
#define VISION_SEEK_H

#include <stdbool.h>

#include "base/err.h"
#include "config/opts.h"
#include "vision/detect.h"
#include "vision/frame.h"
#include "vision/track.h"

/* Somebody may be new: a whole search comes this much sooner where nobody is known, or where a
 * known face is missed. */
#define SEEK_SOONER 3

struct seeker;

/* opts->every_s: between two whole searches; 0 = each frame is searched as a whole. */
struct seeker *seeker_open(const struct detect_opts *opts, struct err *err);

/* NULL is allowed. */
void seeker_close(struct seeker *s);

/* The next frame has nothing to do with the last one. */
void seeker_reset(struct seeker *s);

/*
 * Finds the faces of a frame, at most max, in out; returns how many. Where it was a whole search,
 * *whole is how many of them, the first ones, that search found: the rest are known faces that only
 * a closer look finds (fewer hits are enough where one is expected). *whole is -1 otherwise.
 */
int seeker_run(struct seeker *s, const struct tracker *t, const struct frame *frame,
               struct detection *out, int max, int *whole);

/* The side of the smallest face that the last whole search was certain to look for; 0 = of all. */
int seeker_least(const struct seeker *s);

#endif
