/*
 * scan: see scan.h.
 *
 * A band of a few rows at a time: contrast and the first stage for all windows of a row, which says
 * what is skipped; then a few more stages over the band, while its part of the integral is in the
 * first-level cache. What is left then is little, and goes through the other stages for the whole
 * picture at once, so that those are read once. After every stage the windows that are left are
 * covered by as few blocks as will do.
 */
#include "vision/scan.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "vision/scan_plan.h"

#define BAND 8        /* rows of windows */
#define BAND_STAGES 4 /* stages that are run band by band */

struct scan {
    const struct scan_kernel *kernel;
    struct scan_plan plan;
    int window_w, window_h, step;
    int max_width, max_height;
    int pitch;                /* scales from row to row */
    float *scale;             /* (rows of windows, pitch) */
    uint8_t *flat, *rejected; /* (pitch / 8) bits of a row */
    uint8_t *alive;           /* the same */
    struct scan_block *block; /* (rows * pitch / lanes + slack) those that are left, in order */
    int blocks;
    uint8_t visit[2][256]; /* bits that are visited, by whether the first one is and what it is
                              that rejects */
};

/* ---- laying out ---- */

/* The distinct corners of a feature with their weights, those without weight left out. */
struct corners {
    int n;
    int weight[SCAN_POINTS_MAX];
    int32_t at[SCAN_POINTS_MAX];
};

static void add_corner(struct corners *c, int32_t at, int weight)
{
    int i = 0;
    while (i < c->n && c->at[i] != at)
        i++;
    if (i == c->n) {
        c->at[i] = at;
        c->weight[i] = 0;
        c->n++;
    }
    c->weight[i] += weight;
}

static void rect_corners(int32_t at[4], const struct cascade_rect *q, const struct integral *it,
                         int step)
{
    at[0] = (int32_t)integral_at(it, step, q->y, q->x);
    at[1] = (int32_t)integral_at(it, step, q->y, q->x + q->w);
    at[2] = (int32_t)integral_at(it, step, q->y + q->h, q->x);
    at[3] = (int32_t)integral_at(it, step, q->y + q->h, q->x + q->w);
}

/* Takes corners of that weight, in their order, into at; returns how many there are. */
static int take_corners(const struct corners *c, int weight, int32_t *at)
{
    int n = 0;
    for (int i = 0; i < c->n; i++)
        if (c->weight[i] == weight)
            at[n++] = c->at[i];
    return n;
}

static bool as_halves(struct scan_node *n, const struct corners *c)
{
    int32_t at[SCAN_POINTS_MAX];
    if (c->n != 6 || take_corners(c, 1, at) != 2 || take_corners(c, -1, at + 2) != 2 ||
        take_corners(c, 2, at + 4) != 1 || take_corners(c, -2, at + 5) != 1)
        return false;
    n->shape = SCAN_HALVES;
    memcpy(n->at, at, sizeof n->at);
    return true;
}

static bool as_checks(struct scan_node *n, const struct corners *c)
{
    for (int sign = -1; sign <= 1; sign += 2) {
        int32_t at[SCAN_POINTS_MAX];
        if (c->n != 9 || take_corners(c, sign, at) != 4 ||
            take_corners(c, -2 * sign, at + 4) != 4 || take_corners(c, 4 * sign, at + 8) != 1)
            continue;
        n->shape = SCAN_CHECKS;
        n->sign = (float)sign;
        memcpy(n->at, at, sizeof n->at);
        return true;
    }
    return false;
}

/* A feature of one rectangle gets a second one without weight, and so on. */
static void as_any(struct scan_node *n, const struct cascade_feature *f)
{
    n->shape = SCAN_ANY;
    for (int k = 0; k < CASCADE_RECTS; k++)
        n->weight[k] = k < f->rects ? f->rect[k].weight : 0;
    if (f->rects == 2 && f->rect[0].weight == -1) {
        n->shape = SCAN_INSIDE;
        n->weight[0] = f->rect[1].weight;
    }
}

