/*
 * track: keeps a face's number while it moves from frame to frame.
 *
 * Each frame's detections are assigned to the faces known so far (vision/assign.h) by how much
 * their boxes overlap, how far apart their middles are and how alike they look, after each known
 * face has been moved on by its speed, or, where all others move alike, with the camera: SORT
 * (Bewley et al. 2016) with a look at the pixels and without a Kalman filter. A face that is not
 * found for a moment keeps its number; numbers are never given twice. A flat value without
 * pointers; one thread.
 */
#ifndef VISION_TRACK_H
#define VISION_TRACK_H

#include <stdbool.h>

#include "vision/calm.h"
#include "vision/crop.h"
#include "vision/detect.h"
#include "vision/looks.h"
#include "vision/scene.h"

/* A face that is missed for longer than both is forgotten: few frames a second are no reason. */
#define TRACK_KEEP_S 1.5
#define TRACK_KEEP_FRAMES 3

struct track {
    int id;
    struct box box; /* where it was last found */
    int detection;  /* index of this frame's detection; -1 = missed */
    int missed;     /* frames in a row */
    bool fresh;     /* it was not there in the frame before */
    bool certain;   /* it is a face; the owner says so */
    int doubted;    /* how often that was looked into, and when it is again, s; the owner's */
    double doubt;
    float vx, vy;  /* speed of its middle, pixels a second */
    double found;  /* when it was last found, s */
    float dx, dy;  /* how far it moved since the last frame; while it is missed: what the moving
                      camera still owes its box, less than a pixel */
    double strong; /* when a whole search last found it, s; the owner's */
    struct looks looks;
    struct crop_pose pose; /* smoothed; the owner's */
    double posed;          /* when it was last measured, s; < 0 = never */
    struct calm calm;
};

struct tracker {
    struct track track[SCENE_FACES_MAX]; /* by id */
    int tracks;
    int next_id;
    double time; /* of the last frame, s */
    float gain[SCENE_FACES_MAX * DETECT_MAX];
};

/* Knows nobody; the first face will be number 1. */
void tracker_init(struct tracker *t);

/* Forgets all faces, but not which numbers were given. */
void tracker_reset(struct tracker *t);

/* Forgets the face at this place of t->track. */
void tracker_drop(struct tracker *t, int i);

/* Where a face is expected at a time. */
struct box track_expected(const struct track *k, double time);

/* Intersection over union. */
float track_overlap(const struct box *a, const struct box *b);

/*
 * Takes the detections of one frame, largest first, at its time in seconds; looks (n) may be NULL.
 * Afterwards each track's `detection` says which one is that face. New faces get numbers in the
 * order of the detections, while there is room. A time before the last one is a new beginning: all
 * faces are forgotten.
 */
void tracker_update(struct tracker *t, const struct detection *found, const struct looks *looks,
                    int n, double time);

#endif
