/* looks: see looks.h. */
#include "vision/looks.h"

#include <math.h>
#include <stddef.h>

enum { CELLS = LOOKS_SIDE * LOOKS_SIDE, DOTS = 4 /* samples of a cell, each way */ };

#define PART 0.8f /* of the box */

static int clamp(int v, int n)
{
    return v < 0 ? 0 : v < n ? v : n - 1;
}

static void normalise(struct looks *l)
{
    float mean = 0, square = 0;
    for (int i = 0; i < CELLS; i++)
        mean += l->x[i] / CELLS;
    for (int i = 0; i < CELLS; i++) {
        l->x[i] -= mean;
        square += l->x[i] * l->x[i];
    }
    float scale = square > 1e-12f ? 1 / sqrtf(square) : 0;
    for (int i = 0; i < CELLS; i++)
        l->x[i] *= scale;
}

void looks_take(struct looks *l, const struct frame *frame, const struct box *box)
{
    const int n = LOOKS_SIDE * DOTS;
    float x0 = (float)box->x + (1 - PART) / 2 * (float)box->w, dx = PART * (float)box->w / (float)n;
    float y0 = (float)box->y + (1 - PART) / 2 * (float)box->h, dy = PART * (float)box->h / (float)n;
    *l = (struct looks){{0}};
    for (int i = 0; i < n; i++) {
        int y = clamp((int)floorf(y0 + ((float)i + 0.5f) * dy), frame->height);
        const uint8_t *row = frame->grey + (size_t)y * (size_t)frame->width;
        for (int k = 0; k < n; k++) {
            int x = clamp((int)floorf(x0 + ((float)k + 0.5f) * dx), frame->width);
            l->x[i / DOTS * LOOKS_SIDE + k / DOTS] += row[x];
        }
    }
    normalise(l);
}

float looks_like(const struct looks *a, const struct looks *b)
{
    float sum = 0;
    for (int i = 0; i < CELLS; i++)
        sum += a->x[i] * b->x[i];
    return sum;
}

void looks_follow(struct looks *a, const struct looks *b, float part)
{
    for (int i = 0; i < CELLS; i++)
        a->x[i] += part * (b->x[i] - a->x[i]);
    normalise(a);
}
