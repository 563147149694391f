/* rescaling: Rescaling, y = scale x + offset. Trainer or analysis thread; slices on pool workers.
 */
#include "nn/kinds.h"

#include "base/mem.h"
#include "nn/options.h"
#include "nn/slice.h"
#include "nn/vec.h"

struct rescaling {
    float scale, offset;
};

static int rescaling_config(struct layer *l, const json_t *config, struct err *err)
{
    struct rescaling *r = mem_zalloc(1, sizeof *r);
    struct options o;
    l->priv = r;
    l->inplace = true;
    opt_begin(&o, l, config, err);
    r->scale = opt_float(&o, "scale", 1);
    r->offset = opt_float(&o, "offset", 0);
    return opt_end(&o);
}

static int rescaling_shape(struct layer *l, struct err *err)
{
    (void)err;
    l->out = l->in[0];
    return 0;
}

static void forward_slice(const struct call *c, const struct slice *s)
{
    const struct rescaling *r = c->l->priv;
    vec_affine(call_y(c, s->first), call_x(c, 0, s->first), r->scale, r->offset, false,
               (size_t)s->n * shape_size(&c->l->out));
}

static void rescaling_forward(struct layer *l, const float *const *x, float *y,
                              struct layer_run *run)
{
    struct call c = {.l = l, .x = x, .y = y, .run = run};
    call_slices(&c, shape_size(&l->out), forward_slice);
}

static void backward_slice(const struct call *c, const struct slice *s)
{
    const struct rescaling *r = c->l->priv;
    vec_affine(call_dx(c, 0, s->first), call_dy(c, s->first), r->scale, 0, c->run->add[0],
               (size_t)s->n * shape_size(&c->l->out));
}

static void rescaling_backward(struct layer *l, const float *const *x, const float *y,
                               const float *dy, float *const *dx, struct layer_run *run)
{
    (void)y;
    struct call c = {.l = l, .x = x, .dy = dy, .dx = dx, .run = run};
    call_backward(&c, shape_size(&l->out), backward_slice);
}

const struct layer_ops rescaling_ops = {
    .name = "Rescaling",
    .config = rescaling_config,
    .shape = rescaling_shape,
    .forward = rescaling_forward,
    .backward = rescaling_backward,
};
