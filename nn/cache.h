/*
 * cache: the packs that data sets were converted into, in the cache directory: one for each set and
 * way of reading it, which takes the place of the one before when the set has changed.
 *
 * Any thread, and any number of processes at once: a pack that is removed stays whole for whoever
 * has it mapped.
 */
#ifndef NN_CACHE_H
#define NN_CACHE_H

#include <stdint.h>

#include "nn/pack.h"

enum { CACHE_DAYS = 90, CACHE_DAYS_HALF = 1 };

/* Where the pack of that key is kept; name: of its source. NULL where nothing can be. The caller
 * frees it. */
char *cache_path(const char *name, uint64_t key);

/* The pack that is kept there, which counts as used now; NULL if its sources have changed. */
struct pack *cache_open(const char *path, uint64_t key);

/* Removes from the folder of path the packs of which no source is there any more, packs and memos
 * (nn/memo.h) that were not used for CACHE_DAYS days, and what is left for CACHE_DAYS_HALF of those
 * that were never done; not path itself. */
void cache_tidy(const char *path);

#endif
