/*
 * scan_plan: a cascade laid out for evaluation over many windows at once; shared by scan.c, which
 * makes it, and the kernels, which run it.
 *
 * Neighbouring windows are evaluated together: what one reads from the integral lies beside what
 * the next one reads (integral.h), so a corner of LANES windows is one vector load. A block is such
 * a run of windows, with a bit for each that is still in the race.
 */
#ifndef VISION_SCAN_PLAN_H
#define VISION_SCAN_PLAN_H

#include <stdint.h>

#include "vision/cascade.h"

#define SCAN_LANES_MAX 16
#define SCAN_GROUP_MAX 8 /* blocks that are evaluated together */
#define SCAN_POINTS_MAX (4 * CASCADE_RECTS)

/*
 * How a feature is put together from entries p of the integral; its rectangles often share corners.
 * Which shape it is has no influence on its value.
 */
enum scan_shape {
    SCAN_HALVES, /* p0 + p1 - p2 - p3 + 2 (p4 - p5): two halves of one rectangle, 6 corners */
    SCAN_INSIDE, /* weight0 rect(p4..p7) - rect(p0..p3): a part of a rectangle, 8 corners */
    SCAN_CHECKS, /* sign (p0+p1+p2+p3 - 2 (p4+p5+p6+p7) + 4 p8): four quarters, 9 corners */
    SCAN_ANY,    /* the sum of weight k rect(p4k..p4k+3) */
};

struct scan_node {
    enum scan_shape shape;
    int32_t at[SCAN_POINTS_MAX]; /* from the window's upper left corner, in entries */
    int32_t weight[CASCADE_RECTS];
    float sign;
    float threshold;
    int left, right;             /* a later node of the tree, or 0: a leaf */
    float left_leaf, right_leaf; /* their values then */
};

struct scan_tree {
    int node, nodes;
};

struct scan_stage {
    int tree, trees;
    float threshold;
};

struct scan_plan {
    int stages;
    struct scan_stage *stage;
    struct scan_tree *tree;
    struct scan_node *node;
    int32_t inner[4]; /* corners of the window without its border of one pixel */
    float area;       /* of that */
};

/* LANES windows side by side. */
struct scan_block {
    int32_t at;     /* entry of the integral that is the first window's upper left corner */
    int32_t scale;  /* index of the first window's scale */
    uint32_t alive; /* bit k: window k */
};

/* One implementation for each instruction set; all give the same results to the last bit. */
struct scan_kernel {
    const char *name;
    int lanes;
    int (*usable)(void);

    /*
     * For n windows of a row: scale[i] = 1 / (area * standard deviation) of the window without its
     * border. Bit i of flat is set, and the scale 0, if the deviation is 10 grey levels or less.
     * Both are written in whole blocks; windows behind n are flat.
     */
    void (*contrast)(const struct scan_plan *p, const uint32_t *sum, const uint32_t *square, int n,
                     float *scale, uint8_t *flat);

    /* Runs a stage over n blocks; blocks behind n, up to a multiple of
     * SCAN_GROUP_MAX, may be read and written.
     * Windows that fail lose their bit. */
    void (*stage)(const struct scan_plan *p, int stage, const uint32_t *sum, const float *scale,
                  struct scan_block *block, int n);
};

extern const struct scan_kernel scan_kernel_plain, scan_kernel_avx2, scan_kernel_avx512;

#endif
