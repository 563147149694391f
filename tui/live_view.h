/* live_view: the live screen: the picture, the moods of one face, and their last minute. UI thread.
 */
#ifndef TUI_LIVE_VIEW_H
#define TUI_LIVE_VIEW_H

#include "tui/training.h"
#include "tui/view.h"
#include "vision/live.h"

/* v->data of this view. A replay closes the live and opens another; the caller closes whichever
 * is there in the end. */
struct live_view_data {
    struct live *live;
    struct training *training; /* borrowed; asks for another model now and then; may be NULL */
};

extern const struct view_ops live_view;

#endif
