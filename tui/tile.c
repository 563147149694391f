/*
 * tile: see tile.h. UI thread.
 *
 * A picture goes: samples (average) -> stretched by itself, the middle of the face in the middle of
 * the greys (steady) -> sharpened -> glyphs (render) -> window.
 */
#include "tui/tile.h"

#include <stdlib.h>

#include "base/mem.h"
#include "tui/average.h"
#include "tui/render.h"
#include "tui/sharpen.h"
#include "tui/steady.h"

struct tile {
    const struct style *style;
    const struct renderer_ops *renderer;
    void *state; /* the renderer's */
    struct average average;
    size_t samples, cells; /* room of the buffers */
    uint8_t *fresh, *work; /* (rows * down, cols * across) */
    struct glyph *glyph;   /* (rows, cols) */
    cchar_t *line;         /* a row of them for ncurses */
};

static void set_renderer(struct tile *t, const struct renderer_ops *r)
{
    if (t->renderer != NULL && t->renderer->close != NULL)
        t->renderer->close(t->state);
    t->renderer = r;
    t->state = r != NULL && r->open != NULL ? r->open(t->style) : NULL;
}

struct tile *tile_new(const struct style *style, enum ui_renderer wanted)
{
    struct tile *t = mem_zalloc(1, sizeof *t);
    t->style = style;
    set_renderer(t, renderer_pick(style, wanted));
    return t;
}

void tile_free(struct tile *t)
{
    if (t == NULL)
        return;
    set_renderer(t, NULL);
    average_free(&t->average);
    free(t->fresh);
    free(t->glyph);
    free(t->line);
    free(t);
}

void tile_next_renderer(struct tile *t)
{
    set_renderer(t, renderer_next(t->style, t->renderer));
}

const char *tile_renderer(const struct tile *t)
{
    return t->renderer->name;
}

int tile_legible(const struct tile *t)
{
    static const int rows[] = {14, 14, 12, 10, 11}; /* by samples down a cell */
    int down = t->renderer->down;
    return rows[down < (int)MEM_COUNT(rows) ? down : (int)MEM_COUNT(rows) - 1];
}

static void reserve(struct tile *t, size_t samples, size_t cells)
{
    if (samples > t->samples) {
        t->samples = samples;
        t->fresh = mem_realloc(t->fresh, 2, samples);
    }
    t->work = t->fresh + t->samples;
    if (cells > t->cells) {
        t->cells = cells;
        t->glyph = mem_realloc(t->glyph, cells, sizeof *t->glyph);
        t->line = mem_realloc(t->line, cells, sizeof *t->line);
    }
}

/* Stretches fresh (height, width) in place. */
static void stretch(struct tile *t, int width, int height)
{
    struct steady_contrast contrast = {0};
    uint8_t table[256];
    bool negative = t->style->colors == 0 && t->style->light; /* ink is dark there */
    int n = width * height, h = (height + 1) / 2, w = (width + 1) / 2;
    int middle = steady_median(t->fresh, width, (height - h) / 2, (width - w) / 2, h, w);
    steady_stretch(&contrast, t->fresh, n, middle, 0, table);
    for (int i = 0; i < n; i++)
        t->fresh[i] = table[t->fresh[i]] ^ (negative ? 255 : 0);
}

static void put_glyphs(struct tile *t, WINDOW *win, int y, int x, int rows, int cols)
{
    const struct glyph *g = t->glyph;
    struct ink ink = {A_NORMAL, 0};
    int fg = -2, bg = -2;
    for (int i = 0; i < rows; i++) {
        for (int k = 0; k < cols; k++, g++) {
            wchar_t text[2] = {g->ch, L'\0'};
            if (g->fg != fg || g->bg != bg) {
                fg = g->fg;
                bg = g->bg;
                ink = style_ink(t->style, fg, bg, A_NORMAL);
            }
            setcchar(&t->line[k], text, ink.attr, 0, &ink.pair);
        }
        mvwadd_wchnstr(win, y + i, x, t->line, cols);
    }
}

void tile_draw(struct tile *t, WINDOW *win, int y, int x, int rows, int cols, const uint8_t *grey,
               int side)
{
    const struct renderer_ops *r = t->renderer;
    int width = cols * r->across, height = rows * r->down;
    reserve(t, (size_t)width * (size_t)height, (size_t)rows * (size_t)cols);
    average_set(&t->average, (struct box){0, 0, side, side}, width, height, false);
    average_run(&t->average, grey, side, 1, t->fresh);
    stretch(t, width, height);
    sharpen(t->fresh, t->work, width, height, r->sharpen);
    struct raster raster = {rows, cols, t->work, NULL};
    r->draw(t->state, t->style, &raster, t->glyph);
    put_glyphs(t, win, y, x, rows, cols);
}
