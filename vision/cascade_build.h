/*
 * cascade_build: what the elements of a cascade file mean, and whether they make a cascade; free of
 * XML, which is cascade.c's.
 *
 * A reader looks each element up below its parent, calls start when it begins and end, with its
 * text, when it ends. What can only be judged with the whole file at hand (indices, counts,
 * geometry) is judged by cascade_builder_finish, with the line where it stood. Every function that
 * returns -1 has worded why in b->err, without the place, which is b->line.
 */
#ifndef VISION_CASCADE_BUILD_H
#define VISION_CASCADE_BUILD_H

#include <stdbool.h>

#include "base/err.h"
#include "vision/cascade.h"

enum cascade_tag {
    CASCADE_TAG_NONE, /* outside the root */
    CASCADE_TAG_STORAGE,
    CASCADE_TAG_CASCADE,
    CASCADE_TAG_STAGE_TYPE,
    CASCADE_TAG_FEATURE_TYPE,
    CASCADE_TAG_HEIGHT,
    CASCADE_TAG_WIDTH,
    CASCADE_TAG_FEATURE_PARAMS,
    CASCADE_TAG_CATEGORIES,
    CASCADE_TAG_STAGE_NUM,
    CASCADE_TAG_STAGES,
    CASCADE_TAG_STAGE,
    CASCADE_TAG_WEAK_COUNT,
    CASCADE_TAG_THRESHOLD,
    CASCADE_TAG_TREES,
    CASCADE_TAG_TREE,
    CASCADE_TAG_NODES,
    CASCADE_TAG_LEAVES,
    CASCADE_TAG_FEATURES,
    CASCADE_TAG_FEATURE,
    CASCADE_TAG_RECTS,
    CASCADE_TAG_RECT,
    CASCADE_TAG_TILTED,
    CASCADE_TAG_OLD_FORMAT,
};

struct cascade_builder {
    struct cascade *c; /* what there is so far; the caller's to free */
    int line;          /* set by the reader before each call: where in the file that is */
    struct err *err;
    int stage_cap, tree_cap, node_cap, leaf_cap, feature_cap;
    int node_line_cap, feature_line_cap;
    int *node_line, *feature_line; /* where each stood */
    bool boost, haar;
    int stage_num;                  /* as the file says, -1 if it does not */
    int weak_count;                 /* of this stage, -1 if the file does not say */
    bool has_threshold, has_leaves; /* of this stage, of this tree */
};

struct cascade_element {
    enum cascade_tag parent;
    const char *name; /* "" = any */
    enum cascade_tag tag;
    int (*start)(struct cascade_builder *b);           /* may be NULL */
    int (*end)(struct cascade_builder *b, char *text); /* may be NULL: the text is of no interest */
};

void cascade_builder_init(struct cascade_builder *b, struct err *err);

/* Frees the builder's own memory, not the cascade. */
void cascade_builder_free(struct cascade_builder *b);

/* What an element of that name is there; NULL if nothing that matters. */
const struct cascade_element *cascade_element_below(enum cascade_tag parent, const char *name);
const struct cascade_element *cascade_element_of(enum cascade_tag tag);

/* Judges the whole; 0 if b->c is a cascade that may be run, otherwise -1. */
int cascade_builder_finish(struct cascade_builder *b);

#endif
