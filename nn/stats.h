/*
 * stats: what a data set consists of: how many images of which class in which split, how uneven
 * that is, what would even it out, and how bright and contrasty the images of each class are.
 *
 * A plain value, made in one pass over the images; any thread. Rows that are left out of the set
 * are counted as such and nowhere else.
 */
#ifndef NN_STATS_H
#define NN_STATS_H

#include <stddef.h>

#include "nn/chisq.h"
#include "nn/dataset.h"

enum { STATS_BINS = 16 };

/* Of the effective number of Cui et al. 2019: an image is worth as much as the first one only as
 * long as the class has far fewer than 1 / (1 - beta). */
#define STATS_BETA 0.999

struct stats_mix {
    long n;
    long count[DATASET_CLASSES_MAX];
    int present;      /* classes that have an image */
    double imbalance; /* largest class / smallest that has an image; 0 without any */
    double effective; /* exp(entropy) (Hill 1973, order 1): as many classes of equal size would be
                         as mixed; 0 without any image */
};

/* How the images of a class spread over grey levels. Bin b of brightness holds means from 16 b to
 * below 16 (b + 1), of contrast standard deviations from 8 b to below 8 (b + 1). */
struct stats_tones {
    double brightness, contrast; /* means; 0 without images */
    long brightness_bin[STATS_BINS], contrast_bin[STATS_BINS];
};

/* What an epoch shows of a class that the balanced sampler (nn/lessons.h) draws, as many images as
 * Training has. */
struct stats_draw {
    double shown;    /* images, with repetitions */
    double times;    /* mean number of times that each is shown */
    double distinct; /* share of the class that is shown at all */
};

struct stats {
    int classes;
    struct stats_mix split[SPLITS], all;
    long excluded[SPLITS], relabelled[SPLITS]; /* by corrections */
    struct stats_tones tones[DATASET_CLASSES_MAX], all_tones;
    /* Weights of an image of a class in the loss, from Training, 0 for a class without images.
     * balanced: n / (classes n_c), whose mean over the images is 1 (King and Zeng 2001);
     * effective: proportional to (1 - beta) / (1 - beta^n_c), adding up to the number of classes
     * (Cui et al. 2019, "Class-balanced loss based on effective number of samples"). */
    double weight_balanced[DATASET_CLASSES_MAX], weight_effective[DATASET_CLASSES_MAX];
    struct stats_draw draw[DATASET_CLASSES_MAX];
    struct chisq mix; /* whether the splits have the same mix of classes */
};

/* Looks at every image of ds; `stats` is wholly written. */
void stats_of(const struct dataset *ds, struct stats *stats);

/* As stats_of, with what is known of each image: brightness, contrast (ds->n) as nn/tone.h has
 * them; NULL: the tones stay 0. Looks at no image. */
void stats_of_known(const struct dataset *ds, const float *brightness, const float *contrast,
                    struct stats *stats);

/* What the test of the mix says, in words, and in numbers; both without full stop. */
const char *stats_mix_words(const struct stats *stats);
void stats_mix_numbers(const struct stats *stats, char *text, size_t size);

#endif
