/*
 * bars: horizontal bars with label, length and percentage, one line each. UI thread; stateless.
 */
#ifndef TUI_BARS_H
#define TUI_BARS_H

#include <curses.h>

#include "tui/style.h"

#define BARS_MAX 64

struct bar {
    const char *label; /* borrowed */
    char letter;       /* stands for the label where the window is narrow */
    float value;       /* 0..1, the bar's length */
    float raw;         /* 0..1, a mark on the bar; NAN = none */
    struct ink ink;
};

/*
 * Draws count (0..BARS_MAX) bars from the top of the window, which is erased first; the largest is
 * bold. A narrow window loses first the label (a letter stays), then the bar; a low one loses the
 * smallest bars, the others keep their order. Values outside 0..1 are clamped, NAN is 0.
 */
void bars_draw(const struct style *s, WINDOW *win, const struct bar *bars, int count);

#endif
