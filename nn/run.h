/*
 * run: what a run directory says, for whoever watches it; nn/rundir.h is the trainer's side and
 * lists the files. Only reads: no lock is taken, so any number may watch one run.
 *
 * run_poll reads what is new since the last call and allocates nothing if that is nothing. It
 * copes with half a last line, files that shrank or vanished, and `start` events, which void what
 * a trainer before them wrote beyond its last checkpoint. One thread; one owner.
 */
#ifndef NN_RUN_H
#define NN_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

enum { RUN_STEPS_MAX = 2048 /* newest step events that are kept */, RUN_LOG_MAX = 4096 };

/* waiting: in the queue, a process holds the lock; running: the same, training; stopped: on
 * request, or never started; crashed: the trainer died or gave up (then `error` says why). All but
 * done and those two that live can be resumed. */
enum run_state { RUN_WAITING, RUN_RUNNING, RUN_DONE, RUN_STOPPED, RUN_CRASHED };

/* What a file does not say is NAN, or 0 for whole numbers. */
struct run_epoch {
    int epoch;   /* from 1 */
    long step;   /* batches since the run began */
    double time; /* unix seconds; a clock may jump */
    double loss, accuracy, val_loss, val_accuracy, val_macro_f1, lr;
    double seconds; /* that the epoch took, validation included */
};

struct run_step {
    int epoch;
    long step;
    int batch, batches; /* of the epoch: done, in all */
    double time, loss, accuracy, lr, images_per_s;
    double memory; /* bytes that the trainer holds */
    double eta_s;  /* until the last epoch ends */
};

/* An option of run.json as text: "epochs", "40"; choices by name: "optimizer", "sgd". */
struct run_option {
    char *name, *value;
};

struct run {
    char *path;
    const char *name; /* last part of path */
    enum run_state state;
    bool gone;      /* the directory cannot be read now; the rest is as it was last read */
    pid_t pid;      /* of the process that trains or waits; 0 if there is none or it is unknown */
    long ticket;    /* place in the queue while waiting: lower goes first */
    uint64_t print; /* as long as it is the same, all that was read is */

    /* run.json and note.txt; options in the order of nn/runopts.c */
    struct run_option *option;
    int options;
    char *version, *note; /* "" where there is none */
    double started;       /* unix seconds */
    long params;
    int epochs_wanted, measure; /* measure: enum train_measure, what makes an epoch the best */
    int classes;
    char **label; /* [classes] */

    /* metrics.jsonl */
    struct run_epoch *epoch; /* [epochs], ascending, none twice */
    int epochs;
    struct run_step *step; /* [steps], oldest first, the newest of the file */
    int steps;
    double *recall;           /* [epochs][classes] */
    int best;                 /* index of the best epoch, -1 without */
    int confusion_epoch;      /* 0 without; the last validation's: */
    long *confusion;          /* [classes][classes]: [true][predicted] */
    char error[ERR_TEXT_MAX]; /* of the last trainer, "" if it had none */
    char log[RUN_LOG_MAX];    /* last whole lines of log.txt */
    struct run_reader *reader;
};

/* Opens a run directory and reads all of it; NULL if there is no run.json that can be read. */
struct run *run_open(const char *path, struct err *err);

/* Reads what is new; true if anything changed. */
bool run_poll(struct run *run);

/* NULL is allowed. */
void run_close(struct run *run);

/* "running" and so on. */
const char *run_state_name(enum run_state state);

/* The text of an option, NULL if run.json does not have it. */
const char *run_option(const struct run *run, const char *name);

/* Whether a process holds the run's lock. */
bool run_alive(const struct run *run);

#endif
