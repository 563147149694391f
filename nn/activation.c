/*
 * activation: Activation, ReLU, LeakyReLU, ELU and Softmax layers, and the activation= of others,
 * which the reader of the graph turns into an Activation layer. Trainer or analysis thread; slices
 * on pool workers.
 */
#include "nn/kinds.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "nn/function.h"
#include "nn/options.h"
#include "nn/slice.h"

struct activation {
    const struct function *f;
    struct function_args args;
};

static struct activation *activation_new(struct layer *l, const struct function *f)
{
    struct activation *a = mem_zalloc(1, sizeof *a);
    a->f = f;
    a->args = f->args;
    l->priv = a;
    l->inplace = true;
    l->needs_x = function_needs(f) == FUNCTION_X;
    l->needs_y = function_needs(f) == FUNCTION_Y;
    l->softmax = strcmp(f->name, "softmax") == 0;
    l->rectifies = f == function_find("relu");
    return a;
}

static int activation_config(struct layer *l, const json_t *config, struct err *err)
{
    const char *names[FUNCTIONS_MAX];
    struct options o;
    function_names(names);
    opt_begin(&o, l, config, err);
    const struct function *f = function_find(names[opt_word(&o, "activation", names, 0)]);
    if (l->keras == 2 && strcmp(f->name, "hard_sigmoid") == 0)
        f = &function_hard_sigmoid_2;
    activation_new(l, f);
    return opt_end(&o);
}

static int relu_config(struct layer *l, const json_t *config, struct err *err)
{
    struct options o;
    opt_begin(&o, l, config, err);
    float slope = opt_float(&o, "negative_slope", 0);
    float threshold = opt_float(&o, "threshold", 0);
    float max = opt_float(&o, "max_value", INFINITY);
    bool plain = slope == 0 && threshold == 0 && isinf(max);
    struct activation *a =
        activation_new(l, plain ? function_find("relu") : &function_relu_general);
    a->args = (struct function_args){.max = max, .slope = slope};
    if (threshold != 0)
        opt_fail(&o, "threshold", "is %g; supported: 0", (double)threshold);
    if (slope < 0 || max < 0)
        opt_fail(&o, slope < 0 ? "negative_slope" : "max_value",
                 "is negative; supported: 0 and up");
    return opt_end(&o);
}

/* Keras 2 calls the slope "alpha". */
static int leaky_config(struct layer *l, const json_t *config, struct err *err)
{
    struct options o;
    opt_begin(&o, l, config, err);
    float slope = opt_float(&o, "alpha", 0.3f);
    slope = opt_float(&o, "negative_slope", slope);
    activation_new(l, &function_relu_general)->args.slope = slope;
    if (slope < 0)
        opt_fail(&o, "negative_slope", "is negative; supported: 0 and up");
    return opt_end(&o);
}

static int elu_config(struct layer *l, const json_t *config, struct err *err)
{
    struct options o;
    opt_begin(&o, l, config, err);
    float alpha = opt_float(&o, "alpha", 1);
    activation_new(l, function_find("elu"))->args.slope = alpha;
    if (alpha < 0)
        opt_fail(&o, "alpha", "is negative; supported: 0 and up");
    return opt_end(&o);
}

static int softmax_config(struct layer *l, const json_t *config, struct err *err)
{
    struct options o;
    opt_begin(&o, l, config, err);
    activation_new(l, function_find("softmax"));
    const json_t *axis = opt_json(&o, "axis");
    if (json_is_array(axis) && json_array_size(axis) == 1)
        axis = json_array_get(axis, 0);
    if (axis != NULL && json_integer_value(axis) != -1)
        opt_fail(&o, "axis", "is not -1; supported: -1");
    return opt_end(&o);
}

static int activation_shape(struct layer *l, struct err *err)
{
    (void)err;
    l->out = l->in[0];
    return 0;
}

static void forward_slice(const struct call *c, const struct slice *s)
{
    const struct activation *a = c->l->priv;
    const struct shape *out = &c->l->out;
    size_t rows = (size_t)s->n * (size_t)out->h * (size_t)out->w;
    a->f->forward(&a->args, call_x(c, 0, s->first), call_y(c, s->first), rows, (size_t)out->c);
}

static void activation_forward(struct layer *l, const float *const *x, float *y,
                               struct layer_run *run)
{
    struct call c = {.l = l, .x = x, .y = y, .run = run};
    call_slices(&c, shape_size(&l->out), forward_slice);
}

static void backward_slice(const struct call *c, const struct slice *s)
{
    const struct activation *a = c->l->priv;
    const struct shape *out = &c->l->out;
    size_t rows = (size_t)s->n * (size_t)out->h * (size_t)out->w;
    const float *told =
        function_needs(a->f) == FUNCTION_X ? call_x(c, 0, s->first) : call_y(c, s->first);
    a->f->backward(&a->args, told, call_dy(c, s->first), call_dx(c, 0, s->first), c->run->add[0],
                   rows, (size_t)out->c);
}

static void activation_backward(struct layer *l, const float *const *x, const float *y,
                                const float *dy, float *const *dx, struct layer_run *run)
{
    struct call c = {.l = l, .x = x, .y = (float *)y, .dy = dy, .dx = dx, .run = run};
    call_backward(&c, shape_size(&l->out), backward_slice);
}

const struct layer_ops activation_ops = {
    .name = "Activation",
    .config = activation_config,
    .shape = activation_shape,
    .forward = activation_forward,
    .backward = activation_backward,
};

const struct layer_ops relu_ops = {
    .name = "ReLU",
    .config = relu_config,
    .shape = activation_shape,
    .forward = activation_forward,
    .backward = activation_backward,
};

const struct layer_ops softmax_ops = {
    .name = "Softmax",
    .config = softmax_config,
    .shape = activation_shape,
    .forward = activation_forward,
    .backward = activation_backward,
};

const struct layer_ops leaky_relu_ops = {
    .name = "LeakyReLU",
    .config = leaky_config,
    .shape = activation_shape,
    .forward = activation_forward,
    .backward = activation_backward,
};

const struct layer_ops elu_ops = {
    .name = "ELU",
    .config = elu_config,
    .shape = activation_shape,
    .forward = activation_forward,
    .backward = activation_backward,
};
