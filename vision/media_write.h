/* media_write: a picture to a file, through libav's encoders. Any thread; nothing is kept between
 * calls. */
#ifndef VISION_MEDIA_WRITE_H
#define VISION_MEDIA_WRITE_H

#include <stdint.h>

#include "base/err.h"

/*
 * Writes rgb (height, width, 3) to path as PNG or JPEG, by its ending, whole or not at all. 0, or
 * -1 and err.
 */
int media_write_picture(const char *path, const uint8_t *rgb, int width, int height,
                        struct err *err);

#endif
