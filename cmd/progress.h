/*
 * progress: one line on stderr that says how far a long job is and how long it will take; and ^C as
 * a wish to stop that the job hears in time to leave nothing behind.
 *
 * Main thread; one at a time. Where stderr is no terminal nothing is written.
 */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    bool terminal;
    char what[64];
    int64_t start, shown; /* of `what`; ns */
};

/* Begins to hear ^C (SIGINT) and SIGTERM. */
void progress_start(struct progress *p);

/* `done` of `total` of `what` is done; false if the user wants to stop. */
bool progress_tell(struct progress *p, const char *what, long done, long total);

/* Wipes the line. */
void progress_wipe(const struct progress *p);

/* Lets go of the signals. If one came, dies of it: whoever started us knows
 * then. Free everything before. */
void progress_end(void);

/* Whether such a signal came. */
bool progress_stopped(void);

#endif
