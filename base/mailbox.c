/* mailbox: see mailbox.h. */
#include "base/mailbox.h"

#include <errno.h>
#include <time.h>

#include "base/clock.h"

void mailbox_init(struct mailbox *m, void (*drop)(void *))
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC); /* deadlines are clock_now() times */
    pthread_mutex_init(&m->lock, NULL);
    pthread_cond_init(&m->filled, &attr);
    pthread_condattr_destroy(&attr);
    m->item = NULL;
    m->drop = drop;
    m->displaced = 0;
    m->closed = false;
}

void mailbox_destroy(struct mailbox *m)
{
    if (m->item != NULL)
        m->drop(m->item);
    m->item = NULL;
    pthread_cond_destroy(&m->filled);
    pthread_mutex_destroy(&m->lock);
}

void mailbox_put(struct mailbox *m, void *item)
{
    pthread_mutex_lock(&m->lock);
    void *old = m->item;
    if (m->closed) {
        old = item; /* nobody will come for it */
    } else {
        m->item = item;
        m->displaced += old != NULL;
        pthread_cond_signal(&m->filled);
    }
    pthread_mutex_unlock(&m->lock);
    if (old != NULL)
        m->drop(old);
}

void *mailbox_take(struct mailbox *m)
{
    pthread_mutex_lock(&m->lock);
    void *item = m->item;
    m->item = NULL;
    pthread_mutex_unlock(&m->lock);
    return item;
}

void *mailbox_wait(struct mailbox *m, int64_t deadline)
{
    struct timespec ts = {.tv_sec = deadline / CLOCK_S, .tv_nsec = deadline % CLOCK_S};
    pthread_mutex_lock(&m->lock);
    while (m->item == NULL && !m->closed) {
        if (pthread_cond_timedwait(&m->filled, &m->lock, &ts) == ETIMEDOUT)
            break;
    }
    void *item = m->item;
    m->item = NULL;
    pthread_mutex_unlock(&m->lock);
    return item;
}

void mailbox_close(struct mailbox *m)
{
    pthread_mutex_lock(&m->lock);
    m->closed = true;
    pthread_cond_broadcast(&m->filled);
    pthread_mutex_unlock(&m->lock);
}

uint64_t mailbox_displaced(struct mailbox *m)
{
    pthread_mutex_lock(&m->lock);
    uint64_t n = m->displaced;
    pthread_mutex_unlock(&m->lock);
    return n;
}
