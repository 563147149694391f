/*
 * crop: from a face's box to the picture that the network reads. The one preprocessing there is:
 * live, predict and whatever shows "what the network sees" all come here.
 *
 * Pure; any thread.
 */
#ifndef VISION_CROP_H
#define VISION_CROP_H

#include <stdbool.h>

#include "vision/frame.h"

/* A rectangle with a fraction of pixels; a pixel's middle lies at +0.5. It may reach over the edge
 * of the picture. */
struct crop_area {
    float x, y, w, h;
};

/*
 * What is cut out around a box: same middle, its longer side times 1 + margin (the smaller sides of
 * height x width are as long as that), in the proportions of height to width.
 */
struct crop_area crop_area(const struct box *box, double margin, int height, int width);

/*
 * Scales an area of grey (picture_height, picture_width), tight rows, to out (height, width), grey
 * levels 0..255. Shrinking averages over the area behind each pixel, enlarging interpolates
 * linearly; what lies outside of the picture is its nearest edge.
 */
void crop_scale(const uint8_t *grey, int picture_width, int picture_height,
                const struct crop_area *area, float *out, int height, int width);

/*
 * The same for an area that is turned around its middle by `turn` radians, clockwise as seen on the
 * screen; without a turn it is crop_scale. Samples between pixels are interpolated linearly, and as
 * many are averaged as there are pixels behind one of out.
 */
void crop_scale_turned(const uint8_t *grey, int picture_width, int picture_height,
                       const struct crop_area *area, float turn, float *out, int height, int width);

/* How faces are cut out; the user's. */
struct crop_how {
    double margin; /* share of the box's side that is added around it */
    double dx, dy; /* the middle is moved by so many sides, right and down */
    bool align;    /* turned and moved until the eyes are level and in their place */
};

/* How a face stands in its box, as its eyes tell. */
struct crop_pose {
    float turn;   /* of the line of its eyes, radians, clockwise as seen on the screen */
    float dx, dy; /* from the box's middle to the face's, in sides */
};

/* Both in turn: the face in box of a frame as the network's input (height, width, 1). pose counts
 * where how->align says so; NULL = not known. */
void crop_face(const struct frame *frame, const struct box *box, const struct crop_how *how,
               const struct crop_pose *pose, float *out, int height, int width);

#endif
