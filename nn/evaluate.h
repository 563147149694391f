/* evaluate: a network over one split of a data set. Trainer or main thread. */
#ifndef NN_EVALUATE_H
#define NN_EVALUATE_H

#include "config/opts.h"
#include "nn/dataset.h"
#include "nn/graph.h"
#include "nn/metrics.h"
#include "nn/model.h"

enum { EVALUATE_VIEWS_MAX = 10 };

/* The ways in which an image is shown to the network; the mean of its answers counts. */
struct evaluate_views {
    float temperature; /* that logits are divided by */
    int n;
    struct {
        int dx, dy; /* the picture is moved by this, its border repeated */
        bool flip;  /* and mirrored */
    } view[EVALUATE_VIEWS_MAX];
};

/* none: the image; flip: also its mirror image; ten: it and its shifts by `shift` pixels to the
 * four corners, and the mirror images of these five. */
void evaluate_views_set(struct evaluate_views *v, enum eval_tta tta, int shift);

/*
 * Adds every image of the split to `all` and, where seen[i] is false, to `unseen`; seen (count of
 * the split) and unseen may both be NULL. views NULL is the image as it is. The graph has room for
 * `batch` images (graph_reserve) and takes grey levels 0..255; its parameters are not changed.
 */
void evaluate_split(struct graph *g, const struct dataset *ds, enum split split, int batch,
                    const struct evaluate_views *views, const bool *seen, struct metrics *all,
                    struct metrics *unseen);

/* The same pass, but p (count of the split, classes) gets the probabilities. */
void evaluate_answers(struct graph *g, const struct dataset *ds, enum split split, int batch,
                      const struct evaluate_views *views, float *p);

/* 0 if the network takes 48x48x1 pictures and the set has classes; -1 and why not. */
int evaluate_takes(const struct graph *g, const struct dataset *ds, struct err *err);

/* 0 if besides the model's labels are the data set's classes, in their order; -1 and which are not.
 */
int evaluate_fits(const struct model *m, const struct dataset *ds, struct err *err);

#endif
