/* input: InputLayer, the shape of what comes in. */
#include "nn/kinds.h"

#include "nn/options.h"
#include "nn/slice.h"
#include "nn/keras.h"
#include "nn/vec.h"

static int input_config(struct layer *l, const json_t *config, struct err *err)
{
    static const char *const silent[] = {"sparse", "ragged", "optional", NULL};
    struct options o;
    opt_begin(&o, l, config, err);
    opt_ignore(&o, silent);
    if (keras_input_shape(l, config, &l->in[0], err) != 0)
        return -1;
    return opt_end(&o);
}

static int input_shape(struct layer *l, struct err *err)
{
    (void)err;
    l->out = l->in[0];
    return 0;
}

static void input_forward(struct layer *l, const float *const *x, float *y, struct layer_run *run)
{
    vec_pass(y, x[0], false, (size_t)run->batch * shape_size(&l->out));
}

static void input_backward(struct layer *l, const float *const *x, const float *y, const float *dy,
                           float *const *dx, struct layer_run *run)
{
    (void)x;
    (void)y;
    vec_pass(dx[0], dy, run->add[0], (size_t)run->batch * shape_size(&l->out));
}

const struct layer_ops input_ops = {
    .name = "InputLayer",
    .config = input_config,
    .shape = input_shape,
    .forward = input_forward,
    .backward = input_backward,
};
