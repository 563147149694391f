/*
 * survey: see survey.h. One worker thread; it writes its arrays row by row and then says with one
 * atomic how far they are good, chunk by chunk where the order is the watcher's wish.
 */
#include "nn/survey.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"
#include "nn/classes.h"
#include "nn/hash.h"
#include "nn/infer.h"
#include "nn/memo.h"

enum { CHUNK = 32, RELEASE = 1024 /* rows; what was read is given back so often */ };

#define TOLD_NS (100 * CLOCK_MS) /* the watcher is woken at most so often */

enum stage { STAGE_START, STAGE_MEASURED, STAGE_MODEL, STAGE_FAILED };

struct survey {
    const struct dataset *ds;
    struct survey_how how;
    char *dir;
    struct thread thread;
    atomic_bool stop;
    atomic_int stage, wish;
    atomic_uchar *done; /* (chunks) */
    int chunks;
    /* The thread's until the stage or the chunk says that they are good. */
    float *brightness, *contrast, *p;
    uint8_t *mean;
    char model[80], trouble[ERR_TEXT_MAX];
    int64_t told;
    /* The watcher's. */
    bool *has, *seen; /* (n), (chunks) */
    long predicted;
    int seen_stage;
};

static void wake(struct survey *s, bool now)
{
    uint64_t one = 1;
    int64_t time = clock_now();
    if (s->how.wake < 0 || (!now && time - s->told < TOLD_NS))
        return;
    s->told = time;
    if (write(s->how.wake, &one, sizeof one) < 0)
        return; /* full: the watcher is awake anyway */
}

static void reach(struct survey *s, enum stage stage)
{
    atomic_store_explicit(&s->stage, stage, memory_order_release);
    wake(s, true);
}

/* ---- what needs no network ------------------------------------------------------------------- */

/* Lets go of the pages of mapped pictures, which stay in the cache of the system: a survey reads
 * all of them once and would make the whole set resident. */
static void release(const struct dataset *ds, int first, int count)
{
    if (ds->pack == NULL)
        return;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = (uintptr_t)dataset_image(ds, first);
    uintptr_t to = from + (size_t)count * DATASET_PIXELS;
    from = (from + page - 1) / page * page;
    to = to / page * page;
    if (to > from)
        madvise((void *)from, to - from, MADV_DONTNEED);
}

static void measure_row(struct survey *s, int row, uint32_t *sum)
{
    const uint8_t *image = dataset_image(s->ds, row);
    uint32_t total = 0, squares = 0;
    for (int i = 0; i < DATASET_PIXELS; i++) {
        uint32_t v = image[i];
        total += v;
        squares += v * v;
        sum[i] += v;
    }
    float mean = (float)total / DATASET_PIXELS;
    float variance = (float)squares / DATASET_PIXELS - mean * mean;
    s->brightness[row] = mean;
    s->contrast[row] = variance > 0 ? sqrtf(variance) : 0;
}

/* Brightness and contrast of each row, mean face of each class. A row's sum of squares fits into 32
 * bits (2304 * 255^2), as does a class's sum of up to 16 million rows. */
static void measure(struct survey *s)
{
    const struct dataset *ds = s->ds;
    uint32_t *sum = mem_zalloc((size_t)ds->classes * DATASET_PIXELS, sizeof *sum);
    long *count = mem_zalloc((size_t)ds->classes, sizeof *count);
    for (int row = 0; row < ds->n && !atomic_load(&s->stop); row++) {
        int c = ds->given[row];
        measure_row(s, row, sum + (size_t)c * DATASET_PIXELS);
        count[c]++;
        if (row % RELEASE == RELEASE - 1)
            release(ds, row - RELEASE + 1, RELEASE);
    }
    for (int c = 0; c < ds->classes; c++)
        for (size_t i = 0; i < DATASET_PIXELS; i++) {
            size_t at = (size_t)c * DATASET_PIXELS + i;
            s->mean[at] = (uint8_t)(count[c] > 0 ? sum[at] / (uint32_t)count[c] : 0);
        }
    free(sum);
    free(count);
}

/* ---- the network's words --------------------------------------------------------------------- */

