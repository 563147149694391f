/*
 * graph_plan: who lies where in the arena. Each tensor has a size and a life time; the largest are
 * placed first, each at the lowest offset where nobody of the same time lies (Pisarchyk and Lee
 * 2020, "greedy by size"). Runs once per graph_reserve.
 */
#include "nn/graph_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* A piece of the arena; one that is `in` another has no place of its own. */
struct piece {
    size_t size, offset;
    int start, end; /* first and last time of use */
    int in;         /* index of the piece it lies in, or its own */
};

/* Pieces 0.. are outputs, then gradients, saved, saved_fixed: four for each layer. */
enum kind { OUTPUT, GRADIENT, SAVED, FIXED, KINDS };

struct plan {
    const struct graph *g;
    const struct graph_run *run;
    bool train, apart;
    int logits;
    int *readers; /* [layers] how many inputs a layer's output feeds */
    int pieces;
    struct piece *piece;
};

static int id(const struct plan *p, enum kind kind, int layer)
{
    return (int)kind * p->g->layers + layer;
}

static struct piece *root(struct plan *p, int i)
{
    while (p->piece[i].in != i)
        i = p->piece[i].in;
    return &p->piece[i];
}

static int backward_time(const struct plan *p, int layer)
{
    return 2 * p->g->layers - 1 - layer;
}

static void live(struct plan *p, int i, int from, int to)
{
    struct piece *r = root(p, i);
    r->start = from < r->start ? from : r->start;
    r->end = to > r->end ? to : r->end;
}

/* Puts piece i into piece j: they are the same numbers at different times. */
static void merge(struct plan *p, int i, int j)
{
    struct piece *a = root(p, i), *b = root(p, j);
    if (a == b)
        return;
    b->start = a->start < b->start ? a->start : b->start;
    b->end = a->end > b->end ? a->end : b->end;
    a->in = (int)(b - p->piece);
}

/* May layer i write its output over that input? Not if anybody still wants to read the input. */
static bool may_overwrite(const struct plan *p, int i, int k)
{
    const struct layer *l = &p->g->layer[i];
    int from = l->from[k];
    if (p->apart || !l->inplace || from == 0 || p->readers[from] != 1)
        return false;
    if (p->run->maker[from] >= 0 && p->run->maker[i] < 0) /* there is nothing to write over */
        return false;
    if (k > 0 && l->inputs > 2) /* a sum of more than two begins with the first two */
        return false;
    return !p->train || (!l->needs_x && !p->g->layer[from].needs_y);
}

/* In backward the gradient of an input that nobody else reads may take the place of dy. */
static bool may_pass_gradient(const struct plan *p, int i, int k)
{
    const struct layer *l = &p->g->layer[i];
    return l->inplace && l->from[k] != 0 && p->readers[l->from[k]] == 1;
}

static void plan_outputs(struct plan *p)
{
    const struct graph *g = p->g;
    for (int i = 1; i < g->layers; i++) {
        const struct layer *l = &g->layer[i];
        int last = p->apart || i == p->logits || i == g->layers - 1 ? g->layers : i;
        bool keeps = p->train && l->needs_y && !p->run->done[i];
        live(p, id(p, OUTPUT, i), i, keeps ? backward_time(p, i) : last);
        live(p, id(p, OUTPUT, i), i, last);
        for (int k = 0; k < l->inputs; k++)
            live(p, id(p, OUTPUT, l->from[k]), i, p->train && l->needs_x ? backward_time(p, i) : i);
    }
    for (int i = 1; i < g->layers; i++)
        for (int k = 0; k < g->layer[i].inputs; k++)
            if (may_overwrite(p, i, k)) {
                merge(p, id(p, OUTPUT, i), id(p, OUTPUT, g->layer[i].from[k]));
                break;
            }
}

static void plan_gradients(struct plan *p)
{
    const struct graph *g = p->g;
    live(p, id(p, GRADIENT, p->logits), g->layers, backward_time(p, p->logits));
    for (int i = p->logits; i > 0; i--) {
        const struct layer *l = &g->layer[i];
        for (int k = 0; k < l->inputs; k++)
            live(p, id(p, GRADIENT, l->from[k]), backward_time(p, i), backward_time(p, l->from[k]));
    }
    for (int i = p->logits; i > 0; i--)
        for (int k = 0; k < g->layer[i].inputs; k++)
            if (may_pass_gradient(p, i, k)) {
                merge(p, id(p, GRADIENT, i), id(p, GRADIENT, g->layer[i].from[k]));
                break;
            }
}

static size_t rounded(size_t floats)
{
    return (floats + 15) / 16 * 16;
}

