/*
 * train: a training run, from a data set and a model directory to a run directory.
 *
 * Owns everything it works with. One thread calls it (the trainer); it starts the loader's thread
 * and a pool of workers. The result depends on the options and the data alone: not on --threads,
 * not on whether the run was stopped and resumed. PrivateTest is never looked at.
 */
#ifndef NN_TRAIN_H
#define NN_TRAIN_H

#include "nn/dataset.h"
#include "nn/rundir.h"

#include "config/opts.h"

struct train;

/* Where the run stands after a batch. */
struct train_progress {
    int epoch, epochs;  /* epoch from 1 */
    int batch, batches; /* batches of this epoch that are done */
    double loss;        /* mean over this epoch so far */
    double accuracy;    /* the same, of the augmented images */
    double lr;
    double images_per_s; /* since the run was started or resumed, validation included */
    double eta_s;        /* until the last epoch ends */
};

/* Who wants to know. Either function may be NULL. */
struct train_hooks {
    void *ctx;
    /* After each batch; false = save a checkpoint and stop. */
    bool (*batch)(void *ctx, const struct train_progress *p);
    /* After each epoch, when its checkpoint is durable. */
    void (*epoch)(void *ctx, const struct rundir_epoch *e, bool best);
};

enum train_end { TRAIN_FAILED = -1, TRAIN_DONE, TRAIN_STOPPED };

/* Makes a run directory below opts->out and prepares everything; command is kept in run.json.
 * tools: how pictures are read and progress is told while the data is opened, which opts->from else
 * rules; borrowed for this call, may be NULL. NULL with err set on failure. */
struct train *train_new(const struct train_opts *opts, const struct dataset_how *tools, int argc,
                        char **argv, struct err *err);

/*
 * Goes on with the run in opts->resume. Its run.json gives all options; of opts only `threads`, and
 * `data`, `ferplus` and `teacher` (if these have moved), are used, and what a run.json of an older
 * build does not have.
 */
struct train *train_resume(const struct train_opts *opts, const struct dataset_how *tools,
                           struct err *err);

/* The same with a directory that the caller opened with rundir_reopen, perhaps long before, and
 * that is taken over, also on failure. */
struct train *train_go_on(struct rundir *dir, const struct train_opts *opts,
                          const struct dataset_how *tools, struct err *err);

/* Trains until the end, until a hook says stop, or until something fails (disk, NaN), which leaves
 * the last good checkpoint. */
enum train_end train_run(struct train *t, const struct train_hooks *hooks, struct err *err);

/* What a run will cost. */
struct train_estimate {
    int batches; /* of an epoch */
    double images_per_s;
    double epoch_s, total_s; /* validation included */
    long memory;             /* bytes that this process has taken at most */
};

/* Trains some batches, for about so many seconds, and validates on a few images, without a run
 * directory: nothing is written. 0, or -1 and err as train_new. */
int train_estimate(const struct train_opts *opts, const struct dataset_how *tools, double seconds,
                   struct train_estimate *e, struct err *err);

/* The data it learns from; valid until train_close. */
const struct dataset *train_data(const struct train *t);

/* The run directory; valid until train_close. */
const char *train_dir(const struct train *t);

/* The best epoch so far, by opts->measure, from 1, and its validation accuracy; 0 before the first.
 */
int train_best(const struct train *t, double *accuracy);

void train_close(struct train *t);

#endif