/* The class of the data set that a label of the network means, or -1. */
static int class_of(const struct dataset *ds, const char *label)
{
    for (int c = 0; c < ds->classes; c++)
        if (strcasecmp(ds->class_name[c], label) == 0)
            return c;
    int known = classes_find(label);
    for (int c = 0; known >= 0 && c < ds->classes; c++)
        if (classes_find(ds->class_name[c]) == known)
            return c;
    return -1;
}

/* The first chunk without probabilities at or behind the wish; -1 if all are there. */
static int next_chunk(const struct survey *s)
{
    int wish = atomic_load(&s->wish) / CHUNK;
    for (int i = 0; i < s->chunks; i++) {
        int k = (wish + i) % s->chunks;
        if (!atomic_load_explicit(&s->done[k], memory_order_relaxed))
            return k;
    }
    return -1;
}

struct desk {
    struct infer *infer;
    const struct infer_info *info;
    float *x, *p;  /* (CHUNK, h, w), (CHUNK, classes of the network) */
    int *class_of; /* (classes of the network) */
};

static void predict_chunk(struct survey *s, struct desk *d, int chunk)
{
    const struct dataset *ds = s->ds;
    int first = chunk * CHUNK, n = ds->n - first < CHUNK ? ds->n - first : CHUNK;
    size_t size = (size_t)d->info->height * (size_t)d->info->width;
    for (int i = 0; i < n; i++)
        s->how.input(dataset_image(ds, first + i), d->x + (size_t)i * size, d->info->height,
                     d->info->width);
    infer_run(d->infer, d->x, n, d->p);
    for (int i = 0; i < n; i++)
        for (int c = 0; c < d->info->classes; c++)
            if (d->class_of[c] >= 0)
                s->p[(size_t)(first + i) * (size_t)ds->classes + (size_t)d->class_of[c]] +=
                    d->p[i * d->info->classes + c];
    release(ds, first, n);
    atomic_store_explicit(&s->done[chunk], 1, memory_order_release);
    wake(s, false);
}

/* Under which the probabilities are kept. */
static uint64_t key_of(const struct survey *s, const struct desk *d)
{
    return hash_number(memo_key(s->ds), d->info->mark);
}

static size_t size_of(const struct survey *s)
{
    return (size_t)s->ds->n * (size_t)s->ds->classes * sizeof *s->p;
}

/* Whether they were all known from another time. */
static bool remember(struct survey *s, const struct desk *d)
{
    if (!s->how.keep || !memo_read("moods", key_of(s, d), s->p, size_of(s)))
        return false;
    for (int k = 0; k < s->chunks; k++)
        atomic_store_explicit(&s->done[k], 1, memory_order_release);
    return true;
}

static int open_desk(struct survey *s, struct desk *d, struct err *err)
{
    d->infer = infer_open(s->dir, CHUNK, err);
    if (d->infer == NULL)
        return -1;
    d->info = infer_info(d->infer);
    if (d->info->depth != 1)
        return err_set(err, "%s: reads pictures of %d channels, expected 1", d->info->name,
                       d->info->depth);
    d->class_of = mem_zalloc((size_t)d->info->classes, sizeof *d->class_of);
    int known = 0;
    for (int c = 0; c < d->info->classes; c++)
        known += (d->class_of[c] = class_of(s->ds, d->info->labels[c])) >= 0;
    if (known == 0)
        return err_set(err, "%s: knows none of the classes of these data", d->info->name);
    size_t size = (size_t)d->info->height * (size_t)d->info->width;
    d->x = mem_zalloc(CHUNK * size, sizeof *d->x);
    d->p = mem_zalloc((size_t)(CHUNK * d->info->classes), sizeof *d->p);
    return 0;
}

static void predict(struct survey *s)
{
    struct desk d = {0};
    struct err err = {""};
    int chunk;
    if (open_desk(s, &d, &err) != 0) {
        snprintf(s->trouble, sizeof s->trouble, "%s", err.text);
        reach(s, STAGE_FAILED);
    } else {
        snprintf(s->model, sizeof s->model, "%s", d.info->name);
        bool known = remember(s, &d);
        reach(s, STAGE_MODEL);
        while ((chunk = next_chunk(s)) >= 0 && !atomic_load(&s->stop))
            predict_chunk(s, &d, chunk);
        wake(s, true);
        if (s->how.keep && chunk < 0 && !known)
            memo_write("moods", key_of(s, &d), s->p, size_of(s));
    }
    infer_close(d.infer);
    free(d.x);
    free(d.p);
    free(d.class_of);
}

