/*
 * activation: Activation, ReLU and Softmax layers, and the activation= of others, which the reader
 * of the graph turns into an Activation layer. One row per function. Trainer or analysis thread;
 * slices on pool workers.
 */
#include "nn/kinds.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "nn/options.h"
#include "nn/slice.h"
#include "nn/vec.h"

struct activation;

/* Works on rows of c floats (the last axis); all but softmax see only single numbers. */
struct function {
    const char *name;
    void (*forward)(const struct activation *a, const float *x, float *y, size_t rows, size_t c);
    /* dx = dy f'(x), f' said by y; dx may be dy; adds to dx if add */
    void (*backward)(const struct activation *a, const float *y, const float *dy, float *dx,
                     bool add, size_t rows, size_t c);
};

struct activation {
    const struct function *f;
    float max, slope, threshold; /* of ReLU */
};

/* Gives the result of a backward loop: f is an expression of y[i]. */
#define BACKWARD_LOOP(f)                                                                           \
    if (add) {                                                                                     \
        _Pragma("GCC ivdep") for (size_t i = 0; i < n; i++) dx[i] += dy[i] * (f);                  \
    } else {                                                                                       \
        _Pragma("GCC ivdep") for (size_t i = 0; i < n; i++) dx[i] = dy[i] * (f);                   \
    }

static void linear_forward(const struct activation *a, const float *x, float *y, size_t rows,
                           size_t c)
{
    (void)a;
    vec_pass(y, x, false, rows * c);
}

static void linear_backward(const struct activation *a, const float *y, const float *dy, float *dx,
                            bool add, size_t rows, size_t c)
{
    (void)a;
    (void)y;
    vec_pass(dx, dy, add, rows * c);
}

VEC static void relu_loop(const float *x, float *y, size_t n)
{
#pragma GCC ivdep
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] > 0 ? x[i] : 0;
}

VEC static void relu_back_loop(const float *y, const float *dy, float *dx, bool add, size_t n)
{
    BACKWARD_LOOP(y[i] > 0 ? 1.0f : 0.0f)
}

static void relu_forward(const struct activation *a, const float *x, float *y, size_t rows,
                         size_t c)
{
    (void)a;
    relu_loop(x, y, rows * c);
}

static void relu_backward(const struct activation *a, const float *y, const float *dy, float *dx,
                          bool add, size_t rows, size_t c)
{
    (void)a;
    relu_back_loop(y, dy, dx, add, rows * c);
}

static void sigmoid_forward(const struct activation *a, const float *x, float *y, size_t rows,
                            size_t c)
{
    (void)a;
    for (size_t i = 0; i < rows * c; i++)
        y[i] = 1 / (1 + expf(-x[i]));
}

static void sigmoid_backward(const struct activation *a, const float *y, const float *dy, float *dx,
                             bool add, size_t rows, size_t c)
{
    (void)a;
    size_t n = rows * c;
    BACKWARD_LOOP(y[i] * (1 - y[i]))
}

static void tanh_forward(const struct activation *a, const float *x, float *y, size_t rows,
                         size_t c)
{
    (void)a;
    for (size_t i = 0; i < rows * c; i++)
        y[i] = tanhf(x[i]);
}

static void tanh_backward(const struct activation *a, const float *y, const float *dy, float *dx,
                          bool add, size_t rows, size_t c)
{
    (void)a;
    size_t n = rows * c;
    BACKWARD_LOOP(1 - y[i] * y[i])
}

static void softmax_row(const float *x, float *y, size_t c)
{
    float most = x[0], sum = 0;
    for (size_t i = 1; i < c; i++)
        most = fmaxf(most, x[i]);
    for (size_t i = 0; i < c; i++)
        sum += y[i] = expf(x[i] - most);
    for (size_t i = 0; i < c; i++)
        y[i] /= sum;
}

static void softmax_forward(const struct activation *a, const float *x, float *y, size_t rows,
                            size_t c)
{
    (void)a;
    for (size_t r = 0; r < rows; r++)
        softmax_row(x + r * c, y + r * c, c);
}

