/*
 * live_parts: struct live, which vision/live.c (opening, and the watcher's side) and
 * vision/live_threads.c (capture and analysis) share; nobody else includes it.
 *
 *   capture thread    source, its pool          -> mailboxes preview and work
 *   analysis thread   analyzer                  -> scene under the lock, record, album
 *   watcher           live_update               <- mailbox preview, scene and status under the lock
 *
 * Everything below "under the lock" in struct live is; the rest is written before the threads start
 * or belongs to one of them.
 */
#ifndef VISION_LIVE_PARTS_H
#define VISION_LIVE_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/mailbox.h"
#include "base/thread.h"
#include "vision/album.h"
#include "vision/analyze.h"
#include "vision/live.h"
#include "vision/live_orders.h"
#include "vision/rate.h"
#include "vision/record.h"
#include "vision/source.h"
#include "vision/source_about.h"

struct live {
    struct replay *replay; /* then nothing of what follows is there */
    struct live_opts live_opts;
    bool paced;
    int fd;
    struct analyzer *analyzer;
    struct frame_pool *pool;
    struct mailbox preview, work;
    struct thread capture, analysis;
    atomic_bool stop, pause;
    atomic_bool grey;  /* the watcher shows no colour */
    atomic_bool leave; /* the source is not wanted any more: its calls return soon */

    pthread_mutex_t analyzer_lock; /* held while the analyzer works, and while it is replaced */
    pthread_mutex_t lock;
    pthread_cond_t changed; /* stop was set, an order came, a frame was analysed, a scene fetched */
    /* under the lock: */
    struct source_opts source_opts;
    struct source *source; /* the capture thread alone changes it, and reads it without the lock */
    struct source_about about;
    struct turn turn;
    bool turned; /* turn is the watcher's, not the options' */
    struct orders orders;
    struct wishes wishes;
    struct frame *last; /* that was analysed; to analyse it again while the source is paused */
    struct seen seen;
    struct scene scene;
    struct live_status status;
    struct rate captured, analysed;
    uint64_t handed;     /* frames given to the analysis */
    uint64_t done;       /* frames that it is through with, or that a newer one displaced */
    struct err open_err; /* why the first opening failed */
    /* the watcher's: */
    uint64_t seen_seq;
    enum live_state seen_state;

    pthread_mutex_t record_lock;
    /* under the record's lock: */
    struct record *record;
    struct err record_why;
    struct album *album;
};

/* The two threads; arg is the struct live. */
void *live_capture_main(void *arg);
void *live_analysis_main(void *arg);

/* Opens the source of l->source_opts: whether it is there. Capture thread, or before it starts. */
bool live_open_source(struct live *l, struct err *err);

/* Sleeps on `changed` until the deadline; the lock is held. */
void live_wait_changed(struct live *l, int64_t deadline);

#endif
