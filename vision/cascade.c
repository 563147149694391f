/*
 * cascade: see cascade.h. The XML comes through expat as elements; a table says which element means
 * what below which, everything else is skipped. What can only be judged with the whole file at
 * hand (indices, counts, geometry) is judged at the end, with the line where it stood.
 */
#include "vision/cascade.h"

#include <assert.h>
#include <expat.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"

#define FILE_MAX (64u << 20)
#define TEXT_MAX 4096 /* characters in one element; the longest that OpenCV ships has 200 */
#define DEPTH_MAX 16
#define COUNT_MAX (1 << 20) /* of stages, trees, nodes, features */
#define THRESHOLD_EPS 1e-5f

enum tag {
    TAG_NONE, /* outside the root */
    TAG_STORAGE,
    TAG_CASCADE,
    TAG_STAGE_TYPE,
    TAG_FEATURE_TYPE,
    TAG_HEIGHT,
    TAG_WIDTH,
    TAG_FEATURE_PARAMS,
    TAG_CATEGORIES,
    TAG_STAGE_NUM,
    TAG_STAGES,
    TAG_STAGE,
    TAG_WEAK_COUNT,
    TAG_THRESHOLD,
    TAG_TREES,
    TAG_TREE,
    TAG_NODES,
    TAG_LEAVES,
    TAG_FEATURES,
    TAG_FEATURE,
    TAG_RECTS,
    TAG_RECT,
    TAG_TILTED,
    TAG_OLD_FORMAT,
};

struct reader {
    XML_Parser xml;
    const char *name;
    struct err *err;
    bool failed;
    struct cascade *c;
    int stage_cap, tree_cap, node_cap, leaf_cap, feature_cap, line_cap, rect_line_cap;
    int *node_line, *feature_line;
    enum tag path[DEPTH_MAX]; /* open elements that the table knows */
    int depth;
    int skip; /* open elements below one that the table does not know */
    char text[TEXT_MAX];
    int length;
    bool boost, haar;
    int stage_num;                  /* as the file says, -1 if it does not */
    int weak_count;                 /* of this stage, -1 if the file does not say */
    bool has_threshold, has_leaves; /* of this stage, of this tree */
};

/* What to do when an element is complete; text is what stood in it. */
typedef int end_fn(struct reader *r, char *text);

/* ---- errors ---- */

static int line_of(const struct reader *r)
{
    return (int)XML_GetCurrentLineNumber(r->xml);
}

/* Marks the reading as failed after err_set has worded why, and stops expat. */
static int fail_at(struct reader *r, int line)
{
    err_prefix(r->err, "%s:%d", r->name, line);
    r->failed = true;
    XML_StopParser(r->xml, XML_FALSE);
    return -1;
}

static int fail(struct reader *r)
{
    return fail_at(r, line_of(r));
}

/* ---- numbers ---- */

static int bad_number(struct reader *r, const char *what, const char *at)
{
    err_set(r->err, "%s: expected a number, got \"%.20s\"", what, at);
    return fail(r);
}

/* Takes the next number of the text and moves on; 0 or -1. */
static int take_float(struct reader *r, char **text, const char *what, double *out)
{
    char *end;
    *out = strtod(*text, &end);
    if (end == *text || !isfinite(*out) || fabs(*out) > 1e30)
        return bad_number(r, what, *text + strspn(*text, " \t\r\n"));
    *text = end;
    return 0;
}

static int take_int(struct reader *r, char **text, const char *what, int min, int max, int *out)
{
    double v;
    if (take_float(r, text, what, &v) != 0)
        return -1;
    if (v != rint(v) || v < min || v > max) {
        err_set(r->err, "%s: expected a whole number from %d to %d, got %g", what, min, max, v);
        return fail(r);
    }
    *out = (int)v;
    return 0;
}

