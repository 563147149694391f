/*
 * views: the screens of the program and the digits that show them. Main thread.
 *
 * A new view is a new file in tui/ with its view_ops, a file here in cmd/ that fetches what it
 * shows (its view_row), its declaration below, and a row of view_rows[] in views.c.
 */
#ifndef CMD_VIEWS_H
#define CMD_VIEWS_H

#include "cmd/cmd.h"
#include "tui/training.h"
#include "tui/view.h"

enum { VIEWS_LIVE = 1, VIEWS_BROWSE, VIEWS_BALANCE, VIEWS_TRAIN, VIEWS_RUNS };

/* What the screens of one run have in common. */
struct views {
    const struct opts *opts;
    struct study *study; /* the data set, NULL until a screen wants one */
    struct training training;
};

struct study;

struct view_row {
    int number; /* the digit that shows it */
    const struct view_ops *ops;
    size_t data_size; /* of the view's data, zeroed at first */
    /* Called before the view is opened, which happens when it is shown for the first time (again at
     * the next try where it failed). Must not take long: what does, does it in a thread. 0 or -1.
     */
    int (*prepare)(struct views *views, void *data, struct err *err);
    void (*finish)(void *data); /* stands data that is still zeroed; NULL = nothing to do */
};

extern const struct view_row view_row_live, view_row_browse, view_row_balance, view_row_train,
    view_row_runs;

/*
 * Runs the screens, that of number `first` shown first, until the user quits. data: of that view,
 * the caller's, who also finishes it; NULL = as for the others. Returns the exit code, having
 * printed what is to be said and died of the signal that ended it; or, where there is no terminal
 * for a screen, *screen false with err, and nothing printed.
 */
int views_run(const struct opts *opts, int first, void *data, bool *screen, struct err *err);

#endif
