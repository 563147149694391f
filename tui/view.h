/*
 * view: one screen that a user switches to; a table row of callbacks, all on the UI thread.
 */
#ifndef TUI_VIEW_H
#define TUI_VIEW_H

#include <curses.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "config/opts.h"

struct view;

/* A key of a view: one row drives the dispatcher, the help overlay and the hint line. */
struct view_key {
    int key;           /* as wgetch gives it */
    int twin;          /* a second key for the same, or 0 */
    const char *label; /* how the help spells it: "[ ]" */
    const char *hint;  /* one or two words for the bottom line, NULL = not there */
    const char *help;  /* a sentence for the overlay */
    void (*act)(struct view *v, int key);
};

struct view_ops {
    const char *name;
    size_t state_size;
    const struct view_key *keys;                  /* ends with a row whose act is NULL */
    int (*open)(struct view *v, struct err *err); /* v->state is zeroed */
    void (*close)(struct view *v);                /* stands any half-open state */
    bool (*update)(struct view *v, int64_t now);  /* pulls new data; true = redraw */
    void (*draw)(struct view *v, WINDOW *win);    /* draws only: no I/O, no clock */
    int (*fd)(const struct view *v);              /* wakes the loop when readable; -1 = none */
    void (*status)(const struct view *v, char *text, size_t size); /* the status line */
};

struct view {
    const struct view_ops *ops;
    void *state;
    void *data;              /* what the caller of app_run gave for this view, borrowed */
    const struct opts *opts; /* borrowed */
    int rows, cols;          /* of its window */
};

#endif
