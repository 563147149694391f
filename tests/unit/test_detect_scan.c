/* Tests of vision/scan: every instruction set against a plain evaluation of the cascade, window by
 * window and rectangle by rectangle, on cascades made at random. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "vision/scan.h"

#define W 150
#define H 90
#define STAGES 6
#define TREES 8 /* of a stage */
#define NODES_MAX 3
#define HITS 8192

static uint8_t picture[H][W];
static struct rng rng;

static int below(int n)
{
    return (int)(rng_u32(&rng) % (uint32_t)n);
}

static float unit(void)
{
    return (float)below(20001) / 10000 - 1;
}

/* Blots of light and shade, some of them flat, so that windows pass and fail at every stage. */
static void paint(unsigned seed)
{
    rng_seed(&rng, seed, 7);
    memset(picture, 100, sizeof picture);
    for (int k = 0; k < 60; k++) {
        int x = below(W), y = below(H), w = 1 + below(25), h = 1 + below(25), grey = below(256);
        for (int i = y; i < y + h && i < H; i++)
            for (int j = x; j < x + w && j < W; j++)
                picture[i][j] = (uint8_t)(grey + below(9) * (k & 1));
    }
}

/* One of the shapes that features come in, and now and then one that is none of them. */
static void make_feature(struct cascade_feature *f, int side)
{
    int w = 1 + below(side / 4), h = 1 + below(side / 4);
    int x = below(side - 3 * w + 1), y = below(side - 3 * h + 1);
    const struct cascade_feature shapes[] = {
        {{{x, y, 2 * w, h, -1}, {x + w, y, w, h, 2}}, 2},
        {{{x, y, w, 2 * h, -1}, {x, y, w, h, 2}}, 2},
        {{{x, y, 3 * w, h, -1}, {x + w, y, w, h, 3}}, 2},
        {{{x, y, w, 3 * h, -1}, {x, y + h, w, h, 3}}, 2},
        {{{x, y, 3 * w, 3 * h, -1}, {x + w, y + h, w, h, 9}}, 2},
        {{{x, y, 2 * w, 2 * h, -1}, {x, y, w, h, 2}, {x + w, y + h, w, h, 2}}, 3},
        {{{x, y, 2 * w, 2 * h, -1}, {x + w, y, w, h, 2}, {x, y + h, w, h, 2}}, 3},
        {{{x, y, 2 * w, h, 3}, {x, y + h, w, 2 * h, -5}, {x + w, y, w, h, 2}}, 3},
        {{{x, y, w, h, 5}, {x, y, 3 * w, h, -2}}, 2},
        {{{x, y, 3 * w, 2 * h, 1}}, 1},
    };
    *f = shapes[below((int)MEM_COUNT(shapes))];
}

static void make_tree(struct cascade *c, int nodes)
{
    c->tree[c->trees++] = (struct cascade_tree){c->nodes, nodes, c->leaves};
    for (int i = 0, leaf = 0; i < nodes; i++) {
        bool deeper = i + 1 < nodes, left = below(2);
        make_feature(&c->feature[c->features], c->width);
        struct cascade_node *n = &c->node[c->nodes++];
        *n = (struct cascade_node){c->features++, unit() * 0.05f, 0, 0};
        n->left = deeper && left ? i + 1 : -leaf++;
        n->right = deeper && !left ? i + 1 : -leaf++;
    }
    for (int i = 0; i <= nodes; i++)
        c->leaf[c->leaves++] = unit();
}

static struct cascade *make_cascade(unsigned seed)
{
    struct cascade *c = mem_zalloc(1, sizeof *c);
    rng_seed(&rng, seed, 8);
    c->width = c->height = 12 + below(20);
    c->stage = mem_zalloc(STAGES, sizeof *c->stage);
    c->tree = mem_zalloc(STAGES * TREES, sizeof *c->tree);
    c->node = mem_zalloc(STAGES * TREES * NODES_MAX, sizeof *c->node);
    c->feature = mem_zalloc(STAGES * TREES * NODES_MAX, sizeof *c->feature);
    c->leaf = mem_zalloc(STAGES * TREES * (NODES_MAX + 1), sizeof *c->leaf);
    for (; c->stages < STAGES; c->stages++) {
        c->stage[c->stages] = (struct cascade_stage){c->trees, TREES, unit() - 0.3f};
        for (int t = 0; t < TREES; t++)
            make_tree(c, 1 + below(NODES_MAX) * (int)(seed & 1));
    }
    return c;
}

/* ---- the plain evaluation ---- */

static double plain_sum(int x, int y, const struct cascade_rect *q, bool square)
{
    double sum = 0;
    for (int i = y + q->y; i < y + q->y + q->h; i++)
        for (int j = x + q->x; j < x + q->x + q->w; j++)
            sum += square ? picture[i][j] * picture[i][j] : picture[i][j];
    return sum;
}

