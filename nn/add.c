/* add: Add, the sum of its inputs. Trainer or analysis thread; slices on pool workers. */
#include "nn/kinds.h"

#include "nn/options.h"
#include "nn/slice.h"
#include "nn/vec.h"

static int add_config(struct layer *l, const json_t *config, struct err *err)
{
    struct options o;
    opt_begin(&o, l, config, err);
    l->inplace = true;
    return opt_end(&o);
}

static int add_shape(struct layer *l, struct err *err)
{
    if (l->inputs < 2)
        return err_set(err, "layer \"%s\" (Add): expected two inputs or more, got %d", l->name,
                       l->inputs);
    l->out = l->in[0];
    for (int i = 1; i < l->inputs; i++)
        if (l->in[i].h != l->out.h || l->in[i].w != l->out.w || l->in[i].c != l->out.c)
            return err_set(err,
                           "layer \"%s\" (Add): inputs are (%d,%d,%d) and (%d,%d,%d); supported: "
                           "equal shapes",
                           l->name, l->out.h, l->out.w, l->out.c, l->in[i].h, l->in[i].w,
                           l->in[i].c);
    return 0;
}

static void forward_slice(const struct call *c, const struct slice *s)
{
    size_t n = (size_t)s->n * shape_size(&c->l->out);
    float *y = call_y(c, s->first);
    vec_add(y, call_x(c, 0, s->first), call_x(c, 1, s->first), n);
    for (int i = 2; i < c->l->inputs; i++)
        vec_add(y, y, call_x(c, i, s->first), n);
}

static void add_forward(struct layer *l, const float *const *x, float *y, struct layer_run *run)
{
    struct call c = {.l = l, .x = x, .y = y, .run = run};
    call_slices(&c, shape_size(&l->out), forward_slice);
}

static void backward_slice(const struct call *c, const struct slice *s)
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
    call_slices(&c, shape_size(&l->out), backward_slice);
}

const struct layer_ops add_ops = {
    .name = "Add",
    .config = add_config,
    .shape = add_shape,
    .forward = add_forward,
    .backward = add_backward,
};
