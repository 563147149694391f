/* camera_pixels: what a camera delivers (YUYV, planar YUV 4:2:0, grey) to a frame's grey and RGB.
 * Pure. */
#ifndef VISION_CAMERA_PIXELS_H
#define VISION_CAMERA_PIXELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vision/frame.h"

enum camera_pixels { CAMERA_YUYV, CAMERA_YUV420, CAMERA_GREY };

/* Bytes of a picture whose rows are `stride` bytes (of the first plane). */
size_t camera_pixels_size(enum camera_pixels kind, int stride, int height);

/*
 * Fills grey, and rgb unless it is NULL, from data of at least camera_pixels_size bytes. full: luma
 * is 0..255, not 16..235. Colours after ITU-R BT.601.
 */
void camera_pixels_copy(enum camera_pixels kind, const uint8_t *data, int stride, bool full,
                        struct frame *f);

#endif
