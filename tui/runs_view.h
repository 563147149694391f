/*
 * runs_view: the list of training runs: compare, rename, note, delete, stop, resume, use. UI
 * thread.
 */
#ifndef TUI_RUNS_VIEW_H
#define TUI_RUNS_VIEW_H

#include "tui/training.h"
#include "tui/view.h"

/* v->data of this view. */
struct runs_view_data {
    struct training *training; /* borrowed */
};

extern const struct view_ops runs_view;

#endif
