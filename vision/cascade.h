/*
 * cascade: a boosted cascade of Haar-like features, read from OpenCV's XML.
 *
 * The file is the one that OpenCV's trainer writes (cascade/stages/features; "new format"). A
 * window of width x height pixels passes a stage if the leaves that its trees choose add up to at
 * least the threshold, and is an object if it passes all stages. What cascade_read returns is
 * checked whole: every index is in range, every rectangle inside the window, every tree ends. Plain
 * data, read-only once read; any thread.
 */
#ifndef VISION_CASCADE_H
#define VISION_CASCADE_H

#include "base/err.h"

#define CASCADE_RECTS 3       /* most rectangles in a feature */
#define CASCADE_WINDOW_MIN 4  /* of a window's side: the variance is taken inside a border of 1 */
#define CASCADE_WINDOW_MAX 64 /* keeps all sums of a window within 32 bits */
#define CASCADE_WEIGHT_MAX 32
#define CASCADE_TREE_NODES 31 /* most nodes in a tree */

/* Pixels x <= column < x + w, y <= row < y + h of the window, added up and taken times weight. */
struct cascade_rect {
    int x, y, w, h;
    int weight;
};

struct cascade_feature {
    struct cascade_rect rect[CASCADE_RECTS];
    int rects;
};

/*
 * A feature's value below the threshold leads to left, otherwise to right. A child above 0 is a
 * node of the same tree, and always a later one; any other child is the tree's leaf number -child.
 * Values are in units of the window's standard deviation, per pixel of the window without border.
 */
struct cascade_node {
    int feature;
    float threshold;
    int left, right;
};

/* Nodes [node, node + nodes), leaves [leaf, leaf + nodes + 1). */
struct cascade_tree {
    int node, nodes, leaf;
};

/* Trees [tree, tree + trees). The threshold is the file's less 1e-5, as OpenCV takes it. */
struct cascade_stage {
    int tree, trees;
    float threshold;
};

struct cascade {
    int width, height;
    int stages, trees, nodes, leaves, features;
    struct cascade_stage *stage;
    struct cascade_tree *tree;
    struct cascade_node *node;
    float *leaf;
    struct cascade_feature *feature;
};

/*
 * Reads the cascade: a path, or a bare name looked up where opencv-data installs. NULL and
 * "file:line: sentence" if there is none, it is damaged, or it needs what we do not do (rotated
 * features, LBP).
 */
struct cascade *cascade_read(const char *name, struct err *err);

/* Reads a cascade from memory; name is for error sentences. */
struct cascade *cascade_parse(const char *name, const char *xml, int size, struct err *err);

/* NULL is allowed. */
void cascade_free(struct cascade *c);

#endif
