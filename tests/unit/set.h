/* set: small data sets made in memory, row by row. */
#ifndef TESTS_SET_H
#define TESTS_SET_H

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "nn/dataset.h"

static inline void set_row(struct dataset *ds, int row, enum split split, int label)
{
    ds->split[row] = (uint8_t)split;
    ds->label[row] = (uint8_t)label;
}

static inline uint8_t *set_image(struct dataset *ds, int row)
{
    return ds->own + (size_t)row * DATASET_PIXELS;
}

static inline void set_fill(struct dataset *ds, int row, int grey)
{
    memset(set_image(ds, row), grey, DATASET_PIXELS);
}

/* A smooth picture with a little noise, another one for each seed. */
static inline void set_paint(struct dataset *ds, int row, unsigned seed)
{
    struct rng r;
    rng_seed(&r, seed, 7);
    float grid[7][7];
    for (int i = 0; i < 49; i++)
        grid[i / 7][i % 7] = rng_range(&r, 20, 235);
    for (int i = 0; i < DATASET_PIXELS; i++) {
        int y = i / DATASET_SIDE, x = i % DATASET_SIDE;
        float fy = (float)(y % 8) / 8, fx = (float)(x % 8) / 8;
        const float *a = &grid[y / 8][x / 8], *b = &grid[y / 8 + 1][x / 8];
        float top = a[0] + fx * (a[1] - a[0]), low = b[0] + fx * (b[1] - b[0]);
        set_image(ds, row)[i] = (uint8_t)(top + fy * (low - top));
    }
}

#endif
