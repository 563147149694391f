/*
 * browse_view: a data set as a wall of faces: look, filter, sort, search, relabel. UI thread.
 */
#ifndef TUI_BROWSE_VIEW_H
#define TUI_BROWSE_VIEW_H

#include "tui/study.h"
#include "tui/view.h"

/* v->data of this view. */
struct browse_view_data {
    struct study *study;       /* borrowed */
    const char *split, *label; /* what is shown at first; NULL or "" = all */
    enum ui_renderer look;     /* how the faces are drawn at first */
};

extern const struct view_ops browse_view;

#endif
