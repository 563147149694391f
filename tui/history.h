/*
 * history: what was measured of each face over the last while: a ring of (time, p[classes]) per
 * face id.
 *
 * One owner, one thread. All memory is taken by history_new. Times are what was measured, so a
 * face that was away leaves a gap. When a new face comes and all rings are taken, the face that
 * was not seen for longest is forgotten.
 */
#ifndef TUI_HISTORY_H
#define TUI_HISTORY_H

#include <stdint.h>

struct history;

/* faces rings of capacity points, which reach back span_s seconds at any frame rate: points that
 * come faster than span_s / capacity apart are thinned out. All arguments > 0. */
struct history *history_new(int classes, int faces, double span_s, int capacity);
void history_free(struct history *h);

/* Adds a point; p has classes values and is copied. A time not after the face's last is ignored. */
void history_push(struct history *h, int id, int64_t time, const float *p);

/* Forgets all. */
void history_clear(struct history *h);

/*
 * Copies the points of a face in (now - span, now], oldest first, into x[max] (seconds on the
 * clock_now scale) and y[classes][max] (class c begins at y + c * max). Returns how many, the
 * newest max if there are more; 0 for an unknown face.
 */
int history_read(const struct history *h, int id, int64_t now, double *x, float *y, int max);

int history_capacity(const struct history *h);

#endif
