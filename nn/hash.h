/* hash: how a data set, row by row, is told from another. FNV-1a over words of eight bytes: a name,
 * not a defence. Pure. */
#ifndef NN_HASH_H
#define NN_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "nn/dataset.h"

#define HASH_START UINT64_C(14695981039346656037)
#define HASH_PRIME UINT64_C(1099511628211)

/* Goes on with whole words of data; size / 8 of them. */
static inline uint64_t hash_words(uint64_t hash, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i + 8 <= size; i += 8) {
        uint64_t word;
        memcpy(&word, data + i, 8);
        hash = (hash ^ word) * HASH_PRIME;
        hash ^= hash >> 32; /* the high bits must reach the low ones: words, not bytes */
    }
    return hash;
}

static inline uint64_t hash_number(uint64_t hash, uint64_t number)
{
    return (hash ^ number) * HASH_PRIME;
}

/* Goes on with a row: its class, split and pixels (DATASET_PIXELS). */
static inline uint64_t hash_row(uint64_t hash, int label, int split, const uint8_t *pixels)
{
    hash = hash_number(hash, (uint64_t)(label * SPLITS + split));
    return hash_words(hash, pixels, DATASET_PIXELS);
}

static inline uint64_t hash_text(uint64_t hash, const char *text)
{
    for (; *text != '\0'; text++)
        hash = hash_number(hash, (unsigned char)*text);
    return hash_number(hash, 0);
}

#endif
