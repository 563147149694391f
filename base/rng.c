/* rng: see rng.h. */
#include "base/rng.h"

#include <math.h>

void rng_seed(struct rng *r, uint64_t seed, uint64_t stream)
{
    r->state = 0;
    r->inc = stream << 1 | 1;
    rng_u32(r);
    r->state += seed;
    rng_u32(r);
}

uint32_t rng_u32(struct rng *r)
{
    uint64_t old = r->state;
    r->state = old * UINT64_C(6364136223846793005) + r->inc;
    uint32_t mixed = (uint32_t)(((old >> 18) ^ old) >> 27);
    uint32_t turn = (uint32_t)(old >> 59);
    return mixed >> turn | mixed << (-turn & 31);
}

uint32_t rng_below(struct rng *r, uint32_t n)
{
    uint32_t uneven = -n % n;
    for (;;) {
        uint32_t v = rng_u32(r);
        if (v >= uneven)
            return v % n;
    }
}

float rng_float(struct rng *r)
{
    return (float)(rng_u32(r) >> 8) * 0x1p-24f;
}

float rng_range(struct rng *r, float lo, float hi)
{
    return lo + (hi - lo) * rng_float(r);
}

float rng_normal(struct rng *r)
{
    float u = 1.0f - rng_float(r); /* (0, 1]: its logarithm is finite */
    float v = rng_float(r);
    return sqrtf(-2.0f * logf(u)) * cosf(6.28318531f * v);
}

void rng_shuffle(struct rng *r, int *items, int n)
{
    for (int i = n - 1; i > 0; i--) {
        int j = (int)rng_below(r, (uint32_t)i + 1);
        int t = items[i];
        items[i] = items[j];
        items[j] = t;
    }
}
