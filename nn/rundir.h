/*
 * rundir: a run directory, the whole interface between a trainer and whoever watches it.
 *
 *   run.json          written once: command line, options, architecture, data set, seed, version
 *   lock              fcntl write lock held by the trainer for its whole life; contains its pid,
 *                     "running", or "waiting" and its place in the queue (nn/queue.h), and the
 *                     machine's name
 *   metrics.jsonl     append-only, an event per line, one write(2) each
 *   epochs.csv        the same epochs under the column names of Keras' CSVLogger (first epoch 0)
 *   last.ckpt         to resume from (nn/checkpoint.h)
 *   best.safetensors  the best weights so far; weights.safetensors is a link to it, so that with
 *                     model.json and labels.txt beside it the run directory is a model directory
 *   log.txt           what the trainer had to say
 *
 * Events of metrics.jsonl, all with "time" (unix seconds); epochs count from 1 here:
 *   start  epoch, step: the position from which the trainer goes on; what stands earlier in the
 *          file with a higher step was lost when the trainer before it died
 *   step   epoch, step, batch, batches, loss, accuracy, lr, images_per_s, memory (bytes), eta_s
 *   epoch  epoch, step, loss, accuracy, val_loss, val_accuracy, val_macro_f1, lr, seconds (since
 *          the epoch before or the start), recall [class], confusion [true][predicted], both of
 *          the validation; its checkpoint is durable
 *   best   epoch, val_accuracy, val_macro_f1
 *   stop   epoch, step: ended on request, can be resumed
 *   done   epoch, step, best_epoch, best_val_accuracy
 *   error  text
 *
 * Trainer thread; one owner.
 */
#ifndef NN_RUNDIR_H
#define NN_RUNDIR_H

#include <jansson.h>

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

enum { RUNDIR_CLASSES_MAX = 64 };

enum rundir_use { RUNDIR_FREE, RUNDIR_RUNNING, RUNDIR_WAITING };

struct rundir {
    char *path;
    int lock_fd, events_fd, csv_fd;
    long ticket;                 /* place in the queue, 0 = runs */
    int events_epoch, csv_epoch; /* last epoch that stands in metrics.jsonl and in epochs.csv */
};

struct rundir_epoch {
    int epoch; /* from 1 */
    long step;
    double loss, accuracy, val_loss, val_accuracy, val_macro_f1, lr;
    double seconds; /* that it took; 0 = not known. Not in a checkpoint: equal runs are equal */
    int classes;    /* 0 = the confusion is not known */
    int64_t confusion[RUNDIR_CLASSES_MAX * RUNDIR_CLASSES_MAX]; /* (true,predicted) */
};

/* Makes "OUT/2026-11-21-0930-NAME" (with "-2" and so on where that stands) and locks it. */
struct rundir *rundir_create(const char *out, const char *name, struct err *err);

/* Locks a run directory again and drops half a last line, if a dead trainer left one; an error that
 * names the holder's pid if it is being trained. */
struct rundir *rundir_reopen(const char *path, struct err *err);

/* Gives up the lock; NULL is allowed. */
void rundir_close(struct rundir *r);

/* Whether a trainer holds the lock of the run directory at path, and if so its pid (0 if it cannot
 * be told) and its place in the queue; takes no lock and allocates nothing. A directory without a
 * lock file is free. */
enum rundir_use rundir_probe(const char *path, pid_t *pid, long *ticket);

/* Says in the lock file that this trainer waits with that place in the queue, or, with 0, that it
 * runs; 0 or -1. */
int rundir_set_ticket(struct rundir *r, long ticket, struct err *err);

/* Path of a file in the directory; caller frees. */
char *rundir_file(const struct rundir *r, const char *name);

/* Appends an event line; takes over `fields`, adds "event" in front and "time". 0 or -1. */
int rundir_event(struct rundir *r, const char *event, json_t *fields, struct err *err);

/* Prepares for a trainer that goes on behind that epoch: later ones, of a checkpoint that was put
 * back to an older one by hand, are written again. 0 or -1. */
int rundir_rewind(struct rundir *r, int epoch, struct err *err);

/* Appends an epoch to metrics.jsonl and epochs.csv, to each only if it is not there yet: repeating
 * it after a crash does no harm. 0 or -1. */
int rundir_add_epoch(struct rundir *r, const struct rundir_epoch *e, struct err *err);

#endif
