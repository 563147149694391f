/*
 * picture: the picture pane: a frame, shrunk to the terminal's cells, with boxes around faces.
 *
 * UI thread alone. A picture keeps what steadies it over time (noise filter, contrast), its
 * renderers and its buffers; it allocates only when the pane, the frame's size or the renderer
 * changes.
 */
#ifndef TUI_PICTURE_H
#define TUI_PICTURE_H

#include <curses.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/opts.h"
#include "tui/style.h"
#include "vision/frame.h"

struct picture;

/* A rectangle of cells in a window; y, x is the upper left cell; no cells if h or w is 0. */
struct picture_rect {
    int y, x, h, w;
};

/* A box to be drawn over the picture. */
struct picture_mark {
    struct box box;    /* pixels of the frame */
    const char *label; /* "1 happy 83%", borrowed */
    int color;         /* of lines and label; STYLE_DEFAULT = as text */
    bool selected;     /* drawn last and stronger */
};

/* What to draw; all borrowed until picture_draw returns. */
struct picture_view {
    const struct frame *frame; /* NULL: an empty pane */
    struct box zoom;           /* pixels of the frame; w or h of 0 = all of it */
    bool mirror;
    bool hold;   /* the picture that is there stays, if there is one */
    bool small;  /* half as wide and high as there is room for */
    bool plain;  /* as the renderer draws it that needs the fewest bytes */
    int64_t now; /* clock of contrast smoothing, ns */
    const struct picture_mark *marks;
    int count;
};

/* style is kept and must outlive it; opts gives renderer and noise_filter and is not kept. */
struct picture *picture_new(const struct style *style, const struct ui_opts *opts);
void picture_free(struct picture *p);

/* Fills the whole window. The picture is centred and keeps its shape, a cell being twice as high
 * as wide. */
void picture_draw(struct picture *p, WINDOW *win, const struct picture_view *view);

/* Forgets the last frame: the next one has nothing to do with it (another source, a jump). */
void picture_reset(struct picture *p);

/* Name of the renderer in use ("libcaca", "half-block grey", ...), which may not be the one asked
 * for: the terminal decides. */
const char *picture_renderer(const struct picture *p);
enum ui_renderer picture_renderer_id(const struct picture *p);

/* Whether it shows the colours of a frame that has some. */
bool picture_colored(const struct picture *p);

/* Goes on to the next renderer that this terminal can show. */
void picture_next_renderer(struct picture *p);

/* Where the last picture_draw put the picture, and a box of it (clipped to the picture): cells of
 * its window. */
struct picture_rect picture_area(const struct picture *p);
struct picture_rect picture_map(const struct picture *p, struct box box);

/*
 * A zoom region that follows a face and does not fidget: it stays until the face comes near its
 * border or changes its size by a third, and then glides. Zeroed = no region yet.
 */
struct picture_zoom {
    struct box goal;
    double x, y, w, h; /* where it is on its way there */
    int width, height, rows, cols;
    int64_t time, seen; /* of the last call and of the last face */
};

/* The region of a frame of width x height pixels for a pane of rows x cols, with the face in its
 * middle, taking most of its height. face NULL: after a second and a half, the way back to all of
 * it. */
struct box picture_follow(struct picture_zoom *z, const struct box *face, int width, int height,
                          int rows, int cols, int64_t now);

#endif
