/*
 * Fuzz target: whatever a pack says, all that it lets in can be looked at. Its sum is made right
 * first, or nothing behind it would ever be looked at.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "nn/dataset.h"
#include "nn/dataset_how.h"
#include "nn/pack.h"

static volatile unsigned seen; /* so that what is looked at is read */

/* Touches every row, name and text. */
static void look(const struct dataset *ds)
{
    unsigned sum = 0;
    char text[64];
    for (int i = 0; i < ds->n; i++) {
        sum += dataset_image(ds, i)[0] + dataset_image(ds, i)[DATASET_PIXELS - 1];
        sum += (unsigned)strlen(ds->class_name[ds->label[i]]) + ds->split[i];
        sum += (unsigned)dataset_origin(ds, i, text, sizeof text);
        if (ds->points != NULL)
            sum += ds->wide[(size_t)i * DATASET_WIDE + DATASET_WIDE - 1] +
                   (ds->points[(size_t)i * DATASET_POINTS + DATASET_POINTS - 1] > 0);
    }
    for (int i = 0; dataset_damage(ds, i) != NULL; i++)
        sum += (unsigned)strlen(dataset_damage(ds, i));
    seen = sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint64_t block[1 << 17];
    struct err err = {""};
    if (size > sizeof block)
        return 0;
    if (size > 0)
        memcpy(block, data, size);
    struct pack_header *h = (struct pack_header *)block;
    bool inside = size >= sizeof *h;
    for (int s = 0; inside && s < PACK_SECTIONS; s++)
        inside = h->section[s].at <= size && h->section[s].size <= size - h->section[s].at;
    if (inside)
        h->sum = pack_sum(h);
    const char *path = fuzz_file((const uint8_t *)block, size);
    struct pack *p = pack_open(path, &err);
    if ((p == NULL) != (err.text[0] != '\0'))
        abort();
    if (p != NULL)
        pack_fresh(p);
    pack_close(p);
    const struct dataset_how how = {.uncorrected = true};
    struct dataset *ds = p != NULL ? dataset_open_how(path, &how, &err) : NULL;
    if (ds != NULL)
        look(ds);
    dataset_close(ds);
    return 0;
}
