/* schedule: the learning rate of a step. Pure; any thread. */
#ifndef NN_SCHEDULE_H
#define NN_SCHEDULE_H

#include "config/opts.h"

/* Where the plateau schedule stands; belongs into the checkpoint. */
struct plateau {
    double scale; /* of the learning rate; 1 at first */
    int wait;     /* epochs since the last better epoch or the last change */
};

/*
 * Step s (from 0) of opts->epochs epochs of `batches`. Over the first opts->warmup_epochs it rises
 * in a straight line to opts->lr. Then, by opts->schedule: half a cosine to 0 at the end
 * (Loshchilov and Hutter 2017, without restarts); constant; times lr_factor after every lr_every
 * epochs; times what the plateau has come to.
 */
double schedule_lr(const struct train_opts *opts, long step, long batches,
                   const struct plateau *plateau);

/* An epoch is over: after opts->lr_every in a row that were not better than the best before them
 * the scale is multiplied by lr_factor. */
void schedule_epoch(struct plateau *p, const struct train_opts *opts, bool better);

#endif
