/*
 * live: see live.h.
 *
 *   capture thread    source, its pool          -> mailboxes preview and work
 *   analysis thread   analyzer                  -> scene under the lock
 *   watcher           live_update               <- mailbox preview, scene and status under the lock
 *
 * Everything below "under the lock" in struct live is; the rest is written before the threads start
 * or belongs to one of them.
 */
#include "vision/live.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mailbox.h"
#include "base/mem.h"
#include "base/thread.h"
#include "vision/analyze.h"
#include "vision/rate.h"
#include "vision/source.h"

#define FRAMES                                                                                     \
    8 /* out at once: in both mailboxes, read, shown, being filled, and some to spare              \
       */
#define RETRY_NS CLOCK_S
#define WAIT_NS (100 * CLOCK_MS)

struct live {
    struct source_opts source_opts;
    bool paced;
    int fd;
    struct analyzer *analyzer;
    struct frame_pool *pool;
    struct mailbox preview, work;
    struct thread capture, analysis;
    atomic_bool stop, pause;

    pthread_mutex_t lock;
    pthread_cond_t changed; /* stop was set, a frame was analysed, a scene was fetched */
    /* under the lock: */
    struct source *source; /* the capture thread alone changes it, and reads it without the lock */
    struct scene scene;
    struct live_status status;
    struct rate captured, analysed;
    uint64_t handed; /* frames given to the analysis */
    uint64_t done;   /* frames that it is through with, or that a newer one displaced */
    /* the watcher's: */
    uint64_t seen_seq;
    enum live_state seen_state;
};

static void wake(struct live *l)
{
    uint64_t one = 1;
    while (write(l->fd, &one, sizeof one) < 0 && errno == EINTR)
        continue;
}

/* Changes the state, says why if there is a reason, and tells the watcher. */
static void set_state(struct live *l, enum live_state state, const char *why)
{
    pthread_mutex_lock(&l->lock);
    l->status.state = state;
    snprintf(l->status.why, sizeof l->status.why, "%s", why);
    pthread_mutex_unlock(&l->lock);
    wake(l);
}

/* Sleeps on `changed` until the deadline; the lock is held. */
static void wait_changed(struct live *l, int64_t deadline)
{
    struct timespec ts = {.tv_sec = deadline / CLOCK_S, .tv_nsec = deadline % CLOCK_S};
    pthread_cond_timedwait(&l->changed, &l->lock, &ts);
}

/* ---- capture thread -------------------------------------------------------------------------- */

/* Waits until the analysis is through with what it was given and, if every scene counts, until the
 * watcher has fetched the last one. */
static void wait_analysed(struct live *l)
{
    pthread_mutex_lock(&l->lock);
    while (!l->stop && (l->done + mailbox_displaced(&l->work) < l->handed ||
                        (!l->paced && l->seen_seq < l->scene.seq)))
        wait_changed(l, clock_now() + WAIT_NS);
    pthread_mutex_unlock(&l->lock);
}

static void hand_over(struct live *l, struct frame *frame)
{
    pthread_mutex_lock(&l->lock);
    rate_count(&l->captured, clock_now());
    l->status.captured++;
    l->status.width = frame->width;
    l->status.height = frame->height;
    l->status.state = LIVE_RUNNING;
    l->status.why[0] = '\0';
    l->handed++;
    pthread_mutex_unlock(&l->lock);
    mailbox_put(&l->preview, frame_ref(frame));
    mailbox_put(&l->work, frame);
    wake(l);
    if (!l->paced)
        wait_analysed(l);
}

/* Puts another source, or NULL, in the place of the one that is there, which it closes. */
static void change_source(struct live *l, struct source *source)
{
    pthread_mutex_lock(&l->lock);
    struct source *old = l->source;
    l->source = source;
    if (source != NULL)
        snprintf(l->status.source, sizeof l->status.source, "%s", source->label);
    if (source != NULL && l->stop)
        source_stop(source);
    pthread_mutex_unlock(&l->lock);
    source_close(old);
}

/* Tries to open the lost source once a second, until it is there or the end has come. */
static void reopen(struct live *l)
{
    struct err err = {""};
    change_source(l, NULL);
    while (!l->stop) {
        int64_t next = clock_now() + RETRY_NS;
        pthread_mutex_lock(&l->lock);
        while (!l->stop && clock_now() < next)
            wait_changed(l, next);
        pthread_mutex_unlock(&l->lock);
        struct source *source = source_open_until(&l->stop, &l->source_opts, l->pool, &err);
        if (source != NULL) {
            change_source(l, source);
            return;
        }
        if (!l->stop)
            set_state(l, LIVE_LOST, err.text);
    }
}

/* While paused a file stays where it is; a camera must be emptied all the same. */
static void stay_paused(struct live *l)
{
    struct frame *frame = NULL;
    struct err err = {""};
    set_state(l, LIVE_PAUSED, "");
    while (l->pause && !l->stop) {
        if (!l->source->ops->live) {
            pthread_mutex_lock(&l->lock);
            if (l->pause && !l->stop)
                wait_changed(l, clock_now() + WAIT_NS);
            pthread_mutex_unlock(&l->lock);
            continue;
        }
        enum source_status got = source_next(l->source, &frame, &err);
        if (got == SOURCE_FRAME)
            frame_unref(frame);
        else if (got != SOURCE_AGAIN)
            return; /* the next call says it again, and then it is dealt with */
    }
    if (!l->stop)
        set_state(l, LIVE_RUNNING, "");
}

