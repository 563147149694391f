/* params: see params.h. */
#include "nn/params.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "nn/slice.h"
#include "nn/vec.h"

struct param *params_find(struct layer *l, const char *name)
{
    for (int i = 0; i < l->params; i++)
        if (strcmp(l->param[i].name, name) == 0)
            return &l->param[i];
    return NULL;
}

void params_add(struct layer *l, const char *name, int rank, const int *dim)
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

size_t params_trainable(const struct layer *l)
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

void params_reduce(struct layer *l, struct layer_run *run, int parts)
{
    size_t offset = 0, stride = params_trainable(l);
    for (int i = 0; i < l->params; i++) {
        struct param *p = &l->param[i];
        if (!p->trainable)
            continue;
        struct reduce r = {run->partial + offset, stride, parts, p->g, p->size};
        int blocks = (int)((p->size + REDUCE_BLOCK - 1) / REDUCE_BLOCK);
        bool pooled = slice_wants_pool(p->size * (size_t)parts, 0);
        pool_run(pooled ? run->pool : NULL, blocks, reduce_block, &r);
        offset += p->size;
    }
}

void params_fold(struct layer *l, const float *scale, const float *shift)
{
    struct param *kernel = params_find(l, "kernel"), *bias = params_find(l, "bias");
    size_t c = (size_t)l->out.c;
    for (size_t i = 0; i < kernel->size; i++)
        kernel->w[i] *= scale[i % c];
    for (size_t i = 0; i < c; i++)
        bias->w[i] = bias->w[i] * scale[i] + shift[i];
}
