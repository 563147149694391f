/*
 * plot: a graph of several series over a common x: lines of braille dots in colour, letters where
 * there is no UTF-8 or no colour. UI thread; stateless; knows nothing about what it shows.
 */
#ifndef TUI_PLOT_H
#define TUI_PLOT_H

#include <curses.h>

#include "tui/style.h"

#define PLOT_SERIES_MAX 16

struct plot_series {
    const char *label; /* for the legend */
    char letter;       /* draws the line without colour, ends it with colour; printable ASCII */
    struct ink ink;
    const float *y; /* n values; NAN = none there */
};

/* A vertical line behind the series, drawn where its x lies in the window. */
struct plot_mark {
    double x;
    struct ink ink;
};

/*
 * What to draw; all borrowed until plot_draw returns. Asserted: x ascending, x_min < x_max,
 * y_min < y_max, n >= 0, 0 <= count <= PLOT_SERIES_MAX, top < count. Points left or right of the
 * window are left out, those above or below it stand on its edge.
 */
struct plot {
    const double *x; /* n of them, any unit */
    int n;
    double x_min, x_max;
    double y_min, y_max;
    double gap;              /* points further apart in x are not joined; INFINITY = all are */
    const char *x_labels[3]; /* left, middle, right: "-60s", "-30s", "now"; NULL = none */
    const char *y_labels[3]; /* bottom, middle, top: "0%", "50%", "100%"; NULL = none */
    const struct plot_series *series;
    int count;
    bool figures; /* labels are figures, which may follow their letters without a blank */
    int top;      /* drawn over the others and bold; -1 = none */
    const struct plot_mark *marks;
    int mark_count;
};

/*
 * Fills the window. Where it is small, first the legend goes, then the labels, then the axis.
 * Points that share a column are averaged, and columns stand at multiples of their width, so that a
 * graph that slides along does not flicker.
 */
void plot_draw(const struct style *s, WINDOW *win, const struct plot *plot);

#endif
