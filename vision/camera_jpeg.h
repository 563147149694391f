/*
 * camera_jpeg: the JPEGs of a camera to planar YUV 4:2:0, through libv4lconvert.
 *
 * libv4l2 does the same where JPEG is all that a camera offers, but where there is YUYV too it
 * takes that, even if the bus has no room for it. Belongs to one camera (capture thread).
 */
#ifndef VISION_CAMERA_JPEG_H
#define VISION_CAMERA_JPEG_H

#include <stddef.h>
#include <stdint.h>

struct camera_jpeg;

/* For pictures of that size from the camera open as fd, which is borrowed. NULL if there is no
 * converter for it. */
struct camera_jpeg *camera_jpeg_new(int fd, int width, int height);

/* NULL is allowed. */
void camera_jpeg_free(struct camera_jpeg *j);

/*
 * The picture as YUV 4:2:0 of full range, rows of `width` bytes, good until the next call; NULL if
 * it is damaged.
 */
const uint8_t *camera_jpeg_decode(struct camera_jpeg *j, uint8_t *data, size_t size);

#endif
