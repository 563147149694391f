/*
 * training: the rows of the training screens in the table of views. Main thread.
 */
#include <stdio.h>

#include "cmd/views.h"
#include "tui/runs_view.h"
#include "tui/train_view.h"

/* Which folder, and which screen is which. */
static struct training *training_of(struct views *views)
{
    struct training *t = &views->training;
    const struct opts *o = views->opts;
    snprintf(t->dir, sizeof t->dir, "%s", o->runs.dir[0] != '\0' ? o->runs.dir : o->train.out);
    t->view_live = VIEWS_LIVE;
    t->view_train = VIEWS_TRAIN;
    return t;
}

static int prepare_train(struct views *views, void *data, struct err *err)
{
    (void)err;
    struct train_view_data *d = data;
    d->training = training_of(views);
    if (d->run[0] != '\0')
        snprintf(d->training->watch, sizeof d->training->watch, "%s", d->run);
    return 0;
}

static int prepare_runs(struct views *views, void *data, struct err *err)
{
    (void)err;
    struct runs_view_data *d = data;
    d->training = training_of(views);
    return 0;
}

const struct view_row view_row_train = {
    .number = VIEWS_TRAIN,
    .ops = &train_view,
    .data_size = sizeof(struct train_view_data),
    .prepare = prepare_train,
};

const struct view_row view_row_runs = {
    .number = VIEWS_RUNS,
    .ops = &runs_view,
    .data_size = sizeof(struct runs_view_data),
    .prepare = prepare_runs,
};
