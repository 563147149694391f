/* layer: see layer.h. The table of layer kinds, and what all kinds share. */
#include "nn/layer.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "nn/kinds.h"
#include "nn/vec.h"

static const struct layer_ops *const table[] = {
    &input_ops,   &conv2d_ops,  &batchnorm_ops, &layernorm_ops,      &activation_ops, &relu_ops,
    &softmax_ops, &maxpool_ops, &avgpool_ops,   &global_avgpool_ops, &flatten_ops,    &dense_ops,
    &dropout_ops, &add_ops,     &rescaling_ops, &zeropad_ops,
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

struct param *layer_param(struct layer *l, const char *name)
{
    for (int i = 0; i < l->params; i++)
        if (strcmp(l->param[i].name, name) == 0)
            return &l->param[i];
    return NULL;
}

void layer_add_param(struct layer *l, const char *name, int rank, const int *dim)
{
    assert(l->params < LAYER_PARAMS_MAX && rank <= 4);
    struct param *p = &l->param[l->params++];
    *p = (struct param){.rank = rank, .size = 1, .trainable = !l->frozen};
    snprintf(p->name, sizeof p->name, "%s", name);
    for (int i = 0; i < rank; i++) {
        p->dim[i] = dim[i];
        p->size *= (size_t)dim[i];
    }
}

size_t layer_trainable(const struct layer *l)
{
    size_t n = 0;
    for (int i = 0; i < l->params; i++)
        n += l->param[i].trainable ? l->param[i].size : 0;
    return n;
}

#define REDUCE_BLOCK 4096

struct reduce {
    const float *partial;
    size_t stride; /* floats of one row */
    int parts;
    float *g;
    size_t n;
};

static void reduce_block(void *ctx, int i, int worker)
{
    (void)worker;
    const struct reduce *r = ctx;
    size_t first = (size_t)i * REDUCE_BLOCK;
    size_t n = r->n - first < REDUCE_BLOCK ? r->n - first : REDUCE_BLOCK;
    memcpy(r->g + first, r->partial + first, n * sizeof *r->g);
    for (int p = 1; p < r->parts; p++)
        vec_add(r->g + first, r->g + first, r->partial + (size_t)p * r->stride + first, n);
}

void layer_reduce(struct layer *l, struct layer_run *run, int parts)
{
    size_t offset = 0, stride = layer_trainable(l);
    for (int i = 0; i < l->params; i++) {
        struct param *p = &l->param[i];
        if (!p->trainable)
            continue;
        struct reduce r = {run->partial + offset, stride, parts, p->g, p->size};
        int blocks = (int)((p->size + REDUCE_BLOCK - 1) / REDUCE_BLOCK);
        pool_run(blocks > 1 ? run->pool : NULL, blocks, reduce_block, &r);
        offset += p->size;
    }
}

void layer_fold_kernel(struct layer *l, const float *scale, const float *shift)
{
    struct param *kernel = layer_param(l, "kernel"), *bias = layer_param(l, "bias");
    size_t c = (size_t)l->out.c;
    for (size_t i = 0; i < kernel->size; i++)
        kernel->w[i] *= scale[i % c];
    for (size_t i = 0; i < c; i++)
        bias->w[i] = bias->w[i] * scale[i] + shift[i];
}
