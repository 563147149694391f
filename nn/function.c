/*
 * function: see function.h. The loops of the activation functions, one row per function.
 */
#include "nn/function.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "nn/vec.h"

/* Gives the result of a backward loop: f is an expression of y[i]. */
#define BACKWARD_LOOP(f)                                                                           \
    if (add) {                                                                                     \
        _Pragma("GCC ivdep") for (size_t i = 0; i < n; i++) dx[i] += dy[i] * (f);                  \
    } else {                                                                                       \
        _Pragma("GCC ivdep") for (size_t i = 0; i < n; i++) dx[i] = dy[i] * (f);                   \
    }

static void linear_forward(const struct function_args *a, const float *x, float *y, size_t rows,
                           size_t c)
{
    (void)a;
    vec_pass(y, x, false, rows * c);
}

static void linear_backward(const struct function_args *a, const float *y, const float *dy,
                            float *dx, bool add, size_t rows, size_t c)
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

static void relu_forward(const struct function_args *a, const float *x, float *y, size_t rows,
                         size_t c)
{
    (void)a;
    relu_loop(x, y, rows * c);
}

static void relu_backward(const struct function_args *a, const float *y, const float *dy, float *dx,
                          bool add, size_t rows, size_t c)
{
    (void)a;
    relu_back_loop(y, dy, dx, add, rows * c);
}

static void sigmoid_forward(const struct function_args *a, const float *x, float *y, size_t rows,
                            size_t c)
{
    (void)a;
    for (size_t i = 0; i < rows * c; i++)
        y[i] = 1 / (1 + expf(-x[i]));
}

static void sigmoid_backward(const struct function_args *a, const float *y, const float *dy,
                             float *dx, bool add, size_t rows, size_t c)
{
    (void)a;
    size_t n = rows * c;
    BACKWARD_LOOP(y[i] * (1 - y[i]))
}

static void tanh_forward(const struct function_args *a, const float *x, float *y, size_t rows,
                         size_t c)
{
    (void)a;
    for (size_t i = 0; i < rows * c; i++)
        y[i] = tanhf(x[i]);
}

static void tanh_backward(const struct function_args *a, const float *y, const float *dy, float *dx,
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

static void softmax_forward(const struct function_args *a, const float *x, float *y, size_t rows,
                            size_t c)
{
    (void)a;
    for (size_t r = 0; r < rows; r++)
        softmax_row(x + r * c, y + r * c, c);
}

static void softmax_backward(const struct function_args *a, const float *y, const float *dy,
                             float *dx, bool add, size_t rows, size_t c)
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

/* Keras' general ReLU: x from 0 to max, slope x below. */
VEC static void relu_general_forward(const struct function_args *a, const float *x, float *y,
                                     size_t rows, size_t c)
{
    float slope = a->slope, max = a->max;
#pragma GCC ivdep
    for (size_t i = 0; i < rows * c; i++) {
        float v = x[i] >= 0 ? x[i] : slope * x[i];
        y[i] = v < max ? v : max;
    }
}

/* The sign of y is that of x, as the slope is not negative. */
VEC static void relu_general_backward(const struct function_args *a, const float *y,
                                      const float *dy, float *dx, bool add, size_t rows, size_t c)
{
    float slope = a->slope, max = a->max;
    size_t n = rows * c;
    BACKWARD_LOOP(y[i] >= max ? 0 : y[i] > 0 ? 1 : slope)
}

static void elu_forward(const struct function_args *a, const float *x, float *y, size_t rows,
                        size_t c)
{
    for (size_t i = 0; i < rows * c; i++)
        y[i] = a->scale * (x[i] > 0 ? x[i] : a->slope * expm1f(x[i]));
}

/* Below 0 the slope is scale alpha e^x = y + scale alpha. */
VEC static void elu_backward(const struct function_args *a, const float *y, const float *dy,
                             float *dx, bool add, size_t rows, size_t c)
{
    float scale = a->scale, low = a->scale * a->slope;
    size_t n = rows * c;
    BACKWARD_LOOP(y[i] > 0 ? scale : y[i] + low)
}

static void swish_forward(const struct function_args *a, const float *x, float *y, size_t rows,
                          size_t c)
{
    (void)a;
    for (size_t i = 0; i < rows * c; i++)
        y[i] = x[i] / (1 + expf(-x[i]));
}

static float swish_slope(float x)
{
    float s = 1 / (1 + expf(-x));
    return s * (1 + x * (1 - s));
}

/* y does not tell x: the input is given in its place. */
static void swish_backward(const struct function_args *a, const float *x, const float *dy,
                           float *dx, bool add, size_t rows, size_t c)
{
    (void)a;
    size_t n = rows * c;
    BACKWARD_LOOP(swish_slope(x[i]))
}

VEC static void hard_sigmoid_forward(const struct function_args *a, const float *x, float *y,
                                     size_t rows, size_t c)
{
    float slope = a->slope;
#pragma GCC ivdep
    for (size_t i = 0; i < rows * c; i++) {
        float v = slope * x[i] + 0.5f;
        v = v > 0 ? v : 0;
        y[i] = v < 1 ? v : 1;
    }
}

VEC static void hard_sigmoid_backward(const struct function_args *a, const float *y,
                                      const float *dy, float *dx, bool add, size_t rows, size_t c)
{
    float slope = a->slope;
    size_t n = rows * c;
    BACKWARD_LOOP(y[i] > 0 && y[i] < 1 ? slope : 0)
}

#define NO_ARGS                                                                                    \
    {                                                                                              \
        .max = 0                                                                                   \
    }

static const struct function table[] = {
    {"linear", linear_forward, linear_backward, NO_ARGS},
    {"relu", relu_forward, relu_backward, NO_ARGS},
    {"sigmoid", sigmoid_forward, sigmoid_backward, NO_ARGS},
    {"tanh", tanh_forward, tanh_backward, NO_ARGS},
    {"softmax", softmax_forward, softmax_backward, NO_ARGS},
    {"leaky_relu", relu_general_forward, relu_general_backward, {.max = INFINITY, .slope = 0.2f}},
    {"elu", elu_forward, elu_backward, {.slope = 1, .scale = 1}},
    {"selu", elu_forward, elu_backward, {.slope = 1.67326324f, .scale = 1.05070098f}},
    {"swish", swish_forward, swish_backward, NO_ARGS},
    {"silu", swish_forward, swish_backward, NO_ARGS},
    {"hard_sigmoid", hard_sigmoid_forward, hard_sigmoid_backward, {.slope = 1.0f / 6}},
};

const struct function function_hard_sigmoid_2 = {
    "hard_sigmoid", hard_sigmoid_forward, hard_sigmoid_backward, {.slope = 0.2f}};
const struct function function_relu_general = {
    "relu", relu_general_forward, relu_general_backward, {.max = INFINITY}};

const struct function *function_find(const char *name)
{
    for (size_t i = 0; i < MEM_COUNT(table); i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

void function_names(const char **names)
{
    for (size_t i = 0; i < MEM_COUNT(table); i++)
        names[i] = table[i].name;
    names[MEM_COUNT(table)] = NULL;
}

enum function_needs function_needs(const struct function *f)
{
    return f->backward == linear_backward  ? FUNCTION_NOTHING
           : f->backward == swish_backward ? FUNCTION_X
                                           : FUNCTION_Y;
}
