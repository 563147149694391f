/*
 * render: how a picture becomes characters. One file and one row of the table per way: libcaca
 * (ascii.c), half blocks (half.c), braille dots (braille.c), a plain ramp (ramp.c).
 *
 * Renderers are used by picture.c alone, on the UI thread (libcaca keeps state in statics).
 */
#ifndef TUI_RENDER_H
#define TUI_RENDER_H

#include <stdbool.h>
#include <stdint.h>
#include <wchar.h>

#include "config/opts.h"
#include "tui/style.h"

/* The picture as a renderer gets it: contrast stretched and sharpened, cols * across samples wide
 * and rows * down high. */
struct raster {
    int rows, cols;      /* cells */
    const uint8_t *grey; /* (rows * down, cols * across) */
    const uint8_t *rgb;  /* the same, 3 bytes each; NULL if the renderer or the source is grey */
};

struct glyph {
    wchar_t ch;
    int fg, bg; /* colour numbers for style_ink */
};

struct renderer_ops {
    const char *name;
    enum ui_renderer id;
    bool utf8;        /* needs more than ASCII */
    int colors;       /* needs at least as many */
    int across, down; /* samples per cell */
    bool rgb;         /* wants colour */
    int sharpen;      /* of the unsharp mask, in 1/256 */
    int hold;         /* of the noise filter: more where one change spreads by diffusion */
    void *(*open)(const struct style *s); /* NULL: it has no state */
    void (*close)(void *state);
    /* Fills out (rows, cols). */
    void (*draw)(void *state, const struct style *s, const struct raster *in, struct glyph *out);
};

extern const struct renderer_ops renderer_caca, renderer_half_grey, renderer_half_color,
    renderer_braille, renderer_ramp;

/* The renderer asked for, or the next of the table that this terminal can show; the ramp always
 * can. */
const struct renderer_ops *renderer_pick(const struct style *s, enum ui_renderer wanted);

/* The one after r that this terminal can show. */
const struct renderer_ops *renderer_next(const struct style *s, const struct renderer_ops *r);

#endif
