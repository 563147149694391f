/*
 * balance_view: what a data set consists of and what is wrong with it: classes and splits as bars,
 * weights, tones, the doctor's findings, each of which leads to the browser. UI thread.
 */
#ifndef TUI_BALANCE_VIEW_H
#define TUI_BALANCE_VIEW_H

#include "tui/study.h"
#include "tui/view.h"

/* v->data of this view. */
struct balance_view_data {
    struct study *study; /* borrowed */
    int browser;         /* number of the view that shows findings */
};

extern const struct view_ops balance_view;

#endif
