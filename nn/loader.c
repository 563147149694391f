/* loader: see loader.h. Functions named fill_* run on the loader thread, the others on the
 * trainer's. */
#include "nn/loader.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/thread.h"
#include "nn/augment.h"

#define ORDER_STREAM 0x6f72646572 /* the shuffle's own random stream */

struct loader {
    const struct dataset *ds;
    const struct train_opts *opts;
    int rows, batches;
    int epoch, index; /* loader thread: what it prepares next */
    int *order;       /* loader thread: (rows) of the epoch order_epoch */
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

static int rows_used(const struct dataset *ds, const struct train_opts *opts)
{
    int n = ds->count[SPLIT_TRAINING];
    return opts->limit > 0 && opts->limit < n ? opts->limit : n;
}

int loader_batches(const struct dataset *ds, const struct train_opts *opts)
{
    return (rows_used(ds, opts) + opts->batch - 1) / opts->batch;
}

/* Puts the training rows into the order of l->epoch. */
static void fill_order(struct loader *l)
{
    if (l->order_epoch == l->epoch)
        return;
    struct rng r;
    rng_seed(&r, augment_key((uint64_t)l->opts->seed, l->epoch, -1), ORDER_STREAM);
    memcpy(l->order, l->ds->row[SPLIT_TRAINING], (size_t)l->rows * sizeof *l->order);
    rng_shuffle(&r, l->order, l->rows);
    l->order_epoch = l->epoch;
}

static void fill_batch(struct loader *l, struct batch *b)
{
    fill_order(l);
    b->epoch = l->epoch;
    b->index = l->index;
    int first = l->index * l->opts->batch;
    b->n = l->rows - first < l->opts->batch ? l->rows - first : l->opts->batch;
    for (int i = 0; i < b->n; i++) {
        int row = l->order[first + i];
        b->label[i] = l->ds->label[row];
        augment_image(l->opts, augment_key((uint64_t)l->opts->seed, l->epoch, row),
                      dataset_image(l->ds, row), DATASET_SIDE, DATASET_SIDE,
                      b->x + (size_t)i * DATASET_PIXELS);
    }
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

struct loader *loader_open(const struct dataset *ds, const struct train_opts *opts, int epoch,
                           int index, struct err *err)
{
    struct loader *l = mem_zalloc(1, sizeof *l);
    l->ds = ds;
    l->opts = opts;
    l->rows = rows_used(ds, opts);
    l->batches = loader_batches(ds, opts);
    l->epoch = epoch;
    l->index = index;
    l->order = mem_alloc((size_t)l->rows * sizeof *l->order);
    l->order_epoch = -1;
    for (int i = 0; i < LOADER_SLOTS; i++) {
        l->slot[i].x = mem_aligned((size_t)opts->batch * DATASET_PIXELS, sizeof(float));
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
        free(l->slot[i].label);
    }
    free(l->order);
    free(l);
}
