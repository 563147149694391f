/* noise: made-up data sets as FER2013's CSV holds them: pictures of noise. */
#ifndef TESTS_UNIT_NOISE_H
#define TESTS_UNIT_NOISE_H

#include <stdio.h>

#include "base/rng.h"

#define NOISE_HEADER "emotion,pixels,Usage\n"

/* Writes a row: a picture of the seed, 48 x 48, its label (-1: a random one), its split. */
static inline void noise_row(FILE *f, int seed, int label, const char *usage)
{
    struct rng r;
    rng_seed(&r, 11, (uint64_t)seed);
    unsigned any = rng_below(&r, 7);
    fprintf(f, "%u,", label < 0 ? any : (unsigned)label);
    for (int k = 0; k < 48 * 48; k++)
        fprintf(f, k == 0 ? "%u" : " %u", rng_below(&r, 256));
    fprintf(f, ",%s\n", usage);
}

#endif