static double plain_tree(const struct cascade *c, const struct cascade_tree *t, int x, int y,
                         double norm)
{
    int i = 0;
    do {
        const struct cascade_node *n = &c->node[t->node + i];
        const struct cascade_feature *f = &c->feature[n->feature];
        double value = 0;
        for (int k = 0; k < f->rects; k++)
            value += f->rect[k].weight * plain_sum(x, y, &f->rect[k], false);
        i = value / norm < n->threshold ? n->left : n->right;
    } while (i > 0);
    return c->leaf[t->leaf - i];
}

/* The stage that turns the window down, -1 if it is flat, the number of stages if none does. */
static int plain_window(const struct cascade *c, int x, int y)
{
    const struct cascade_rect inner = {1, 1, c->width - 2, c->height - 2, 1};
    double area = inner.w * inner.h, sum = plain_sum(x, y, &inner, false);
    double norm = sqrt(area * plain_sum(x, y, &inner, true) - sum * sum);
    if (norm <= 10 * area)
        return -1;
    for (int k = 0; k < c->stages; k++) {
        double total = 0;
        for (int t = 0; t < c->stage[k].trees; t++)
            total += plain_tree(c, &c->tree[c->stage[k].tree + t], x, y, norm);
        if (total < c->stage[k].threshold)
            return k;
    }
    return c->stages;
}

static int plain_scan(const struct cascade *c, int w, int h, int step, struct scan_hit *out)
{
    int n = 0;
    for (int y = 0; y + c->height <= h; y += step)
        for (int x = 0; x + c->width <= w; x += step) {
            int passed = plain_window(c, x, y);
            if (passed == c->stages)
                out[n++] = (struct scan_hit){x, y};
            if (passed == 0)
                x += step;
        }
    return n;
}

/* ---- tests ---- */

static int check(const struct cascade *c, const char *isa, int w, int h, int step)
{
    static struct scan_hit got[HITS], want[HITS];
    struct integral it;
    integral_init(&it, W, H);
    struct scan *s = scan_new(c, &it, step, W, H, isa);
    int wanted = plain_scan(c, w, h, step, want);
    assert_non_null(s);
    for (int round = 0; round < 2; round++) { /* the second one finds the first's dirt */
        integral_begin(&it, step);
        for (int y = 0; y < h; y++)
            integral_add_row(&it, y, picture[y], w);
        memset(got, 0, sizeof got);
        assert_int_equal(scan_run(s, &it, w, h, got, HITS), wanted);
        assert_memory_equal(got, want, (size_t)wanted * sizeof *want);
    }
    scan_free(s);
    integral_free(&it);
    return wanted;
}

static void check_isa(const char *isa)
{
    struct integral it;
    integral_init(&it, W, H);
    struct cascade *any = make_cascade(0);
    struct scan *s = scan_new(any, &it, 1, W, H, isa);
    bool here = s != NULL;
    scan_free(s);
    cascade_free(any);
    integral_free(&it);
    if (!here) {
        printf("SKIP: scan: this machine has no %s\n", isa);
        skip();
    }
    int hits = 0;
    for (unsigned seed = 0; seed < 12; seed++) {
        struct cascade *c = make_cascade(seed);
        paint(seed);
        hits += check(c, isa, W - (int)seed, H, 1 + (int)(seed / 2 & 1));
        cascade_free(c);
    }
    assert_true(hits > 500); /* else there was nothing to see */
}

static void plain_vectors_agree(void **state)
{
    (void)state;
    check_isa("plain");
}

static void avx2_agrees(void **state)
{
    (void)state;
    check_isa("avx2");
}

static void avx512_agrees(void **state)
{
    (void)state;
    check_isa("avx512");
}

static void hits_beyond_the_room_are_counted_only(void **state)
{
    (void)state;
    struct integral it;
    struct cascade *c = make_cascade(3);
    struct scan_hit hit[3] = {{-1, -1}, {-1, -1}, {-1, -1}};
    for (int k = 0; k < c->stages; k++)
        c->stage[k].threshold = -1000;
    paint(3);
    integral_init(&it, W, H);
    struct scan *s = scan_new(c, &it, 1, W, H, NULL);
    assert_non_null(s);
    integral_begin(&it, 1);
    for (int y = 0; y < H; y++)
        integral_add_row(&it, y, picture[y], W);
    assert_true(scan_run(s, &it, W, H, hit, 2) > 1000);
    assert_true(hit[1].x >= 0);
    assert_int_equal(hit[2].x, -1);
    assert_int_equal(scan_run(s, &it, c->width - 1, H, hit, 2), 0);
    assert_null(scan_new(c, &it, 1, W, H, "no such"));
    scan_free(s);
    cascade_free(c);
    integral_free(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_vectors_agree),
        cmocka_unit_test(avx2_agrees),
        cmocka_unit_test(avx512_agrees),
        cmocka_unit_test(hits_beyond_the_room_are_counted_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
