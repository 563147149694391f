/* graph_check: which layer of a graph first made a number that is not finite. The graph's thread.
 */
#ifndef NN_GRAPH_CHECK_H
#define NN_GRAPH_CHECK_H

#include "nn/graph.h"

/* Index of the first layer with a parameter that is not finite, or -1. */
int graph_bad_param(const struct graph *g);

/* Index of the last layer with such a gradient, which backward reaches first; or -1. */
int graph_bad_gradient(const struct graph *g);

/* Repeats the last graph_logits(train), batch normalisation's moving statistics included, and gives
 * the first layer with such an output, or -1. */
int graph_bad_output(struct graph *g);

#endif
