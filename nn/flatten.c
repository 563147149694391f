/* flatten: Flatten; in NHWC the numbers lie in the right order already. */
#include "nn/kinds.h"

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

const struct layer_ops flatten_ops = {
    .name = "Flatten",
    .config = flatten_config,
    .shape = flatten_shape,
    .forward = flatten_forward,
    .backward = flatten_backward,
};
