/*
 * track: keeps a face's number while it moves from frame to frame, and smooths its probabilities.
 *
 * Each frame's detections are matched with the faces known so far, best pair first, by how much
 * their boxes overlap and how far apart their middles are, after each known face has been moved on
 * by its speed. A face that is not found for a moment keeps its number; numbers are never given
 * twice. A flat value without pointers; one thread.
 */
#ifndef VISION_TRACK_H
#define VISION_TRACK_H

#include <stdbool.h>

#include "vision/detect.h"
#include "vision/scene.h"

#define TRACK_KEEP_S 0.8 /* a face that is missed for longer is forgotten */

struct track {
    int id;
    struct box box;  /* where it was last found */
    int detection;   /* index of this frame's detection; -1 = missed */
    float vx, vy;    /* speed of its middle, pixels a second */
    double found;    /* when it was last found, s */
    double smoothed; /* when p was last fed, s; < 0 = never */
    float p[SCENE_CLASSES_MAX];
};

struct tracker {
    struct track track[SCENE_FACES_MAX]; /* by id */
    int tracks;
    int next_id;
    double time; /* of the last frame, s */
};

/* Knows nobody; the first face will be number 1. */
void tracker_init(struct tracker *t);

/* Forgets all faces, but not which numbers were given. */
void tracker_reset(struct tracker *t);

/*
 * Takes the detections of one frame, largest first, at its time in seconds. Afterwards each track's
 * `detection` says which one is that face. New faces get numbers in the order of the detections,
 * while there is room. A time before the last one is a new beginning: all faces are forgotten.
 */
void tracker_update(struct tracker *t, const struct detection *found, int n, double time);

/*
 * Feeds raw (classes) to the face's smoothed probabilities, in place: after half_life_s seconds
 * half of the old value is left, however many frames came between. 0 = no smoothing.
 */
void track_smooth(struct track *k, const float *raw, int classes, double time, double half_life_s);

#endif
