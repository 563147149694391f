/*
 * Fuzz target: a checkpoint is refused without a change, or read and written again byte by byte.
 * Its check sum is made right first, or nothing behind it would ever be looked at.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "nn/checkpoint.h"

static const char network[] =
    "{\"class_name\":\"Sequential\",\"config\":{\"name\":\"small\",\"layers\":["
    "{\"class_name\":\"InputLayer\",\"config\":{\"name\":\"in\",\"batch_input_shape\":[null,2]}},"
    "{\"class_name\":\"Dense\",\"config\":{\"name\":\"dense\",\"units\":2,\"activation\":"
    "\"linear\"}}]}}";

/* Writes it again, and compares. */
static void write_again(const struct checkpoint *c, const struct graph *g,
                        const struct optimizer *o, const uint8_t *data, size_t size)
{
    static const char path[] = "/tmp/moodtop-fuzz-checkpoint";
    struct err err = {""};
    static uint8_t back[1 << 16];
    if (size > sizeof back || data[7] == '2') /* an older version is not written any more */
        return;
    if (checkpoint_write(path, c, g, o, &err) != 0)
        abort();
    FILE *f = fopen(path, "rb");
    if (f == NULL || fread(back, 1, sizeof back, f) != size || memcmp(back, data, size) != 0)
        abort();
    fclose(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct train_opts opts = {.optimizer = TRAIN_ADAM, .ema = 0.9};
    struct err err = {""};
    struct graph *g = graph_from_json(network, strlen(network), "small", &err);
    graph_init(g, 1);
    graph_reserve(g, 1, true, NULL);
    struct optimizer *o = optimizer_new(&opts, g);
    struct checkpoint c = {0}, before = c;
    uint8_t *copy = malloc(size + 1);
    if (size > 0)
        memcpy(copy, data, size);
    if (size >= 8) {
        uint64_t sum = checkpoint_hash(copy, size - 8);
        memcpy(copy + size - 8, &sum, 8);
    }
    if (checkpoint_read(fuzz_file(copy, size), &c, g, o, &err) == 0)
        write_again(&c, g, o, copy, size);
    else if (err.text[0] == '\0' || memcmp(&c, &before, sizeof c) != 0 || o->steps != 0)
        abort();
    free(copy);
    optimizer_free(o);
    graph_free(g);
    return 0;
}