static void *capture_main(void *arg)
{
    struct live *l = arg;
    while (!l->stop) {
        struct frame *frame = NULL;
        struct err err = {""};
        if (l->pause)
            stay_paused(l);
        enum source_status got = source_next(l->source, &frame, &err);
        if (got == SOURCE_FRAME) {
            hand_over(l, frame);
        } else if (got == SOURCE_LOST && l->source->ops->live) {
            set_state(l, LIVE_LOST, err.text);
            reopen(l);
        } else if (got != SOURCE_AGAIN) { /* the end, or a file that cannot be read further */
            wait_analysed(l);
            set_state(l, LIVE_ENDED, got == SOURCE_LOST ? err.text : "");
            break;
        }
    }
    return NULL;
}

/* ---- analysis thread ------------------------------------------------------------------------- */

static void *analysis_main(void *arg)
{
    struct live *l = arg;
    struct scene *scene = mem_zalloc(1, sizeof *scene);
    while (!l->stop) {
        struct frame *frame = mailbox_wait(&l->work, clock_now() + CLOCK_S);
        if (frame == NULL)
            continue;
        analyzer_run(l->analyzer, frame, scene);
        frame_unref(frame);
        pthread_mutex_lock(&l->lock);
        l->scene = *scene;
        l->done++;
        l->status.analysed++;
        rate_count(&l->analysed, scene->done);
        pthread_cond_broadcast(&l->changed);
        pthread_mutex_unlock(&l->lock);
        wake(l);
    }
    free(scene);
    return NULL;
}

/* ---- the watcher's side ---------------------------------------------------------------------- */

static struct live *live_new(const struct opts *opts, bool paced)
{
    struct live *l = mem_zalloc(1, sizeof *l);
    pthread_condattr_t attr;
    l->source_opts = opts->source;
    l->paced = paced;
    l->fd = -1;
    l->pool = frame_pool_new(FRAMES);
    mailbox_init(&l->preview, frame_unref);
    mailbox_init(&l->work, frame_unref);
    pthread_mutex_init(&l->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC); /* deadlines are clock_now() times */
    pthread_cond_init(&l->changed, &attr);
    pthread_condattr_destroy(&attr);
    return l;
}

struct live *live_open(const struct opts *opts, bool paced, struct err *err)
{
    struct live *l = live_new(opts, paced);
    l->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (l->fd < 0) {
        err_errno(err, "cannot make an eventfd");
        goto fail;
    }
    l->analyzer = analyzer_open(&opts->detect, &opts->model, &opts->live, err);
    if (l->analyzer == NULL)
        goto fail;
    l->source = source_open_until(&l->stop, &opts->source, l->pool, err);
    if (l->source == NULL)
        goto fail;
    snprintf(l->status.source, sizeof l->status.source, "%s", l->source->label);
    if (thread_start(&l->analysis, "analysis", analysis_main, l, err) != 0 ||
        thread_start(&l->capture, "capture", capture_main, l, err) != 0)
        goto fail;
    return l;
fail:
    live_close(l);
    return NULL;
}

void live_close(struct live *l)
{
    if (l == NULL)
        return;
    pthread_mutex_lock(&l->lock);
    l->stop = true;
    if (l->source != NULL)
        source_stop(l->source);
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
    mailbox_close(&l->work);
    thread_join(&l->capture);
    thread_join(&l->analysis);
    source_close(l->source);
    analyzer_close(l->analyzer);
    mailbox_destroy(&l->preview);
    mailbox_destroy(&l->work);
    frame_pool_free(l->pool);
    pthread_cond_destroy(&l->changed);
    pthread_mutex_destroy(&l->lock);
    if (l->fd >= 0)
        close(l->fd);
    free(l);
}

int live_fd(const struct live *l)
{
    return l->fd;
}

bool live_update(struct live *l, struct scene *scene, struct live_status *status,
                 struct frame **frame)
{
    uint64_t wakes;
    while (read(l->fd, &wakes, sizeof wakes) < 0 && errno == EINTR)
        continue;
    struct frame *newest = frame != NULL ? mailbox_take(&l->preview) : NULL;
    if (newest != NULL) {
        frame_unref(*frame);
        *frame = newest;
    }
    int64_t now = clock_now();
    pthread_mutex_lock(&l->lock);
    *scene = l->scene;
    *status = l->status;
    status->capture_fps = rate_per_second(&l->captured, now);
    status->analysed_fps = rate_per_second(&l->analysed, now);
    status->dropped = mailbox_displaced(&l->work);
    bool news = scene->seq != l->seen_seq || status->state != l->seen_state;
    l->seen_seq = scene->seq;
    l->seen_state = status->state;
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
    return news;
}

void live_pause(struct live *l, bool on)
{
    pthread_mutex_lock(&l->lock);
    l->pause = on;
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
}

const struct infer_info *live_model(const struct live *l)
{
    return analyzer_model(l->analyzer);
}
