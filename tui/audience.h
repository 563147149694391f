/*
 * audience: all faces at once: what they show together, a line for each of them, or one big word.
 * UI thread; draws from plain values, owns nothing.
 */
#ifndef TUI_AUDIENCE_H
#define TUI_AUDIENCE_H

#include <curses.h>

#include "tui/style.h"
#include "vision/scene.h"
#include "vision/tally.h"

/* All borrowed. */
struct audience {
    const struct scene *scene;
    const struct tally *tally;
    const struct style_mood *mood; /* (classes) */
    int classes;
    int selected; /* id of the chosen face; 0 = none */
    bool watched; /* a picture has been analysed */
};

/*
 * Fills the window: above, mean and spread of each mood over the faces that are there, and its
 * share of all time; below, the faces, those that are there first, then those that were, the
 * latest first. The cursor ends on the chosen face.
 */
void audience_table(const struct style *s, WINDOW *win, const struct audience *a);

/* Fills the window with the mood that most show, as large as it fits, and how many of how many. */
void audience_word(const struct style *s, WINDOW *win, const struct audience *a);

#endif
