/* flatten: Flatten and Reshape; in NHWC the numbers lie in the right order already. */
#include "nn/kinds.h"

#include "base/mem.h"
#include "nn/options.h"
#include "nn/slice.h"
#include "nn/vec.h"

static int flatten_config(struct layer *l, const json_t *config, struct err *err)
{
    static const char *const formats[] = {"channels_last", NULL};
    struct options o;
    opt_begin(&o, l, config, err);
    opt_word(&o, "data_format", formats, 0);
    l->inplace = true;
    return opt_end(&o);
}

static int flatten_shape(struct layer *l, struct err *err)
{
    (void)err;
    l->out = (struct shape){1, 1, (int)shape_size(&l->in[0])};
    return 0;
}

static void flatten_forward(struct layer *l, const float *const *x, float *y, struct layer_run *run)
{
    vec_pass(y, x[0], false, (size_t)run->batch * shape_size(&l->out));
}

static void flatten_backward(struct layer *l, const float *const *x, const float *y,
                             const float *dy, float *const *dx, struct layer_run *run)
{
    (void)x;
    (void)y;
    if (dx[0] != NULL)
        vec_pass(dx[0], dy, run->add[0], (size_t)run->batch * shape_size(&l->out));
}

/* Sizes of the last axes, -1 for the one that follows from the others; others are 1. */
struct reshape {
    int dim[3];
};

static int reshape_config(struct layer *l, const json_t *config, struct err *err)
{
    struct reshape *r = mem_zalloc(1, sizeof *r);
    struct options o;
    l->priv = r;
    l->inplace = true;
    opt_begin(&o, l, config, err);
    const json_t *v = opt_json(&o, "target_shape");
    size_t rank = json_array_size(v);
    int open = 0;
    bool ok = rank == 1 || rank == 3;
    *r = (struct reshape){{1, 1, 1}};
    for (size_t i = 0; ok && i < rank; i++) {
        json_int_t n = json_integer_value(json_array_get(v, i));
        open += n == -1;
        ok = n == -1 || (n >= 1 && n <= 1 << 16);
        r->dim[3 - rank + i] = (int)n;
    }
    if (!ok || open > 1)
        opt_fail(&o, "target_shape",
                 "is wrong; supported: [n] or [height, width, channels], one of them may be -1");
    return opt_end(&o);
}

static int reshape_shape(struct layer *l, struct err *err)
{
    const struct reshape *r = l->priv;
    long size = (long)shape_size(&l->in[0]), known = 1;
    int dim[3];
    for (int i = 0; i < 3; i++)
        known *= r->dim[i] > 0 ? r->dim[i] : 1;
    for (int i = 0; i < 3; i++)
        dim[i] = r->dim[i] > 0 ? r->dim[i] : (int)(size / known);
    l->out = (struct shape){dim[0], dim[1], dim[2]};
    if ((long)dim[0] * dim[1] * dim[2] == size)
        return 0;
    return err_set(err, "layer \"%s\" (Reshape): target_shape has %ld numbers, the input %ld",
                   l->name, (long)dim[0] * dim[1] * dim[2], size);
}

const struct layer_ops reshape_ops = {
    .name = "Reshape",
    .config = reshape_config,
    .shape = reshape_shape,
    .forward = flatten_forward,
    .backward = flatten_backward,
};

const struct layer_ops flatten_ops = {
    .name = "Flatten",
    .config = flatten_config,
    .shape = flatten_shape,
    .forward = flatten_forward,
    .backward = flatten_backward,
};