static void *work(void *arg)
{
    struct survey *s = arg;
    setpriority(PRIO_PROCESS, 0, 19); /* of this thread alone */
    measure(s);
    reach(s, STAGE_MEASURED);
    if (s->dir != NULL && !atomic_load(&s->stop))
        predict(s);
    return NULL;
}

/* ---- for the watcher ------------------------------------------------------------------------- */

struct survey *survey_start(const struct dataset *ds, const struct survey_how *how, struct err *err)
{
    struct survey *s = mem_zalloc(1, sizeof *s);
    size_t n = (size_t)ds->n, classes = (size_t)ds->classes;
    s->ds = ds;
    s->how = *how;
    s->dir = how->model != NULL ? mem_strdup(how->model) : NULL;
    s->chunks = (ds->n + CHUNK - 1) / CHUNK;
    s->done = mem_zalloc((size_t)s->chunks, sizeof *s->done);
    s->seen = mem_zalloc((size_t)s->chunks, sizeof *s->seen);
    s->has = mem_zalloc(n, sizeof *s->has);
    s->brightness = mem_zalloc(n, sizeof *s->brightness);
    s->contrast = mem_zalloc(n, sizeof *s->contrast);
    s->mean = mem_zalloc(classes, DATASET_PIXELS);
    s->p = s->dir != NULL ? mem_zalloc(n * classes, sizeof *s->p) : NULL;
    s->seen_stage = STAGE_START;
    if (thread_start(&s->thread, "survey", work, s, err) == 0)
        return s;
    survey_stop(s);
    return NULL;
}

void survey_stop(struct survey *s)
{
    if (s == NULL)
        return;
    atomic_store(&s->stop, true);
    thread_join(&s->thread);
    free(s->dir);
    free((void *)s->done);
    free(s->seen);
    free(s->has);
    free(s->brightness);
    free(s->contrast);
    free(s->mean);
    free(s->p);
    free(s);
}

/* Notes the rows of chunks that were finished since the last time. */
static bool take_chunks(struct survey *s)
{
    bool news = false;
    for (int k = 0; k < s->chunks; k++) {
        if (s->seen[k] || !atomic_load_explicit(&s->done[k], memory_order_acquire))
            continue;
        int first = k * CHUNK, n = s->ds->n - first < CHUNK ? s->ds->n - first : CHUNK;
        memset(s->has + first, true, (size_t)n);
        s->predicted += n;
        s->seen[k] = news = true;
    }
    return news;
}

bool survey_update(struct survey *s, struct survey_news *news)
{
    int stage = atomic_load_explicit(&s->stage, memory_order_acquire);
    bool changed = stage != s->seen_stage;
    s->seen_stage = stage;
    if (stage >= STAGE_MEASURED) {
        news->brightness = s->brightness;
        news->contrast = s->contrast;
        news->mean = s->mean;
    }
    if (stage == STAGE_MODEL && s->predicted < s->ds->n)
        changed |= take_chunks(s);
    news->p = stage == STAGE_FAILED ? NULL : s->p;
    news->has = s->has;
    news->predicted = s->predicted;
    news->model = stage == STAGE_MODEL ? s->model : "";
    if (stage == STAGE_FAILED)
        snprintf(news->trouble, sizeof news->trouble, "%s", s->trouble);
    return changed;
}

void survey_wish(struct survey *s, int row)
{
    atomic_store(&s->wish, row);
}

float survey_loss(const struct survey_news *news, const struct dataset *ds, int row, int label)
{
    if (news->p == NULL || !news->has[row])
        return NAN;
    float p = news->p[(size_t)row * (size_t)ds->classes + (size_t)label];
    return -logf(p > 1e-7f ? p : 1e-7f);
}

int survey_best(const struct survey_news *news, const struct dataset *ds, int row)
{
    if (news->p == NULL || !news->has[row])
        return -1;
    const float *p = news->p + (size_t)row * (size_t)ds->classes;
    int best = 0;
    for (int c = 1; c < ds->classes; c++)
        best = p[c] > p[best] ? c : best;
    return best;
}
