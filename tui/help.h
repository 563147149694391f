/*
 * help: the overlay that lists every key, made from the tables that the dispatcher reads. UI
 * thread; a plain value, zeroed = closed.
 */
#ifndef TUI_HELP_H
#define TUI_HELP_H

#include <curses.h>
#include <stdbool.h>

#include "tui/style.h"
#include "tui/view.h"

struct help_section {
    const char *title;
    const struct view_key *keys; /* ends with a row whose act is NULL */
};

struct help {
    bool open;
    bool typing; /* keys go into the filter */
    int top;     /* first line shown */
    int page;    /* lines that fitted the last time it was drawn */
    char filter[32];
};

void help_open(struct help *h);

/*
 * Takes a key while open: closers (? F1 q Esc), scrolling, "/" and what is typed after it. False:
 * not one of its keys; the overlay has closed itself and the key is the view's.
 */
bool help_key(struct help *h, int key);

/* Draws the overlay in the middle of the window; the cursor ends on its first line. */
void help_draw(struct help *h, const struct style *style, WINDOW *win,
               const struct help_section *sections, int count);

#endif
