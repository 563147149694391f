/*
 * merge: Add, Multiply and Concatenate, whose inputs are several. Trainer or analysis thread;
 * slices on pool workers.
 */
#include "nn/kinds.h"

#include "nn/options.h"
#include "nn/slice.h"
#include "nn/vec.h"

static int merge_config(struct layer *l, const json_t *config, struct err *err)
{
    struct options o;
    opt_begin(&o, l, config, err);
    return opt_end(&o);
}

static int add_config(struct layer *l, const json_t *config, struct err *err)
{
    l->inplace = l->reads_lazy = true;
    return merge_config(l, config, err);
}

static int multiply_config(struct layer *l, const json_t *config, struct err *err)
{
    l->needs_x = true;
    return merge_config(l, config, err);
}

static int concatenate_config(struct layer *l, const json_t *config, struct err *err)
{
    struct options o;
    opt_begin(&o, l, config, err);
    int axis = opt_int(&o, "axis", -1, -4, 3);
    if (axis != -1 && axis != 3)
        opt_fail(&o, "axis", "is %d; supported: -1", axis);
    return opt_end(&o);
}

/* Two inputs or more, alike but, if `stacked`, for their channels. */
static int check_inputs(struct layer *l, bool stacked, struct err *err)
{
    if (l->inputs < 2)
        return err_set(err, "layer \"%s\" (%s): expected two inputs or more, got %d", l->name,
                       l->ops->name, l->inputs);
    l->out = l->in[0];
    for (int i = 1; i < l->inputs; i++)
        if (l->in[i].h != l->out.h || l->in[i].w != l->out.w ||
            (!stacked && l->in[i].c != l->out.c))
            return err_set(err,
                           "layer \"%s\" (%s): inputs are (%d,%d,%d) and (%d,%d,%d); supported: "
                           "equal %s",
                           l->name, l->ops->name, l->out.h, l->out.w, l->out.c, l->in[i].h,
                           l->in[i].w, l->in[i].c, stacked ? "heights and widths" : "shapes");
    return 0;
}

static int equal_shape(struct layer *l, struct err *err)
{
    return check_inputs(l, false, err);
}

static void add_slice(const struct call *c, const struct slice *s)
{
    size_t n = shape_size(&c->l->out);
    for (int image = s->first; image < s->first + s->n; image++) {
        float *y = call_y(c, image);
        vec_add(y, call_in(c, 0, image, s->worker), call_in(c, 1, image, s->worker), n);
        for (int i = 2; i < c->l->inputs; i++)
            vec_add(y, y, call_in(c, i, image, s->worker), n);
    }
}

static void add_forward(struct layer *l, const float *const *x, float *y, struct layer_run *run)
{
    struct call c = {.l = l, .x = x, .y = y, .run = run};
    call_slices(&c, shape_size(&l->out), add_slice);
}

static void add_back_slice(const struct call *c, const struct slice *s)
{
    size_t n = (size_t)s->n * shape_size(&c->l->out);
    for (int i = 0; i < c->l->inputs; i++)
        if (c->dx[i] != NULL)
            vec_pass(call_dx(c, i, s->first), call_dy(c, s->first), c->run->add[i], n);
}

static void add_backward(struct layer *l, const float *const *x, const float *y, const float *dy,
                         float *const *dx, struct layer_run *run)
{
    (void)y;
    struct call c = {.l = l, .x = x, .dy = dy, .dx = dx, .run = run};
    call_slices(&c, shape_size(&l->out), add_back_slice);
}

const struct layer_ops add_ops = {
    .name = "Add",
    .merges = true,
    .config = add_config,
    .shape = equal_shape,
    .forward = add_forward,
    .backward = add_backward,
};

/* ---- Multiply ------------------------------------------------------------------------------ */

VEC static void times(float *y, const float *a, const float *b, bool add, size_t n)
{
    if (add) {
#pragma GCC ivdep
        for (size_t i = 0; i < n; i++)
            y[i] += a[i] * b[i];
    } else {
#pragma GCC ivdep
        for (size_t i = 0; i < n; i++)
            y[i] = a[i] * b[i];
    }
}

