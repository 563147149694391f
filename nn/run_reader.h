/* run_reader: what nn/run.c and its parts share; nobody else includes it. Owner as of struct run.
 */
#ifndef NN_RUN_READER_H
#define NN_RUN_READER_H

#include <sys/stat.h>

#include "nn/run.h"

enum run_last { RUN_LAST_NONE, RUN_LAST_START, RUN_LAST_STOP, RUN_LAST_DONE, RUN_LAST_ERROR };

/* What a file looked like when it was read. */
struct run_seen {
    dev_t dev;
    ino_t inode;
    off_t size;
    struct timespec modified;
};

struct run_reader {
    struct run_seen events, log, note;
    off_t at;           /* metrics.jsonl is read up to here, a line's start */
    enum run_last last; /* which of these events came last */
    double mark;        /* time of the last epoch or start */
    int epochs_room, steps_room;
    double *figures; /* [classes + classes * classes], of the line that is being read */
};

/* Whether the file differs from what was seen; seen becomes what it is now (all 0 if it is gone, or
 * is no regular file). */
bool run_seen_changed(struct run_seen *seen, const char *path);

/* Reads metrics.jsonl on; true if anything was new. */
bool run_events_poll(struct run *run);

#endif
