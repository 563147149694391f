/* kinds: the rows of the layer table, one file per kind or family of kinds; for layer.c alone. */
#ifndef NN_KINDS_H
#define NN_KINDS_H

#include "nn/layer.h"

extern const struct layer_ops input_ops;
extern const struct layer_ops conv2d_ops;
extern const struct layer_ops depthwise_ops;
extern const struct layer_ops separable_ops;
extern const struct layer_ops batchnorm_ops;
extern const struct layer_ops layernorm_ops;
extern const struct layer_ops activation_ops;
extern const struct layer_ops relu_ops;
extern const struct layer_ops softmax_ops;
extern const struct layer_ops maxpool_ops;
extern const struct layer_ops avgpool_ops;
extern const struct layer_ops global_avgpool_ops;
extern const struct layer_ops flatten_ops;
extern const struct layer_ops dense_ops;
extern const struct layer_ops dropout_ops;
extern const struct layer_ops add_ops;
extern const struct layer_ops leaky_relu_ops;
extern const struct layer_ops elu_ops;
extern const struct layer_ops global_maxpool_ops;
extern const struct layer_ops reshape_ops;
extern const struct layer_ops spatial_dropout_ops;
extern const struct layer_ops multiply_ops;
extern const struct layer_ops concatenate_ops;
extern const struct layer_ops rescaling_ops;
extern const struct layer_ops zeropad_ops;

#endif
