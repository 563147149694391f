/*
 * train_state: what nn/train.c and its parts share; nobody else includes it. train_open.c sets a
 * run up, train.c runs it, train_estimate.c tries a few batches. Owner and threads as of struct
 * train.
 */
#ifndef NN_TRAIN_STATE_H
#define NN_TRAIN_STATE_H

#include "nn/checkpoint.h"
#include "nn/dataset_how.h"
#include "nn/loader.h"
#include "nn/model.h"
#include "nn/teacher.h"
#include "nn/tensorboard.h"
#include "nn/train.h"

struct train {
    struct train_opts opts;
    const struct dataset_how *tools; /* borrowed while the data is opened */
    struct dataset *ds;
    struct lessons *lessons;
    struct model *model;
    struct pool *pool;
    struct teacher *teacher; /* NULL without one */
    struct optimizer *optimizer;
    struct loader *loader;
    struct rundir *dir;
    struct tensorboard *board; /* NULL without --tensorboard */
    struct checkpoint at;      /* the position */
    int batches;               /* of an epoch */
    float *dlogits;            /* (batch, classes) */
    int64_t started;           /* clock_now() of train_run, */
    long images;               /* and images trained on since */
    int64_t epoch_began;       /* clock_now() */
};

/* Fills in what stands for "as it comes": the number of threads and the run's name. */
void train_defaults(struct train_opts *opts);

/* Reads data and model and makes what depends on them; t->opts is set. weights: a file to start
 * with, or "". 0 or -1. */
int train_prepare(struct train *t, const char *model_dir, const char *weights, struct err *err);

/* 0, or -1 if a parameter is not finite: such a one must never reach a file. */
int train_check_finite(const struct train *t, struct err *err);

/* Writes last.ckpt; 0 or -1. */
int train_save(struct train *t, struct err *err);

/* Forward, loss, backward, step; *lr is the rate that was used. 0, or -1 at a NaN. */
int train_batch(struct train *t, const struct batch *b, double *lr, struct err *err);

#endif
