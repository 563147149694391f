/*
 * view: one screen that a user switches to; a table row of callbacks, all on the UI thread.
 *
 * A view is opened when it is shown for the first time and stays open until the program ends; one
 * that is not shown still gets update(), so that nothing that comes in is lost.
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

struct style;

/*
 * A key of a view: one row drives the dispatcher, the help overlay and the hint line. A row without
 * a label belongs to the row above it, whose label and help speak for both.
 */
struct view_key {
    int key;           /* as wgetch gives it */
    int twin;          /* a second key for the same, or 0 */
    const char *label; /* how the help spells it: "[ ]"; NULL = see above */
    const char *hint;  /* one or two words for the bottom line, NULL = not there */
    const char *help;  /* a sentence for the overlay */
    void (*act)(struct view *v, int key);
};

struct view_ops {
    const char *name;
    const char *summary; /* a few words for the help: "the camera, faces and moods" */
    size_t state_size;
    const struct view_key *keys;                  /* ends with a row whose act is NULL */
    int (*open)(struct view *v, struct err *err); /* v->state is zeroed */
    void (*close)(struct view *v);                /* stands any half-open state */
    /* The window that draw gets from now on; NULL = none, and what was made in it must go. */
    void (*resize)(struct view *v, WINDOW *win);
    bool (*update)(struct view *v, int64_t now); /* pulls new data; true = redraw */
    /* Draws only: no I/O, no clock. win is erased; its cursor ends on what is selected. */
    void (*draw)(struct view *v, WINDOW *win);
    int (*fd)(const struct view *v); /* wakes the loop when readable; -1 = none */
    void (*status)(const struct view *v, char *text, size_t size); /* the status line */
    /* The view as one line of text, the most important first, for terminals that are too small. */
    void (*line)(const struct view *v, char *text, size_t size);
    /* Gets each key before anyone else, for a view that asks for a word or a number; true = it was
     * an answer. NULL = it never asks. */
    bool (*grab)(struct view *v, int key);
};

struct view {
    const struct view_ops *ops;
    void *state;
    void *data;                /* what the caller of app_run gave for this view, borrowed */
    const struct opts *opts;   /* borrowed */
    const struct style *style; /* borrowed; the same from open to close */
    int rows, cols;            /* of its window */
    int status_cols;           /* that its words get in the status line */
    int thrift;                /* enum thrift_step: what a slow connection leaves of pictures */
    bool hold;  /* this drawing answers a key on a slow connection: the picture there stays */
    bool shown; /* it is the one on the screen */
    const struct view_key *keys; /* set by the view: its keys now, NULL = ops->keys */
    bool done;                   /* set by the view: there is nothing left to show, end */
    char notice[160]; /* set by a key's act: said in the bottom line for a while */
    int go;                      /* set by the view: show the view of this number next; 0 = stay */
};

#endif
