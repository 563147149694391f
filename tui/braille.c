/*
 * braille: eight dots per cell, each black or white, by Floyd-Steinberg error diffusion (Floyd and
 * Steinberg 1976, "An adaptive algorithm for spatial greyscale"). UI thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tui/render.h"

/* Two rows of errors in 1/16 levels, with a cell of margin at both ends. */
struct braille {
    int *error;
    int cols;
};

static void *braille_open(const struct style *s)
{
    (void)s;
    return mem_zalloc(1, sizeof(struct braille));
}

static void braille_close(void *state)
{
    struct braille *b = state;
    free(b->error);
    free(b);
}

/* Decides the dots of one row of samples; here and below are its and the next row's errors. */
static void diffuse(const uint8_t *grey, int n, int *here, int *below, uint8_t *dots, int bit_left,
                    int bit_right)
{
    memset(below - 1, 0, (size_t)(n + 2) * sizeof *below);
    for (int x = 0; x < n; x++) {
        int want = grey[x] * 16 + here[x];
        int on = want >= 128 * 16;
        int off = (want - (on ? 255 * 16 : 0)) / 16;
        here[x + 1] += 7 * off;
        below[x - 1] += 3 * off;
        below[x] += 5 * off;
        below[x + 1] += off;
        if (on)
            dots[x / 2] |= (uint8_t)(x % 2 ? bit_right : bit_left);
    }
}

static void braille_draw(void *state, const struct style *s, const struct raster *in,
                         struct glyph *out)
{
    static const uint8_t left[4] = {0x01, 0x02, 0x04, 0x40}, right[4] = {0x08, 0x10, 0x20, 0x80};
    struct braille *b = state;
    int n = 2 * in->cols, fg = style_grey(s, 255), bg = style_grey(s, 0);
    if (b->cols != in->cols) {
        b->error = mem_realloc(b->error, (size_t)(2 * (n + 2) + in->cols), sizeof *b->error);
        b->cols = in->cols;
    }
    int *here = b->error + 1, *below = here + n + 2;
    uint8_t *dots = (uint8_t *)(b->error + 2 * (n + 2));
    memset(here - 1, 0, (size_t)(n + 2) * sizeof *here);
    for (int y = 0; y < in->rows; y++) {
        memset(dots, 0, (size_t)in->cols);
        for (int k = 0; k < 4; k++) {
            diffuse(in->grey + (4 * y + k) * n, n, here, below, dots, left[k], right[k]);
            int *swap = here;
            here = below;
            below = swap;
        }
        for (int x = 0; x < in->cols; x++)
            out[y * in->cols + x] =
                (struct glyph){dots[x] != 0 ? (wchar_t)(0x2800 + dots[x]) : L' ', fg, bg};
    }
}

const struct renderer_ops renderer_braille = {
    .name = "braille",
    .id = UI_BRAILLE,
    .utf8 = true,
    .across = 2,
    .down = 4,
    .sharpen = 256,
    .hold = 3,
    .open = braille_open,
    .close = braille_close,
    .draw = braille_draw,
};
