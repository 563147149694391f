/*
 * jpeg: JPEG files as grey pictures, by libjpeg-turbo: several times as fast as libav on the small
 * pictures that data sets are made of, since a decoder keeps nothing from one to the next.
 *
 * A struct jpeg belongs to one thread; its memory grows to the largest picture and stays.
 */
#ifndef VISION_JPEG_H
#define VISION_JPEG_H

#include <stddef.h>
#include <stdint.h>

struct jpeg;

struct jpeg *jpeg_open(void);

/* NULL is allowed. */
void jpeg_close(struct jpeg *j);

/* Decodes a file in memory: its luma (height, width), full range, tight rows, valid until the next
 * call. NULL for whatever is not plainly sound and upright (damaged, cut off, CMYK, lossless, too
 * large, turned by EXIF): another reader's business. */
const uint8_t *jpeg_grey(struct jpeg *j, const uint8_t *file, size_t size, int *width, int *height);

#endif