static void softmax_backward(const struct activation *a, const float *y, const float *dy, float *dx,
                             bool add, size_t rows, size_t c)
{
    (void)a;
    for (size_t r = 0; r < rows; r++, y += c, dy += c, dx += c) {
        float dot = 0;
        for (size_t i = 0; i < c; i++)
            dot += y[i] * dy[i];
        for (size_t i = 0; i < c; i++)
            dx[i] = (add ? dx[i] : 0) + y[i] * (dy[i] - dot);
    }
}

static const struct function functions[] = {
    {"linear", linear_forward, linear_backward},    {"relu", relu_forward, relu_backward},
    {"sigmoid", sigmoid_forward, sigmoid_backward}, {"tanh", tanh_forward, tanh_backward},
    {"softmax", softmax_forward, softmax_backward},
};

/* Keras' general ReLU: x from the threshold to max, slope (x - threshold) below. */
VEC static void relu_general_forward(const struct activation *a, const float *x, float *y,
                                     size_t rows, size_t c)
{
    float slope = a->slope, max = a->max, threshold = a->threshold;
#pragma GCC ivdep
    for (size_t i = 0; i < rows * c; i++) {
        float v = x[i] >= threshold ? x[i] : slope * (x[i] - threshold);
        y[i] = v < max ? v : max;
    }
}

/* With threshold 0 the sign of y is that of x, as the slope is not negative. */
VEC static void relu_general_backward(const struct activation *a, const float *y, const float *dy,
                                      float *dx, bool add, size_t rows, size_t c)
{
    float slope = a->slope, max = a->max;
    size_t n = rows * c;
    BACKWARD_LOOP(y[i] >= max ? 0 : y[i] > 0 ? 1 : slope)
}

static const struct function relu_general = {"relu", relu_general_forward, relu_general_backward};

static struct activation *activation_new(struct layer *l, const struct function *f)
{
    struct activation *a = mem_zalloc(1, sizeof *a);
    a->f = f;
    l->priv = a;
    l->inplace = true;
    l->needs_y = f->backward != linear_backward;
    l->softmax = f->forward == softmax_forward;
    return a;
}

static int activation_config(struct layer *l, const json_t *config, struct err *err)
{
    const char *names[MEM_COUNT(functions) + 1] = {NULL};
    for (size_t i = 0; i < MEM_COUNT(functions); i++)
        names[i] = functions[i].name;
    struct options o;
    opt_begin(&o, l, config, err);
    activation_new(l, &functions[opt_word(&o, "activation", names, 0)]);
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
    struct activation *a = activation_new(l, plain ? &functions[1] : &relu_general);
    a->max = max;
    a->slope = slope;
    a->threshold = threshold;
    if (threshold != 0)
        opt_fail(&o, "threshold", "is %g; supported: 0", (double)threshold);
    if (slope < 0 || max < 0)
        opt_fail(&o, slope < 0 ? "negative_slope" : "max_value",
                 "is negative; supported: 0 and up");
    return opt_end(&o);
}

static int softmax_config(struct layer *l, const json_t *config, struct err *err)
{
    struct options o;
    opt_begin(&o, l, config, err);
    activation_new(l, &functions[4]);
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
    a->f->forward(a, call_x(c, 0, s->first), call_y(c, s->first), rows, (size_t)out->c);
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
    a->f->backward(a, call_y(c, s->first), call_dy(c, s->first), call_dx(c, 0, s->first),
                   c->run->add[0], rows, (size_t)out->c);
}

static void activation_backward(struct layer *l, const float *const *x, const float *y,
                                const float *dy, float *const *dx, struct layer_run *run)
{
    if (dx[0] == NULL)
        return;
    struct call c = {.l = l, .x = x, .y = (float *)y, .dy = dy, .dx = dx, .run = run};
    call_slices(&c, shape_size(&l->out), backward_slice);
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
