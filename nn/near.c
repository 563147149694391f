/* near: see near.h. */
#include "nn/near.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

enum { COLUMNS = 9, ROWS = 8, PARTS = 4, PART_BITS = 16, KEYS = 1 << PART_BITS };

struct near_index {
    const uint64_t *hash;
    int n, bits;
    int *start[PARTS]; /* (KEYS + 1) where the rows of a part's value begin */
    int *row[PARTS];   /* (n) ascending among equal values */
    uint16_t *flip;    /* masks of at most bits / 4 bits */
    int flips;
};

/* Sums of the 9 x 8 cells. A column of cells is 5 1/3 pixels wide: pixels are counted in thirds. */
static void shrink(const uint8_t *image, uint32_t cell[ROWS][COLUMNS])
{
    enum { WIDTH = DATASET_SIDE * 3 / COLUMNS, HEIGHT = DATASET_SIDE / ROWS };
    for (int y = 0; y < DATASET_SIDE; y++)
        for (int third = 0; third < DATASET_SIDE * 3; third++)
            cell[y / HEIGHT][third / WIDTH] += image[y * DATASET_SIDE + third / 3];
}

uint64_t near_hash(const uint8_t *image)
{
    uint32_t cell[ROWS][COLUMNS] = {{0}};
    shrink(image, cell);
    uint64_t hash = 0;
    for (int y = 0; y < ROWS; y++)
        for (int x = 0; x + 1 < COLUMNS; x++)
            hash = hash << 1 | (cell[y][x + 1] > cell[y][x]);
    return hash;
}

double near_correlation(const uint8_t *a, const uint8_t *b)
{
    uint32_t sum_a = 0, sum_b = 0, aa = 0, bb = 0, ab = 0; /* at most 2304 * 255^2 */
    for (int i = 0; i < DATASET_PIXELS; i++) {
        uint32_t p = a[i], q = b[i];
        sum_a += p;
        sum_b += q;
        aa += p * p;
        bb += q * q;
        ab += p * q;
    }
    double n = DATASET_PIXELS, ma = sum_a / n, mb = sum_b / n;
    double spread = (aa / n - ma * ma) * (bb / n - mb * mb);
    return spread > 0 ? (ab / n - ma * mb) / sqrt(spread) : 0;
}

static unsigned part_of(uint64_t hash, int part)
{
    return (unsigned)(hash >> (part * PART_BITS)) & (KEYS - 1);
}

/* Sorts the rows by one part of their hash (counting sort). */
static void sort_part(struct near_index *index, int part)
{
    int *start = index->start[part] = mem_zalloc(KEYS + 2, sizeof(int));
    index->row[part] = mem_alloc((size_t)index->n * sizeof(int));
    for (int i = 0; i < index->n; i++)
        start[part_of(index->hash[i], part) + 2]++;
    for (int key = 1; key < KEYS + 2; key++)
        start[key] += start[key - 1];
    for (int i = 0; i < index->n; i++) /* start[key + 1] runs from the key's begin to its end */
        index->row[part][start[part_of(index->hash[i], part) + 1]++] = i;
}

static void list_flips(struct near_index *index)
{
    index->flip = mem_alloc(KEYS * sizeof *index->flip);
    for (unsigned mask = 0; mask < KEYS; mask++)
        if (__builtin_popcount(mask) <= index->bits / PARTS)
            index->flip[index->flips++] = (uint16_t)mask;
}

struct near_index *near_new(const uint64_t *hash, int n, int bits)
{
    assert(bits >= 0 && bits <= NEAR_BITS_MAX);
    struct near_index *index = mem_zalloc(1, sizeof *index);
    index->hash = hash;
    index->n = n;
    index->bits = bits;
    for (int part = 0; part < PARTS; part++)
        sort_part(index, part);
    list_flips(index);
    return index;
}

/* Whether an earlier part is as near, so that the pair was seen there. */
static bool seen(uint64_t difference, int part, int allowed)
{
    for (int p = 0; p < part; p++)
        if (__builtin_popcount(part_of(difference, p)) <= allowed)
            return true;
    return false;
}

long near_search(const struct near_index *index, uint64_t hash, int before,
                 void (*found)(void *ctx, int j, int bits), void *ctx)
{
    long compared = 0;
    for (int part = 0; part < PARTS; part++)
        for (int f = 0; f < index->flips; f++) {
            unsigned key = part_of(hash, part) ^ index->flip[f];
            const int *row = index->row[part];
            for (int k = index->start[part][key]; k < index->start[part][key + 1]; k++) {
                if (row[k] >= before)
                    break;
                uint64_t difference = hash ^ index->hash[row[k]];
                int bits = __builtin_popcountll(difference);
                compared++;
                if (bits <= index->bits && !seen(difference, part, index->bits / PARTS))
                    found(ctx, row[k], bits);
            }
        }
    return compared;
}

void near_free(struct near_index *index)
{
    if (index == NULL)
        return;
    for (int part = 0; part < PARTS; part++) {
        free(index->start[part]);
        free(index->row[part]);
    }
    free(index->flip);
    free(index);
}
