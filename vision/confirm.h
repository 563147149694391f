/*
 * confirm: how certain it is that a box holds a face.
 *
 * The neighbours that a detection has depend on its size in the picture and on the step between
 * scales, and a wine glass may have more of them than a small face. Here the box is brought to one
 * size and searched again in fine steps with the same cascade: the windows that pass, of all near
 * it, are counted (that a face answers over a wider range of places and sizes than chance does is
 * what Viola and Jones 2001, section 5, use to merge detections). Allocates at open only; one
 * thread.
 */
#ifndef VISION_CONFIRM_H
#define VISION_CONFIRM_H

#include "base/err.h"
#include "config/opts.h"
#include "vision/frame.h"

/*
 * Windows of a face. In group_640x480.mp4 a wine glass has 14 to 35 over three seconds, the
 * faces behind it, 30 pixels wide, 44 and more in their better moments.
 */
#define CONFIRM_CERTAIN 40

struct confirm;

/* Reads the cascade of the options once more; NULL and err on failure. */
struct confirm *confirm_open(const struct detect_opts *opts, struct err *err);

/* NULL is allowed. */
void confirm_close(struct confirm *c);

/* How many windows pass at the box, and about its size, in a frame. */
int confirm_count(struct confirm *c, const struct frame *frame, const struct box *box);

#endif
