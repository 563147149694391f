/* loader: see loader.h. Functions named fill_* run on the loader thread, the others on the
 * trainer's. */
#include "nn/loader.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "nn/augment.h"

struct loader {
    const struct lessons *lessons;
    const struct train_opts *opts;
    int batches;
    int epoch, index; /* loader thread: what it prepares next */
    int *order;       /* loader thread: (lessons->n) of the epoch order_epoch */
    int *scratch;     /* loader thread: (lessons->n) */
    float *other;     /* loader thread: (DATASET_PIXELS) what is blended in */
    int order_epoch;
    struct batch slot[LOADER_SLOTS];
    struct thread thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* Under the lock. Slots [taken, filled) hold batches; numbers only grow. */
    long filled, taken;
    bool holding; /* the trainer still uses slot `taken` */
    bool ended, quit;
};

int loader_batches(const struct lessons *lessons, const struct train_opts *opts)
{
    return (lessons->n + opts->batch - 1) / opts->batch;
}

/* Puts the lessons into the order of l->epoch. */
static void fill_order(struct loader *l)
{
    if (l->order_epoch == l->epoch)
        return;
    lessons_order(l->lessons, (uint64_t)l->opts->seed, l->epoch, l->order, l->scratch);
    l->order_epoch = l->epoch;
}

static void fill_picture(const struct loader *l, int lesson, uint64_t key, float *x)
{
    const uint8_t *image = dataset_image(l->lessons->ds, l->lessons->row[lesson]);
    augment_image(l->opts, key, image, DATASET_SIDE, DATASET_SIDE, x);
}

/* Blends image i of the batch with another, which is augmented in its own way. */
static void fill_blend(struct loader *l, struct batch *b, int i, uint64_t key)
{
    const struct lessons *s = l->lessons;
    size_t classes = (size_t)s->ds->classes;
    int other;
    float keep = augment_blend(l->opts->mixup, key, s->n, &other);
    float *x = b->x + (size_t)i * DATASET_PIXELS;
    fill_picture(l, other, ~key, l->other);
    for (int k = 0; k < DATASET_PIXELS; k++)
        x[k] = l->other[k] + keep * (x[k] - l->other[k]);
    float *q = b->target + (size_t)i * classes;
    const float *p = s->target + (size_t)other * classes;
    for (size_t c = 0; c < classes; c++)
        q[c] = p[c] + keep * (q[c] - p[c]);
    float weight = s->weight[s->ds->label[s->row[other]]];
    b->weight[i] = weight + keep * (b->weight[i] - weight);
}

static void fill_image(struct loader *l, struct batch *b, int i, int place)
{
    const struct lessons *s = l->lessons;
    int lesson = l->order[place];
    uint64_t key = augment_key((uint64_t)l->opts->seed, l->epoch, place);
    b->label[i] = s->ds->label[s->row[lesson]];
    b->weight[i] = s->weight[b->label[i]];
    size_t classes = (size_t)s->ds->classes;
    memcpy(b->target + (size_t)i * classes, s->target + (size_t)lesson * classes,
           classes * sizeof(float));
    fill_picture(l, lesson, key, b->x + (size_t)i * DATASET_PIXELS);
    if (l->opts->mixup > 0.0)
        fill_blend(l, b, i, key);
}

static void fill_batch(struct loader *l, struct batch *b)
{
    fill_order(l);
    b->epoch = l->epoch;
    b->index = l->index;
    int first = l->index * l->opts->batch, left = l->lessons->n - first;
    b->n = left < l->opts->batch ? left : l->opts->batch;
    for (int i = 0; i < b->n; i++)
        fill_image(l, b, i, first + i);
    if (++l->index == l->batches) {
        l->index = 0;
        l->epoch++;
    }
}

/* Waits for a slot that the trainer has given back; NULL when it is time to go. */
static struct batch *fill_wait(struct loader *l)
{
    pthread_mutex_lock(&l->lock);
    while (!l->quit && l->filled - l->taken == LOADER_SLOTS)
        pthread_cond_wait(&l->changed, &l->lock);
    struct batch *b = l->quit ? NULL : &l->slot[l->filled % LOADER_SLOTS];
    pthread_mutex_unlock(&l->lock);
    return b;
}

static void *fill_main(void *arg)
{
    struct loader *l = arg;
    struct batch *b;
    while (l->epoch < l->opts->epochs && (b = fill_wait(l)) != NULL) {
        fill_batch(l, b);
        pthread_mutex_lock(&l->lock);
        l->filled++;
        pthread_cond_broadcast(&l->changed);
        pthread_mutex_unlock(&l->lock);
    }
    pthread_mutex_lock(&l->lock);
    l->ended = true;
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

struct loader *loader_open(const struct lessons *lessons, const struct train_opts *opts, int epoch,
                           int index, struct err *err)
{
    struct loader *l = mem_zalloc(1, sizeof *l);
    l->lessons = lessons;
    l->opts = opts;
    l->batches = loader_batches(lessons, opts);
    l->epoch = epoch;
    l->index = index;
    l->order = mem_alloc((size_t)lessons->n * sizeof *l->order);
    l->scratch = mem_alloc((size_t)lessons->n * sizeof *l->scratch);
    l->other = mem_aligned(DATASET_PIXELS, sizeof(float));
    l->order_epoch = -1;
    for (int i = 0; i < LOADER_SLOTS; i++) {
        l->slot[i].x = mem_aligned((size_t)opts->batch * DATASET_PIXELS, sizeof(float));
        l->slot[i].target = mem_alloc((size_t)(opts->batch * lessons->ds->classes) * sizeof(float));
        l->slot[i].weight = mem_alloc((size_t)opts->batch * sizeof(float));
        l->slot[i].label = mem_alloc((size_t)opts->batch);
    }
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->changed, NULL);
    if (thread_start(&l->thread, "loader", fill_main, l, err) != 0) {
        loader_close(l);
        return NULL;
    }
    return l;
}

const struct batch *loader_next(struct loader *l)
{
    pthread_mutex_lock(&l->lock);
    if (l->holding) {
        l->taken++;
        l->holding = false;
        pthread_cond_broadcast(&l->changed);
    }
    while (l->filled == l->taken && !l->ended)
        pthread_cond_wait(&l->changed, &l->lock);
    const struct batch *b = NULL;
    if (l->filled > l->taken) {
        b = &l->slot[l->taken % LOADER_SLOTS];
        l->holding = true;
    }
    pthread_mutex_unlock(&l->lock);
    return b;
}

void loader_close(struct loader *l)
{
    if (l == NULL)
        return;
    pthread_mutex_lock(&l->lock);
    l->quit = true;
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
    thread_join(&l->thread);
    pthread_cond_destroy(&l->changed);
    pthread_mutex_destroy(&l->lock);
    for (int i = 0; i < LOADER_SLOTS; i++) {
        free(l->slot[i].x);
        free(l->slot[i].target);
        free(l->slot[i].weight);
        free(l->slot[i].label);
    }
    free(l->order);
    free(l->scratch);
    free(l->other);
    free(l);
}
