/*
 * loader: a thread that prepares the next training batches while the network works on this one.
 *
 * A bounded queue of LOADER_SLOTS batches, allocated once: the loader thread fills free slots in
 * order, the trainer empties them in order. Which images stand in batch b of epoch e depends on
 * (seed, e) alone, how they are augmented and blended on (seed, e, place in the epoch) alone: a
 * loader opened at any position goes on as one that came there. The only locks of the trainer are
 * here.
 */
#ifndef NN_LOADER_H
#define NN_LOADER_H

#include "nn/lessons.h"

#include "config/opts.h"

enum { LOADER_SLOTS = 4 };

struct loader;

/* One batch; belongs to the loader. */
struct batch {
    int epoch, index; /* batch `index` of epoch `epoch`, both from 0 */
    int n;            /* images; fewer than opts->batch only at the end of an epoch */
    float *x;         /* (n, 48, 48, 1) grey levels 0..255 */
    float *target;    /* (n, classes) probabilities to learn */
    float *weight;    /* (n) of each image in the loss */
    uint8_t *label;   /* (n) of the image, or of the larger share of a blend */
};

/* How many batches an epoch has: the lessons divided by opts->batch, rounded up. */
int loader_batches(const struct lessons *lessons, const struct train_opts *opts);

/*
 * Starts the thread at batch `index` of epoch `epoch`; it ends behind epoch opts->epochs - 1.
 * Lessons and options are borrowed until loader_close. NULL if the thread cannot start.
 */
struct loader *loader_open(const struct lessons *lessons, const struct train_opts *opts, int epoch,
                           int index, struct err *err);

/* Waits for the next batch; it is valid until the next call. NULL behind the last epoch. */
const struct batch *loader_next(struct loader *l);

/* Ends the thread, wherever it is, and frees everything; NULL is allowed. */
void loader_close(struct loader *l);

#endif
