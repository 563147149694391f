/*
 * ascii: libcaca's ASCII art; the only home of <caca.h>. UI thread: libcaca keeps its dither row
 * in statics.
 *
 * Only the off-screen canvas is used; caca_create_display would take the terminal from ncurses.
 * "fullgray" and "full16" are the only colour modes that draw bright areas well; brightness and
 * contrast setters do nothing, so the stretch is ours.
 */
#include <caca.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"
#include "tui/render.h"

enum { STAY = 4 /* levels that a cell may change by and keep its glyph */ };

/* A cell as it was drawn, and the level that it was drawn for; -1 = not yet. */
struct cell {
    struct glyph glyph;
    int level;
};

struct ascii {
    caca_canvas_t *canvas;
    caca_dither_t *dither;
    int rows, cols;
    const char *charset;
    bool bright;       /* the ground can have all colours that the ink can */
    struct cell *cell; /* (rows, cols) */
};

static void *ascii_open(const struct style *s)
{
    struct ascii *a = mem_zalloc(1, sizeof *a);
    a->charset = s->utf8 ? "shades" : "ascii";
    a->bright = s->colors >= 16;
    return a;
}

static void ascii_close(void *state)
{
    struct ascii *a = state;
    if (a->dither != NULL)
        caca_free_dither(a->dither);
    if (a->canvas != NULL)
        caca_free_canvas(a->canvas);
    free(a->cell);
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
    a->cell = mem_realloc(a->cell, (size_t)rows * (size_t)cols, sizeof *a->cell);
    for (int i = 0; i < rows * cols; i++)
        a->cell[i].level = -1;
}

/* ---- the same look for fewer bytes --------------------------------------------------------- */

/* Do two glyphs look the same? Of a blank only the ground is seen, and a half tone is the same with
 * ink and ground exchanged. */
static bool same_look(const struct ascii *art, const struct glyph *a, const struct glyph *b)
{
    if (a->ch != b->ch)
        return false;
    if (a->ch == L' ')
        return a->bg == b->bg;
    bool same = a->fg == b->fg && a->bg == b->bg;
    return same || (art->bright && a->ch == L'▒' && a->fg == b->bg && a->bg == b->fg);
}

/* Spells a glyph with the colours of the cell before it, if it looks the same with them: colours
 * are sent only where they change. */
static struct glyph spell(const struct ascii *art, struct glyph g, const struct glyph *before)
{
    struct glyph other = {g.ch, before->fg, before->bg};
    return same_look(art, &g, &other) ? other : g;
}

/*
 * Brings a cell up to date. Diffusion carries a change on to all that is right of it and below, so
 * a cell whose own level hardly changed keeps its glyph, which was as good a choice as the new one.
 */
static void renew(const struct ascii *art, struct cell *c, struct glyph new, int level,
                  const struct glyph *before)
{
    bool same = c->level >= 0 && same_look(art, &c->glyph, &new);
    if (!same && c->level >= 0 && abs(level - c->level) <= STAY)
        return;
    if (!same)
        c->glyph = before != NULL ? spell(art, new, before) : new;
    c->level = level;
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
        struct glyph g = {(wchar_t)ch[i], ansi[color & 15], ansi[color >> 4]};
        renew(a, &a->cell[i], g, in->grey[i], i % in->cols > 0 ? &out[i - 1] : NULL);
        out[i] = a->cell[i].glyph;
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
