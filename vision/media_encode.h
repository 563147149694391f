/* media_encode: many grey pictures of one size as PNG or JPEG, with an encoder that stays open. A
 * struct media_encoder belongs to one thread. */
#ifndef VISION_MEDIA_ENCODE_H
#define VISION_MEDIA_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct media_encoder;

/* NULL and err where libav has no such encoder. */
struct media_encoder *media_encoder_open(bool jpeg, int width, int height, struct err *err);

/* NULL is allowed. */
void media_encoder_close(struct media_encoder *e);

/* The file of grey (height, width), valid until the next call; PNG loses nothing. NULL and err. */
const uint8_t *media_encode(struct media_encoder *e, const uint8_t *grey, size_t *size,
                            struct err *err);

#endif
