/*
 * training: what the screens of training share: the folder of runs, as a thread of nn/lookout.h
 * reads it, and what one screen asks of another. A plain value, zeroed but for the names, owned by
 * whoever runs the screens; UI thread.
 */
#ifndef TUI_TRAINING_H
#define TUI_TRAINING_H

#include <stdbool.h>
#include <stdint.h>

#include "config/opts.h"
#include "nn/lookout.h"

#define TRAINING_BUSY "what was asked before is still under way"

struct training {
    char dir[OPTS_TEXT_MAX];   /* of the runs */
    char watch[OPTS_TEXT_MAX]; /* the run that is to be watched next, "" = the screen's choice */
    char model[OPTS_TEXT_MAX]; /* the model directory that the live screen is to use next, or "" */
    int view_live, view_train; /* their numbers */

    struct lookout *lookout;
    const struct sight *sight;  /* NULL = nothing was read yet */
    const struct runs *runs;    /* its list; empty before */
    const struct run *run;      /* that is watched; NULL = none */
    unsigned serial;            /* grows when any of that, or the trouble, is another */
    char trouble[ERR_TEXT_MAX]; /* why what is there may be old: the folder does not answer */
    struct runs none;
    int silent; /* seconds, as the trouble says */
};

/* Takes what was read since the last call; the first one waits for it, but not for long. Pointers
 * to runs are dead after it: keep names, and use runs_find. */
void training_look(struct training *t, int64_t now);

/* The newest run that is being trained, else the newest that waits, else NULL. */
const struct run *training_alive(const struct training *t);

/* Has that done to the run of that path (nn/lookout.h); a number for training_answer, or 0 if what
 * was asked before is still under way. */
unsigned training_ask(struct training *t, enum lookout_order order, const char *path,
                      const char *text);

/* How that went, NULL while it is under way; once answered, number becomes 0, and 0 has none. */
const struct lookout_answer *training_answer(const struct training *t, unsigned *number);

void training_close(struct training *t);

#endif
