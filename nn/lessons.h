/*
 * lessons: what a network is taught in an epoch: which training rows, in which order, with which
 * probabilities as their target and with which weight.
 *
 * Made once by the trainer's thread; from then on read-only and free for any thread. PublicTest and
 * PrivateTest never get in here.
 */
#ifndef NN_LESSONS_H
#define NN_LESSONS_H

#include "nn/dataset.h"

#include "config/opts.h"

struct lessons {
    const struct dataset *ds; /* borrowed */
    int n;
    int *row;      /* (n) rows of the data set, all of Training, ascending */
    float *target; /* (n, ds->classes) probabilities to learn */
    bool balanced; /* each class is shown equally often */
    int *member;   /* (n) places in row[], class by class */
    int count[DATASET_CLASSES_MAX];
    float weight[DATASET_CLASSES_MAX]; /* of an image of that label in the loss */
    uint64_t hash;                     /* of the votes; 0 without any */
};

/*
 * The first opts->limit training rows (0 = all). Their target is the label, mixed with the FER+
 * votes of opts->ferplus (if given), or with the labels that such votes go with
 * (opts->ferplus_target), by opts->ferplus_weight, then smoothed by
 * opts->label_smoothing (Szegedy et al. 2016): q = (1 - s) ((1 - w) label + w votes) + s / classes.
 * A row whose votes are mostly for none of the classes keeps its label, or is left out. Weights
 * "balanced": n / (classes n_c), over the classes that are there. NULL and err if the votes cannot
 * be read or no row is left.
 */
struct lessons *lessons_open(const struct dataset *ds, const struct train_opts *opts,
                             struct err *err);

/*
 * Which lesson stands at each place of an epoch: a function of (seed, epoch) alone. Each lesson
 * once; or, if balanced, n draws of which each class has its equal share, and each member of a
 * class is shown once before any is shown again. order, scratch: (n).
 */
void lessons_order(const struct lessons *l, uint64_t seed, int epoch, int *order, int *scratch);

void lessons_close(struct lessons *l);

#endif
