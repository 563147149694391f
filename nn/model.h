/*
 * model: a model directory (model.json, weights.safetensors, labels.txt, README.md) in memory.
 *
 * safetensors names are "LAYER/PARAM" (e.g. "conv2d_1/kernel"), dtype F32 or F16, shapes as Keras'.
 */
#ifndef NN_MODEL_H
#define NN_MODEL_H

#include <stdint.h>

#include "nn/graph.h"

#define MODEL_CLASSES_MAX 64
#define MODEL_LABEL_MAX 63 /* bytes */

struct model {
    char *dir;
    char *json; /* text of model.json, kept so that a run can write it out again byte by byte */
    struct graph *graph;
    int classes;
    char **labels;      /* (classes) */
    double temperature; /* that the logits are divided by; see nn/calibrate.h */
    int head;           /* layer whose number of outputs model_set_classes changed, or -1 */
};

/* Reads model.json and labels.txt; the parameters are zero. NULL and err if one is missing or
 * damaged. */
struct model *model_open(const char *dir, struct err *err);

/* How many numbers the network gives. */
static inline size_t model_outputs(const struct model *m)
{
    return shape_size(&m->graph->layer[m->graph->layers - 1].out);
}

/*
 * Makes the model say these n classes (at most MODEL_CLASSES_MAX). Where the network gives another
 * number, the last layer that has weights gets n outputs, in m->json too, and m->graph is a new one
 * without weights. 0, or -1 if that layer is neither dense nor a convolution, or a name is longer
 * than a label may be.
 */
int model_set_classes(struct model *m, const char *const *names, int n, struct err *err);

/* Reads weights.safetensors of the directory into the graph's parameters; every one must be there,
 * in its shape. Also reads the temperature that was found for these weights. */
int model_load_weights(struct model *m, struct err *err);

/* Writes the graph's parameters to a safetensors file, atomically; half = as F16. */
int model_save_weights(const struct graph *g, const char *path, bool half, struct err *err);

/* Reads a safetensors file into the graph's parameters. */
int model_read_weights(struct graph *g, const char *path, struct err *err);

/* The same, to go on from a network that may have had other classes: then m->head keeps its own. */
int model_begin_with(struct model *m, const char *path, struct err *err);

/* A check sum of the graph's parameters: FNV-1a over their bits, in the order of the layers. */
uint64_t model_check_sum(const struct graph *g);

/* A hash of all that the model's answers hang on: layers, weights, labels, calibration. Before
 * graph_fold, which changes the weights. */
uint64_t model_mark(const struct model *m);

void model_close(struct model *m);

/* Where the shipped models lie: "$MOODTOP_MODELS", models/ beside the program, or
 * ../share/moodtop/models from it, where `make install` puts them; caller frees. */
char *model_default_dir(const char *name);

#endif
