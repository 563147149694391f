/* layer: see layer.h. The table of layer kinds. */
#include "nn/layer.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "nn/kinds.h"

static const struct layer_ops *const table[] = {
    &input_ops,           &conv2d_ops,
    &batchnorm_ops,       &layernorm_ops,
    &activation_ops,      &relu_ops,
    &softmax_ops,         &maxpool_ops,
    &avgpool_ops,         &global_avgpool_ops,
    &flatten_ops,         &dense_ops,
    &dropout_ops,         &add_ops,
    &rescaling_ops,       &zeropad_ops,
    &depthwise_ops,       &separable_ops,
    &concatenate_ops,     &multiply_ops,
    &spatial_dropout_ops, &reshape_ops,
    &global_maxpool_ops,  &elu_ops,
    &leaky_relu_ops,
};

const struct layer_ops *layer_ops_find(const char *class_name)
{
    for (size_t i = 0; i < MEM_COUNT(table); i++)
        if (strcmp(table[i]->name, class_name) == 0)
            return table[i];
    return NULL;
}

void layer_ops_names(char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < MEM_COUNT(table) && used < size; i++)
        used +=
            (size_t)snprintf(text + used, size - used, "%s%s", i > 0 ? ", " : "", table[i]->name);
}
