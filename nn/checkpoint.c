/* checkpoint: see checkpoint.h. */
#include "nn/checkpoint.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"

#define MAGIC "MOODCKP4"
#define SIZE_MAX_BYTES ((size_t)4 << 30)

enum {
    STATE_WORDS = 24,
    SHAPE_WORDS = 4,
    WORDS = STATE_WORDS + SHAPE_WORDS,
};

/* One float block of the file and where it lives in memory. */
struct block {
    float *x;
    size_t n;
};

uint64_t checkpoint_hash(const void *data, size_t size)
{
    const unsigned char *p = data;
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ p[i]) * UINT64_C(1099511628211);
    return hash;
}

static uint64_t bits(double v)
{
    uint64_t word;
    memcpy(&word, &v, sizeof word);
    return word;
}

static double unbits(uint64_t word)
{
    double v;
    memcpy(&v, &word, sizeof v);
    return v;
}

static void pack_state(const struct checkpoint *c, uint64_t *w)
{
    const struct rundir_epoch *e = &c->last;
    const uint64_t words[STATE_WORDS] = {c->data_hash,
                                         c->model_hash,
                                         c->votes_hash,
                                         c->teacher_hash,
                                         (uint64_t)c->epoch,
                                         (uint64_t)c->batch,
                                         (uint64_t)c->step,
                                         bits(c->sum_loss),
                                         (uint64_t)c->sum_correct,
                                         (uint64_t)c->sum_images,
                                         bits(c->best),
                                         (uint64_t)c->best_epoch,
                                         bits(c->best_accuracy),
                                         bits(c->plateau.scale),
                                         (uint64_t)c->plateau.wait,
                                         (uint64_t)e->epoch,
                                         (uint64_t)e->step,
                                         bits(e->loss),
                                         bits(e->accuracy),
                                         bits(e->val_loss),
                                         bits(e->val_accuracy),
                                         bits(e->val_macro_f1),
                                         bits(e->lr),
                                         (uint64_t)e->classes};
    memcpy(w, words, sizeof words);
}

static void unpack_state(struct checkpoint *c, const uint64_t *w)
{
    *c = (struct checkpoint){.data_hash = w[0],
                             .model_hash = w[1],
                             .votes_hash = w[2],
                             .teacher_hash = w[3],
                             .epoch = (int)w[4],
                             .batch = (int)w[5],
                             .step = (long)w[6],
                             .sum_loss = unbits(w[7]),
                             .sum_correct = (long)w[8],
                             .sum_images = (long)w[9],
                             .best = unbits(w[10]),
                             .best_epoch = (int)w[11],
                             .best_accuracy = unbits(w[12]),
                             .plateau = {.scale = unbits(w[13]), .wait = (int)w[14]},
                             .last = {.epoch = (int)w[15],
                                      .step = (long)w[16],
                                      .loss = unbits(w[17]),
                                      .accuracy = unbits(w[18]),
                                      .val_loss = unbits(w[19]),
                                      .val_accuracy = unbits(w[20]),
                                      .val_macro_f1 = unbits(w[21]),
                                      .lr = unbits(w[22]),
                                      .classes = (int)w[23]}};
}

static void pack_shape(const struct optimizer *o, uint64_t *w)
{
    w[0] = o->trainable;
    w[1] = o->params;
    w[2] = o->v != NULL;
    w[3] = o->ema != NULL;
}

/* The float blocks in the file's order; returns how many. */
static int list_blocks(const struct graph *g, const struct optimizer *o, struct block *b)
{
    int n = 0;
    b[n++] = (struct block){g->param, o->params};
    b[n++] = (struct block){o->m, o->trainable};
    if (o->v != NULL)
        b[n++] = (struct block){o->v, o->trainable};
    if (o->ema != NULL)
        b[n++] = (struct block){o->ema, o->params};
    return n;
}

/* Bytes of the confusion of the epoch finished last. */
static size_t confusion_size(const struct checkpoint *c)
{
    return (size_t)c->last.classes * (size_t)c->last.classes * sizeof(uint64_t);
}

static size_t file_size(const struct checkpoint *c, const struct block *b, int n)
{
    size_t size = strlen(MAGIC) + WORDS * sizeof(uint64_t) + sizeof(uint64_t);
    for (int i = 0; i < n; i++)
        size += b[i].n * sizeof(float);
    size += sizeof(uint64_t); /* the optimiser's step count stands before the blocks */
    return size + confusion_size(c);
}

