/* scan: see scan.h. */
#include "vision/scan.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define POINTS_MAX (4 * CASCADE_RECTS)
#define CONTRAST_MIN 10.0 /* standard deviation, grey levels */

/* A feature as corners in the integral: rectangles that touch share corners, which are read once.
 */
struct scan_feature {
    int points;
    int weight[POINTS_MAX];
    ptrdiff_t at[POINTS_MAX]; /* from the window's upper left corner */
};

struct scan {
    const struct cascade *cascade;
    int step;
    struct scan_feature *feature; /* (cascade->features) */
    ptrdiff_t inner[4];           /* corners of the window without its border of one pixel */
};

static void add_point(struct scan_feature *f, ptrdiff_t at, int weight)
{
    int i = 0;
    while (i < f->points && f->at[i] != at)
        i++;
    if (i == f->points) {
        f->at[i] = at;
        f->weight[i] = 0;
        f->points++;
    }
    f->weight[i] += weight;
}

static void drop_weightless_points(struct scan_feature *f)
{
    int kept = 0;
    for (int i = 0; i < f->points; i++) {
        if (f->weight[i] == 0)
            continue;
        f->at[kept] = f->at[i];
        f->weight[kept++] = f->weight[i];
    }
    f->points = kept;
}

static void lay_out(struct scan_feature *to, const struct cascade_feature *from,
                    const struct integral *it, int step)
{
    to->points = 0;
    for (int k = 0; k < from->rects; k++) {
        const struct cascade_rect *q = &from->rect[k];
        add_point(to, integral_at(it, step, q->y, q->x), q->weight);
        add_point(to, integral_at(it, step, q->y, q->x + q->w), -q->weight);
        add_point(to, integral_at(it, step, q->y + q->h, q->x), -q->weight);
        add_point(to, integral_at(it, step, q->y + q->h, q->x + q->w), q->weight);
    }
    drop_weightless_points(to);
}

struct scan *scan_new(const struct cascade *c, const struct integral *it, int step)
{
    struct scan *s = mem_zalloc(1, sizeof *s);
    s->cascade = c;
    s->step = step;
    s->feature = mem_zalloc((size_t)c->features, sizeof *s->feature);
    for (int i = 0; i < c->features; i++)
        lay_out(&s->feature[i], &c->feature[i], it, step);
    s->inner[0] = integral_at(it, step, 1, 1);
    s->inner[1] = integral_at(it, step, 1, c->width - 1);
    s->inner[2] = integral_at(it, step, c->height - 1, 1);
    s->inner[3] = integral_at(it, step, c->height - 1, c->width - 1);
    return s;
}

void scan_free(struct scan *s)
{
    if (s == NULL)
        return;
    free(s->feature);
    free(s);
}

static uint32_t inner_sum(const struct scan *s, const uint32_t *at)
{
    return at[s->inner[0]] - at[s->inner[1]] - at[s->inner[2]] + at[s->inner[3]];
}

/*
 * What features are multiplied with: 1 / (area * standard deviation), area and deviation of the
 * window without its border; 0 if the window has too little contrast.
 */
static float scale_of(const struct scan *s, const uint32_t *sum, const uint32_t *square)
{
    double area = (s->cascade->width - 2) * (s->cascade->height - 2);
    double mean = inner_sum(s, sum);
    double variance = area * inner_sum(s, square) - mean * mean; /* times the squared area */
    double least = CONTRAST_MIN * area;
    return variance > least * least ? 1.0f / sqrtf((float)variance) : 0.0f;
}

static float feature_value(const struct scan_feature *f, const uint32_t *sum)
{
    uint32_t v = 0;
    for (int i = 0; i < f->points; i++)
        v += (uint32_t)f->weight[i] * sum[f->at[i]];
    return (float)(int32_t)v;
}

static float tree_value(const struct scan *s, const struct cascade_tree *t, const uint32_t *sum,
                        float scale)
{
    int i = 0;
    do {
        const struct cascade_node *n = &s->cascade->node[t->node + i];
        i = feature_value(&s->feature[n->feature], sum) * scale < n->threshold ? n->left : n->right;
    } while (i > 0);
    return s->cascade->leaf[t->leaf - i];
}

/* The first stage that turns the window down, or the number of stages if none does. */
static int stages_passed(const struct scan *s, const uint32_t *sum, float scale)
{
    const struct cascade *c = s->cascade;
    for (int k = 0; k < c->stages; k++) {
        float total = 0;
        for (int t = 0; t < c->stage[k].trees; t++)
            total += tree_value(s, &c->tree[c->stage[k].tree + t], sum, scale);
        if (total < c->stage[k].threshold)
            return k;
    }
    return c->stages;
}

int scan_run(struct scan *s, const struct integral *it, int width, int height, struct scan_hit *out,
             int max)
{
    const struct cascade *c = s->cascade;
    assert(it->step == s->step);
    int hits = 0;
    for (int y = 0; y <= height - c->height; y += s->step)
        for (int x = 0; x <= width - c->width; x += s->step) {
            ptrdiff_t at = integral_at(it, s->step, y, x);
            float scale = scale_of(s, it->sum + at, it->square + at);
            int passed = scale > 0 ? stages_passed(s, it->sum + at, scale) : -1;
            if (passed == c->stages) {
                if (hits < max)
                    out[hits] = (struct scan_hit){x, y};
                hits++;
            }
            if (passed == 0)
                x += s->step;
        }
    return hits;
}
