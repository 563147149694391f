/* doctor_near: the part of the doctor that looks for images that are almost equal. */
#include <stdlib.h>

#include "base/mem.h"
#include "nn/doctor_kinds.h"
#include "nn/near.h"

enum { TELL = 1024 };

/* The pictures compared: the first of equal ones, blank ones left out. */
struct looks {
    struct doctor_run *run;
    int n;
    int *row;
    uint64_t *hash;
    int at; /* the one whose likes are sought */
    int best;
    double correlation;
};

static void gather(struct looks *l)
{
    struct doctor_run *run = l->run;
    l->row = mem_alloc((size_t)run->n * sizeof *l->row);
    l->hash = mem_alloc((size_t)run->n * sizeof *l->hash);
    for (int i = 0; i < run->n; i++) {
        int row = run->order[i];
        if (run->d->twin[row] != row || (double)run->tone[i].contrast < DOCTOR_FAINT_BELOW)
            continue;
        l->row[l->n] = row;
        l->hash[l->n++] = near_hash(dataset_image(run->ds, row));
    }
}

static void compare(void *ctx, int j, int bits)
{
    (void)bits;
    struct looks *l = ctx;
    const struct dataset *ds = l->run->ds;
    double c = near_correlation(dataset_image(ds, l->row[l->at]), dataset_image(ds, l->row[j]));
    if (c >= DOCTOR_NEAR_ABOVE && c > l->correlation) {
        l->correlation = c;
        l->best = j;
    }
}

static void note(struct looks *l)
{
    struct doctor_run *run = l->run;
    int row = l->row[l->at], other = l->row[l->best];
    run->d->near[run->ds->split[row]][run->ds->split[other]]++;
    doctor_add(run, (struct doctor_finding){.kind = DOCTOR_NEAR,
                                            .row = row,
                                            .other = other,
                                            .score = (float)l->correlation,
                                            .better = -1});
}

bool doctor_find_near(struct doctor_run *run)
{
    struct looks l = {.run = run};
    bool on = true;
    gather(&l);
    struct near_index *index = near_new(l.hash, l.n, DOCTOR_NEAR_BITS);
    for (l.at = 0; l.at < l.n && on; l.at++) {
        if (l.at % TELL == 0)
            on = doctor_tell(run, "images that look alike", l.at);
        l.best = -1;
        l.correlation = 0;
        near_search(index, l.hash[l.at], l.at, compare, &l);
        if (l.best >= 0)
            note(&l);
    }
    near_free(index);
    free(l.row);
    free(l.hash);
    return on;
}
