/* evaluate: a network over one split of a data set. Trainer or main thread. */
#ifndef NN_EVALUATE_H
#define NN_EVALUATE_H

#include "nn/dataset.h"
#include "nn/graph.h"
#include "nn/metrics.h"

/*
 * Adds every image of the split to `all` and, where seen[i] is false, to `unseen`; seen (count of
 * the split) and unseen may both be NULL. The graph has room for `batch` images (graph_reserve) and
 * takes grey levels 0..255; its parameters are not changed.
 */
void evaluate_split(struct graph *g, const struct dataset *ds, enum split split, int batch,
                    const bool *seen, struct metrics *all, struct metrics *unseen);

/* 0 if the network takes 48x48x1 pictures and gives DATASET_CLASSES classes; -1 and why not. */
int evaluate_fits(const struct graph *g, struct err *err);

#endif
