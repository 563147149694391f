/*
 * graph: a network as a list of layers in an order in which every input stands before its reader.
 *
 * The graph owns four blocks: parameters, gradients, activations (with their gradients), scratch;
 * layers and tensors point into them. The optimiser's state has the parameters' layout and belongs
 * to the optimiser. One thread (trainer or analysis); the pool it is given serves slices of single
 * layers.
 */
#ifndef NN_GRAPH_H
#define NN_GRAPH_H

#include <stdint.h>

#include "base/thread.h"
#include "nn/layer.h"

struct graph {
    char name[LAYER_NAME_MAX];
    int layers;
    struct layer *layer;   /* layer[0] is the input; layer[layers - 1] the output */
    size_t trainable;      /* floats of trainable parameters; they stand first in `param` */
    size_t params;         /* floats of all parameters, moving statistics last */
    float *param;          /* (params) one block, 64-byte aligned */
    float *grad;           /* (trainable) the same layout; NULL unless reserved for training */
    uint64_t seed;         /* of graph_init; dropout draws from it */
    struct graph_run *run; /* activations and scratch; exists from graph_reserve on */
};

/* Builds the network of a Keras to_json() text (Keras 2 or 3, Sequential or Functional); `file` is
 * for errors. */
struct graph *graph_from_json(const char *text, size_t size, const char *file, struct err *err);

/* As graph_from_json, from a file. */
struct graph *graph_open(const char *json_path, struct err *err);

void graph_free(struct graph *g);

/* Start values as Keras sets them (Glorot uniform for kernels and so on), each layer from its own
 * stream of seed. */
void graph_init(struct graph *g, uint64_t seed);

/* Makes room for batches of up to max_batch images; train adds what backward needs. Pool is
 * borrowed, may be NULL. */
void graph_reserve(struct graph *g, int max_batch, bool train, struct pool *pool);

/* As graph_reserve for inference, but keeps the output of every layer for graph_output. */
void graph_reserve_all(struct graph *g, int max_batch, struct pool *pool);

/*
 * Runs the network. x: (batch, input) is borrowed until graph_backward is over. With train, dropout
 * is on and batch norm uses and updates batch statistics; `step` seeds dropout, so the same step
 * repeats exactly. Returns the output (batch, out), valid until the next call.
 */
const float *graph_forward(struct graph *g, const float *x, int batch, bool train, uint64_t step);

/* As graph_forward, but stops before a final softmax and returns what would go into it (the
 * logits). */
const float *graph_logits(struct graph *g, const float *x, int batch, bool train, uint64_t step);

/*
 * From the gradient of the loss by the logits (batch, classes) of the last graph_logits(train) to
 * g->grad (overwritten). With dx not NULL also writes the gradient by the input (batch, input).
 */
void graph_backward(struct graph *g, const float *dlogits, float *dx);

/*
 * Says that parameters were written by hand, so that what layers made of them is made anew.
 * Training steps, graph_init and model_read_weights do so by themselves.
 */
void graph_changed(struct graph *g);

/* Folds each BatchNormalization that follows a convolution or dense layer alone into it; for
 * inference only, before graph_reserve. */
void graph_fold(struct graph *g);

/*
 * For a graph that was reserved for inference and whose parameters nobody reads or changes any
 * more: gives back the memory of the kernels that layers have laid out in their own way.
 */
void graph_settle(struct graph *g);

/* The output of layer i of the last forward pass (batch, out), for tests and feature maps; NULL if
 * another layer's has taken its place, which graph_reserve_all prevents. */
const float *graph_output(const struct graph *g, int i);

/*
 * From now on adds the processor time of each layer, in ns, to forward[layers] and
 * backward[layers]; both are borrowed until they are taken back by NULL, or until the next
 * graph_reserve.
 */
void graph_time(struct graph *g, int64_t *forward, int64_t *backward);

/* Multiply-adds of one image. */
long graph_macs(const struct graph *g);

/* Bytes that graph_reserve holds. */
size_t graph_bytes(const struct graph *g);

#endif