static void lay_out_feature(struct scan_node *n, const struct cascade_feature *f,
                            const struct integral *it, int step)
{
    struct corners c = {0};
    for (int k = 0; k < f->rects; k++) {
        static const int sign[4] = {1, -1, -1, 1};
        rect_corners(n->at + 4 * k, &f->rect[k], it, step);
        for (int i = 0; i < 4; i++)
            add_corner(&c, n->at[4 * k + i], sign[i] * f->rect[k].weight);
    }
    for (int i = 4 * f->rects; i < SCAN_POINTS_MAX; i++)
        n->at[i] = n->at[0];
    struct corners heavy = {0};
    for (int i = 0; i < c.n; i++)
        if (c.weight[i] != 0)
            add_corner(&heavy, c.at[i], c.weight[i]);
    if (!as_halves(n, &heavy) && !as_checks(n, &heavy))
        as_any(n, f);
}

static void lay_out_tree(struct scan_plan *p, const struct cascade *c, int t,
                         const struct integral *it, int step)
{
    const struct cascade_tree *from = &c->tree[t];
    p->tree[t] = (struct scan_tree){from->node, from->nodes};
    for (int i = 0; i < from->nodes; i++) {
        const struct cascade_node *n = &c->node[from->node + i];
        struct scan_node *to = &p->node[from->node + i];
        lay_out_feature(to, &c->feature[n->feature], it, step);
        to->threshold = n->threshold;
        to->left = n->left > 0 ? n->left : 0;
        to->right = n->right > 0 ? n->right : 0;
        to->left_leaf = n->left > 0 ? 0 : c->leaf[from->leaf - n->left];
        to->right_leaf = n->right > 0 ? 0 : c->leaf[from->leaf - n->right];
    }
}

/* Trees of one shape next to each other: the processor sees coming what is next. */
static int by_shape(const void *a, const void *b, void *plan)
{
    const struct scan_plan *p = plan;
    const struct scan_tree *x = a, *y = b;
    if (x->nodes != y->nodes)
        return x->nodes - y->nodes;
    for (int i = 0; i < x->nodes; i++) {
        int diff = (int)p->node[x->node + i].shape - (int)p->node[y->node + i].shape;
        if (diff != 0)
            return diff;
    }
    return x->node - y->node;
}

static void lay_out(struct scan_plan *p, const struct cascade *c, const struct integral *it,
                    int step)
{
    const struct cascade_rect inner = {1, 1, c->width - 2, c->height - 2, 1};
    p->stages = c->stages;
    p->stage = mem_zalloc((size_t)c->stages, sizeof *p->stage);
    p->tree = mem_zalloc((size_t)c->trees, sizeof *p->tree);
    p->node = mem_zalloc((size_t)c->nodes, sizeof *p->node);
    for (int i = 0; i < c->stages; i++)
        p->stage[i] =
            (struct scan_stage){c->stage[i].tree, c->stage[i].trees, c->stage[i].threshold};
    for (int i = 0; i < c->trees; i++)
        lay_out_tree(p, c, i, it, step);
    for (int i = 0; i < c->stages; i++)
        qsort_r(p->tree + p->stage[i].tree, (size_t)p->stage[i].trees, sizeof *p->tree, by_shape,
                p);
    rect_corners(p->inner, &inner, it, step);
    p->area = (float)(inner.w * inner.h);
}

/* After a window that is rejected the next one is not visited. */
static void fill_visit_table(struct scan *s)
{
    for (int first = 0; first < 2; first++)
        for (int rejects = 0; rejects < 256; rejects++) {
            int visited = first;
            for (int i = 0; i < 7; i++)
                if (!(visited >> i & rejects >> i & 1))
                    visited |= 2 << i;
            s->visit[first][rejects] = (uint8_t)visited;
        }
}

