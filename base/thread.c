/*
 * thread: see thread.h. A waiting worker spins for a few microseconds, because the next layer's job
 * follows at once, and then sleeps: on a shared machine a pool that only spins loses to one thread.
 */
#include "base/thread.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define SPIN_ROUNDS 10000 /* about 100 us of `pause`: what lies between two layers */

struct named_start {
    void *(*fn)(void *);
    void *arg;
    char name[16];
};

static void *named_main(void *arg)
{
    struct named_start start = *(struct named_start *)arg;
    free(arg);
    pthread_setname_np(pthread_self(), start.name);
    return start.fn(start.arg);
}

int thread_start(struct thread *t, const char *name, void *(*fn)(void *), void *arg,
                 struct err *err)
{
    struct named_start *start = mem_zalloc(1, sizeof *start);
    start->fn = fn;
    start->arg = arg;
    snprintf(start->name, sizeof start->name, "%s", name);

    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&t->id, NULL, named_main, start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    t->started = rc == 0;
    if (rc != 0) {
        free(start);
        return err_set(err, "cannot start thread %s: %s", name, strerror(rc));
    }
    return 0;
}

void thread_join(struct thread *t)
{
    if (t->started)
        pthread_join(t->id, NULL);
    t->started = 0;
}

void thread_leave(struct thread *t)
{
    if (t->started)
        pthread_detach(t->id);
    t->started = 0;
}

int thread_cpus(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    int n = CPU_COUNT(&set);
    return n > 0 ? n : 1;
}

struct worker {
    struct pool *pool;
    struct thread thread;
    int index;
};

struct pool {
    int threads;
    struct worker *workers; /* threads - 1 of them: the caller is worker 0 */
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_cond_t idle;
    _Atomic unsigned round; /* grows by one with each job */
    _Atomic int next;       /* the next slice to take */
    _Atomic int busy;       /* workers that have not finished this round */
    _Atomic bool quit;
    int n;
    void (*fn)(void *ctx, int i, int worker);
    void *ctx;
};

static inline void spin_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

static void run_slices(struct pool *p, int worker)
{
    int i;
    while ((i = atomic_fetch_add(&p->next, 1)) < p->n)
        p->fn(p->ctx, i, worker);
}

/* Waits for a round other than the one already served. */
static unsigned wait_round(struct pool *p, unsigned served)
{
    for (int i = 0; i < SPIN_ROUNDS; i++) {
        if (atomic_load(&p->round) != served)
            return atomic_load(&p->round);
        spin_pause();
    }
    pthread_mutex_lock(&p->lock);
    while (atomic_load(&p->round) == served)
        pthread_cond_wait(&p->wake, &p->lock);
    pthread_mutex_unlock(&p->lock);
    return atomic_load(&p->round);
}

static void *worker_main(void *arg)
{
    struct worker *w = arg;
    struct pool *p = w->pool;
    unsigned served = 0;
    for (;;) {
        served = wait_round(p, served);
        if (atomic_load(&p->quit))
            return NULL;
        run_slices(p, w->index);
        if (atomic_fetch_sub(&p->busy, 1) == 1) {
            pthread_mutex_lock(&p->lock);
            pthread_cond_signal(&p->idle);
            pthread_mutex_unlock(&p->lock);
        }
    }
}

static void start_round(struct pool *p)
{
    pthread_mutex_lock(&p->lock);
    atomic_fetch_add(&p->round, 1);
    pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&p->lock);
}

static void wait_idle(struct pool *p)
{
    for (int i = 0; i < SPIN_ROUNDS; i++) {
        if (atomic_load(&p->busy) == 0)
            return;
        spin_pause();
    }
    pthread_mutex_lock(&p->lock);
    while (atomic_load(&p->busy) != 0)
        pthread_cond_wait(&p->idle, &p->lock);
    pthread_mutex_unlock(&p->lock);
}

struct pool *pool_new(int threads, struct err *err)
{
    struct pool *p = mem_zalloc(1, sizeof *p);
    p->threads = 1;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wake, NULL);
    pthread_cond_init(&p->idle, NULL);
    p->workers = mem_zalloc(threads > 1 ? (size_t)threads - 1 : 1, sizeof *p->workers);
    for (int i = 1; i < threads; i++) {
        struct worker *w = &p->workers[i - 1];
        w->pool = p;
        w->index = i;
        char name[32];
        snprintf(name, sizeof name, "worker %d", i);
        if (thread_start(&w->thread, name, worker_main, w, err) != 0) {
            pool_free(p);
            return NULL;
        }
        p->threads++;
    }
    return p;
}

void pool_free(struct pool *p)
{
    if (p == NULL)
        return;
    atomic_store(&p->quit, true);
    start_round(p);
    for (int i = 1; i < p->threads; i++)
        thread_join(&p->workers[i - 1].thread);
    pthread_cond_destroy(&p->idle);
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    free(p->workers);
    free(p);
}

int pool_threads(const struct pool *p)
{
    return p != NULL ? p->threads : 1;
}

void pool_run(struct pool *p, int n, void (*fn)(void *ctx, int i, int worker), void *ctx)
{
    if (p == NULL || p->threads == 1 || n <= 1) {
        for (int i = 0; i < n; i++)
            fn(ctx, i, 0);
        return;
    }
    p->n = n;
    p->fn = fn;
    p->ctx = ctx;
    atomic_store(&p->next, 0);
    atomic_store(&p->busy, p->threads - 1);
    start_round(p);
    run_slices(p, 0);
    wait_idle(p);
}
