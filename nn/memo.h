/*
 * memo: numbers that took long to compute of a data set, kept in the cache directory, so that they
 * are there at once the next time.
 *
 * A memo is found by its kind ("moods", "faces") and by a key: a hash of all that its numbers hang
 * on, begun with memo_key. One that is missing, damaged or of another size is as if it had never
 * been written. Any thread.
 */
#ifndef NN_MEMO_H
#define NN_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nn/dataset.h"

/* Of the rows as the source has them, and of this version of the program; to be gone on with by
 * hash_number and hash_text. */
uint64_t memo_key(const struct dataset *ds);

/* Fills data, size bytes; false if there is no such memo, which leaves data as it was. */
bool memo_read(const char *kind, uint64_t key, void *data, size_t size);

/* Keeps data. Where that fails, the log says so: all that is lost is time. */
void memo_write(const char *kind, uint64_t key, const void *data, size_t size);

#endif
