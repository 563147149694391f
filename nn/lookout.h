/*
 * lookout: reads run directories in a thread of its own, for a screen that must not wait for a file
 * system. One that hangs holds that thread; the screen goes on, and can say since when.
 *
 * Two sights of the folder go back and forth: the screen looks at one while the thread brings the
 * other up to date, twice a second, and hands it over if it says anything else. So nothing is
 * copied and nothing shared. The thread also carries out what is asked of a run, one order at a
 * time. All calls are the screen's thread's.
 */
#ifndef NN_LOOKOUT_H
#define NN_LOOKOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "nn/runs.h"

enum lookout_order {
    LOOKOUT_NOTHING,
    LOOKOUT_RENAME, /* text: the name */
    LOOKOUT_NOTE,   /* text: the note */
    LOOKOUT_DELETE,
    LOOKOUT_STOP, /* SIGTERM to the process that holds the run's lock */
};

struct lookout_answer {
    unsigned number; /* of the order, from 1; 0 = there was none yet */
    bool ok;
    struct err err; /* why not */
    char *path;     /* of the run, by its new name if it got one */
};

struct sight {
    struct runs *runs;
    struct run *watched; /* the last of lookout_watch that could be read; NULL = none */
    char *path;          /* by which it was asked for */
    char *watch;         /* the last that was asked for at all, */
    struct err trouble;  /* and why it cannot be read; "" if it can */
    struct lookout_answer answer;
};

struct lookout;

/* Starts to look at the folder, which need not exist yet; NULL if there can be no thread. */
struct lookout *lookout_open(const char *dir, struct err *err);

/* A thread that does not come back within half a second is left to itself, with what it reads: it
 * ends with the program. NULL is allowed. */
void lookout_close(struct lookout *l);

/* What there is now, waiting until the deadline if there is nothing yet; then NULL. The sight of
 * the call before is dead if *news. */
const struct sight *lookout_see(struct lookout *l, int64_t deadline, bool *news);

/* Reads the run of that path too from now on, of any folder, beside the list. */
void lookout_watch(struct lookout *l, const char *path);

/* Has that done to the run, and all read again. The number of the order, which its answer has; 0 if
 * there is still one under way. */
unsigned lookout_ask(struct lookout *l, enum lookout_order order, const char *path,
                     const char *text);

/* For how long, in ns, the thread has been at one reading or order; 0 if for less than a second
 * beyond its turn. */
int64_t lookout_silence(struct lookout *l, int64_t now);

#endif