static const struct scan_kernel *kernel_for(const char *isa)
{
    static const struct scan_kernel *const kernels[] = {&scan_kernel_avx512, &scan_kernel_avx2,
                                                        &scan_kernel_plain};
    for (size_t i = 0; i < MEM_COUNT(kernels); i++)
        if ((isa == NULL || strcmp(isa, kernels[i]->name) == 0) && kernels[i]->usable())
            return kernels[i];
    return NULL;
}

static void make_room(struct scan *s, int max_width, int max_height)
{
    int rows = max_height / s->step + 2; /* one for the blocks of a first stage */
    s->max_width = max_width;
    s->max_height = max_height;
    s->pitch = (max_width / s->step + 2 * SCAN_LANES_MAX) / SCAN_LANES_MAX * SCAN_LANES_MAX;
    size_t bytes = (size_t)s->pitch / 8 + 8, windows = (size_t)rows * (size_t)s->pitch;
    s->scale = mem_aligned(windows + SCAN_LANES_MAX, sizeof *s->scale);
    s->flat = mem_aligned(bytes, 1);
    s->rejected = mem_aligned(bytes, 1);
    s->alive = mem_aligned(bytes, 1);
    s->block = mem_zalloc(windows / (size_t)s->kernel->lanes + SCAN_GROUP_MAX, sizeof *s->block);
}

struct scan *scan_new(const struct cascade *c, const struct integral *it, int step, int max_width,
                      int max_height, const char *isa)
{
    const struct scan_kernel *kernel = kernel_for(isa);
    if (kernel == NULL)
        return NULL;
    struct scan *s = mem_zalloc(1, sizeof *s);
    s->kernel = kernel;
    s->window_w = c->width;
    s->window_h = c->height;
    s->step = step;
    lay_out(&s->plan, c, it, step);
    fill_visit_table(s);
    make_room(s, max_width, max_height);
    return s;
}

void scan_free(struct scan *s)
{
    if (s == NULL)
        return;
    free(s->plan.stage);
    free(s->plan.tree);
    free(s->plan.node);
    free(s->scale);
    free(s->flat);
    free(s->rejected);
    free(s->alive);
    free(s->block);
    free(s);
}

/* ---- running ---- */

/* Bits of whole blocks as they lie in bytes. */
static uint32_t get_bits(const uint8_t *from, int i, int lanes)
{
    uint32_t bits;
    memcpy(&bits, from + i / 8, sizeof bits);
    return bits >> i % 8 & ((1u << lanes) - 1);
}

static void or_bits(uint8_t *to, int i, uint32_t bits)
{
    uint32_t was;
    memcpy(&was, to + i / 8, sizeof was);
    was |= bits << i % 8;
    memcpy(to + i / 8, &was, sizeof was);
}

/* Covers the windows of the block by the last of the blocks that are kept, as far as it reaches,
 * and by a new one. */
static void cover(struct scan *s, const struct scan_block *from)
{
    uint32_t alive = from->alive;
    int lanes = s->kernel->lanes;
    if (s->blocks > 0) {
        struct scan_block *last = &s->block[s->blocks - 1];
        int shift = from->scale - last->scale; /* never negative: blocks come in order */
        if (shift < lanes) {
            uint32_t reach = (1u << (lanes - shift)) - 1;
            last->alive |= (alive & reach) << shift;
            alive &= ~reach;
        }
    }
    if (alive == 0)
        return;
    int skip = __builtin_ctz(alive);
    s->block[s->blocks++] = (struct scan_block){from->at + skip, from->scale + skip, alive >> skip};
}

