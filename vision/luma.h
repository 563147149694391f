/* luma: limited range (16 is black, 235 white, as in ITU-R BT.601) to 0..255. Pure. */
#ifndef VISION_LUMA_H
#define VISION_LUMA_H

#include <stdint.h>

/* (y - 16) * 255 / 219, rounded, as t * 298 / 256 = t + t * 42 / 256: in 16 bits, so that a loop of
 * these becomes vectors. */
static inline uint8_t luma_full(uint8_t y)
{
    uint16_t t = (uint16_t)(y > 16 ? y - 16 : 0);
    uint16_t v = (uint16_t)(t + (uint16_t)((uint16_t)(t * 42 + 128) >> 8));
    return (uint8_t)(v > 255 ? 255 : v);
}

#endif
