/*
 * study: the data set that the screens of a run look at (tui/study.h), opened and examined in the
 * background, once for all of them. Main thread.
 */
#ifndef CMD_STUDY_H
#define CMD_STUDY_H

#include "config/opts.h"
#include "tui/study.h"

/* The data that the options name first, those of [data], [train], [eval] ..., or "". */
const char *study_source(const struct opts *opts);

/* Begins to open it; a set that was converted before is there when this returns. NULL and err if
 * there is none to be opened, or that is known at once. */
struct study *study_open(const struct opts *opts, struct err *err);

/* Ends what is at work and frees all; NULL is allowed. */
void study_close(struct study *s);

#endif
