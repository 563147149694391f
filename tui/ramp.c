/*
 * ramp: ten characters of growing ink, with ordered dithering (Bayer 1973, 4x4); for terminals
 * that have nothing else, and the one that sends least. UI thread; no state.
 */
#include "tui/render.h"

static void ramp_draw(void *state, const struct style *s, const struct raster *in,
                      struct glyph *out)
{
    static const char ramp[] = " .:-=+*#%@";
    static const int bayer[4][4] = {{0, 8, 2, 10}, {12, 4, 14, 6}, {3, 11, 1, 9}, {15, 7, 13, 5}};
    int fg = style_grey(s, 255), bg = style_grey(s, 0), steps = (int)sizeof ramp - 2;
    (void)state;
    for (int y = 0; y < in->rows; y++) {
        for (int x = 0; x < in->cols; x++) {
            int v = in->grey[y * in->cols + x] * steps * 16 / 255;
            out[y * in->cols + x] =
                (struct glyph){(wchar_t)ramp[(v + bayer[y % 4][x % 4]) / 16], fg, bg};
        }
    }
}

const struct renderer_ops renderer_ramp = {
    .name = "plain ramp",
    .id = UI_RAMP,
    .across = 1,
    .down = 1,
    .sharpen = 205,
    .hold = 2,
    .draw = ramp_draw,
};
