/* live: see live.h; how it works is told in live_parts.h. */
#include "vision/live.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "vision/live_parts.h"
#include "vision/live_source.h"
#include "vision/replay.h"

/* Out at once: in both mailboxes, read, shown, being filled, and some to spare. */
#define FRAMES 8

#define OPEN_WAIT_NS (250 * CLOCK_MS) /* for a stream that refuses at once to say so */

/* ---- the watcher's side ---------------------------------------------------------------------- */

static struct live *live_new(const struct opts *opts, bool paced)
{
    struct live *l = mem_zalloc(1, sizeof *l);
    pthread_condattr_t attr;
    l->source_opts = opts->source;
    l->live_opts = opts->live;
    l->about.current = -1;
    l->paced = paced;
    l->fd = -1;
    l->pool = frame_pool_new(FRAMES);
    mailbox_init(&l->preview, frame_unref);
    mailbox_init(&l->work, frame_unref);
    pthread_mutex_init(&l->lock, NULL);
    pthread_mutex_init(&l->record_lock, NULL);
    pthread_mutex_init(&l->analyzer_lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC); /* deadlines are clock_now() times */
    pthread_cond_init(&l->changed, &attr);
    pthread_condattr_destroy(&attr);
    return l;
}

/* Gives a stream a moment to fail; what takes longer is opened while the screen is up. */
static int wait_opened(struct live *l, struct err *err)
{
    int64_t until = clock_now() + OPEN_WAIT_NS;
    pthread_mutex_lock(&l->lock);
    while (l->status.state == LIVE_OPENING && clock_now() < until)
        live_wait_changed(l, until);
    bool failed = l->open_err.text[0] != '\0';
    if (failed)
        err_set(err, "%s", l->open_err.text);
    pthread_mutex_unlock(&l->lock);
    return failed ? -1 : 0;
}

static int start_threads(struct live *l, struct err *err)
{
    bool there = l->source != NULL; /* asked now: the capture thread changes it */
    if (thread_start(&l->analysis, "analysis", live_analysis_main, l, err) != 0 ||
        thread_start(&l->capture, "capture", live_capture_main, l, err) != 0)
        return -1;
    return there ? 0 : wait_opened(l, err);
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
    source_name(opts->source.uri, l->status.source, sizeof l->status.source);
    bool later = !opts->live.plain && source_may_wait(opts->source.uri);
    if (!later && !live_open_source(l, err))
        goto fail;
    if (opts->live.save_faces[0] != '\0' &&
        (l->album = album_open(opts->live.save_faces, err)) == NULL)
        goto fail;
    if (opts->live.record[0] != '\0' && live_record(l, opts->live.record, err) != 0)
        goto fail;
    if (start_threads(l, err) == 0)
        return l;
fail:
    live_close(l);
    return NULL;
}

struct live *live_open_replay(const char *path, const struct opts *opts, struct err *err)
{
    struct replay *r = replay_open(path, opts->replay.start_s, opts->replay.speed, err);
    if (r == NULL)
        return NULL;
    struct live *l = live_new(opts, true);
    l->replay = r;
    return l;
}

void live_close(struct live *l)
{
    if (l == NULL)
        return;
    pthread_mutex_lock(&l->lock);
    l->stop = l->leave = true;
    if (l->source != NULL)
        source_stop(l->source);
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
    mailbox_close(&l->work);
    thread_join(&l->capture);
    thread_join(&l->analysis);
    source_close(l->source);
    replay_close(l->replay);
    record_close(l->record, NULL);
    album_close(l->album);
    analyzer_close(l->analyzer);
    mailbox_destroy(&l->preview);
    mailbox_destroy(&l->work);
    frame_unref(l->last);
    frame_pool_free(l->pool);
    pthread_cond_destroy(&l->changed);
    pthread_mutex_destroy(&l->lock);
    pthread_mutex_destroy(&l->record_lock);
    pthread_mutex_destroy(&l->analyzer_lock);
    if (l->fd >= 0)
        close(l->fd);
    free(l);
}

int live_fd(const struct live *l)
{
    return l->replay != NULL ? replay_fd(l->replay) : l->fd;
}

/* What became of the record; the watcher's thread alone changes its name. */
static void tell_record(struct live *l, struct live_status *status)
{
    pthread_mutex_lock(&l->record_lock);
    struct err why = l->record_why;
    if (why.text[0] == '\0')
        album_failed(l->album, &why);
    snprintf(status->record_why, sizeof status->record_why, "%s", why.text);
    status->recording = l->record != NULL && l->record_why.text[0] == '\0';
    status->recorded = l->record != NULL ? record_lines(l->record) : 0;
    pthread_mutex_unlock(&l->record_lock);
}

bool live_update(struct live *l, struct scene *scene, struct live_status *status,
                 struct frame **frame)
{
    uint64_t wakes;
    if (l->replay != NULL)
        return replay_update(l->replay, scene, status, frame);
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
    tell_record(l, status);
    return news;
}

void live_pause(struct live *l, bool on)
{
    if (l->replay != NULL) {
        replay_pause(l->replay, on);
        return;
    }
    pthread_mutex_lock(&l->lock);
    l->pause = on;
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
}

bool live_paused(const struct live *l)
{
    return l->replay != NULL ? replay_paused(l->replay) : l->pause;
}

