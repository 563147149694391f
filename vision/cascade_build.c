/* cascade_build: see cascade_build.h. */
#include "vision/cascade_build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define COUNT_MAX (1 << 20) /* of stages, trees, nodes, features */
#define THRESHOLD_EPS 1e-5f

/* ---- numbers ---- */

static int bad_number(struct cascade_builder *b, const char *what, const char *at)
{
    return err_set(b->err, "%s: expected a number, got \"%.20s\"", what, at);
}

/* Takes the next number of the text and moves on; 0 or -1. */
static int take_float(struct cascade_builder *b, char **text, const char *what, double *out)
{
    char *end;
    *out = strtod(*text, &end);
    if (end == *text || !isfinite(*out) || fabs(*out) > 1e30)
        return bad_number(b, what, *text + strspn(*text, " \t\r\n"));
    *text = end;
    return 0;
}

static int take_int(struct cascade_builder *b, char **text, const char *what, int min, int max,
                    int *out)
{
    double v;
    if (take_float(b, text, what, &v) != 0)
        return -1;
    if (v != rint(v) || v < min || v > max)
        return err_set(b->err, "%s: expected a whole number from %d to %d, got %g", what, min, max,
                       v);
    *out = (int)v;
    return 0;
}

static bool at_end(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

static int take_end(struct cascade_builder *b, const char *text, const char *what)
{
    if (at_end(text))
        return 0;
    return err_set(b->err, "%s: unexpected \"%.20s\" behind the last number", what,
                   text + strspn(text, " \t\r\n"));
}

/* The whole text is one whole number. */
static int only_int(struct cascade_builder *b, char *text, const char *what, int min, int max,
                    int *out)
{
    return take_int(b, &text, what, min, max, out) != 0 || take_end(b, text, what) != 0 ? -1 : 0;
}

/* Room for one more item of that size; returns the array, moved where need be. */
static void *grow(void *items, int count, int *cap, size_t size)
{
    if (count < *cap)
        return items;
    *cap = *cap == 0 ? 64 : *cap * 2;
    return mem_realloc(items, (size_t)*cap, size);
}

static int check_room(struct cascade_builder *b, int count, const char *what)
{
    if (count < COUNT_MAX)
        return 0;
    return err_set(b->err, "more than %d %s", COUNT_MAX, what);
}

/* ---- elements, as they end ---- */

static bool is_word(const char *text, const char *word)
{
    size_t from = strspn(text, " \t\r\n"), n = strlen(word);
    return strncmp(text + from, word, n) == 0 && at_end(text + from + n);
}

static int end_stage_type(struct cascade_builder *b, char *text)
{
    b->boost = is_word(text, "BOOST");
    if (b->boost)
        return 0;
    return err_set(b->err, "stageType: expected BOOST, got \"%.20s\"", text);
}

static int end_feature_type(struct cascade_builder *b, char *text)
{
    b->haar = is_word(text, "HAAR");
    if (b->haar)
        return 0;
    return err_set(b->err,
                   "featureType: expected HAAR, got \"%.20s\"; other kinds of cascade are not read",
                   text);
}

static int end_height(struct cascade_builder *b, char *text)
{
    return only_int(b, text, "height", CASCADE_WINDOW_MIN, CASCADE_WINDOW_MAX, &b->c->height);
}

static int end_width(struct cascade_builder *b, char *text)
{
    return only_int(b, text, "width", CASCADE_WINDOW_MIN, CASCADE_WINDOW_MAX, &b->c->width);
}

static int end_categories(struct cascade_builder *b, char *text)
{
    int none; /* categories belong to LBP: Haar features have an order */
    return only_int(b, text, "maxCatCount", 0, 0, &none);
}

static int end_stage_num(struct cascade_builder *b, char *text)
{
    return only_int(b, text, "stageNum", 1, COUNT_MAX, &b->stage_num);
}

static int end_weak_count(struct cascade_builder *b, char *text)
{
    return only_int(b, text, "maxWeakCount", 1, COUNT_MAX, &b->weak_count);
}

static int end_threshold(struct cascade_builder *b, char *text)
{
    double v;
    if (take_float(b, &text, "stageThreshold", &v) != 0 || take_end(b, text, "stageThreshold") != 0)
        return -1;
    b->c->stage[b->c->stages].threshold = (float)v - THRESHOLD_EPS;
    b->has_threshold = true;
    return 0;
}

static int end_stage(struct cascade_builder *b, char *text)
{
    (void)text;
    struct cascade *c = b->c;
    struct cascade_stage *s = &c->stage[c->stages];
    s->trees = c->trees - s->tree;
    if (!b->has_threshold || s->trees == 0)
        return err_set(b->err, "stage %d has no %s", c->stages,
                       b->has_threshold ? "weakClassifiers" : "stageThreshold");
    if (b->weak_count >= 0 && b->weak_count != s->trees)
        return err_set(b->err, "stage %d: maxWeakCount says %d trees, there are %d", c->stages,
                       b->weak_count, s->trees);
    c->stages++;
    return 0;
}

static int end_tree(struct cascade_builder *b, char *text)
{
    (void)text;
    struct cascade *c = b->c;
    struct cascade_tree *t = &c->tree[c->trees];
    int leaves = c->leaves - t->leaf;
    if (t->nodes == 0 || !b->has_leaves)
        return err_set(b->err, "tree has no %s", t->nodes == 0 ? "internalNodes" : "leafValues");
    if (leaves != t->nodes + 1)
        return err_set(b->err, "leafValues: expected %d for %d nodes, got %d", t->nodes + 1,
                       t->nodes, leaves);
    c->trees++;
    return 0;
}

/* Whether the child is a later node or a leaf of a tree of that many nodes. */
static bool child_ok(int child, int self, int nodes)
{
    return child > 0 ? child > self && child < nodes : -child <= nodes;
}

static int check_children(struct cascade_builder *b, const struct cascade_tree *t)
{
    for (int i = 0; i < t->nodes; i++) {
        const struct cascade_node *n = &b->c->node[t->node + i];
        int bad = child_ok(n->left, i, t->nodes) ? n->right : n->left;
        if (!child_ok(bad, i, t->nodes))
            return err_set(b->err,
                           "node %d of a tree of %d: child %d is neither a later node nor a leaf",
                           i, t->nodes, bad);
    }
    return 0;
}

static int take_node(struct cascade_builder *b, char **text, struct cascade_node *n)
{
    double threshold;
    if (take_int(b, text, "left child", -CASCADE_TREE_NODES, CASCADE_TREE_NODES, &n->left) != 0 ||
        take_int(b, text, "right child", -CASCADE_TREE_NODES, CASCADE_TREE_NODES, &n->right) != 0 ||
        take_int(b, text, "feature index", 0, COUNT_MAX, &n->feature) != 0 ||
        take_float(b, text, "node threshold", &threshold) != 0)
        return -1;
    n->threshold = (float)threshold;
    return 0;
}

static int end_nodes(struct cascade_builder *b, char *text)
{
    struct cascade *c = b->c;
    struct cascade_tree *t = &c->tree[c->trees];
    if (t->nodes > 0)
        return err_set(b->err, "tree has internalNodes twice");
    for (; !at_end(text); t->nodes++, c->nodes++) {
        if (t->nodes == CASCADE_TREE_NODES)
            return err_set(b->err, "tree has more than %d nodes", CASCADE_TREE_NODES);
        b->node_line = grow(b->node_line, c->nodes, &b->node_line_cap, sizeof *b->node_line);
        c->node = grow(c->node, c->nodes, &b->node_cap, sizeof *c->node);
        b->node_line[c->nodes] = b->line;
        if (check_room(b, c->nodes, "nodes") != 0 || take_node(b, &text, &c->node[c->nodes]) != 0)
            return -1;
    }
    return check_children(b, t);
}

static int end_leaves(struct cascade_builder *b, char *text)
{
    struct cascade *c = b->c;
    while (!at_end(text)) {
        double v;
        c->leaf = grow(c->leaf, c->leaves, &b->leaf_cap, sizeof *c->leaf);
        if (check_room(b, c->leaves, "leaves") != 0 || take_float(b, &text, "leafValues", &v) != 0)
            return -1;
        c->leaf[c->leaves++] = (float)v;
    }
    b->has_leaves = true;
    return 0;
}

static int end_feature(struct cascade_builder *b, char *text)
{
    (void)text;
    struct cascade *c = b->c;
    if (c->feature[c->features].rects == 0)
        return err_set(b->err, "feature %d has no rectangles", c->features);
    b->feature_line[c->features++] = b->line;
    return 0;
}

static int end_rect(struct cascade_builder *b, char *text)
{
    struct cascade_feature *f = &b->c->feature[b->c->features];
    if (f->rects == CASCADE_RECTS)
        return err_set(b->err, "feature has more than %d rectangles", CASCADE_RECTS);
    struct cascade_rect *q = &f->rect[f->rects++];
    const int most = CASCADE_WINDOW_MAX;
    if (take_int(b, &text, "rectangle's x", 0, most, &q->x) != 0 ||
        take_int(b, &text, "rectangle's y", 0, most, &q->y) != 0 ||
        take_int(b, &text, "rectangle's width", 1, most, &q->w) != 0 ||
        take_int(b, &text, "rectangle's height", 1, most, &q->h) != 0 ||
        take_int(b, &text, "rectangle's weight", -CASCADE_WEIGHT_MAX, CASCADE_WEIGHT_MAX,
                 &q->weight) != 0)
        return -1;
    return take_end(b, text, "rectangle");
}

static int end_tilted(struct cascade_builder *b, char *text)
{
    int tilted;
    if (only_int(b, text, "tilted", 0, 1, &tilted) != 0)
        return -1;
    if (!tilted)
        return 0;
    return err_set(b->err,
                   "feature %d is rotated (tilted); cascades with rotated features are not read",
                   b->c->features);
}

/* ---- elements, as they begin ---- */

static int start_stage(struct cascade_builder *b)
{
    struct cascade *c = b->c;
    if (check_room(b, c->stages, "stages") != 0)
        return -1;
    c->stage = grow(c->stage, c->stages, &b->stage_cap, sizeof *c->stage);
    c->stage[c->stages] = (struct cascade_stage){.tree = c->trees};
    b->has_threshold = false;
    b->weak_count = -1;
    return 0;
}

static int start_tree(struct cascade_builder *b)
{
    struct cascade *c = b->c;
    if (check_room(b, c->trees, "trees") != 0)
        return -1;
    c->tree = grow(c->tree, c->trees, &b->tree_cap, sizeof *c->tree);
    c->tree[c->trees] = (struct cascade_tree){.node = c->nodes, .leaf = c->leaves};
    b->has_leaves = false;
    return 0;
}

static int start_feature(struct cascade_builder *b)
{
    struct cascade *c = b->c;
    if (check_room(b, c->features, "features") != 0)
        return -1;
    b->feature_line =
        grow(b->feature_line, c->features, &b->feature_line_cap, sizeof *b->feature_line);
    c->feature = grow(c->feature, c->features, &b->feature_cap, sizeof *c->feature);
    c->feature[c->features].rects = 0;
    return 0;
}

static int start_old_format(struct cascade_builder *b)
{
    return err_set(b->err, "this is the cascade format of before OpenCV 2.4.3, which is not read");
}

/* ---- the table ---- */

static const struct cascade_element elements[] = {
    {CASCADE_TAG_NONE, "opencv_storage", CASCADE_TAG_STORAGE, NULL, NULL},
    {CASCADE_TAG_STORAGE, "", CASCADE_TAG_CASCADE, NULL, NULL},
    {CASCADE_TAG_CASCADE, "stageType", CASCADE_TAG_STAGE_TYPE, NULL, end_stage_type},
    {CASCADE_TAG_CASCADE, "featureType", CASCADE_TAG_FEATURE_TYPE, NULL, end_feature_type},
    {CASCADE_TAG_CASCADE, "height", CASCADE_TAG_HEIGHT, NULL, end_height},
    {CASCADE_TAG_CASCADE, "width", CASCADE_TAG_WIDTH, NULL, end_width},
    {CASCADE_TAG_CASCADE, "size", CASCADE_TAG_OLD_FORMAT, start_old_format, NULL},
    {CASCADE_TAG_CASCADE, "featureParams", CASCADE_TAG_FEATURE_PARAMS, NULL, NULL},
    {CASCADE_TAG_FEATURE_PARAMS, "maxCatCount", CASCADE_TAG_CATEGORIES, NULL, end_categories},
    {CASCADE_TAG_CASCADE, "stageNum", CASCADE_TAG_STAGE_NUM, NULL, end_stage_num},
    {CASCADE_TAG_CASCADE, "stages", CASCADE_TAG_STAGES, NULL, NULL},
    {CASCADE_TAG_STAGES, "_", CASCADE_TAG_STAGE, start_stage, end_stage},
    {CASCADE_TAG_STAGE, "maxWeakCount", CASCADE_TAG_WEAK_COUNT, NULL, end_weak_count},
    {CASCADE_TAG_STAGE, "stageThreshold", CASCADE_TAG_THRESHOLD, NULL, end_threshold},
    {CASCADE_TAG_STAGE, "weakClassifiers", CASCADE_TAG_TREES, NULL, NULL},
    {CASCADE_TAG_TREES, "_", CASCADE_TAG_TREE, start_tree, end_tree},
    {CASCADE_TAG_TREE, "internalNodes", CASCADE_TAG_NODES, NULL, end_nodes},
    {CASCADE_TAG_TREE, "leafValues", CASCADE_TAG_LEAVES, NULL, end_leaves},
    {CASCADE_TAG_CASCADE, "features", CASCADE_TAG_FEATURES, NULL, NULL},
    {CASCADE_TAG_FEATURES, "_", CASCADE_TAG_FEATURE, start_feature, end_feature},
    {CASCADE_TAG_FEATURE, "rects", CASCADE_TAG_RECTS, NULL, NULL},
    {CASCADE_TAG_RECTS, "_", CASCADE_TAG_RECT, NULL, end_rect},
    {CASCADE_TAG_FEATURE, "tilted", CASCADE_TAG_TILTED, NULL, end_tilted},
};

const struct cascade_element *cascade_element_below(enum cascade_tag parent, const char *name)
{
    for (size_t i = 0; i < MEM_COUNT(elements); i++)
        if (elements[i].parent == parent &&
            (elements[i].name[0] == '\0' || strcmp(elements[i].name, name) == 0))
            return &elements[i];
    return NULL;
}

const struct cascade_element *cascade_element_of(enum cascade_tag tag)
{
    for (size_t i = 0; i < MEM_COUNT(elements); i++)
        if (elements[i].tag == tag)
            return &elements[i];
    return NULL;
}

/* ---- the whole ---- */

static int check_feature(struct cascade_builder *b, int i)
{
    const struct cascade *c = b->c;
    const struct cascade_feature *f = &c->feature[i];
    for (int k = 0; k < f->rects; k++) {
        const struct cascade_rect *q = &f->rect[k];
        if (q->x + q->w > c->width || q->y + q->h > c->height) {
            b->line = b->feature_line[i];
            return err_set(b->err,
                           "feature %d: rectangle %d %d %d %d is not inside the window of %dx%d", i,
                           q->x, q->y, q->w, q->h, c->width, c->height);
        }
    }
    return 0;
}

static int check_indices(struct cascade_builder *b)
{
    const struct cascade *c = b->c;
    for (int i = 0; i < c->features; i++)
        if (check_feature(b, i) != 0)
            return -1;
    for (int i = 0; i < c->nodes; i++)
        if (c->node[i].feature >= c->features) {
            b->line = b->node_line[i];
            return err_set(b->err, "feature index %d: the file has %d features", c->node[i].feature,
                           c->features);
        }
    return 0;
}

int cascade_builder_finish(struct cascade_builder *b)
{
    const struct cascade *c = b->c;
    const char *lacks = !b->boost          ? "stageType"
                        : !b->haar         ? "featureType"
                        : c->width == 0    ? "width"
                        : c->height == 0   ? "height"
                        : c->stages == 0   ? "stages"
                        : c->features == 0 ? "features"
                                           : NULL;
    if (lacks != NULL)
        return err_set(b->err, "not a cascade: no %s", lacks);
    if (b->stage_num >= 0 && b->stage_num != c->stages)
        return err_set(b->err, "stageNum says %d stages, there are %d", b->stage_num, c->stages);
    return check_indices(b);
}

void cascade_builder_init(struct cascade_builder *b, struct err *err)
{
    memset(b, 0, sizeof *b);
    b->c = mem_zalloc(1, sizeof *b->c);
    b->err = err;
    b->stage_num = -1;
}

void cascade_builder_free(struct cascade_builder *b)
{
    free(b->node_line);
    free(b->feature_line);
}
