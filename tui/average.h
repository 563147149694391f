/*
 * average: a region of a picture brought to a few samples by averaging areas (or, where there are
 * more samples than pixels, by bilinear interpolation). UI thread; allocates when sizes grow.
 */
#ifndef TUI_AVERAGE_H
#define TUI_AVERAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "vision/frame.h"

/* One direction: each sample is a weighted sum of neighbouring pixels. */
struct average_axis {
    int n;         /* samples */
    int step;      /* only every step-th pixel is looked at */
    int room;      /* weights per sample; those of sample i begin at weight[i * room] */
    int *first;    /* pixel of the first weight, counted in steps from the region's edge */
    int *count;    /* weights of a sample, at least 1 */
    int *weight;   /* sum up to 256 */
    int cap, wcap; /* how many fit */
};

/* Zeroed = ready. */
struct average {
    struct average_axis x, y;
    uint16_t *row; /* one row of sums over the region's columns */
    int row_cap;
    struct box region;
    bool mirror;
};

/* Sets region (inside the picture, w and h > 0), samples (> 0) and whether left and right are
 * swapped. Cheap when nothing changed. */
void average_set(struct average *s, struct box region, int width, int height, bool mirror);

/* src: rows of stride bytes, `channels` (1 or 3) bytes a pixel. out: (height, width, channels). */
void average_run(struct average *s, const uint8_t *src, int stride, int channels, uint8_t *out);

void average_free(struct average *s);

#endif