static bool at_end(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

static int take_end(struct reader *r, const char *text, const char *what)
{
    if (at_end(text))
        return 0;
    err_set(r->err, "%s: unexpected \"%.20s\" behind the last number", what,
            text + strspn(text, " \t\r\n"));
    return fail(r);
}

/* The whole text is one whole number. */
static int only_int(struct reader *r, char *text, const char *what, int min, int max, int *out)
{
    return take_int(r, &text, what, min, max, out) != 0 || take_end(r, text, what) != 0 ? -1 : 0;
}

/* Room for one more item of that size; returns the array, moved where need be. */
static void *grow(void *items, int count, int *cap, size_t size)
{
    if (count < *cap)
        return items;
    *cap = *cap == 0 ? 64 : *cap * 2;
    return mem_realloc(items, (size_t)*cap, size);
}

static int check_room(struct reader *r, int count, const char *what)
{
    if (count < COUNT_MAX)
        return 0;
    err_set(r->err, "more than %d %s", COUNT_MAX, what);
    return fail(r);
}

/* ---- elements, as they end ---- */

static bool is_word(const char *text, const char *word)
{
    size_t from = strspn(text, " \t\r\n"), n = strlen(word);
    return strncmp(text + from, word, n) == 0 && at_end(text + from + n);
}

static int end_stage_type(struct reader *r, char *text)
{
    r->boost = is_word(text, "BOOST");
    if (r->boost)
        return 0;
    err_set(r->err, "stageType: expected BOOST, got \"%.20s\"", text);
    return fail(r);
}

static int end_feature_type(struct reader *r, char *text)
{
    r->haar = is_word(text, "HAAR");
    if (r->haar)
        return 0;
    err_set(r->err,
            "featureType: expected HAAR, got \"%.20s\"; other kinds of cascade are not read", text);
    return fail(r);
}

static int end_height(struct reader *r, char *text)
{
    return only_int(r, text, "height", CASCADE_WINDOW_MIN, CASCADE_WINDOW_MAX, &r->c->height);
}

static int end_width(struct reader *r, char *text)
{
    return only_int(r, text, "width", CASCADE_WINDOW_MIN, CASCADE_WINDOW_MAX, &r->c->width);
}

static int end_categories(struct reader *r, char *text)
{
    int none; /* categories belong to LBP: Haar features have an order */
    return only_int(r, text, "maxCatCount", 0, 0, &none);
}

static int end_stage_num(struct reader *r, char *text)
{
    return only_int(r, text, "stageNum", 1, COUNT_MAX, &r->stage_num);
}

static int end_weak_count(struct reader *r, char *text)
{
    return only_int(r, text, "maxWeakCount", 1, COUNT_MAX, &r->weak_count);
}

static int end_threshold(struct reader *r, char *text)
{
    double v;
    if (take_float(r, &text, "stageThreshold", &v) != 0 || take_end(r, text, "stageThreshold") != 0)
        return -1;
    r->c->stage[r->c->stages].threshold = (float)v - THRESHOLD_EPS;
    r->has_threshold = true;
    return 0;
}

static int end_stage(struct reader *r, char *text)
{
    (void)text;
    struct cascade *c = r->c;
    struct cascade_stage *s = &c->stage[c->stages];
    s->trees = c->trees - s->tree;
    if (!r->has_threshold || s->trees == 0)
        err_set(r->err, "stage %d has no %s", c->stages,
                r->has_threshold ? "weakClassifiers" : "stageThreshold");
    else if (r->weak_count >= 0 && r->weak_count != s->trees)
        err_set(r->err, "stage %d: maxWeakCount says %d trees, there are %d", c->stages,
                r->weak_count, s->trees);
    else {
        c->stages++;
        return 0;
    }
    return fail(r);
}

static int end_tree(struct reader *r, char *text)
{
    (void)text;
    struct cascade *c = r->c;
    struct cascade_tree *t = &c->tree[c->trees];
    int leaves = c->leaves - t->leaf;
    if (t->nodes == 0 || !r->has_leaves)
        err_set(r->err, "tree has no %s", t->nodes == 0 ? "internalNodes" : "leafValues");
    else if (leaves != t->nodes + 1)
        err_set(r->err, "leafValues: expected %d for %d nodes, got %d", t->nodes + 1, t->nodes,
                leaves);
    else {
        c->trees++;
        return 0;
    }
    return fail(r);
}

/* Whether the child is a later node or a leaf of a tree of that many nodes. */
static bool child_ok(int child, int self, int nodes)
{
    return child > 0 ? child > self && child < nodes : -child <= nodes;
}

static int check_children(struct reader *r, const struct cascade_tree *t)
{
    for (int i = 0; i < t->nodes; i++) {
        const struct cascade_node *n = &r->c->node[t->node + i];
        int bad = child_ok(n->left, i, t->nodes) ? n->right : n->left;
        if (child_ok(bad, i, t->nodes))
            continue;
        err_set(r->err, "node %d of a tree of %d: child %d is neither a later node nor a leaf", i,
                t->nodes, bad);
        return fail(r);
    }
    return 0;
}

static int take_node(struct reader *r, char **text, struct cascade_node *n)
{
    double threshold;
    if (take_int(r, text, "left child", -CASCADE_TREE_NODES, CASCADE_TREE_NODES, &n->left) != 0 ||
        take_int(r, text, "right child", -CASCADE_TREE_NODES, CASCADE_TREE_NODES, &n->right) != 0 ||
        take_int(r, text, "feature index", 0, COUNT_MAX, &n->feature) != 0 ||
        take_float(r, text, "node threshold", &threshold) != 0)
        return -1;
    n->threshold = (float)threshold;
    return 0;
}

static int end_nodes(struct reader *r, char *text)
{
    struct cascade *c = r->c;
    struct cascade_tree *t = &c->tree[c->trees];
    if (t->nodes > 0) {
        err_set(r->err, "tree has internalNodes twice");
        return fail(r);
    }
    for (; !at_end(text); t->nodes++, c->nodes++) {
        if (t->nodes == CASCADE_TREE_NODES) {
            err_set(r->err, "tree has more than %d nodes", CASCADE_TREE_NODES);
            return fail(r);
        }
        r->node_line = grow(r->node_line, c->nodes, &r->line_cap, sizeof *r->node_line);
        c->node = grow(c->node, c->nodes, &r->node_cap, sizeof *c->node);
        r->node_line[c->nodes] = line_of(r);
        if (check_room(r, c->nodes, "nodes") != 0 || take_node(r, &text, &c->node[c->nodes]) != 0)
            return -1;
    }
    return check_children(r, t);
}

static int end_leaves(struct reader *r, char *text)
{
    struct cascade *c = r->c;
    while (!at_end(text)) {
        double v;
        c->leaf = grow(c->leaf, c->leaves, &r->leaf_cap, sizeof *c->leaf);
        if (check_room(r, c->leaves, "leaves") != 0 || take_float(r, &text, "leafValues", &v) != 0)
            return -1;
        c->leaf[c->leaves++] = (float)v;
    }
    r->has_leaves = true;
    return 0;
}

static int end_feature(struct reader *r, char *text)
{
    (void)text;
    struct cascade *c = r->c;
    if (c->feature[c->features].rects == 0) {
        err_set(r->err, "feature %d has no rectangles", c->features);
        return fail(r);
    }
    r->feature_line[c->features++] = line_of(r);
    return 0;
}

static int end_rect(struct reader *r, char *text)
{
    struct cascade_feature *f = &r->c->feature[r->c->features];
    if (f->rects == CASCADE_RECTS) {
        err_set(r->err, "feature has more than %d rectangles", CASCADE_RECTS);
        return fail(r);
    }
    struct cascade_rect *q = &f->rect[f->rects++];
    const int most = CASCADE_WINDOW_MAX;
    if (take_int(r, &text, "rectangle's x", 0, most, &q->x) != 0 ||
        take_int(r, &text, "rectangle's y", 0, most, &q->y) != 0 ||
        take_int(r, &text, "rectangle's width", 1, most, &q->w) != 0 ||
        take_int(r, &text, "rectangle's height", 1, most, &q->h) != 0 ||
        take_int(r, &text, "rectangle's weight", -CASCADE_WEIGHT_MAX, CASCADE_WEIGHT_MAX,
                 &q->weight) != 0)
        return -1;
    return take_end(r, text, "rectangle");
}

static int end_tilted(struct reader *r, char *text)
{
    int tilted;
    if (only_int(r, text, "tilted", 0, 1, &tilted) != 0)
        return -1;
    if (!tilted)
        return 0;
    err_set(r->err, "feature %d is rotated (tilted); cascades with rotated features are not read",
            r->c->features);
    return fail(r);
}

/* ---- elements, as they begin ---- */

static int start_stage(struct reader *r)
{
    struct cascade *c = r->c;
    if (check_room(r, c->stages, "stages") != 0)
        return -1;
    c->stage = grow(c->stage, c->stages, &r->stage_cap, sizeof *c->stage);
    c->stage[c->stages] = (struct cascade_stage){.tree = c->trees};
    r->has_threshold = false;
    r->weak_count = -1;
    return 0;
}

static int start_tree(struct reader *r)
{
    struct cascade *c = r->c;
    if (check_room(r, c->trees, "trees") != 0)
        return -1;
    c->tree = grow(c->tree, c->trees, &r->tree_cap, sizeof *c->tree);
    c->tree[c->trees] = (struct cascade_tree){.node = c->nodes, .leaf = c->leaves};
    r->has_leaves = false;
    return 0;
}

static int start_feature(struct reader *r)
{
    struct cascade *c = r->c;
    if (check_room(r, c->features, "features") != 0)
        return -1;
    r->feature_line =
        grow(r->feature_line, c->features, &r->rect_line_cap, sizeof *r->feature_line);
    c->feature = grow(c->feature, c->features, &r->feature_cap, sizeof *c->feature);
    c->feature[c->features].rects = 0;
    return 0;
}

static int start_old_format(struct reader *r)
{
    err_set(r->err, "this is the cascade format of before OpenCV 2.4.3, which is not read");
    return fail(r);
}

/* Which element means what: parent, its name ("" = any), itself, what to do at its two ends. */
static const struct rule {
    enum tag parent;
    const char *name;
    enum tag tag;
    int (*start)(struct reader *r);
    end_fn *end;
} rules[] = {
    {TAG_NONE, "opencv_storage", TAG_STORAGE, NULL, NULL},
    {TAG_STORAGE, "", TAG_CASCADE, NULL, NULL},
    {TAG_CASCADE, "stageType", TAG_STAGE_TYPE, NULL, end_stage_type},
    {TAG_CASCADE, "featureType", TAG_FEATURE_TYPE, NULL, end_feature_type},
    {TAG_CASCADE, "height", TAG_HEIGHT, NULL, end_height},
    {TAG_CASCADE, "width", TAG_WIDTH, NULL, end_width},
    {TAG_CASCADE, "size", TAG_OLD_FORMAT, start_old_format, NULL},
    {TAG_CASCADE, "featureParams", TAG_FEATURE_PARAMS, NULL, NULL},
    {TAG_FEATURE_PARAMS, "maxCatCount", TAG_CATEGORIES, NULL, end_categories},
    {TAG_CASCADE, "stageNum", TAG_STAGE_NUM, NULL, end_stage_num},
    {TAG_CASCADE, "stages", TAG_STAGES, NULL, NULL},
    {TAG_STAGES, "_", TAG_STAGE, start_stage, end_stage},
    {TAG_STAGE, "maxWeakCount", TAG_WEAK_COUNT, NULL, end_weak_count},
    {TAG_STAGE, "stageThreshold", TAG_THRESHOLD, NULL, end_threshold},
    {TAG_STAGE, "weakClassifiers", TAG_TREES, NULL, NULL},
    {TAG_TREES, "_", TAG_TREE, start_tree, end_tree},
    {TAG_TREE, "internalNodes", TAG_NODES, NULL, end_nodes},
    {TAG_TREE, "leafValues", TAG_LEAVES, NULL, end_leaves},
    {TAG_CASCADE, "features", TAG_FEATURES, NULL, NULL},
    {TAG_FEATURES, "_", TAG_FEATURE, start_feature, end_feature},
    {TAG_FEATURE, "rects", TAG_RECTS, NULL, NULL},
    {TAG_RECTS, "_", TAG_RECT, NULL, end_rect},
    {TAG_FEATURE, "tilted", TAG_TILTED, NULL, end_tilted},
};

static const struct rule *rule_below(enum tag parent, const char *name)
{
    for (size_t i = 0; i < MEM_COUNT(rules); i++)
        if (rules[i].parent == parent &&
            (rules[i].name[0] == '\0' || strcmp(rules[i].name, name) == 0))
            return &rules[i];
    return NULL;
}

static const struct rule *rule_of(enum tag tag)
{
    for (size_t i = 0; i < MEM_COUNT(rules); i++)
        if (rules[i].tag == tag)
            return &rules[i];
    return NULL;
}

/* ---- expat's callbacks; expat may call some even after XML_StopParser ---- */

static void XMLCALL on_start(void *user, const char *name, const char **attributes)
{
    (void)attributes;
    struct reader *r = user;
    if (r->failed)
        return;
    enum tag parent = r->depth == 0 ? TAG_NONE : r->path[r->depth - 1];
    const struct rule *rule = r->skip > 0 ? NULL : rule_below(parent, name);
    if (rule == NULL) {
        r->skip++;
        return;
    }
    assert(r->depth < DEPTH_MAX); /* each rule is one step further from the root */
    r->path[r->depth++] = rule->tag;
    r->length = 0;
    if (rule->start != NULL)
        rule->start(r);
}

static void XMLCALL on_text(void *user, const char *text, int n)
{
    struct reader *r = user;
    if (r->failed || r->skip > 0 || r->depth == 0 || rule_of(r->path[r->depth - 1])->end == NULL)
        return;
    if (r->length + n >= TEXT_MAX) {
        err_set(r->err, "element with more than %d characters", TEXT_MAX - 1);
        fail(r);
        return;
    }
    memcpy(r->text + r->length, text, (size_t)n);
    r->length += n;
}

static void XMLCALL on_end(void *user, const char *name)
{
    (void)name;
    struct reader *r = user;
    if (r->failed)
        return;
    if (r->skip > 0) {
        r->skip--;
        return;
    }
    const struct rule *rule = rule_of(r->path[--r->depth]);
    r->text[r->length] = '\0';
    if (rule->end != NULL)
        rule->end(r, r->text);
    r->length = 0;
}

/* No cascade needs a DOCTYPE, and entities that grow on being read live in one. */
static void XMLCALL on_doctype(void *user, const char *name, const char *system, const char *public,
                               int internal)
{
    (void)name, (void)system, (void)public, (void)internal;
    struct reader *r = user;
    err_set(r->err, "has a DOCTYPE; a cascade has none");
    fail(r);
}

/* ---- the whole ---- */

static int check_feature(struct reader *r, int i)
{
    const struct cascade *c = r->c;
    const struct cascade_feature *f = &c->feature[i];
    for (int k = 0; k < f->rects; k++) {
        const struct cascade_rect *q = &f->rect[k];
        if (q->x + q->w > c->width || q->y + q->h > c->height) {
            err_set(r->err, "feature %d: rectangle %d %d %d %d is not inside the window of %dx%d",
                    i, q->x, q->y, q->w, q->h, c->width, c->height);
            return fail_at(r, r->feature_line[i]);
        }
    }
    return 0;
}

static int check_indices(struct reader *r)
{
    const struct cascade *c = r->c;
    for (int i = 0; i < c->features; i++)
        if (check_feature(r, i) != 0)
            return -1;
    for (int i = 0; i < c->nodes; i++)
        if (c->node[i].feature >= c->features) {
            err_set(r->err, "feature index %d: the file has %d features", c->node[i].feature,
                    c->features);
            return fail_at(r, r->node_line[i]);
        }
    return 0;
}

static int check_whole(struct reader *r)
{
    const struct cascade *c = r->c;
    const char *lacks = !r->boost          ? "stageType"
                        : !r->haar         ? "featureType"
                        : c->width == 0    ? "width"
                        : c->height == 0   ? "height"
                        : c->stages == 0   ? "stages"
                        : c->features == 0 ? "features"
                                           : NULL;
    if (lacks != NULL) {
        err_set(r->err, "not a cascade: no %s", lacks);
        return fail(r);
    }
    if (r->stage_num >= 0 && r->stage_num != c->stages) {
        err_set(r->err, "stageNum says %d stages, there are %d", r->stage_num, c->stages);
        return fail(r);
    }
    return check_indices(r);
}

static int run_expat(struct reader *r, const char *xml, int size)
{
    XML_SetUserData(r->xml, r);
    XML_SetElementHandler(r->xml, on_start, on_end);
    XML_SetCharacterDataHandler(r->xml, on_text);
    XML_SetStartDoctypeDeclHandler(r->xml, on_doctype);
    if (XML_Parse(r->xml, xml, size, XML_TRUE) == XML_STATUS_OK)
        return r->failed ? -1 : 0;
    if (r->failed)
        return -1;
    err_set(r->err, "%s", XML_ErrorString(XML_GetErrorCode(r->xml)));
    return fail(r);
}

struct cascade *cascade_parse(const char *name, const char *xml, int size, struct err *err)
{
    struct reader *r = mem_zalloc(1, sizeof *r);
    r->name = name;
    r->err = err;
    r->stage_num = -1;
    r->c = mem_zalloc(1, sizeof *r->c);
    r->xml = XML_ParserCreate(NULL);
    if (r->xml == NULL)
        mem_panic("out of memory for an XML parser");
    struct cascade *c = r->c;
    if (run_expat(r, xml, size) != 0 || check_whole(r) != 0) {
        cascade_free(c);
        c = NULL;
    }
    XML_ParserFree(r->xml);
    free(r->node_line);
    free(r->feature_line);
    free(r);
    return c;
}

/* ---- finding the file ---- */

static const char *const homes[] = {
    "/usr/share/opencv4/haarcascades",
    "/usr/share/opencv/haarcascades",
    "/usr/local/share/opencv4/haarcascades",
};

/* The path of the cascade, the caller's to free; NULL and err if it is nowhere. */
static char *find(const char *name, struct err *err)
{
    if (file_exists(name))
        return mem_strdup(name);
    if (strchr(name, '/') != NULL) {
        err_set(err, "%s: no such cascade file", name);
        return NULL;
    }
    for (size_t i = 0; i < MEM_COUNT(homes); i++) {
        char *path = file_join(homes[i], name);
        if (file_exists(path))
            return path;
        free(path);
    }
    err_set(err,
            "%s: no such cascade here, in %s, %s or %s; install the package opencv-data, or give "
            "a path",
            name, homes[0], homes[1], homes[2]);
    return NULL;
}

struct cascade *cascade_read(const char *name, struct err *err)
{
    char *path = find(name, err);
    if (path == NULL)
        return NULL;
    size_t size;
    struct cascade *c = NULL;
    char *xml = file_read(path, FILE_MAX, &size, err);
    if (xml != NULL)
        c = cascade_parse(path, xml, (int)size, err);
    free(xml);
    free(path);
    return c;
}

void cascade_free(struct cascade *c)
{
    if (c == NULL)
        return;
    free(c->stage);
    free(c->tree);
    free(c->node);
    free(c->leaf);
    free(c->feature);
    free(c);
}
