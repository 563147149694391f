/*
 * live_threads: the capture thread, which reads the source and does what the watcher orders, and
 * the analysis thread; see live_parts.h.
 */
#include "vision/live_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

#define RETRY_NS CLOCK_S
#define WAIT_NS (100 * CLOCK_MS)

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
    l->status.retry = 0;
    snprintf(l->status.why, sizeof l->status.why, "%s", why);
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
    wake(l);
}

/* Sleeps on `changed` until the deadline; the lock is held. */
void live_wait_changed(struct live *l, int64_t deadline)
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
        live_wait_changed(l, clock_now() + WAIT_NS);
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
    struct source_about about = {.current = -1};
    if (source != NULL && source->ops->about != NULL)
        source->ops->about(source, &about);
    pthread_mutex_lock(&l->lock);
    struct source *old = l->source;
    l->source = source;
    l->about = about;
    if (source != NULL)
        snprintf(l->status.source, sizeof l->status.source, "%s", source->label);
    if (source != NULL && l->turned)
        source->turn = l->turn;
    else if (source != NULL)
        l->turn = source->turn;
    if (source != NULL && l->stop)
        source_stop(source);
    pthread_mutex_unlock(&l->lock);
    source_close(old);
    if (source == NULL)
        return;
    pthread_mutex_lock(&l->record_lock);
    if (l->record != NULL)
        record_source(l->record, source->label);
    pthread_mutex_unlock(&l->record_lock);
}

/* What was taken for want of a name is what is waited for when it is lost: a camera that is
 * unplugged must not turn into the performer. */
static void keep_first(struct live *l, const char *uri)
{
    pthread_mutex_lock(&l->lock);
    if (l->source_opts.uri[0] == '\0')
        snprintf(l->source_opts.uri, sizeof l->source_opts.uri, "%s", uri);
    pthread_mutex_unlock(&l->lock);
}

/* Opens the source of l->source_opts: whether it is there. */
bool live_open_source(struct live *l, struct err *err)
{
    pthread_mutex_lock(&l->lock);
    struct source_opts opts = l->source_opts;
    pthread_mutex_unlock(&l->lock);
    struct source *source = source_open_until(&l->leave, &opts, l->pool, err);
    if (source == NULL)
        return false;
    change_source(l, source);
    if (opts.uri[0] == '\0')
        keep_first(l, source->opts.uri);
    return true;
}

/* Sleeps until the lost source is to be tried again, or there is something else to do. */
static void wait_retry(struct live *l)
{
    int64_t next = clock_now() + RETRY_NS;
    pthread_mutex_lock(&l->lock);
    l->status.retry = next;
    while (!l->leave && clock_now() < next)
        live_wait_changed(l, next);
    l->status.retry = 0;
    pthread_mutex_unlock(&l->lock);
    wake(l);
}

/* The end, or a file that cannot be read further: nothing happens until there is an order. */
static void stay_ended(struct live *l, const char *why)
{
    wait_analysed(l);
    if (!l->leave)
        set_state(l, LIVE_ENDED, why);
    pthread_mutex_lock(&l->lock);
    while (!l->leave)
        live_wait_changed(l, clock_now() + CLOCK_S);
    pthread_mutex_unlock(&l->lock);
}

/* The source could not be opened: a camera or a stream may come, a file will not. */
static void opening_failed(struct live *l, const char *why)
{
    pthread_mutex_lock(&l->lock);
    bool first = l->status.captured == 0 && l->open_err.text[0] == '\0';
    if (first)
        err_set(&l->open_err, "%s", why);
    bool live = source_may_come(l->source_opts.uri);
    pthread_mutex_unlock(&l->lock);
    if (!live) {
        stay_ended(l, why);
        return;
    }
    set_state(l, LIVE_LOST, why);
    wait_retry(l);
}

/* Does what the watcher wants of the source that is there. */
static void obey(struct live *l)
{
    struct source *s = l->source;
    pthread_mutex_lock(&l->lock);
    struct orders o = l->orders;
    l->orders.controls = 0;
    l->orders.turn = false;
    if (o.turn) {
        l->turn = o.turned;
        l->turned = true;
        if (s != NULL)
            s->turn = o.turned;
    }
    pthread_mutex_unlock(&l->lock);
    if (o.controls == 0 || s == NULL || s->ops->control == NULL)
        return;
    struct err err = {""};
    struct source_about about = {.current = -1};
    for (int i = 0; i < o.controls; i++)
        s->ops->control(s, o.control[i].id, o.control[i].value, &err);
    s->ops->about(s, &about);
    pthread_mutex_lock(&l->lock);
    l->about = about;
    pthread_mutex_unlock(&l->lock);
    wake(l);
}

