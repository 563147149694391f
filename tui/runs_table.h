/*
 * runs_table: draws the list of training runs and what sets them apart, from plain values. UI
 * thread; stateless.
 */
#ifndef TUI_RUNS_TABLE_H
#define TUI_RUNS_TABLE_H

#include <curses.h>
#include <stddef.h>

#include "nn/runs.h"
#include "tui/style.h"

enum { RUNS_MARKS_MAX = 8 }; /* runs whose curves lie over each other */

/* Letter (a, b, ...) and colour of a marked run. */
char runs_table_letter(int mark);
struct ink runs_table_ink(const struct style *s, int mark);

/*
 * "epochs 3, lr 0.02": the options in which the run differs from `from` (another run), or, with
 * from NULL, from what most runs of the list have; out, name, resume and threads do not count.
 */
void runs_table_differences(const struct runs *runs, const struct run *run, const struct run *from,
                            char *text, size_t size);

/* The value that most runs have of an option, NULL if each has one of its own or none has it. */
const char *runs_table_usual(const struct runs *runs, const char *option);

/*
 * Fills the window: a title row and a run per row from `top` on; chosen is selected. marks: names
 * of the marked runs, in their order.
 */
void runs_table_draw(const struct style *s, WINDOW *win, const struct runs *runs, int top,
                     int chosen, char (*marks)[256], int count);

/* Fills the window with the options in which two runs differ, a row each. */
void runs_table_draw_pair(const struct style *s, WINDOW *win, const struct run *a,
                          const struct run *b);

#endif
