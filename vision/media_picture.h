/*
 * media_picture: picture files as grey pictures, many of them, fast.
 *
 * What a whole set of pictures is read with: a file is read at once and decoded by a decoder that
 * stays open, where a source would be opened and paced for each. JPEG (vision/jpeg.h), PNG, BMP
 * and PNM come this way; whatever else libav reads goes through a source. Unlike there, a file that
 * is cut off is an error. A struct media_picture belongs to one thread; its memory grows to the
 * largest file and picture and stays.
 */
#ifndef VISION_MEDIA_PICTURE_H
#define VISION_MEDIA_PICTURE_H

#include <stdint.h>

#include "base/err.h"

struct media_picture;

struct media_picture *media_picture_open(void);

/* NULL is allowed. */
void media_picture_close(struct media_picture *m);

/* Reads a picture: grey levels (height, width), tight rows, upright, full range, which stay valid
 * until the next call. NULL and err, which names the file. */
const uint8_t *media_picture_read(struct media_picture *m, const char *path, int *width,
                                  int *height, struct err *err);

#endif
