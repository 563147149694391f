/* doctor_kinds: what the parts of the doctor share while it runs. Private to nn/doctor*.c. */
#ifndef NN_DOCTOR_KINDS_H
#define NN_DOCTOR_KINDS_H

#include "nn/doctor.h"
#include "nn/tone.h"

/* Rows with the same pixels; stands at the first of them. */
struct doctor_group {
    uint64_t labels[SPLITS]; /* bit c: there is one of class c */
    int first[SPLITS];       /* the first row of a split that has a label */
    int differs;             /* 1 + the first row whose label is not the first row's; 0 = none */
};

struct doctor_run {
    struct doctor *d;
    const struct dataset *ds;
    const struct doctor_how *how;
    int n;                      /* rows to look at */
    int *order;                 /* (n) them, split by split */
    struct tone *tone;          /* (n) in that order */
    struct doctor_group *group; /* (ds->n) */
    int room;                   /* of d->finding */
};

void doctor_add(struct doctor_run *run, struct doctor_finding finding);

/* False if the run is to be given up. */
bool doctor_tell(struct doctor_run *run, const char *what, long done);

/* Each finds all of its kind; false if the run is to be given up. */
bool doctor_find_near(struct doctor_run *run);
bool doctor_find_ferplus(struct doctor_run *run);
bool doctor_find_unlikely(struct doctor_run *run);

#endif