static void multiply_slice(const struct call *c, const struct slice *s)
{
    size_t n = (size_t)s->n * shape_size(&c->l->out);
    float *y = call_y(c, s->first);
    times(y, call_x(c, 0, s->first), call_x(c, 1, s->first), false, n);
    for (int i = 2; i < c->l->inputs; i++)
        times(y, y, call_x(c, i, s->first), false, n);
}

static void multiply_forward(struct layer *l, const float *const *x, float *y,
                             struct layer_run *run)
{
    struct call c = {.l = l, .x = x, .y = y, .run = run};
    call_slices(&c, shape_size(&l->out), multiply_slice);
}

/* dx[i] is dy times all the other inputs. */
static void multiply_back_slice(const struct call *c, const struct slice *s)
{
    size_t n = shape_size(&c->l->out);
    float *product = c->run->scratch[s->worker];
    for (int image = s->first; image < s->first + s->n; image++)
        for (int i = 0; i < c->l->inputs; i++) {
            const float *rest = call_dy(c, image);
            int last = i == c->l->inputs - 1 ? i - 1 : c->l->inputs - 1;
            for (int k = 0; c->dx[i] != NULL && k < last; k++) {
                if (k == i)
                    continue;
                times(product, rest, call_x(c, k, image), false, n);
                rest = product;
            }
            if (c->dx[i] != NULL)
                times(call_dx(c, i, image), rest, call_x(c, last, image), c->run->add[i], n);
        }
}

static void multiply_backward(struct layer *l, const float *const *x, const float *y,
                              const float *dy, float *const *dx, struct layer_run *run)
{
    (void)y;
    struct call c = {.l = l, .x = x, .dy = dy, .dx = dx, .run = run};
    call_slices(&c, shape_size(&l->out), multiply_back_slice);
}

static int multiply_shape(struct layer *l, struct err *err)
{
    int rc = equal_shape(l, err);
    l->scratch = shape_size(&l->out);
    return rc;
}

const struct layer_ops multiply_ops = {
    .name = "Multiply",
    .merges = true,
    .config = multiply_config,
    .shape = multiply_shape,
    .forward = multiply_forward,
    .backward = multiply_backward,
};

/* ---- Concatenate --------------------------------------------------------------------------- */

static int concatenate_shape(struct layer *l, struct err *err)
{
    if (check_inputs(l, true, err) != 0)
        return -1;
    for (int i = 1; i < l->inputs; i++)
        l->out.c += l->in[i].c;
    return 0;
}

static void concatenate_slice(const struct call *c, const struct slice *s)
{
    const struct layer *l = c->l;
    size_t pixels = (size_t)s->n * (size_t)l->out.h * (size_t)l->out.w, at = 0;
    for (int i = 0; i < l->inputs; at += (size_t)l->in[i++].c)
        for (size_t p = 0; p < pixels; p++)
            vec_pass(call_y(c, s->first) + p * (size_t)l->out.c + at,
                     call_x(c, i, s->first) + p * (size_t)l->in[i].c, false, (size_t)l->in[i].c);
}

static void concatenate_forward(struct layer *l, const float *const *x, float *y,
                                struct layer_run *run)
{
    struct call c = {.l = l, .x = x, .y = y, .run = run};
    call_slices(&c, shape_size(&l->out), concatenate_slice);
}

static void concatenate_back_slice(const struct call *c, const struct slice *s)
{
    const struct layer *l = c->l;
    size_t pixels = (size_t)s->n * (size_t)l->out.h * (size_t)l->out.w, at = 0;
    for (int i = 0; i < l->inputs; at += (size_t)l->in[i++].c)
        for (size_t p = 0; c->dx[i] != NULL && p < pixels; p++)
            vec_pass(call_dx(c, i, s->first) + p * (size_t)l->in[i].c,
                     call_dy(c, s->first) + p * (size_t)l->out.c + at, c->run->add[i],
                     (size_t)l->in[i].c);
}

static void concatenate_backward(struct layer *l, const float *const *x, const float *y,
                                 const float *dy, float *const *dx, struct layer_run *run)
{
    (void)y;
    struct call c = {.l = l, .x = x, .dy = dy, .dx = dx, .run = run};
    call_slices(&c, shape_size(&l->out), concatenate_back_slice);
}

const struct layer_ops concatenate_ops = {
    .name = "Concatenate",
    .merges = true,
    .config = concatenate_config,
    .shape = concatenate_shape,
    .forward = concatenate_forward,
    .backward = concatenate_backward,
};
