/*
 * safetensors: named arrays in a file. The format: 8 bytes, the little-endian length n of the
 * header; n bytes of JSON, {"NAME":{"dtype":"F32","shape":[...],"data_offsets":[begin,end]},...},
 * possibly with "__metadata__" of strings; then the data, which the offsets count from and must
 * cover without gap or overlap.
 *
 * The reader maps the file and checks every length and offset at open, once; whoever reads owns it.
 * Any thread, one at a time. The data is little-endian, and so must the machine be.
 */
#ifndef NN_SAFETENSORS_H
#define NN_SAFETENSORS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define SAFETENSORS_RANK_MAX 8

struct safetensors;

/* Opens and checks a file; NULL and what is wrong. */
struct safetensors *safetensors_open(const char *path, struct err *err);

/* Unmaps it; NULL is allowed. */
void safetensors_close(struct safetensors *s);

/* How many arrays there are; the name of one (0 <= i < count), valid until close. */
size_t safetensors_count(const struct safetensors *s);
const char *safetensors_name(const struct safetensors *s, size_t i);

/*
 * Copies the array of that name, which must have this shape (rank dims), to out as floats. dtypes
 * F32 and F16. -1 if it is absent, of another dtype or shape.
 */
int safetensors_read(const struct safetensors *s, const char *name, int rank, const int *dim,
                     float *out, struct err *err);

/* An array to be written. */
struct safetensors_item {
    char name[128];
    int rank;
    int dim[SAFETENSORS_RANK_MAX];
    const float *data; /* borrowed */
};

/* Writes n arrays to a file, atomically, as F32 or (half) F16; 0 or -1. */
int safetensors_write(const char *path, const struct safetensors_item *items, size_t n, bool half,
                      struct err *err);

#endif
