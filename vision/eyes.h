/*
 * eyes: where the eyes of a face are, and so how the face stands, with an eye cascade.
 *
 * The upper part of the box is brought to one size and searched; of all pairs that could be two
 * eyes, the one that answers most counts. Allocates at open only; one thread.
 */
#ifndef VISION_EYES_H
#define VISION_EYES_H

#include <stdbool.h>

#include "base/err.h"
#include "vision/crop.h"
#include "vision/frame.h"

#define EYES_CASCADE "haarcascade_eye.xml"
#define EYES_AT                                                                                    \
    0.39f /* their height in the box of an upright face, as the face cascades draw it              \
           */

struct eyes;

/* Reads the cascade; NULL and err on failure. */
struct eyes *eyes_open(struct err *err);

/* NULL is allowed. */
void eyes_close(struct eyes *e);

/* Whether both eyes of the face in box were found, and then how it stands. */
bool eyes_find(struct eyes *e, const struct frame *frame, const struct box *box,
               struct crop_pose *pose);

#endif
