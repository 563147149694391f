/*
 * half: two square pixels per cell, the upper as foreground of a half block, the lower as
 * background. UI thread; no state.
 */
#include "tui/render.h"

/* A cell of two colours. A cell can say the same in several ways; taking the one that goes on with
 * the colours of the cell before saves bytes, as colours are sent only when they change. */
static struct glyph half_cell(int top, int bottom, const struct glyph *before)
{
    if (before != NULL) {
        int fg = before->fg, bg = before->bg;
        if (top == bottom && bottom == bg)
            return (struct glyph){L' ', fg, bg};
        if (top == bg && bottom == fg)
            return (struct glyph){L'▄', fg, bg};
    }
    if (top == bottom)
        return (struct glyph){L' ', top, top};
    return (struct glyph){L'▀', top, bottom};
}

static void half_grey_draw(void *state, const struct style *s, const struct raster *in,
                           struct glyph *out)
{
    int color[256];
    (void)state;
    for (int v = 0; v < 256; v++)
        color[v] = style_grey(s, v);
    for (int y = 0; y < in->rows; y++) {
        const uint8_t *top = in->grey + 2 * y * in->cols, *bottom = top + in->cols;
        struct glyph *row = out + y * in->cols;
        for (int x = 0; x < in->cols; x++)
            row[x] = half_cell(color[top[x]], color[bottom[x]], x > 0 ? &row[x - 1] : NULL);
    }
}

static int color_at(const struct style *s, const uint8_t *rgb)
{
    return style_rgb(s, rgb[0], rgb[1], rgb[2]);
}

static void half_color_draw(void *state, const struct style *s, const struct raster *in,
                            struct glyph *out)
{
    if (in->rgb == NULL) {
        half_grey_draw(state, s, in, out);
        return;
    }
    for (int y = 0; y < in->rows; y++) {
        const uint8_t *top = in->rgb + 6 * y * in->cols, *bottom = top + 3 * in->cols;
        struct glyph *row = out + y * in->cols;
        for (int x = 0; x < in->cols; x++)
            row[x] = half_cell(color_at(s, top + 3 * x), color_at(s, bottom + 3 * x),
                               x > 0 ? &row[x - 1] : NULL);
    }
}

const struct renderer_ops renderer_half_grey = {
    .name = "half-block grey",
    .id = UI_HALF_GREY,
    .utf8 = true,
    .colors = 256,
    .across = 1,
    .down = 2,
    .sharpen = 64,
    .hold = 2,
    .draw = half_grey_draw,
};

const struct renderer_ops renderer_half_color = {
    .name = "half-block colour",
    .id = UI_HALF_COLOR,
    .utf8 = true,
    .colors = 256,
    .across = 1,
    .down = 2,
    .rgb = true,
    .sharpen = 64,
    .hold = 2,
    .draw = half_color_draw,
};
