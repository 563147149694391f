/*
 * metrics: how good a classifier's probabilities are, counted batch by batch. Pure; one owner.
 *
 * Definitions as in scikit-learn: precision, recall and F1 of a class without a single hit are 0;
 * macro-F1 is the plain mean of the classes' F1. ECE is the expected calibration error of Guo et
 * al. 2017 over METRICS_BINS equal bins of the largest probability.
 */
#ifndef NN_METRICS_H
#define NN_METRICS_H

#include <stdint.h>

enum { METRICS_CLASSES_MAX = 64, METRICS_BINS = 15 };

/* Sums so far; a plain value. */
struct metrics {
    int classes;
    long n;
    double loss; /* sum of -log p[label] */
    long top1, top2, top3;
    long confusion[METRICS_CLASSES_MAX][METRICS_CLASSES_MAX]; /* [true][predicted] */
    struct {
        long n, right;
        double confidence; /* sum */
    } bin[METRICS_BINS];
};

struct metrics_class {
    long n; /* images that truly are of this class */
    double precision, recall, f1;
};

/* What the sums say; all 0 if nothing was added. */
struct metrics_summary {
    long n;
    double loss, accuracy, top2, top3, macro_f1, ece;
    struct metrics_class per_class[METRICS_CLASSES_MAX];
};

void metrics_clear(struct metrics *m, int classes);

/* Adds one image. p: (classes) probabilities. Of equal probabilities the lower class wins. */
void metrics_add(struct metrics *m, const float *p, int label);

void metrics_summarize(const struct metrics *m, struct metrics_summary *s);

#endif
