/* lessons: see lessons.h. */
#include "nn/lessons.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/rng.h"
#include "nn/augment.h"
#include "nn/ferplus.h"

#define ORDER_STREAM 0x6f72646572 /* the shuffle's own random stream */

/* What the FER+ file teaches of every row of the data set. */
struct votes {
    float *share;   /* (ds->n, ds->classes); all 0 without a file */
    bool *voted;    /* (ds->n) there are votes at all: of other sets there are none */
    bool *doubtful; /* (ds->n) and they are for none of the classes */
};

static void set_target(const struct train_opts *o, const float *share, bool use, int label,
                       int classes, float *q)
{
    double w = use ? o->ferplus_weight : 0.0, s = o->label_smoothing;
    for (int c = 0; c < classes; c++) {
        double mixed = (1.0 - w) * (c == label) + w * (double)share[c];
        q[c] = (float)((1.0 - s) * mixed + s / classes);
    }
}

static void choose_rows(struct lessons *l, const struct train_opts *o, const struct votes *v)
{
    int rows = l->ds->count[SPLIT_TRAINING], classes = l->ds->classes;
    rows = o->limit > 0 && o->limit < rows ? o->limit : rows;
    l->row = mem_alloc((size_t)rows * sizeof *l->row);
    l->target = mem_alloc((size_t)rows * (size_t)classes * sizeof *l->target);
    for (int i = 0; i < rows; i++) {
        int row = l->ds->row[SPLIT_TRAINING][i];
        if (v->doubtful[row] && o->ferplus_doubtful == TRAIN_DOUBTFUL_DROP)
            continue;
        set_target(o, v->share + (size_t)row * (size_t)classes, v->voted[row] && !v->doubtful[row],
                   l->ds->label[row], classes, l->target + (size_t)l->n * (size_t)classes);
        l->row[l->n++] = row;
    }
}

/* Sorts the lessons by class and finds the classes' weights. */
static void sort_classes(struct lessons *l, bool weighted)
{
    l->member = mem_alloc((size_t)l->n * sizeof *l->member);
    int at = 0, present = 0;
    for (int c = 0; c < l->ds->classes; c++) {
        int first = at;
        for (int i = 0; i < l->n; i++)
            if (l->ds->label[l->row[i]] == c)
                l->member[at++] = i;
        l->count[c] = at - first;
        present += at > first;
    }
    for (int c = 0; c < l->ds->classes; c++)
        l->weight[c] = weighted && l->count[c] > 0
                           ? (float)((double)l->n / ((double)present * l->count[c]))
                           : 1.0f;
}

static bool has_votes(const float *votes)
{
    float sum = 0;
    for (int i = 0; i < FERPLUS_VOTES; i++)
        sum += votes[i];
    return sum > 0;
}

/* The rows' votes, as shares of the classes; doubtful where they are for none of them. */
static void take_votes(const struct dataset *ds, const float *votes, struct votes *v)
{
    for (int i = 0; i < ds->count[SPLIT_TRAINING]; i++) {
        int row = ds->row[SPLIT_TRAINING][i];
        const float *own = votes + (size_t)row * FERPLUS_VOTES;
        v->voted[row] = has_votes(own);
        v->doubtful[row] =
            v->voted[row] && !ferplus_share(own, v->share + (size_t)row * DATASET_CLASSES);
    }
}

