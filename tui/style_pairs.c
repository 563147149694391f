/*
 * style_pairs: see style_pairs.h. UI thread; owned by struct style.
 *
 * A chained hash table over an array of slots; slot i is ncurses' pair i. When all are taken, a
 * hand goes round and takes the first that neither this drawing nor the last one used, so that
 * what stands on the screen keeps its colours.
 */
#include "tui/style_pairs.h"

#include <assert.h>
#include <curses.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

#define SLOTS_MAX 32767
#define BUCKETS 8192
#define KEPT UINT32_MAX

struct slot {
    int fg, bg;
    uint32_t tick; /* of the last use, or KEPT */
    int next;      /* in the bucket's chain; 0 = end, as pair 0 is never in the table */
};

struct style_pairs {
    int slots, used; /* pairs 1..slots may be used, 1..used are */
    int hand;
    uint32_t tick;
    bool defaults;
    int bucket[BUCKETS];
    struct slot slot[];
};

struct style_pairs *style_pairs_new(int pairs, bool defaults)
{
    int slots = pairs - 1 < SLOTS_MAX ? pairs - 1 : SLOTS_MAX;
    if (slots < 1)
        slots = 1;
    struct style_pairs *p = mem_zalloc(1, sizeof *p + (size_t)(slots + 1) * sizeof(struct slot));
    p->slots = slots;
    p->defaults = defaults;
    p->tick = 2;
    return p;
}

void style_pairs_free(struct style_pairs *p)
{
    free(p);
}

void style_pairs_tick(struct style_pairs *p)
{
    if (++p->tick == KEPT)
        p->tick = 2;
}

static int bucket_of(int fg, int bg)
{
    return (int)(((uint32_t)fg * 2654435761u ^ (uint32_t)bg * 2246822519u) >> 19) % BUCKETS;
}

static void unlink_slot(struct style_pairs *p, int i)
{
    int *at = &p->bucket[bucket_of(p->slot[i].fg, p->slot[i].bg)];
    while (*at != i)
        at = &p->slot[*at].next;
    *at = p->slot[i].next;
}

/* Whether the pair may be taken away: round 0 spares what the screen may show. */
static bool idle(const struct style_pairs *p, const struct slot *s, int round)
{
    return s->tick != KEPT && (round > 0 || p->tick - s->tick >= 2);
}

/* A free slot: a new one, an idle one, else any that is not kept; 0 if all are. */
static int take_slot(struct style_pairs *p)
{
    if (p->used < p->slots)
        return ++p->used;
    for (int round = 0; round < 2; round++) {
        for (int n = 0; n < p->slots; n++) {
            p->hand = p->hand % p->slots + 1;
            if (idle(p, &p->slot[p->hand], round)) {
                unlink_slot(p, p->hand);
                return p->hand;
            }
        }
    }
    return 0;
}

int style_pairs_get(struct style_pairs *p, int fg, int bg, bool kept)
{
    if (!p->defaults) {
        fg = fg < 0 ? COLOR_WHITE : fg;
        bg = bg < 0 ? COLOR_BLACK : bg;
    }
    if (fg < 0 && bg < 0)
        return 0;
    int b = bucket_of(fg, bg), i = p->bucket[b];
    while (i != 0 && (p->slot[i].fg != fg || p->slot[i].bg != bg))
        i = p->slot[i].next;
    if (i == 0) {
        i = take_slot(p);
        if (i == 0 || init_extended_pair(i, fg, bg) == ERR)
            return 0;
        p->slot[i] = (struct slot){fg, bg, p->tick, p->bucket[b]};
        p->bucket[b] = i;
    }
    if (kept)
        p->slot[i].tick = KEPT;
    else if (p->slot[i].tick != KEPT)
        p->slot[i].tick = p->tick;
    return i;
}
