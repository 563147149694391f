/*
 * near: pictures that look alike though their pixels differ: a perceptual hash of 64 bits, a search
 * for all hashes within a few bits, and the pictures themselves as the last word.
 *
 * Pure; any thread.
 */
#ifndef NN_NEAR_H
#define NN_NEAR_H

#include <stdbool.h>
#include <stdint.h>

#include "nn/dataset.h"

enum { NEAR_BITS_MAX = 11 }; /* most bits that a search allows to differ */

/*
 * The difference hash (Krawetz 2013, "Kind of like that", dHash): the 48x48 picture is averaged
 * down to 9 columns by 8 rows; a bit says whether a cell is brighter than its left neighbour.
 * Brightness, contrast and fine noise do not change it.
 */
uint64_t near_hash(const uint8_t *image);

/* Pearson's correlation of two 48x48 pictures, -1..1; 0 if one of them is blank. */
double near_correlation(const uint8_t *a, const uint8_t *b);

struct near_index;

/*
 * Indexes n hashes (borrowed until near_free) for searches within `bits` of 0..NEAR_BITS_MAX bits.
 * Multi-index hashing (Norouzi, Punjani and Fleet 2012, "Fast search in Hamming space with
 * multi-index hashing"): of four parts of 16 bits at least one differs in at most bits / 4, so
 * only hashes that share such a part are compared.
 */
struct near_index *near_new(const uint64_t *hash, int n, int bits);

/*
 * Calls found(ctx, j, bits that differ) for each j < before whose hash is within the bits of hash,
 * once each, in no order. Returns how many hashes were compared.
 */
long near_search(const struct near_index *index, uint64_t hash, int before,
                 void (*found)(void *ctx, int j, int bits), void *ctx);

/* NULL is allowed. */
void near_free(struct near_index *index);

#endif
