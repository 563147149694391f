/*
 * media_frame: a picture as libav decodes it to a frame as the program wants it: upright,
 * full-range luma, RGB.
 *
 * Belongs to one media source (capture thread). The scratch grows to the largest picture and stays.
 */
#ifndef VISION_MEDIA_FRAME_H
#define VISION_MEDIA_FRAME_H

#include "base/err.h"
#include "vision/frame.h"
#include "vision/media_lib.h"

#define MEDIA_SIDE_MAX 16384
#define MEDIA_PIXELS_MAX                                                                           \
    (INT64_C(1) << 27) /* a telephone's 108 million, some 1.3 GB on the way                        \
                        */

/* How a stored picture becomes upright: first transposed, then mirrored. */
struct media_turn {
    bool transpose, flip_x, flip_y;
};

struct media_convert {
    struct SwsContext *to_rgb, *to_grey;
    uint8_t *rgb, *grey; /* scratch, rows of `stride` * 3 and `stride` bytes */
    size_t room;         /* bytes of grey; rgb has three times as many */
};

/* 0 if a picture of that size can be had, else -1 and err. */
int media_check_size(int width, int height, struct err *err);

void media_convert_end(struct media_convert *c);

/* The turn that the picture (EXIF, display matrix) or its stream (display matrix), which may be
 * NULL, asks for. */
struct media_turn media_turn_of(const AVFrame *picture, const AVStream *stream);

/*
 * Turns the picture into a frame of the pool, with *out = NULL if none is free. -1 and err if
 * libswscale does not know the pixel format or the size is out of bounds. Grey pictures give a
 * frame without rgb, and so does the wish for grey.
 */
int media_convert(struct media_convert *c, const AVFrame *picture, struct media_turn turn,
                  bool grey, struct frame_pool *pool, struct frame **out, struct err *err);

/* The same as grey alone: out has room for the picture, whose size has been checked. 0 or -1. */
int media_convert_grey(struct media_convert *c, const AVFrame *picture, struct media_turn turn,
                       uint8_t *out, struct err *err);

#endif
