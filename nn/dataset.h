/*
 * dataset: FER2013 in memory.
 *
 * A CSV file with the header "emotion,pixels,Usage" and a row per image: class 0..6, 2304 grey
 * levels 0..255 of a 48x48 picture separated by blanks, and one of Training, PublicTest,
 * PrivateTest. Read once by the main thread; from then on read-only and free for any thread.
 */
#ifndef NN_DATASET_H
#define NN_DATASET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum { DATASET_SIDE = 48, DATASET_PIXELS = DATASET_SIDE * DATASET_SIDE, DATASET_CLASSES = 7 };

enum split { SPLIT_TRAINING, SPLIT_PUBLIC, SPLIT_PRIVATE, SPLITS };

struct dataset {
    int n;             /* rows, in the order of the file */
    uint8_t *pixels;   /* (n, DATASET_PIXELS) */
    uint8_t *label;    /* (n) */
    uint8_t *split;    /* (n) enum split */
    int count[SPLITS]; /* rows of each split */
    int *row[SPLITS];  /* (count) indices of those rows, ascending */
    uint64_t hash;     /* FNV-1a over all rows: tells one data set from another */
};

/* Reads a CSV file whole. The first damaged row ends it: NULL with "file:line: expected ..., got
 * ..." in err. */
struct dataset *dataset_open(const char *path, struct err *err);

void dataset_close(struct dataset *ds);

/* The 48x48 grey levels of a row; belongs to the data set. */
const uint8_t *dataset_image(const struct dataset *ds, int row);

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