/* Runs the first stage over a row of n windows; fills s->rejected. */
static void run_first_stage(struct scan *s, const uint32_t *sum, int32_t at, int32_t scale, int n,
                            struct scan_block *block)
{
    int lanes = s->kernel->lanes, blocks = 0;
    uint32_t all = (1u << lanes) - 1;
    for (int i = 0; i < n; i += lanes) {
        uint32_t flat = get_bits(s->flat, i, lanes);
        if (flat != all)
            block[blocks++] = (struct scan_block){at + i, scale + i, all & ~flat};
    }
    s->kernel->stage(&s->plan, 0, sum, s->scale, block, blocks);
    memset(s->rejected, 0, (size_t)s->pitch / 8 + 1);
    memset(s->alive, 0, (size_t)s->pitch / 8 + 1);
    for (int k = 0; k < blocks; k++) {
        int i = block[k].at - at;
        or_bits(s->alive, i, block[k].alive);
        or_bits(s->rejected, i, all & ~get_bits(s->flat, i, lanes) & ~block[k].alive);
    }
}

/* Strikes out what is skipped from s->alive, and covers what is left with blocks. */
static void skip_and_cover(struct scan *s, int32_t at, int32_t scale, int n)
{
    int first = 1;
    for (int i = 0; i < n; i += 8) {
        int rejects = s->rejected[i / 8], visited = s->visit[first][rejects];
        first = !(visited & rejects & 0x80);
        uint32_t alive = s->alive[i / 8] & (uint32_t)visited;
        if (alive == 0)
            continue;
        cover(s, &(struct scan_block){at + i, scale + i, alive & 0xf});
        cover(s, &(struct scan_block){at + i + 4, scale + i + 4, alive >> 4});
    }
}

/* Runs stages [from, to) over the blocks from the first one on. */
static void run_stages(struct scan *s, const uint32_t *sum, int from, int to, int first)
{
    for (int k = from; k < to && s->blocks > first; k++) {
        int n = s->blocks;
        s->kernel->stage(&s->plan, k, sum, s->scale, s->block + first, n - first);
        s->blocks = first;
        for (int i = first; i < n; i++)
            cover(s, &(struct scan_block){s->block[i].at, s->block[i].scale, s->block[i].alive});
    }
}

/* Runs the early stages over rows [row, end) of n windows each; adds the blocks that are left. */
static void run_band(struct scan *s, const struct integral *it, int row, int end, int n)
{
    int first = s->blocks;
    for (; row < end; row++) {
        int32_t at = (int32_t)integral_at(it, s->step, row * s->step, 0), scale = row * s->pitch;
        s->kernel->contrast(&s->plan, it->sum + at, it->square + at, n, s->scale + scale, s->flat);
        /* The first stage's blocks go behind those that are left: there is a row's worth of room.
         */
        run_first_stage(s, it->sum, at, scale, n, s->block + s->blocks);
        skip_and_cover(s, at, scale, n);
    }
    run_stages(s, it->sum, 1, BAND_STAGES < s->plan.stages ? BAND_STAGES : s->plan.stages, first);
}

/* Writes the windows of the blocks that are left as hits; returns how many there are. */
static int take_hits(const struct scan *s, struct scan_hit *out, int max)
{
    int hits = 0;
    for (int i = 0; i < s->blocks; i++)
        for (uint32_t left = s->block[i].alive; left != 0; left &= left - 1) {
            int at = s->block[i].scale + __builtin_ctz(left);
            if (hits < max)
                out[hits] = (struct scan_hit){at % s->pitch * s->step, at / s->pitch * s->step};
            hits++;
        }
    return hits;
}

int scan_run(struct scan *s, const struct integral *it, int width, int height, struct scan_hit *out,
             int max)
{
    assert(it->step == s->step && width <= s->max_width && height <= s->max_height);
    if (width < s->window_w || height < s->window_h)
        return 0;
    int n = (width - s->window_w) / s->step + 1, rows = (height - s->window_h) / s->step + 1;
    s->blocks = 0;
    for (int row = 0; row < rows; row += BAND)
        run_band(s, it, row, row + BAND < rows ? row + BAND : rows, n);
    run_stages(s, it->sum, BAND_STAGES, s->plan.stages, 0);
    return take_hits(s, out, max);
}
