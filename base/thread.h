/*
 * thread: named threads with signals blocked, and a parallel-for whose result does not depend on
 * how many threads serve it.
 *
 * Signals reach the main thread alone. A pool belongs to the thread that made it; the workers own
 * nothing: they run slices of one job and the call returns when all are done.
 */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>

#include "base/err.h"

struct thread {
    pthread_t id;
    int started;
};

/* Starts fn(arg) in a thread of that name (at most 15 characters) with every signal blocked; 0 or
 * -1. */
int thread_start(struct thread *t, const char *name, void *(*fn)(void *), void *arg,
                 struct err *err);

/* Waits for the thread to end; does nothing if it was never started. */
void thread_join(struct thread *t);

/* Lets the thread end by itself, or with the program: for one that may never come back. What it
 * uses is its own from now on. */
void thread_leave(struct thread *t);

/* How many processors this process may run on (its affinity mask), at least 1. */
int thread_cpus(void);

struct pool;

/* Makes a pool that runs jobs on n threads, the caller's included; n = 1 starts no thread. */
struct pool *pool_new(int threads, struct err *err);

/* Ends the workers and frees the pool; NULL is allowed. */
void pool_free(struct pool *p);

/* How many threads serve the pool, the caller's included. A NULL pool is one thread. */
int pool_threads(const struct pool *p);

/*
 * Runs fn(ctx, i, worker) for each i in [0, n), each exactly once, and returns when all are done.
 * Which worker (0 <= worker < pool_threads) takes an i is not fixed, so fn may use `worker` only to
 * choose scratch memory, never a value that reaches a result. A NULL pool runs everything in the
 * caller. Not re-entrant: fn must not call pool_run on the same pool.
 */
void pool_run(struct pool *p, int n, void (*fn)(void *ctx, int i, int worker), void *ctx);

#endif
