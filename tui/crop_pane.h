/*
 * crop_pane: what the network sees: its input pixel by pixel, beside it the same face cut out the
 * other way (by the eyes, or not), and what the network says to each. UI thread; stateless.
 */
#ifndef TUI_CROP_PANE_H
#define TUI_CROP_PANE_H

#include <curses.h>

#include "tui/style.h"
#include "vision/seen.h"

/* Fills the window; seen->id 0 is no face. moods: (classes) as the bars have them. */
void crop_pane_draw(const struct style *s, WINDOW *win, const struct seen *seen,
                    const struct style_mood *moods);

#endif
