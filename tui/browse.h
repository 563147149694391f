/*
 * browse: the state of the browser and what its files do for each other. Private to
 * tui/browse*.c; UI thread.
 *
 *   browse_view.c    the view: life, news, words of the status line
 *   browse_keys.c    what the keys do
 *   browse_grid.c    the wall of faces and the sheet of classes: where they lie, how they look
 *   browse_detail.c  the chosen face, large, with all that is known of it
 *   browse_ask.c     questions: a row, a word, a class; and the menu of filters
 *   browse_list.c    which rows, in which order
 */
#ifndef TUI_BROWSE_H
#define TUI_BROWSE_H

#include <curses.h>
#include <stdbool.h>

#include "tui/browse_list.h"
#include "tui/layout.h"
#include "tui/style.h"
#include "tui/tile.h"
#include "tui/view.h"

enum browse_asking {
    BROWSE_ASK_NOTHING,
    BROWSE_ASK_ROW,
    BROWSE_ASK_WORD,
    BROWSE_ASK_LABEL,
    BROWSE_ASK_FILTER
};

/* Where everything lies, in cells of the body. */
struct browse_layout {
    struct layout_rect head, grid, picture, text, bars; /* h or w 0 = not there */
    int tile_h, tile_w; /* of the picture in a tile; a caption below, a column beside */
    int across, down;   /* tiles in the grid, at least 1 where it is there */
};

struct browse {
    struct study *study;
    const struct style *style;
    bool ready; /* the set is open, all below is made for it */
    struct browse_list list;
    struct style_mood mood[DATASET_CLASSES_MAX];
    int at;                  /* place in the list of the chosen row */
    int top;                 /* ... of the first tile, a multiple of layout.across */
    bool sheet;              /* a line of tiles for each class, its mean face first */
    int class, column, from; /* chosen there: the line, the tile (0 = mean), the first one shown */
    int class_top;           /* first line shown */
    bool alone;              /* the chosen face has the whole body */
    int other;  /* row shown large in place of the chosen one, until a key; -1 = none */
    int tile_h; /* wanted by the user; 0 = as the pane suggests */
    struct tile *small, *large;
    WINDOW *win; /* the body, borrowed; NULL = none */
    struct browse_layout layout;
    WINDOW *votes, *words; /* for the bars; NULL = not there */
    enum browse_asking asking;
    char answer[64];
    char word[64];    /* searched for last */
    int field;        /* chosen in the menu of filters */
    char notice[160]; /* said in the head line until the next key */
    char trouble[ERR_TEXT_MAX];
    int64_t made;   /* when the list was made */
    long predicted; /* what the network had said then */
    bool stale;     /* more is known since then that its order hangs on */
    bool measured;  /* the brightness is known */
    unsigned turns; /* of the study that were seen */
    int changes;    /* of the study, when the list was made */
};

/* The row of the data set that is chosen; -1 = none, or a mean face. */
int browse_row(const struct browse *b);

/* Chooses the tile at a place of the list, or the nearest that there is. */
void browse_choose(struct browse *b, int at);

/* Shows a row if the list has it; else says so and does nothing. */
bool browse_show_row(struct browse *b, int row);

/* Makes the list anew and keeps the chosen row if it is still there. */
void browse_relist(struct browse *b, int64_t now);

void browse_say(struct browse *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* ---- browse_grid.c */
void browse_lay_out(struct browse *b, WINDOW *win);
void browse_scroll(struct browse *b); /* so that the chosen tile is in sight */
void browse_grid_draw(struct browse *b, WINDOW *win);
bool browse_grid_click(struct browse *b, int y, int x); /* cells of the body */

/* ---- browse_detail.c */
void browse_detail_draw(struct browse *b, WINDOW *win);

/* What the doctor found of a row first, with another row beside it if `other`; or NULL. */
const struct doctor_finding *browse_finding(const struct browse *b, int row, bool other);

/* ---- browse_ask.c */
void browse_ask(struct browse *b, enum browse_asking what);
bool browse_ask_key(struct browse *b, int key);
void browse_head_draw(struct browse *b, WINDOW *win);
void browse_menu_draw(struct browse *b, WINDOW *win);

/* ---- browse_keys.c */
extern const struct view_key browse_keys[];
void browse_relabel(struct browse *b, int label);
void browse_search(struct browse *b, int step);

#endif
