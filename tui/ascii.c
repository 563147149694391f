/*
 * ascii: libcaca's ASCII art; the only home of <caca.h>. UI thread: libcaca keeps its dither row
 * in statics.
 *
 * Only the off-screen canvas is used; caca_create_display would take the terminal from ncurses.
 * "fullgray" and "full16" are the only colour modes that draw bright areas well; brightness and
 * contrast setters do nothing, so the stretch is ours.
 */
#include <caca.h>
#include <stdlib.h>

#include "base/mem.h"
#include "tui/render.h"

struct ascii {
    caca_canvas_t *canvas;
    caca_dither_t *dither;
    int rows, cols;
    const char *charset;
};

static void *ascii_open(const struct style *s)
{
    struct ascii *a = mem_zalloc(1, sizeof *a);
    a->charset = s->utf8 ? "shades" : "ascii";
    return a;
}

static void ascii_close(void *state)
{
    struct ascii *a = state;
    if (a->dither != NULL)
        caca_free_dither(a->dither);
    if (a->canvas != NULL)
        caca_free_canvas(a->canvas);
    free(a);
}

/*
 * libcaca takes the four greys for 0, 85, 170, 255; terminals of today show them lighter (7 is 229
 * in xterm, 211 in GNOME, 216 in Alacritty; 8 is 127, 85, 107). The palette undoes that: what shall
 * look like 107 is given to libcaca as 85. Its entries have 12 bits.
 */
static uint32_t undo_theme(uint32_t level)
{
    static const uint32_t shown[] = {0, 107, 216, 255}, taken[] = {0, 0x555, 0xaaa, 0xfff};
    uint32_t i = level <= shown[1] ? 0 : level <= shown[2] ? 1 : 2;
    return taken[i] + (level - shown[i]) * (taken[i + 1] - taken[i]) / (shown[i + 1] - shown[i]);
}

/* A dither of 8-bit grey pixels. */
static caca_dither_t *make_dither(int cols, int rows, const char *charset)
{
    uint32_t grey[256], opaque[256];
    for (uint32_t i = 0; i < 256; i++) {
        grey[i] = undo_theme(i);
        opaque[i] = 0xfff;
    }
    caca_dither_t *d = caca_create_dither(8, cols, rows, cols, 0, 0, 0, 0);
    if (d == NULL)
        return NULL;
    caca_set_dither_palette(d, grey, grey, grey, opaque);
    caca_set_dither_color(d, "fullgray");
    caca_set_dither_algorithm(d, "fstein");
    caca_set_dither_charset(d, charset);
    return d;
}

static void resize(struct ascii *a, int rows, int cols)
{
    if (a->dither != NULL)
        caca_free_dither(a->dither);
    if (a->canvas == NULL)
        a->canvas = caca_create_canvas(cols, rows);
    a->dither = make_dither(cols, rows, a->charset);
    if (a->canvas == NULL || a->dither == NULL || caca_set_canvas_size(a->canvas, cols, rows) != 0)
        mem_panic("libcaca has no canvas of %d x %d cells", cols, rows);
    a->rows = rows;
    a->cols = cols;
}

static void ascii_draw(void *state, const struct style *s, const struct raster *in,
                       struct glyph *out)
{
    /* libcaca's colours are in the order of the IBM PC: blue is 1, red is 4. */
    static const int ansi[16] = {0, 4, 2, 6, 1, 5, 3, 7, 8, 12, 10, 14, 9, 13, 11, 15};
    struct ascii *a = state;
    (void)s;
    if (a->rows != in->rows || a->cols != in->cols)
        resize(a, in->rows, in->cols);
    caca_clear_canvas(a->canvas);
    caca_dither_bitmap(a->canvas, 0, 0, in->cols, in->rows, a->dither, in->grey);
    const uint32_t *ch = caca_get_canvas_chars(a->canvas);
    const uint32_t *attr = caca_get_canvas_attrs(a->canvas);
    for (int i = 0; i < in->rows * in->cols; i++) {
        uint8_t color = caca_attr_to_ansi(attr[i]);
        out[i] = (struct glyph){(wchar_t)ch[i], ansi[color & 15], ansi[color >> 4]};
    }
}

const struct renderer_ops renderer_caca = {
    .name = "libcaca",
    .id = UI_CACA,
    .colors = 8,
    .across = 1,
    .down = 1,
    .sharpen = 192,
    .hold = 3,
    .open = ascii_open,
    .close = ascii_close,
    .draw = ascii_draw,
};
