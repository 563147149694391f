/*
 * layout: from the size of the terminal to the rectangles of the panes. Pure; any thread.
 */
#ifndef TUI_LAYOUT_H
#define TUI_LAYOUT_H

#include <stdbool.h>

/* Smaller than this, and the screen is one line of text. */
#define LAYOUT_MIN_ROWS 10
#define LAYOUT_MIN_COLS 40

enum layout_pane { LAYOUT_PICTURE, LAYOUT_BARS, LAYOUT_HISTORY, LAYOUT_PANES, LAYOUT_NONE = -1 };

/* Cells; not there if h or w is 0. */
struct layout_rect {
    int y, x, h, w;
};

/* The frame around every view: status line on top, the view, hint line at the bottom. */
struct layout_frame {
    bool line; /* too small: all rows are body, and a view shows itself as text */
    struct layout_rect status, body, hint;
};

/* The panes of the live view inside its body, each with its title in its first row; a column or
 * row between panes that belongs to none is where a line may be drawn. */
struct layout_panes {
    struct layout_rect pane[LAYOUT_PANES];
    struct layout_rect rule; /* the vertical line between picture and the rest */
};

struct layout_frame layout_frame(int rows, int cols);

/* The panes in a body of rows x cols; maximised = the one that gets all of it, or LAYOUT_NONE. */
struct layout_panes layout_panes(int rows, int cols, enum layout_pane maximised);

#endif