static void set_sizes(struct plan *p, size_t batch)
{
    const struct graph *g = p->g;
    for (int i = 0; i < g->layers; i++) {
        const struct layer *l = &g->layer[i];
        int end = p->train ? backward_time(p, i) : i;
        size_t out = i > 0 ? rounded(batch * shape_size(&l->out)) : 0;
        p->piece[id(p, OUTPUT, i)].size = p->run->maker[i] < 0 ? out : 0;
        p->piece[id(p, GRADIENT, i)].size = p->train && i <= p->logits ? out : 0;
        p->piece[id(p, SAVED, i)].size = rounded(batch * l->saved);
        p->piece[id(p, FIXED, i)].size = rounded(l->saved_fixed);
        live(p, id(p, SAVED, i), i, end);
        live(p, id(p, FIXED, i), i, end);
    }
}

static int by_size(const void *a, const void *b)
{
    const struct piece *x = *(const struct piece *const *)a, *y = *(const struct piece *const *)b;
    if (x->size != y->size)
        return x->size < y->size ? 1 : -1;
    return x < y ? -1 : 1;
}

/* The lowest offset where a piece meets none of the n placed ones, which are in order of offset. */
static size_t lowest_gap(struct piece *const *placed, int n, const struct piece *piece)
{
    size_t at = 0;
    for (int i = 0; i < n; i++) {
        const struct piece *o = placed[i];
        if (o->end < piece->start || piece->end < o->start)
            continue;
        if (at + piece->size <= o->offset)
            return at;
        at = o->offset + o->size > at ? o->offset + o->size : at;
    }
    return at;
}

static void insert(struct piece **placed, int n, struct piece *piece)
{
    for (; n > 0 && placed[n - 1]->offset > piece->offset; n--)
        placed[n] = placed[n - 1];
    placed[n] = piece;
}

/* Places every piece that is its own root; the size of the arena. */
static size_t place(struct plan *p)
{
    struct piece **order = mem_zalloc((size_t)p->pieces, sizeof(struct piece *));
    struct piece **placed = mem_zalloc((size_t)p->pieces, sizeof(struct piece *));
    int n = 0;
    size_t size = 0;
    for (int i = 0; i < p->pieces; i++)
        if (p->piece[i].in == i && p->piece[i].size > 0)
            order[n++] = &p->piece[i];
    qsort(order, (size_t)n, sizeof(struct piece *), by_size);
    for (int i = 0; i < n; i++) {
        order[i]->offset = lowest_gap(placed, i, order[i]);
        insert(placed, i, order[i]);
        size_t end = order[i]->offset + order[i]->size;
        size = end > size ? end : size;
    }
    free(order);
    free(placed);
    return size;
}

/* Is the output of layer i untouched when the forward pass is over? */
static bool is_lasting(struct plan *p, int i)
{
    const struct graph *g = p->g;
    if (p->run->maker[i] >= 0)
        return false;
    if (i > 0 && root(p, id(p, OUTPUT, i))->end < g->layers)
        return false;
    for (int j = i + 1; j < g->layers; j++)
        if (i > 0 && root(p, id(p, OUTPUT, j)) == root(p, id(p, OUTPUT, i)))
            return strcmp(g->layer[j].ops->name, "Flatten") == 0;
    return true;
}

static void point(struct plan *p, struct graph_run *run)
{
    float **table[KINDS] = {run->y, run->dy, run->saved, run->saved_fixed};
    run->arena = mem_aligned(run->arena_size, sizeof(float));
    for (int i = 0; i < p->g->layers; i++) {
        for (int k = 0; k < KINDS; k++) {
            const struct piece *at = root(p, id(p, (enum kind)k, i));
            table[k][i] = at->size > 0 ? run->arena + at->offset : NULL;
        }
        run->lasting[i] = is_lasting(p, i);
    }
}

void graph_plan(const struct graph *g, struct graph_run *run, bool apart)
{
    struct plan p = {.g = g,
                     .run = run,
                     .train = run->room_for_train,
                     .apart = apart,
                     .logits = graph_logits_layer(g),
                     .pieces = KINDS * g->layers};
    p.piece = mem_zalloc((size_t)p.pieces, sizeof *p.piece);
    p.readers = mem_zalloc((size_t)g->layers, sizeof *p.readers);
    for (int i = 0; i < p.pieces; i++)
        p.piece[i] = (struct piece){.start = 2 * g->layers, .end = -1, .in = i};
    for (int i = 1; i < g->layers; i++)
        for (int k = 0; k < g->layer[i].inputs; k++)
            p.readers[g->layer[i].from[k]]++;
    set_sizes(&p, (size_t)run->max_batch);
    plan_outputs(&p);
    if (p.train)
        plan_gradients(&p);
    run->arena_size = place(&p);
    point(&p, run);
    free(p.readers);
    free(p.piece);
}
