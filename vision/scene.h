/*
 * scene: what the analysis found in one frame; a flat value, copied and never shared.
 */
#ifndef VISION_SCENE_H
#define VISION_SCENE_H

#include <stdint.h>

#include "vision/frame.h"

#define SCENE_FACES_MAX 64
#define SCENE_CLASSES_MAX 16

/* Whether a face is read against its own neutral look. */
enum scene_baseline { SCENE_BASELINE_NONE, SCENE_BASELINE_LOOKING, SCENE_BASELINE_ON };

struct scene_face {
    int id;         /* stays with a person while the tracker can follow; 1, 2, ... */
    struct box box; /* in pixels of the upright picture */
    int neighbors;  /* of the detection; 0 = missed in this frame: all else is as it was last */
    float raw[SCENE_CLASSES_MAX]; /* the network's probabilities for this frame, read against the
                                     baseline if there is one */
    float p[SCENE_CLASSES_MAX];   /* the same, smoothed over time */
    int mood;                     /* the label: an index into p, the largest but for hysteresis */
    bool sure;                    /* p[mood] is enough to say it */
    enum scene_baseline baseline;
};

struct scene {
    uint64_t seq;       /* grows by one with each analysed frame; 0 = nothing yet */
    uint64_t frame_seq; /* of the frame that was analysed */
    int64_t time;       /* that frame's time (clock_now() scale) */
    int64_t done;       /* when the analysis was finished */
    double pts;
    int width, height;
    int classes;
    int faces;
    struct scene_face face[SCENE_FACES_MAX]; /* by id */
};

#endif
