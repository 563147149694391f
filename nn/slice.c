/* slice: see slice.h. */
#include "nn/slice.h"

bool slice_wants_pool(size_t floats, long macs)
{
    return floats + (size_t)macs / 10 >= 1 << 17;
}

static size_t rounded(size_t floats)
{
    return (floats + 15) / 16 * 16;
}

size_t call_room(const struct layer *l)
{
    size_t n = rounded(l->scratch);
    for (int i = 0; i < l->inputs; i++)
        n += rounded(shape_size(&l->in[i]));
    return n - l->scratch;
}

const float *call_in(const struct call *c, int i, int image, int worker)
{
    const struct channel_map *map = &c->run->map[i];
    const float *x = call_x(c, i, image);
    if (map->a == NULL)
        return x;
    const struct shape *in = &c->l->in[i];
    float *room = c->run->scratch[worker] + rounded(c->l->scratch);
    for (int k = 0; k < i; k++)
        room += rounded(shape_size(&c->l->in[k]));
    channels_map(map, x, room, (size_t)in->h * (size_t)in->w, (size_t)in->c);
    return room;
}

struct job {
    struct call *call;
    void (*fn)(const struct call *c, const struct slice *s);
};

static void run_part(void *ctx, int part, int worker)
{
    const struct job *job = ctx;
    int batch = job->call->run->batch, parts = job->call->parts;
    int first = (int)((long)batch * part / parts);
    int next = (int)((long)batch * (part + 1) / parts);
    struct slice s = {part, first, next - first, worker};
    job->fn(job->call, &s);
}

int call_slices(struct call *c, size_t work,
                void (*fn)(const struct call *c, const struct slice *s))
{
    struct job job = {c, fn};
    size_t parts = work * (size_t)c->run->batch / SLICE_WORK;
    size_t most = c->run->batch < LAYER_SLICES ? (size_t)c->run->batch : LAYER_SLICES;
    c->parts = (int)(parts < 1 ? 1 : parts > most ? most : parts);
    bool pooled = slice_wants_pool(work * (size_t)c->run->batch, c->l->macs * c->run->batch);
    pool_run(pooled ? c->run->pool : NULL, c->parts, run_part, &job);
    return c->parts;
}

void call_backward(struct call *c, size_t work,
                   void (*fn)(const struct call *c, const struct slice *s))
{
    if (c->dx[0] != NULL)
        call_slices(c, work, fn);
}
