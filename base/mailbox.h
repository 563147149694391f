/*
 * mailbox: a place for one item between two threads, where the newest wins.
 *
 * mailbox_put always takes the caller's reference and drops the one it displaces, so a hand-over
 * cannot fail and cannot leak. A put never waits for the taker. Any number of threads may put and
 * take.
 */
#ifndef BASE_MAILBOX_H
#define BASE_MAILBOX_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct mailbox {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    void *item;           /* owned while it lies here */
    void (*drop)(void *); /* gives up a reference to an item */
    uint64_t displaced;   /* items dropped because a newer one came */
    bool closed;
};

/* Makes it empty; drop is called for each displaced item. */
void mailbox_init(struct mailbox *m, void (*drop)(void *));

/* Drops what lies in it and frees its resources; nobody may use it any more. */
void mailbox_destroy(struct mailbox *m);

/* Takes over the caller's reference to item; into a closed mailbox it is dropped at once. */
void mailbox_put(struct mailbox *m, void *item);

/* Hands the newest item and its reference to the caller, or NULL if there is none; never waits. */
void *mailbox_take(struct mailbox *m);

/* As mailbox_take, and waits for an item until the deadline (clock_now() time); NULL if none came
 * or closed. */
void *mailbox_wait(struct mailbox *m, int64_t deadline);

/* Wakes whoever waits and refuses new items. */
void mailbox_close(struct mailbox *m);

/* How many items were displaced by newer ones so far. */
uint64_t mailbox_displaced(struct mailbox *m);

#endif
