/* sharpen: see sharpen.h. Pure. */
#include "tui/sharpen.h"

#include <stddef.h>

static uint8_t clamped(int v)
{
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

void sharpen(const uint8_t *in, uint8_t *out, int width, int height, int amount)
{
    for (int y = 0; y < height; y++) {
        const uint8_t *here = in + (size_t)y * (size_t)width;
        const uint8_t *up = y > 0 ? here - width : here;
        const uint8_t *down = y + 1 < height ? here + width : here;
        for (int x = 0; x < width; x++) {
            int l = x > 0 ? x - 1 : x, r = x + 1 < width ? x + 1 : x;
            int sum =
                up[l] + up[x] + up[r] + here[l] + here[x] + here[r] + down[l] + down[x] + down[r];
            *out++ = clamped(here[x] + (9 * here[x] - sum) * amount / (9 * 256));
        }
    }
}