int checkpoint_write(const char *path, const struct checkpoint *c, const struct graph *g,
                     const struct optimizer *o, struct err *err)
{
    struct block block[4];
    int blocks = list_blocks(g, o, block);
    size_t size = file_size(c, block, blocks);
    char *data = mem_alloc(size), *p = data;
    uint64_t words[WORDS + 1];
    pack_state(c, words);
    pack_shape(o, words + STATE_WORDS);
    words[WORDS] = o->steps;
    p = mempcpy(p, MAGIC, strlen(MAGIC));
    p = mempcpy(p, words, sizeof words);
    for (int i = 0; i < blocks; i++)
        p = mempcpy(p, block[i].x, block[i].n * sizeof(float));
    p = mempcpy(p, c->last.confusion, confusion_size(c));
    uint64_t hash = checkpoint_hash(data, (size_t)(p - data));
    memcpy(p, &hash, sizeof hash);
    int rc = file_write_atomic(path, data, size, err);
    free(data);
    return rc;
}

static bool is_checkpoint(const char *data, size_t size)
{
    return size >= strlen(MAGIC) + WORDS * sizeof(uint64_t) &&
           memcmp(data, MAGIC, strlen(MAGIC)) == 0;
}

/* Whether the numbers fit the struct's fields: what is packed again is what was read. */
static bool is_in_range(const struct checkpoint *c, const uint64_t *words)
{
    uint64_t again[STATE_WORDS];
    pack_state(c, again);
    return memcmp(words, again, sizeof again) == 0 && c->epoch >= 0 && c->batch >= 0 &&
           c->step >= 0 && c->best_epoch >= 0 && c->plateau.wait >= 0 && c->last.epoch >= 0 &&
           c->last.classes >= 0 && c->last.classes <= RUNDIR_CLASSES_MAX;
}

/* Whether the n counts at `at` are counts of images. */
static bool is_confusion(const char *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t count;
        memcpy(&count, at + i * sizeof count, sizeof count);
        if (count >> 40 != 0)
            return false;
    }
    return true;
}

/* Everything that can be wrong with a file of `size` bytes, whose state is `read`; 0 or -1. */
static int check(const char *data, size_t size, size_t want, const struct checkpoint *read,
                 const struct checkpoint *c, const struct optimizer *o, struct err *err)
{
    uint64_t hash, words[WORDS], shape[SHAPE_WORDS];
    memcpy(words, data + strlen(MAGIC), sizeof words);
    pack_shape(o, shape);
    if (memcmp(words + STATE_WORDS, shape, sizeof shape) != 0)
        return err_set(err, "made with another network or optimizer: %llu parameters, here %llu",
                       (unsigned long long)words[STATE_WORDS + 1], (unsigned long long)shape[1]);
    if (!is_in_range(read, words))
        return err_set(err, "damaged: a number is out of range");
    if (size != want)
        return err_set(err, "expected %zu bytes, got %zu: damaged", want, size);
    memcpy(&hash, data + size - sizeof hash, sizeof hash);
    if (hash != checkpoint_hash(data, size - sizeof hash))
        return err_set(err, "damaged: its check sum does not fit its contents");
    size_t confusion = confusion_size(read);
    if (!is_confusion(data + size - sizeof hash - confusion, confusion / sizeof(uint64_t)))
        return err_set(err, "damaged: a number is out of range");
    if (read->data_hash != c->data_hash)
        return err_set(err, "made with another data set");
    if (read->model_hash != c->model_hash)
        return err_set(err, "made with another model.json");
    if (read->votes_hash != c->votes_hash)
        return err_set(err, "made with other FER+ votes");
    if (read->teacher_hash != c->teacher_hash)
        return err_set(err, "made with another teacher");
    return 0;
}

/* Copies what stands in a file that was checked, whose state is already in c. */
static void take(const char *data, struct checkpoint *c, struct optimizer *o,
                 const struct block *block, int blocks)
{
    const char *p = data + strlen(MAGIC) + WORDS * sizeof(uint64_t);
    uint64_t steps;
    memcpy(&steps, p, sizeof steps);
    o->steps = steps;
    p += sizeof steps;
    for (int i = 0; i < blocks; i++) {
        memcpy(block[i].x, p, block[i].n * sizeof(float));
        p += block[i].n * sizeof(float);
    }
    memcpy(c->last.confusion, p, confusion_size(c));
}

int checkpoint_read(const char *path, struct checkpoint *c, struct graph *g, struct optimizer *o,
                    struct err *err)
{
    size_t size;
    char *data = file_read(path, SIZE_MAX_BYTES, &size, err);
    if (data == NULL)
        return -1;
    struct block block[4];
    int blocks = list_blocks(g, o, block), rc;
    struct checkpoint *read = mem_zalloc(1, sizeof *read);
    if (is_checkpoint(data, size)) {
        uint64_t words[STATE_WORDS];
        memcpy(words, data + strlen(MAGIC), sizeof words);
        unpack_state(read, words);
        rc = check(data, size, file_size(read, block, blocks), read, c, o, err);
    } else {
        rc = err_set(err, "not a checkpoint of this version of moodtop");
    }
    if (rc == 0) {
        *c = *read;
        take(data, c, o, block, blocks);
    } else {
        err_prefix(err, "%s", path);
    }
    free(read);
    free(data);
    return rc;
}