int live_use_model(struct live *l, const struct opts *opts, struct err *err)
{
    if (l->replay != NULL)
        return err_set(err, "a record has its own labels: it cannot be read by another model");
    if (l->record != NULL)
        return err_set(err, "a record is being made: another model would give it other labels");
    struct analyzer *next = analyzer_open(&opts->detect, &opts->model, &opts->live, err);
    if (next == NULL)
        return -1;
    pthread_mutex_lock(&l->analyzer_lock);
    struct analyzer *before = l->analyzer;
    l->analyzer = next;
    pthread_mutex_lock(&l->lock);
    pthread_mutex_unlock(&l->analyzer_lock);
    l->scene.faces = 0; /* their numbers mean other classes now */
    l->scene.classes = analyzer_model(next)->classes;
    pthread_mutex_unlock(&l->lock);
    analyzer_close(before);
    return 0;
}

const struct infer_info *live_model(const struct live *l)
{
    return l->replay != NULL ? replay_model(l->replay) : analyzer_model(l->analyzer);
}

int live_record(struct live *l, const char *path, struct err *err)
{
    struct record *record = NULL;
    if (l->replay != NULL)
        return err_set(err, "this is a record already");
    if (path != NULL) {
        pthread_mutex_lock(&l->lock);
        struct live_status status = l->status;
        pthread_mutex_unlock(&l->lock);
        record = record_open(path, analyzer_model(l->analyzer), status.source,
                             l->live_opts.half_life_s, err);
        if (record == NULL)
            return -1;
    }
    pthread_mutex_lock(&l->record_lock);
    struct record *old = l->record;
    bool told = l->record_why.text[0] != '\0'; /* why the old one ended, in its status */
    l->record = record;
    l->record_why.text[0] = '\0';
    pthread_mutex_unlock(&l->record_lock);
    if (path != NULL) {
        pthread_mutex_lock(&l->lock);
        snprintf(l->status.record, sizeof l->status.record, "%s", path);
        pthread_mutex_unlock(&l->lock);
    }
    struct err why = {""};
    if (record_close(old, &why) == 0 || (told && path != NULL))
        return 0;
    return err_set(err, "%s", why.text);
}

bool live_recording(struct live *l)
{
    pthread_mutex_lock(&l->record_lock);
    bool on = l->record != NULL && l->record_why.text[0] == '\0';
    pthread_mutex_unlock(&l->record_lock);
    return on;
}

/* ---- orders ---------------------------------------------------------------------------------- */

void live_switch(struct live *l, const struct source_opts *source)
{
    if (l->replay != NULL)
        return;
    pthread_mutex_lock(&l->lock);
    l->orders.source = true;
    l->orders.source_opts = *source;
    l->leave = true;
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
}

struct source_opts live_source(struct live *l)
{
    pthread_mutex_lock(&l->lock);
    struct source_opts o = l->orders.source ? l->orders.source_opts : l->source_opts;
    pthread_mutex_unlock(&l->lock);
    return o;
}

void live_about(struct live *l, struct source_about *about)
{
    pthread_mutex_lock(&l->lock);
    *about = l->about;
    pthread_mutex_unlock(&l->lock);
}

void live_control(struct live *l, uint32_t id, int value)
{
    pthread_mutex_lock(&l->lock);
    struct orders *o = &l->orders;
    int i = 0;
    while (i < o->controls && o->control[i].id != id)
        i++;
    if (i < CONTROLS_MAX) { /* a newer order for the same control replaces the older */
        o->control[i].id = id;
        o->control[i].value = value;
        o->controls = i == o->controls ? i + 1 : o->controls;
    }
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
}

void live_turn(struct live *l, const struct turn *turn)
{
    pthread_mutex_lock(&l->lock);
    l->orders.turn = true;
    l->orders.turned = *turn;
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
}

struct turn live_turned(struct live *l)
{
    pthread_mutex_lock(&l->lock);
    struct turn t = l->orders.turn ? l->orders.turned : l->turn;
    pthread_mutex_unlock(&l->lock);
    return t;
}

void live_seek(struct live *l, double position)
{
    if (l->replay != NULL)
        replay_seek(l->replay, position);
}

void live_speed(struct live *l, double speed)
{
    if (l->replay != NULL)
        replay_speed(l->replay, speed);
}

/* ---- wishes ---------------------------------------------------------------------------------- */

/* While the source is paused, the analysis gets its last frame again; the lock is held. */
static void ask_again(struct live *l)
{
    if (!l->pause || l->last == NULL)
        return;
    l->handed++;
    mailbox_put(&l->work, frame_ref(l->last));
}

void live_crop(struct live *l, const struct crop_how *how, int watch)
{
    if (l->replay != NULL)
        return;
    pthread_mutex_lock(&l->lock);
    l->wishes.crop = true;
    l->wishes.how = *how;
    l->wishes.watch = watch;
    ask_again(l);
    pthread_mutex_unlock(&l->lock);
}

void live_baseline(struct live *l, int id, bool on)
{
    if (l->replay != NULL)
        return;
    pthread_mutex_lock(&l->lock);
    struct wishes *w = &l->wishes;
    int i = 0;
    while (i < w->baselines && w->baseline[i].id != id)
        i++;
    if (i < BASELINES_MAX) { /* a newer wish for the same face replaces the older */
        w->baseline[i].id = id;
        w->baseline[i].on = on;
        w->baselines = i == w->baselines ? i + 1 : w->baselines;
    }
    ask_again(l);
    pthread_mutex_unlock(&l->lock);
}

void live_seen(struct live *l, struct seen *seen)
{
    if (l->replay != NULL)
        return;
    pthread_mutex_lock(&l->lock);
    seen_copy(seen, &l->seen);
    pthread_mutex_unlock(&l->lock);
}

void live_grey(struct live *l, bool on)
{
    l->grey = on;
}
