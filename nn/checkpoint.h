/*
 * checkpoint: all that a training run is at one moment, in one file.
 *
 *   8 bytes   "MOODCKP4"
 *   u64 x 29  the struct checkpoint in order (24), trainable, params, has v, has an average, steps
 *   f32       parameters (params), m (trainable), v (trainable, if any), average (params, if any)
 *   u64       confusion of the last epoch's validation (true,predicted)
 *   u64       FNV-1a of all that stands before
 *
 * Little-endian; doubles by their bits. Nothing in it depends on the clock, so that equal runs have
 * equal bytes. Trainer thread.
 */
#ifndef NN_CHECKPOINT_H
#define NN_CHECKPOINT_H

#include "nn/optimizer.h"
#include "nn/rundir.h"
#include "nn/schedule.h"

struct checkpoint {
    uint64_t data_hash, model_hash; /* of the data set and of model.json */
    uint64_t votes_hash;            /* of the FER+ votes, 0 without */
    uint64_t teacher_hash;          /* of the teacher, 0 without */
    int epoch;                      /* epochs finished */
    int batch;                      /* batches of the next epoch already done */
    long step;                      /* batches done in all */
    double sum_loss;                /* over the images of this epoch so far */
    long sum_correct, sum_images;
    double best; /* best figure so far of what the run measures itself by */
    int best_epoch;
    double best_accuracy; /* on PublicTest, of that epoch */
    struct plateau plateau;
    struct rundir_epoch last; /* the epoch finished last; epoch 0 if none is */
};

/* Writes it atomically: the old file stays whole if the disk is full; 0 or -1. */
int checkpoint_write(const char *path, const struct checkpoint *c, const struct graph *g,
                     const struct optimizer *o, struct err *err);

/* Reads it back; what does not fit the graph, the optimiser, or c's hashes (which the caller
 * sets) is an error, and then nothing is changed. 0 or -1. */
int checkpoint_read(const char *path, struct checkpoint *c, struct graph *g, struct optimizer *o,
                    struct err *err);

/* FNV-1a of some bytes. */
uint64_t checkpoint_hash(const void *data, size_t size);

#endif
