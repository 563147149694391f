/*
 * fit: where a region of a frame comes to lie in a pane of cells, and where a box of it does. Pure.
 */
#ifndef TUI_FIT_H
#define TUI_FIT_H

#include <stdbool.h>

#include "tui/picture.h"

struct fit {
    struct box region;        /* pixels of the frame */
    struct picture_rect area; /* cells of the window */
    bool mirror;              /* left and right swapped */
};

/* The largest area of the pane, centred, that shows the region in its shape: a cell is twice as
 * high as wide. zoom is clipped to the frame; w or h of 0 means all of it. */
struct fit fit_make(int width, int height, struct box zoom, int rows, int cols, bool mirror);

/* The cells of a box of pixels, edges rounded to the nearest, at least one cell; none (h = w = 0)
 * where the box lies outside the region. */
struct picture_rect fit_map(const struct fit *f, struct box box);

#endif
