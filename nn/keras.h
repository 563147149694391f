/*
 * keras: reads the layers and their connections out of a Keras to_json() text (Keras 2 and 3,
 * Sequential and Functional); for graph.c. Nothing in the text is trusted.
 */
#ifndef NN_KERAS_H
#define NN_KERAS_H

#include "nn/layer.h"

#define KERAS_LAYERS_MAX 2048

/* Layers in the text's order, config() done, `from` set; an activation= stands as a layer behind
 * its own. */
struct keras {
    char name[LAYER_NAME_MAX];
    int layers, room;
    struct layer *layer;
    int input, output;
};

/* Fills k; 0, or -1 with the layer and what is wrong in err and nothing to free. */
int keras_read(struct keras *k, const json_t *root, struct err *err);

/* Frees what is left in k. */
void keras_free(struct keras *k);

/* The shape without the batch in "batch_shape" or "batch_input_shape" of a layer's config. */
int keras_input_shape(const struct layer *l, const json_t *config, struct shape *shape,
                      struct err *err);

/* Ends a layer's private part. */
void keras_free_layer(struct layer *l);

#endif