/* Takes the order to open another source, if there is one: then the old one is closed. */
static void take_source(struct live *l)
{
    pthread_mutex_lock(&l->lock);
    bool other = l->orders.source;
    if (other)
        l->source_opts = l->orders.source_opts;
    l->orders.source = false;
    if (!l->stop)
        l->leave = false;
    if (other)
        source_name(l->source_opts.uri, l->status.source, sizeof l->status.source);
    pthread_mutex_unlock(&l->lock);
    if (!other)
        return;
    change_source(l, NULL);
    set_state(l, LIVE_OPENING, "");
}

/* While paused a file stays where it is; a camera must be emptied all the same. */
static void stay_paused(struct live *l)
{
    struct frame *frame = NULL;
    struct err err = {""};
    set_state(l, LIVE_PAUSED, "");
    while (l->pause && !l->leave) {
        obey(l);
        if (!l->source->ops->live) {
            pthread_mutex_lock(&l->lock);
            if (l->pause && !l->leave)
                live_wait_changed(l, clock_now() + WAIT_NS);
            pthread_mutex_unlock(&l->lock);
            continue;
        }
        enum source_status got = source_next(l->source, &frame, &err);
        if (got == SOURCE_FRAME)
            frame_unref(frame);
        else if (got != SOURCE_AGAIN)
            return; /* the next call says it again, and then it is dealt with */
    }
    if (!l->leave)
        set_state(l, LIVE_RUNNING, "");
}

static void take_picture(struct live *l)
{
    struct frame *frame = NULL;
    struct err err = {""};
    l->source->grey = l->grey && l->album == NULL;
    enum source_status got = source_next(l->source, &frame, &err);
    if (got == SOURCE_FRAME) {
        hand_over(l, frame);
    } else if (got == SOURCE_LOST && l->source->ops->live) {
        set_state(l, LIVE_LOST, err.text);
        change_source(l, NULL);
        wait_retry(l);
    } else if (got != SOURCE_AGAIN) {
        stay_ended(l, got == SOURCE_LOST ? err.text : "");
    }
}

void *live_capture_main(void *arg)
{
    struct live *l = arg;
    while (!l->stop) {
        struct err err = {""};
        take_source(l);
        obey(l);
        if (l->source == NULL && !live_open_source(l, &err)) {
            if (!l->leave)
                opening_failed(l, err.text);
            continue;
        }
        if (l->pause)
            stay_paused(l);
        if (!l->leave)
            take_picture(l);
    }
    return NULL;
}

/* ---- analysis thread ------------------------------------------------------------------------- */

/* To the record and the pictures of faces, where they are wanted; neither waits for the disk. */
static void write_down(struct live *l, struct frame *frame, const struct scene *scene)
{
    pthread_mutex_lock(&l->record_lock);
    if (l->record != NULL && l->record_why.text[0] == '\0' && !record_scene(l->record, scene))
        record_failed(l->record, &l->record_why);
    album_put(l->album, frame, scene);
    pthread_mutex_unlock(&l->record_lock);
}

/* Does what the watcher wants of the analyzer. */
static void fulfil(struct live *l)
{
    pthread_mutex_lock(&l->lock);
    struct wishes w = l->wishes;
    l->wishes.crop = false;
    l->wishes.baselines = 0;
    pthread_mutex_unlock(&l->lock);
    if (w.crop)
        analyzer_crop(l->analyzer, &w.how, w.watch);
    for (int i = 0; i < w.baselines; i++)
        analyzer_baseline(l->analyzer, w.baseline[i].id, w.baseline[i].on);
}

void *live_analysis_main(void *arg)
{
    struct live *l = arg;
    struct scene *scene = mem_zalloc(1, sizeof *scene);
    while (!l->stop) {
        struct frame *frame = mailbox_wait(&l->work, clock_now() + CLOCK_S);
        if (frame == NULL)
            continue;
        pthread_mutex_lock(&l->analyzer_lock);
        fulfil(l);
        analyzer_run(l->analyzer, frame, scene);
        if (frame != l->last) /* which the analysis thread alone changes */
            write_down(l, frame, scene);
        pthread_mutex_lock(&l->lock);
        struct frame *old = l->last;
        l->last = frame;
        l->scene = *scene;
        seen_copy(&l->seen, analyzer_seen(l->analyzer));
        l->done++;
        l->status.analysed++;
        rate_count(&l->analysed, scene->done);
        pthread_cond_broadcast(&l->changed);
        pthread_mutex_unlock(&l->lock);
        pthread_mutex_unlock(&l->analyzer_lock);
        frame_unref(old);
        wake(l);
    }
    free(scene);
    return NULL;
}
