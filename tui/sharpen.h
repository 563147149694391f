/* sharpen: the unsharp mask behind every picture that becomes characters. Pure. */
#ifndef TUI_SHARPEN_H
#define TUI_SHARPEN_H

#include <stdint.h>

/* out = in + amount/256 * (in - its 3x3 mean), the border repeated; both (height, width), not the
 * same block. */
void sharpen(const uint8_t *in, uint8_t *out, int width, int height, int amount);

#endif
