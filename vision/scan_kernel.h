/*
 * scan_kernel: the evaluation of scan_plan.h, written once for vectors of LANES windows and
 * compiled for each instruction set by scan_plain.c, scan_avx2.c and scan_avx512.c.
 *
 * Whoever includes this defines LANES, GROUP (how many blocks are evaluated together, as a node is
 * decoded once for them: as many as registers allow), KERNEL, KERNEL_NAME, usable(), bits_of() and
 * root_of(); what must come out the same everywhere is in here. Each window's sums are added in the
 * order of the trees, so that the number of lanes does not matter. GCC's vector types keep it
 * readable.
 */
#include <string.h>

#include "vision/scan_plan.h"

#define INLINE static inline __attribute__((always_inline))

typedef int32_t vint __attribute__((vector_size(LANES * 4)));
typedef uint32_t vuint __attribute__((vector_size(LANES * 4)));
typedef float vfloat __attribute__((vector_size(LANES * 4)));
typedef vuint vload __attribute__((aligned(4), may_alias));
typedef vfloat vfload __attribute__((aligned(4), may_alias));

INLINE vuint load(const uint32_t *p)
{
    return *(const vload *)p;
}

INLINE vfloat splat(float x)
{
    return x - (vfloat){0};
}

/* yes where the mask is set, no elsewhere. */
INLINE vfloat choose(vint mask, vfloat yes, vfloat no)
{
    return (vfloat)((mask & (vint)yes) | (~mask & (vint)no));
}

INLINE vuint rect_sum(const uint32_t *p, const int32_t *at)
{
    return load(p + at[0]) - load(p + at[1]) - load(p + at[2]) + load(p + at[3]);
}

INLINE vfloat value_halves(const struct scan_node *n, const uint32_t *p)
{
    vuint twice = load(p + n->at[4]) - load(p + n->at[5]);
    vuint once = load(p + n->at[0]) + load(p + n->at[1]) - load(p + n->at[2]) - load(p + n->at[3]);
    return __builtin_convertvector((vint)(once + twice + twice), vfloat);
}

INLINE vfloat value_inside(const struct scan_node *n, const uint32_t *p)
{
    vuint part = rect_sum(p, n->at + 4) * (uint32_t)n->weight[0];
    return __builtin_convertvector((vint)(part - rect_sum(p, n->at)), vfloat);
}

INLINE vfloat value_checks(const struct scan_node *n, const uint32_t *p)
{
    vuint once = load(p + n->at[0]) + load(p + n->at[1]) + load(p + n->at[2]) + load(p + n->at[3]);
    vuint twice = load(p + n->at[4]) + load(p + n->at[5]) + load(p + n->at[6]) + load(p + n->at[7]);
    vuint centre = load(p + n->at[8]);
    vuint sum = once + 2 * (centre + centre - twice);
    return __builtin_convertvector((vint)sum, vfloat) * n->sign;
}

INLINE vfloat value_any(const struct scan_node *n, const uint32_t *p)
{
    vuint sum = rect_sum(p, n->at) * (uint32_t)n->weight[0] +
                rect_sum(p, n->at + 4) * (uint32_t)n->weight[1] +
                rect_sum(p, n->at + 8) * (uint32_t)n->weight[2];
    return __builtin_convertvector((vint)sum, vfloat);
}

/* A group of blocks on its way through a stage. */
struct group_of_blocks {
    const uint32_t *p[GROUP];
    vfloat scale[GROUP];
};

/* Where `size`, a constant once everything is inlined, says how many blocks there are. */
#define FOR_GROUP _Pragma("GCC unroll 8") for (int b = 0; b < size; b++)

/* Hides from the compiler where p comes from: else it reads what all shapes share ahead of the
 * switch, into registers that it does not have. */
INLINE const uint32_t *apart(const uint32_t *p)
{
    __asm__("" : "+r"(p));
    return p;
}

#define FOR_GROUP_BELOW(value)                                                                     \
    FOR_GROUP below[b] = value(n, apart(g->p[b])) * g->scale[b] < threshold

/* Where the node's value is below its threshold: all bits set. */
INLINE void node_below(const struct scan_node *n, const struct group_of_blocks *g, int size,
                       vint *below)
{
    vfloat threshold = splat(n->threshold);
    switch (n->shape) {
    case SCAN_HALVES:
        FOR_GROUP_BELOW(value_halves);
        break;
    case SCAN_INSIDE:
        FOR_GROUP_BELOW(value_inside);
        break;
    case SCAN_CHECKS:
        FOR_GROUP_BELOW(value_checks);
        break;
    default:
        FOR_GROUP_BELOW(value_any);
    }
}

INLINE void add_stump(const struct scan_node *n, const struct group_of_blocks *g, int size,
                      vfloat *total)
{
    vint below[GROUP];
    vfloat left = splat(n->left_leaf), right = splat(n->right_leaf);
    node_below(n, g, size, below);
    FOR_GROUP total[b] += choose(below[b], left, right);
}

