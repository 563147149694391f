/* live_view: the live screen: the picture, the moods of one face, and their last minute. UI thread.
 */
#ifndef TUI_LIVE_VIEW_H
#define TUI_LIVE_VIEW_H

#include "tui/training.h"
#include "tui/view.h"
#include "vision/live.h"

/* v->data of this view. */
struct live_view_data {
    struct live *live;         /* borrowed */
    struct training *training; /* borrowed; asks for another model now and then; may be NULL */
};

extern const struct view_ops live_view;

#endif
