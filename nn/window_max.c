/*
 * window_max: see window_max.h. Channels are the vector, and a window's maximum (or, on the way
 * back, which channels still look for theirs) stays in a register while it is walked; channels that
 * fill no vector are taken one by one.
 */
#include "nn/window_max.h"

#include "nn/vec.h"

#define INLINE static inline __attribute__((always_inline))

/* Where one output pixel looks, and what stands there; offsets in floats. */
struct spot {
    struct view v;
    size_t out; /* of the output pixel */
};

struct walk {
    const struct window *w;
    const struct shape *in, *out;
    const float *x, *dy;
    const float *y;
    float *to; /* y or dx */
};

INLINE size_t pixel(const struct walk *k, int y, int x)
{
    return (size_t)(y * k->in->w + x) * (size_t)k->in->c;
}

/* Defines both ways for `size` channels from c on, at one output pixel. */
#define DEFINE_WAYS(size)                                                                          \
    typedef float vec##size __attribute__((vector_size(4 * (size)), aligned(4), may_alias));       \
    typedef int mask##size __attribute__((vector_size(4 * (size)), aligned(4), may_alias));        \
    INLINE void largest##size(const struct walk *k, const struct spot *s, size_t c)                \
    {                                                                                              \
        vec##size most = *(const vec##size *)(k->x + pixel(k, s->v.y0, s->v.x0) + c);              \
        for (int y = s->v.y0; y < s->v.y1; y++)                                                    \
            for (int x = s->v.x0; x < s->v.x1; x++) {                                              \
                vec##size here = *(const vec##size *)(k->x + pixel(k, y, x) + c);                  \
                mask##size more = here > most;                                                     \
                most = (vec##size)(((mask##size)here & more) | ((mask##size)most & ~more));        \
            }                                                                                      \
        *(vec##size *)(k->to + s->out + c) = most;                                                 \
    }                                                                                              \
    INLINE void give##size(const struct walk *k, const struct spot *s, size_t c)                   \
    {                                                                                              \
        vec##size most = *(const vec##size *)(k->y + s->out + c);                                  \
        mask##size left =                                                                          \
            *(const mask##size *)(k->dy + s->out + c); /* what is still to be given */             \
        for (int y = s->v.y0; y < s->v.y1; y++)                                                    \
            for (int x = s->v.x0; x < s->v.x1; x++) {                                              \
                size_t at = pixel(k, y, x) + c;                                                    \
                mask##size hit = *(const vec##size *)(k->x + at) == most;                          \
                *(vec##size *)(k->to + at) += (vec##size)(left & hit);                             \
                left &= ~hit;                                                                      \
            }                                                                                      \
    }

DEFINE_WAYS(16)
DEFINE_WAYS(8)

INLINE void largest1(const struct walk *k, const struct spot *s, size_t c)
{
    float most = k->x[pixel(k, s->v.y0, s->v.x0) + c];
    for (int y = s->v.y0; y < s->v.y1; y++)
        for (int x = s->v.x0; x < s->v.x1; x++)
            most = k->x[pixel(k, y, x) + c] > most ? k->x[pixel(k, y, x) + c] : most;
    k->to[s->out + c] = most;
}

INLINE void give1(const struct walk *k, const struct spot *s, size_t c)
{
    for (int y = s->v.y0; y < s->v.y1; y++)
        for (int x = s->v.x0; x < s->v.x1; x++)
            if (k->x[pixel(k, y, x) + c] == k->y[s->out + c]) {
                k->to[pixel(k, y, x) + c] += k->dy[s->out + c];
                return;
            }
}

/* Calls a way for every output pixel and all channels. */
#define EACH_PIXEL(k, way)                                                                         \
    struct spot s = {.out = 0};                                                                    \
    size_t channels = (size_t)(k)->in->c;                                                          \
    for (int oy = 0; oy < (k)->out->h; oy++)                                                       \
        for (int ox = 0; ox < (k)->out->w; ox++, s.out += channels) {                              \
            size_t c = 0;                                                                          \
            s.v = window_view((k)->w, (k)->in, oy, ox);                                            \
            for (; c + 16 <= channels; c += 16)                                                    \
                way##16(k, &s, c);                                                                 \
            for (; c + 8 <= channels; c += 8)                                                      \
                way##8(k, &s, c);                                                                  \
            for (; c < channels; c++)                                                              \
                way##1(k, &s, c);                                                                  \
        }

VEC static void largest(const struct walk *k){EACH_PIXEL(k, largest)}

VEC static void give(const struct walk *k)
{
    EACH_PIXEL(k, give)
}

void window_max(const struct window *w, const struct shape *in, const struct shape *out,
                const float *x, float *y)
{
    struct walk k = {.w = w, .in = in, .out = out, .x = x, .to = y};
    largest(&k);
}

void window_max_back(const struct window *w, const struct shape *in, const struct shape *out,
                     const float *x, const float *y, const float *dy, float *dx)
{
    struct walk k = {.w = w, .in = in, .out = out, .x = x, .dy = dy, .y = y, .to = dx};
    give(&k);
}
