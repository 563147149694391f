/*
 * train_view: the screen that starts a training run and watches one. UI thread.
 */
#ifndef TUI_TRAIN_VIEW_H
#define TUI_TRAIN_VIEW_H

#include "tui/training.h"
#include "tui/view.h"

/* v->data of this view. */
struct train_view_data {
    struct training *training; /* borrowed */
    char run[OPTS_TEXT_MAX];   /* directory of the run that is shown first; "" = the one that is
                                  being trained, or else the form */
};

extern const struct view_ops train_view;

#endif
