/*
 * training: what the screens of training share: the folder of runs, its list, and what one screen
 * asks of another. A plain value owned by whoever runs the screens; UI thread.
 */
#ifndef TUI_TRAINING_H
#define TUI_TRAINING_H

#include <stdbool.h>
#include <stdint.h>

#include "config/opts.h"
#include "nn/runs.h"

#define TRAINING_LOOK_NS INT64_C(500000000) /* between two looks at the directories */

struct training {
    char dir[OPTS_TEXT_MAX];   /* of the runs */
    char watch[OPTS_TEXT_MAX]; /* the run that is to be watched next, "" = the screen's choice */
    char model[OPTS_TEXT_MAX]; /* the model directory that the live screen is to use next, or "" */
    int view_live, view_train; /* their numbers */
    struct runs *runs;         /* NULL before training_look */
    int64_t looked;
};

/* Opens the list at the first call, then brings it up to date, at most every TRAINING_LOOK_NS; true
 * if anything changed. Pointers to runs may be dead after it: see nn/runs.h. */
bool training_look(struct training *t, int64_t now);

/* The newest run that is being trained, else the newest that waits, else NULL. */
struct run *training_alive(const struct training *t);

/* Tells the process that holds the run's lock now to stop (SIGTERM); false if there is none that
 * can be told. */
bool training_stop(struct run *run);

void training_close(struct training *t);

#endif
