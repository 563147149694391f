/*
 * dataset: faces with labels, mapped from a pack (nn/pack.h).
 *
 * dataset_open takes whatever can be read: a CSV file as FER2013's, key points, folders of
 * pictures, packs. What is not a pack is converted into one in the cache directory the first time,
 * and mapped from there ever after; a source that has changed since is converted again. The
 * corrections beside each source (nn/corrections.h) lie over its labels.
 *
 * Opened by one thread; from then on read-only and free for any thread, apart from what
 * corrections_* and dataset_update change, for whose sake the main thread must be alone with it.
 */
#ifndef NN_DATASET_H
#define NN_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { DATASET_SIDE = 48, DATASET_PIXELS = DATASET_SIDE * DATASET_SIDE, DATASET_CLASSES = 7 };
enum { DATASET_CLASSES_MAX = 64, DATASET_VOTES = 10, DATASET_POINTS = 30, DATASET_WIDE = 96 * 96 };

enum split { SPLIT_TRAINING, SPLIT_PUBLIC, SPLIT_PRIVATE, SPLITS };

struct corrections;
struct dataset_how;
struct dataset_progress;
struct pack;

struct dataset {
    int n;                 /* rows, in the order of the sources */
    const uint8_t *pixels; /* (n, DATASET_PIXELS) grey levels */
    uint8_t *label;        /* (n) class, after corrections */
    const uint8_t *given;  /* (n) class that the source gives */
    uint8_t *split;        /* (n) enum split */
    bool *excluded;        /* (n) by corrections */
    int count[SPLITS];     /* rows of each split that are not excluded */
    int *row[SPLITS];      /* (count) indices of those rows, ascending */
    uint64_t hash;         /* FNV-1a over all rows and corrections: tells data sets apart */
    uint64_t source_hash;  /* the same without corrections */
    int classes;           /* FER2013's seven in its order, then a set's own; 1 of key points */
    const char *class_name[DATASET_CLASSES_MAX];
    uint8_t *votes;      /* (n, DATASET_VOTES) FER+ votes in that file's order; NULL without */
    const float *points; /* (n, DATASET_POINTS) x, y of a 96x96 picture, NAN = absent; or NULL */
    const uint8_t *wide; /* (n, DATASET_WIDE) of key points the pictures in full; or NULL */
    struct corrections *corrections; /* of all sources; NULL without a place for them */
    struct pack *pack; /* what this is mapped from; NULL of a set that was made in memory */
    uint8_t *own;      /* the pixels of such a set */
};

/* Opens "PATH" or several, "A,B"; how: nn/dataset_how.h. NULL with err ("file:line: expected ...,
 * got ...") if there is no sound row. */
struct dataset *dataset_open(const char *data, struct err *err);
struct dataset *dataset_open_how(const char *data, const struct dataset_how *how, struct err *err);

/* Makes the paths of "A,B" (size bytes) full ones, where they are there and fit. */
void dataset_resolve(char *data, size_t size);

void dataset_close(struct dataset *ds);

/* A set in memory of n rows, all 0, of `classes` classes; the caller fills own (the pixels), label
 * and split, and ends with dataset_update. */
struct dataset *dataset_new(int n, int classes);

/* Brings label, excluded, count, row and hash up to date after a correction. */
void dataset_update(struct dataset *ds);

/* The 48x48 grey levels of a row; belongs to the data set. */
const uint8_t *dataset_image(const struct dataset *ds, int row);

/* Where a row comes from: "fer2013.csv:128" (line) or "Training/happy/0001.png"; returns its
 * length, as snprintf. */
int dataset_origin(const struct dataset *ds, int row, char *text, size_t size);

/* The line of a row in its source, from 1; 0 where that has none. */
long dataset_line(const struct dataset *ds, int row);

/* How many damaged rows and files were left out, */
long dataset_skipped(const struct dataset *ds);

/* and the i-th of them, "fer2013.csv:128: expected ..., got ..."; NULL behind the last that is
 * kept (of very many not all are). */
const char *dataset_damage(const struct dataset *ds, int i);

/* "Training" and so on. */
const char *split_name(enum split split);

/* The split of that name, or -1. */
int split_find(const char *name);

/*
 * Marks the rows of a split whose pixels equal, one for one, those of a row of an earlier split
 * (Training before PublicTest before PrivateTest). seen: (count[split]) in the order of row[split].
 * Returns how many.
 */
int dataset_seen_before(const struct dataset *ds, enum split split, bool *seen);

#endif
