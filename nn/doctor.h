/*
 * doctor: what is wrong with a data set, as a list of findings that a person can go through.
 *
 * doctor_run looks at every row that is not excluded; it belongs to one thread (any), borrows the
 * data set while it runs, and gives a plain list that no longer refers to it.
 */
#ifndef NN_DOCTOR_H
#define NN_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nn/dataset.h"

enum doctor_kind {
    DOCTOR_LEAK,      /* the same pixels stand in an earlier split; other: its first row there */
    DOCTOR_CONFLICT,  /* the same pixels bear another label; other: such a row */
    DOCTOR_DUPLICATE, /* the same pixels stand earlier in its split; other: the first such row */
    DOCTOR_NEAR,      /* looks like an earlier row; other: that row; score: their correlation */
    DOCTOR_BLANK,     /* all its pixels are equal; score: the grey level */
    DOCTOR_FAINT,     /* almost blank; score: the standard deviation of its grey levels */
    DOCTOR_NO_FACE,   /* the detector finds no face */
    DOCTOR_FERPLUS,   /* most votes of FER+ are for another class or none; score: their share */
    DOCTOR_UNLIKELY,  /* the network is sure of another class; score: the label's loss */
    DOCTOR_KINDS
};

/* Below this standard deviation a picture is almost blank; the detector sees nothing there. */
#define DOCTOR_FAINT_BELOW 10.0
/* Pictures that look alike must correlate as much as this, and their hashes differ in at most
 * so many bits. */
#define DOCTOR_NEAR_ABOVE 0.92
#define DOCTOR_NEAR_BITS 7

struct doctor_finding {
    int row, other; /* other -1: none */
    float score;
    uint8_t kind;  /* enum doctor_kind */
    int8_t better; /* class that FER+ or the network says instead; -1: none */
};

struct doctor {
    struct doctor_finding *finding; /* by kind, then the worst first or in order of rows */
    int n;
    int first[DOCTOR_KINDS + 1];      /* findings of kind k: first[k] .. first[k + 1] - 1 */
    bool asked[DOCTOR_KINDS];         /* whether there was a way to tell; else nothing is known */
    long rows;                        /* that were looked at */
    long split[DOCTOR_KINDS][SPLITS]; /* findings by split of their row */
    long leak[SPLITS][SPLITS];        /* [of][in]: rows of `of` that stand in the earlier `in` */
    long leak_relabelled[SPLITS][SPLITS]; /* those of which none there bears their label */
    long conflict[SPLITS], conflicts; /* groups of equal rows of differing labels: in a split, in
                                         the whole set */
    long near[SPLITS][SPLITS];        /* [of][in]: rows of `of` that look like an earlier in `in` */
    int *twin;  /* (ds->n) the first row with the same pixels, itself if there is none before it */
    int length; /* ds->n */
};

/* How far a run is; false = give up. */
typedef bool doctor_progress(void *ctx, const char *what, long done, long total);

struct doctor_how {
    doctor_progress *progress; /* NULL = not told */
    /* Whether there is a face in a 48x48 picture; worker < pool_threads(pool) at a time, each in
     * its own thread. NULL = not asked. */
    bool (*face)(void *ctx, const uint8_t *image, int worker);
    /* (ds->n) what is known of faces: 1 there is one, 0 there is none, -1 not looked yet. Only
     * these are asked for, and what comes out is noted here, also by a run that is given up. NULL =
     * nothing is known. */
    int8_t *faces;
    void *ctx;            /* of both calls */
    struct pool *pool;    /* for face; NULL = one thread */
    const float *p;       /* (ds->n, classes) the network's probabilities; NULL = not asked */
    const uint8_t *votes; /* (ds->n, DATASET_VOTES) of FER+; NULL = not asked */
};

/* NULL if progress gave up. */
struct doctor *doctor_run(const struct dataset *ds, const struct doctor_how *how);

/*
 * The rows of Training that are to be left out so that none of them has the pixels of a row of
 * another split: row (ds->n) gets them, ascending; returns how many.
 */
int doctor_leaking(const struct doctor *d, const struct dataset *ds, int *row);

/* NULL is allowed. */
void doctor_free(struct doctor *d);

/* "near_duplicates", as JSON and --list call it, and "near duplicates: ..." for people. */
const char *doctor_name(enum doctor_kind kind);
const char *doctor_title(enum doctor_kind kind);

/* What a finding says of its row, beyond its kind: "as Training row 12, there happy". */
void doctor_text(const struct dataset *ds, const struct doctor_finding *f, char *text, size_t size);

#endif