/* Puts what labels such votes go with in place of the votes. */
static void take_posterior(const struct dataset *ds, const float *votes, struct votes *v)
{
    int rows = ds->count[SPLIT_TRAINING], n = 0;
    float *x = mem_alloc((size_t)rows * FERPLUS_VOTES * sizeof *x);
    float *p = mem_alloc((size_t)rows * DATASET_CLASSES * sizeof *p);
    int *label = mem_alloc((size_t)rows * sizeof *label);
    int *of = mem_alloc((size_t)rows * sizeof *of); /* the row of x */
    for (int i = 0; i < rows; i++) {
        int row = ds->row[SPLIT_TRAINING][i];
        if (!v->voted[row])
            continue;
        memcpy(x + (size_t)n * FERPLUS_VOTES, votes + (size_t)row * FERPLUS_VOTES,
               FERPLUS_VOTES * sizeof *x);
        label[n] = ds->label[row];
        of[n++] = row;
    }
    double loss = n > 0 ? ferplus_posterior(x, label, n, p) : 0;
    log_write(LOG_INFO, "labels of %d rows by their FER+ votes: cross-entropy %.4f", n, loss);
    for (int i = 0; i < n; i++)
        memcpy(v->share + (size_t)of[i] * DATASET_CLASSES, p + (size_t)i * DATASET_CLASSES,
               DATASET_CLASSES * sizeof *p);
    free(x);
    free(p);
    free(label);
    free(of);
}

static int read_votes(const struct train_opts *opts, struct lessons *l, struct votes *v,
                      struct err *err)
{
    float *votes = mem_zalloc((size_t)l->ds->n * FERPLUS_VOTES, sizeof *votes);
    int rc = ferplus_read(opts->ferplus, l->ds, votes, &l->hash, err);
    if (rc == 0) {
        take_votes(l->ds, votes, v);
        if (opts->ferplus_target == TRAIN_TARGET_LABEL)
            take_posterior(l->ds, votes, v);
    }
    free(votes);
    return rc;
}

struct lessons *lessons_open(const struct dataset *ds, const struct train_opts *opts,
                             struct err *err)
{
    struct lessons *l = mem_zalloc(1, sizeof *l);
    struct votes v = {mem_zalloc((size_t)ds->n * (size_t)ds->classes, sizeof(float)),
                      mem_zalloc((size_t)ds->n, sizeof(bool)),
                      mem_zalloc((size_t)ds->n, sizeof(bool))};
    l->ds = ds;
    l->balanced = opts->sampler == TRAIN_SAMPLER_BALANCED;
    int rc = 0;
    if (opts->ferplus[0] != '\0')
        rc = read_votes(opts, l, &v, err);
    if (rc == 0) {
        choose_rows(l, opts, &v);
        if (l->n == 0)
            rc = err_set(err, "no training image is left: all their votes are doubtful");
        else
            sort_classes(l, opts->class_weight == TRAIN_WEIGHT_BALANCED);
    }
    free(v.share);
    free(v.voted);
    free(v.doubtful);
    if (rc != 0) {
        lessons_close(l);
        return NULL;
    }
    return l;
}

/* Class by class in turn, each class' members in random order, again and again. */
static void draw_balanced(const struct lessons *l, struct rng *r, int *order, int *scratch)
{
    memcpy(scratch, l->member, (size_t)l->n * sizeof *scratch);
    int first[DATASET_CLASSES_MAX], taken[DATASET_CLASSES_MAX] = {0}, at = 0;
    for (int c = 0; c < l->ds->classes; c++) {
        first[c] = at;
        at += l->count[c];
    }
    for (int k = 0, c = 0; k < l->n; c = (c + 1) % l->ds->classes) {
        if (l->count[c] == 0)
            continue;
        if (taken[c] % l->count[c] == 0)
            rng_shuffle(r, scratch + first[c], l->count[c]);
        order[k++] = scratch[first[c] + taken[c]++ % l->count[c]];
    }
}

void lessons_order(const struct lessons *l, uint64_t seed, int epoch, int *order, int *scratch)
{
    struct rng r;
    rng_seed(&r, augment_key(seed, epoch, -1), ORDER_STREAM);
    if (l->balanced)
        draw_balanced(l, &r, order, scratch);
    else
        for (int i = 0; i < l->n; i++)
            order[i] = i;
    rng_shuffle(&r, order, l->n);
}

void lessons_close(struct lessons *l)
{
    if (l == NULL)
        return;
    free(l->row);
    free(l->target);
    free(l->member);
    free(l);
}
