/* dataset_how: how a data set is opened (nn/dataset.h), and how far that is. */
#ifndef NN_DATASET_HOW_H
#define NN_DATASET_HOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* How far an opening is; seconds left < 0: not known yet. */
struct dataset_progress {
    const char *what; /* the source that is read */
    double done;      /* 0..1 */
    double seconds, left;
};

/* How a set is opened; all zero (or NULL) is how dataset_open does it. */
struct dataset_how {
    bool strict;      /* the first damaged row or file is an error */
    bool uncorrected; /* the corrections are left alone */
    bool crop_faces;  /* of folders: the largest face instead of the whole picture */
    double val;       /* of a source without PublicTest: this share of Training is; 0 = a tenth */
    int seed;         /* of that choice, which keeps the mix of classes */
    bool votes;       /* FER+ votes are joined: */
    const char *ferplus; /* of this file; NULL or "" = one beside the source, if there is one */
    /* Whether a file's name is that of a picture; and reads one into out (DATASET_PIXELS), worker <
     * 64 at a time, each in its own thread: 0, or -1 and err. NULL: folders cannot be opened. */
    bool (*is_picture)(const char *name);
    int (*picture)(void *ctx, int worker, const char *path, uint8_t *out, struct err *err);
    /* Called some ten times a second during a conversion; false = give up, leaving nothing. */
    bool (*progress)(void *ctx, const struct dataset_progress *p);
    void *ctx;
};

#endif