/* All nodes are evaluated, the last one first: a node's children are there when it chooses. */
INLINE void add_tree(const struct scan_node *n, int nodes, const struct group_of_blocks *g,
                     int size, vfloat *total)
{
    vfloat result[CASCADE_TREE_NODES][GROUP];
    for (int i = nodes - 1; i >= 0; i--) {
        vint below[GROUP];
        node_below(&n[i], g, size, below);
        vfloat left = splat(n[i].left_leaf), right = splat(n[i].right_leaf);
        FOR_GROUP
        {
            vfloat l = n[i].left > 0 ? result[n[i].left][b] : left;
            vfloat r = n[i].right > 0 ? result[n[i].right][b] : right;
            result[i][b] = choose(below[b], l, r);
        }
    }
    FOR_GROUP total[b] += result[0][b];
}

INLINE void run_group(const struct scan_plan *p, const struct scan_stage *s,
                      const struct group_of_blocks *g, int size, struct scan_block *block)
{
    vfloat total[GROUP];
    FOR_GROUP total[b] = (vfloat){0};
    for (int t = s->tree; t < s->tree + s->trees; t++) {
        const struct scan_tree *tree = &p->tree[t];
        if (tree->nodes == 1)
            add_stump(&p->node[tree->node], g, size, total);
        else
            add_tree(&p->node[tree->node], tree->nodes, g, size, total);
    }
    FOR_GROUP block[b].alive &= bits_of(total[b] >= splat(s->threshold));
}

/* A function of its own for each size: what is left around a known face is a few blocks. */
#define DEFINE_GROUP(name, size)                                                                   \
    static __attribute__((noinline)) void name(                                                    \
        const struct scan_plan *p, const struct scan_stage *s, const struct group_of_blocks *g,    \
        struct scan_block *block)                                                                  \
    {                                                                                              \
        run_group(p, s, g, size, block);                                                           \
    }

#if GROUP > 4
DEFINE_GROUP(run_many, GROUP)
#endif
DEFINE_GROUP(run_four, 4)
DEFINE_GROUP(run_two, 2)
DEFINE_GROUP(run_one, 1)

static void stage(const struct scan_plan *p, int k, const uint32_t *sum, const float *scale,
                  struct scan_block *block, int n)
{
    static void (*const run[])(const struct scan_plan *, const struct scan_stage *,
                               const struct group_of_blocks *, struct scan_block *) = {
        run_one,
        run_two,
        run_four,
#if GROUP > 4
        run_many
#endif
    };
    for (int i = 0, size; i < n; i += size) {
        struct group_of_blocks g;
        int which = 0;
        size = 1;
        while (size < GROUP && size < n - i) {
            size *= 2;
            which++;
        }
        for (int b = 0; b < size; b++) {
            if (i + b >= n)
                block[i + b] = block[i];
            g.p[b] = sum + block[i + b].at;
            g.scale[b] = *(const vfload *)(scale + block[i + b].scale);
        }
        run[which](p, &p->stage[k], &g, block + i);
    }
}

/* Half the lanes, as doubles: sums of squares times the area need more than 24 bits. */
#define HALF (LANES / 2)
typedef double vdouble __attribute__((vector_size(HALF * 8)));
typedef int32_t vhalf __attribute__((vector_size(HALF * 4)));
typedef float vfhalf __attribute__((vector_size(HALF * 4)));

/* Variance times the squared area; both sums are below 2^31. */
INLINE vfloat spread(vuint sum, vuint square, float area)
{
    vhalf s[2], q[2];
    vfhalf out[2];
    memcpy(s, &sum, sizeof s);
    memcpy(q, &square, sizeof q);
    for (int i = 0; i < 2; i++) {
        vdouble mean = __builtin_convertvector(s[i], vdouble);
        vdouble v = __builtin_convertvector(q[i], vdouble) * (double)area - mean * mean;
        out[i] = __builtin_convertvector(v, vfhalf);
    }
    vfloat both;
    memcpy(&both, out, sizeof both);
    return both;
}

/* Puts LANES bits where bit i is the first; i is a multiple of LANES. */
INLINE void put_bits(uint8_t *to, int i, uint32_t bits)
{
#if LANES < 8
    to[i / 8] = (uint8_t)(i % 8 == 0 ? bits & 0xf : (to[i / 8] & 0xf) | bits << 4);
#else
    memcpy(to + i / 8, &bits, LANES / 8);
#endif
}

static void contrast(const struct scan_plan *p, const uint32_t *sum, const uint32_t *square, int n,
                     float *scale, uint8_t *flat)
{
    float least = 100 * p->area * p->area; /* 10 grey levels, squared */
    for (int i = 0; i < n; i += LANES) {
        vfloat v = spread(rect_sum(sum + i, p->inner), rect_sum(square + i, p->inner), p->area);
        vint enough = v > splat(least);
        uint32_t alive = bits_of(enough);
        if (n - i < LANES)
            alive &= (1u << (n - i)) - 1;
        *(vfload *)(scale + i) = (vfloat)((vint)(1.0f / root_of(v)) & enough);
        put_bits(flat, i, ~alive);
    }
}

const struct scan_kernel KERNEL = {KERNEL_NAME, LANES, usable, contrast, stage};
