/* Fuzz target: fer2013.csv and, behind a zero byte, the FER+ votes for its rows. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "nn/lessons.h"

/* Joins what stands behind the zero byte to the data set. */
static void join(const struct dataset *ds, const uint8_t *votes, size_t size)
{
    struct err err = {""};
    struct train_opts o = {.ferplus_weight = 0.5, .ferplus_doubtful = TRAIN_DOUBTFUL_DROP};
    snprintf(o.ferplus, sizeof o.ferplus, "%s", fuzz_file(votes, size));
    struct lessons *l = lessons_open(ds, &o, &err);
    if ((l == NULL) != (err.text[0] != '\0'))
        abort();
    lessons_close(l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {""};
    const uint8_t *zero = size > 0 ? memchr(data, 0, size) : NULL;
    size_t first = zero != NULL ? (size_t)(zero - data) : size;
    struct dataset *ds = dataset_open(fuzz_file(data, first), &err);
    if ((ds == NULL) != (err.text[0] != '\0'))
        abort();
    if (ds != NULL) {
        bool *seen = calloc((size_t)ds->n, 1);
        for (int s = 0; s < SPLITS; s++)
            dataset_seen_before(ds, (enum split)s, seen);
        free(seen);
        if (zero != NULL)
            join(ds, zero + 1, size - first - 1);
    }
    dataset_close(ds);
    return 0;
}
