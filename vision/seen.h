/*
 * seen: what the network saw of one face: its input, number by number, and the same face cut out
 * the other way (aligned by the eyes, or not), with what the network says to each. A flat value,
 * copied and never shared.
 */
#ifndef VISION_SEEN_H
#define VISION_SEEN_H

#include <stdbool.h>
#include <stdint.h>

#include "vision/crop.h"
#include "vision/scene.h"

#define SEEN_PIXELS_MAX (128 * 128)

/* One way to cut the face out. */
struct seen_crop {
    float x[SEEN_PIXELS_MAX];   /* (height, width) grey levels 0..255 */
    float p[SCENE_CLASSES_MAX]; /* the network's answer, before any smoothing and baseline */
};

struct seen {
    uint64_t seq; /* of the scene */
    int id;       /* the face; 0 = none, or the input is larger than SEEN_PIXELS_MAX */
    int height, width, classes;
    struct crop_how how;
    bool posed; /* the eyes were found lately: other is the face with how.align turned over */
    struct crop_pose pose;
    struct seen_crop used, other;
};

/* Copies what counts of from. */
void seen_copy(struct seen *to, const struct seen *from);

#endif
