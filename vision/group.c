/* group: see group.h. Classes are found with union-find (path halving, the older hit is the root).
 */
#include "vision/group.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct sum {
    int64_t x, y, w, h;
};

struct grouper {
    int max;
    int *parent;       /* (max) union-find */
    int *class_of;     /* (max) */
    struct sum *sum;   /* (max) of a class's boxes */
    struct group *all; /* (max) every class */
    struct group *out; /* (max) those that survive */
};

struct grouper *grouper_new(int max_boxes)
{
    struct grouper *g = mem_zalloc(1, sizeof *g);
    size_t n = (size_t)max_boxes;
    g->max = max_boxes;
    g->parent = mem_zalloc(n, sizeof *g->parent);
    g->class_of = mem_zalloc(n, sizeof *g->class_of);
    g->sum = mem_zalloc(n, sizeof *g->sum);
    g->all = mem_zalloc(n, sizeof *g->all);
    g->out = mem_zalloc(n, sizeof *g->out);
    return g;
}

void grouper_free(struct grouper *g)
{
    if (g == NULL)
        return;
    free(g->parent);
    free(g->class_of);
    free(g->sum);
    free(g->all);
    free(g->out);
    free(g);
}

static int min(int a, int b)
{
    return a < b ? a : b;
}

/* Whether all four sides lie within eps of the mean size of the smaller one. */
static bool alike(const struct box *a, const struct box *b)
{
    double delta = GROUP_EPS * (min(a->w, b->w) + min(a->h, b->h)) * 0.5;
    return abs(a->x - b->x) <= delta && abs(a->y - b->y) <= delta &&
           abs(a->x + a->w - b->x - b->w) <= delta && abs(a->y + a->h - b->y - b->h) <= delta;
}

static int root_of(int *parent, int i)
{
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

static void join_alike(int *parent, const struct box *boxes, int n)
{
    for (int i = 0; i < n; i++)
        parent[i] = i;
    for (int i = 1; i < n; i++)
        for (int j = 0; j < i; j++) {
            if (!alike(&boxes[i], &boxes[j]))
                continue;
            int a = root_of(parent, i), b = root_of(parent, j);
            parent[a > b ? a : b] = min(a, b);
        }
}

/* Numbers the classes by their first hits, and adds up their boxes; returns how many there are. */
static int add_up(struct grouper *g, const struct box *boxes, int n)
{
    int classes = 0;
    for (int i = 0; i < n; i++) {
        int root = root_of(g->parent, i);
        if (root == i) {
            g->sum[classes] = (struct sum){0};
            g->all[classes].hits = 0;
            g->class_of[i] = classes++;
        }
        int k = g->class_of[i] = g->class_of[root];
        g->sum[k].x += boxes[i].x;
        g->sum[k].y += boxes[i].y;
        g->sum[k].w += boxes[i].w;
        g->sum[k].h += boxes[i].h;
        g->all[k].hits++;
    }
    return classes;
}

static void take_means(struct grouper *g, int classes)
{
    for (int k = 0; k < classes; k++) {
        float s = 1.0f / (float)g->all[k].hits;
        g->all[k].box =
            (struct box){(int)lrintf((float)g->sum[k].x * s), (int)lrintf((float)g->sum[k].y * s),
                         (int)lrintf((float)g->sum[k].w * s), (int)lrintf((float)g->sum[k].h * s)};
    }
}

/* Whether a lies within b, give or take eps, and b has clearly more hits. */
static bool covered(const struct group *a, const struct group *b)
{
    int dx = (int)lrint(b->box.w * GROUP_EPS), dy = (int)lrint(b->box.h * GROUP_EPS);
    return a->box.x >= b->box.x - dx && a->box.y >= b->box.y - dy &&
           a->box.x + a->box.w <= b->box.x + b->box.w + dx &&
           a->box.y + a->box.h <= b->box.y + b->box.h + dy &&
           (b->hits > (a->hits > 3 ? a->hits : 3) || a->hits < 3);
}

static bool survives(const struct grouper *g, int i, int classes, int threshold)
{
    if (g->all[i].hits <= threshold)
        return false;
    for (int j = 0; j < classes; j++)
        if (j != i && g->all[j].hits > threshold && covered(&g->all[i], &g->all[j]))
            return false;
    return true;
}

int grouper_run(struct grouper *g, const struct box *boxes, int n, int threshold,
                const struct group **out)
{
    assert(n >= 0 && n <= g->max);
    *out = g->out;
    if (threshold <= 0) {
        for (int i = 0; i < n; i++)
            g->out[i] = (struct group){boxes[i], 1};
        return n;
    }
    join_alike(g->parent, boxes, n);
    int classes = add_up(g, boxes, n), kept = 0;
    take_means(g, classes);
    for (int i = 0; i < classes; i++)
        if (survives(g, i, classes, threshold))
            g->out[kept++] = g->all[i];
    return kept;
}
