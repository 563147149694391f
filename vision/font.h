/*
 * font: letters of five by seven pixels, for marked pictures. Pure; any thread.
 */
#ifndef VISION_FONT_H
#define VISION_FONT_H

#include <stdint.h>

#define FONT_WIDTH 5
#define FONT_HEIGHT 7

/* The rows of a character from top to bottom; bit 4 is the left pixel. Small letters look like
 * capitals; what is neither letter, digit nor one of " .%-:" is a box. */
const uint8_t *font_rows(char c);

#endif
