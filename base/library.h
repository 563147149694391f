/*
 * library: shared libraries that are loaded when they are first needed. libav comes with more than
 * a hundred others, which take 35 ms to load; most commands need none of them. What loading alone
 * needed of them does not stay resident.
 *
 * Any thread.
 */
#ifndef BASE_LIBRARY_H
#define BASE_LIBRARY_H

#include <pthread.h>
#include <stddef.h>

#include "base/err.h"

/* A function that is called through a pointer. */
struct library_call {
    const char *file; /* "libavutil.so.57" */
    const char *name;
    void *place; /* of the pointer: a function pointer of its type */
};

struct library {
    const struct library_call *call; /* (count) */
    size_t count;
    int state; /* 0 = not tried, 1 = there, -1 = not to be had */
    struct err err;
    pthread_mutex_t lock;
};

/* clang-format off */
#define LIBRARY_INIT(calls, n) {.call = (calls), .count = (n), .lock = PTHREAD_MUTEX_INITIALIZER}
/* clang-format on */

/*
 * Sets all pointers, the first time that it is called; they stay good until the program ends. 0, or
 * -1 and err, also at each later call, which leaves the pointers as they are.
 */
int library_need(struct library *l, struct err *err);

#endif
