/* frame: see frame.h. */
#include "vision/frame.h"

#include <assert.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/mem.h"

struct slot {
    struct frame frame; /* first: a frame is its slot */
    struct slot *next;  /* while it lies in the pool */
    size_t grey_room, rgb_room;
    uint8_t *rgb;
    int refs;
};

struct frame_pool {
    pthread_mutex_t lock;
    struct slot *spare;
    int max, out;
    bool closed;
};

struct frame_pool *frame_pool_new(int max_frames)
{
    struct frame_pool *p = mem_zalloc(1, sizeof *p);
    p->max = max_frames;
    pthread_mutex_init(&p->lock, NULL);
    return p;
}

static void pool_destroy(struct frame_pool *p)
{
    while (p->spare != NULL) {
        struct slot *s = p->spare;
        p->spare = s->next;
        free(s->frame.grey);
        free(s->rgb);
        free(s);
    }
    pthread_mutex_destroy(&p->lock);
    free(p);
}

void frame_pool_free(struct frame_pool *p)
{
    if (p == NULL)
        return;
    pthread_mutex_lock(&p->lock);
    p->closed = true;
    bool last = p->out == 0;
    pthread_mutex_unlock(&p->lock);
    if (last)
        pool_destroy(p);
}

struct frame *frame_new(struct frame_pool *p, int width, int height, bool rgb)
{
    assert(width > 0 && height > 0);
    pthread_mutex_lock(&p->lock);
    struct slot *s = NULL;
    if (p->out < p->max) {
        p->out++;
        s = p->spare != NULL ? p->spare : mem_zalloc(1, sizeof *s);
        if (p->spare != NULL)
            p->spare = s->next;
    }
    pthread_mutex_unlock(&p->lock);
    if (s == NULL)
        return NULL;
    size_t n = (size_t)width * (size_t)height;
    if (s->grey_room < n) {
        s->frame.grey = mem_realloc(s->frame.grey, n, 1);
        s->grey_room = n;
    }
    if (rgb && s->rgb_room < 3 * n) {
        s->rgb = mem_realloc(s->rgb, 3 * n, 1);
        s->rgb_room = 3 * n;
    }
    s->refs = 1;
    s->frame = (struct frame){.width = width,
                              .height = height,
                              .grey = s->frame.grey,
                              .rgb = rgb ? s->rgb : NULL,
                              .pool = p};
    return &s->frame;
}

struct frame *frame_ref(struct frame *f)
{
    pthread_mutex_lock(&f->pool->lock);
    assert(((struct slot *)f)->refs > 0);
    ((struct slot *)f)->refs++;
    pthread_mutex_unlock(&f->pool->lock);
    return f;
}

void frame_unref(void *v)
{
    struct slot *s = v;
    if (s == NULL)
        return;
    struct frame_pool *p = s->frame.pool;
    pthread_mutex_lock(&p->lock);
    bool last = false;
    assert(s->refs > 0);
    if (--s->refs == 0) {
        s->next = p->spare;
        p->spare = s;
        p->out--;
        last = p->closed && p->out == 0;
    }
    pthread_mutex_unlock(&p->lock);
    if (last)
        pool_destroy(p);
}
