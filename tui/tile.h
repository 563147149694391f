/*
 * tile: a small grey picture in a rectangle of cells, for screens that show many of them. Each has
 * a contrast of its own, so that dark and pale ones can be told apart alike.
 *
 * UI thread. One struct tile serves all pictures of about one size; it allocates only when the size
 * or the renderer changes.
 */
#ifndef TUI_TILE_H
#define TUI_TILE_H

#include <curses.h>
#include <stdint.h>

#include "tui/style.h"

struct tile;

/* style is kept and must outlive it. */
struct tile *tile_new(const struct style *style, enum ui_renderer wanted);
void tile_free(struct tile *t);

/* Goes on to the next renderer that this terminal can show. */
void tile_next_renderer(struct tile *t);
const char *tile_renderer(const struct tile *t);

/* Rows of cells from which on the expression of a face can be told, as a person judged. */
int tile_legible(const struct tile *t);

/* Draws grey (side, side) into rows x cols cells (both > 0) from y, x of the window, which must
 * hold them; a cell being twice as high as wide, it is square where cols is 2 * rows. */
void tile_draw(struct tile *t, WINDOW *win, int y, int x, int rows, int cols, const uint8_t *grey,
               int side);

#endif
