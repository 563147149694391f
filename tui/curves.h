/*
 * curves: lines over epochs, several at once, on a plain or logarithmic scale, smoothed or not,
 * with a cursor that reads their values; drawn by tui/plot. UI thread; one owner. Memory grows when
 * points are added and never while drawing.
 */
#ifndef TUI_CURVES_H
#define TUI_CURVES_H

#include <curses.h>
#include <stdbool.h>

#include "tui/plot.h"
#include "tui/style.h"

enum { CURVES_LABEL = 40, CURVES_SMOOTH_LEVELS = 4 };

struct curves;

struct curves *curves_new(void);
void curves_free(struct curves *c);

/* Forgets all lines and marks; cursor, scale and smoothing stay. */
void curves_clear(struct curves *c);

/* Begins a line, to which curves_point then adds; at most PLOT_SERIES_MAX. The label is copied. */
void curves_line(struct curves *c, const char *label, char letter, struct ink ink);

/* x ascends along a line; a y that is not finite is a gap that is drawn over. */
void curves_point(struct curves *c, double x, double y);

/* A vertical line, e.g. at the best epoch; at most 4. */
void curves_mark(struct curves *c, double x, struct ink ink);

/* Of the numbers: "%.4f" or "%.1f%%", of y times scale. The text is borrowed. */
void curves_format(struct curves *c, const char *format, double scale);

void curves_set_log(struct curves *c, bool log);
bool curves_log(const struct curves *c);

/* 0 = as it is; each level more is an average over about 3 times as many points (a debiased
 * exponential moving average). */
void curves_set_smooth(struct curves *c, int level);
int curves_smooth(const struct curves *c);

/* The cursor, in x; NAN = off. It stands at points. */
double curves_cursor(const struct curves *c);
void curves_set_cursor(struct curves *c, double x);

/* Moves the cursor over so many points; from off it starts at the end. */
void curves_step(struct curves *c, int points);

/* The largest x that has a point, NAN without any. */
double curves_last(const struct curves *c);

/* How often a line was begun since the last curves_clear. */
int curves_count(const struct curves *c);

/* Fills the window: the lines, and their values at the cursor, or the last ones, in the legend. */
void curves_draw(struct curves *c, const struct style *s, WINDOW *win);

#endif
