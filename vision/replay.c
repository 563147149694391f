/* replay: see replay.h. */
#include "vision/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "vision/record_read.h"

#define ORIGIN_NS (3600 * CLOCK_S) /* second 0 of the record on status->now's scale */
#define INDEX_S 1.0                /* between two places that one can jump to */
#define BLANK 0                    /* grey level of a picture that was not kept */

struct replay {
    struct record_reader *reader;
    struct infer_info info;
    const char *label[SCENE_CLASSES_MAX];
    char source[256];
    int timer;
    struct record_place *place; /* of scenes INDEX_S apart */
    int places, room;
    double length;
    struct scene scene, next;
    bool more;     /* next is there */
    double clock;  /* of next */
    uint64_t seen; /* scenes handed out */
    double position, speed;
    int64_t since; /* clock_now() when position was right */
    bool paused, ended, news;
    struct err why;
    struct frame_pool *pool;
};

/* ---- opening --------------------------------------------------------------------------------- */

static void remember(struct replay *r, struct record_place place)
{
    if (r->places > 0 && place.clock - r->place[r->places - 1].clock < INDEX_S)
        return;
    if (r->places == r->room) {
        r->room = r->room > 0 ? 2 * r->room : 64;
        r->place = mem_realloc(r->place, (size_t)r->room, sizeof *r->place);
    }
    r->place[r->places++] = place;
}

/* Reads the record to its end. */
static int read_through(struct replay *r, const char *path, struct err *err)
{
    int got;
    while ((got = record_read_next(r->reader, &r->next, err)) == 1)
        remember(r, record_read_place(r->reader));
    r->length = record_read_clock(r->reader);
    if (got == 0 && r->places == 0)
        return err_set(err, "%s: nothing was recorded", path);
    return got;
}

static void read_next(struct replay *r)
{
    int got = record_read_next(r->reader, &r->next, &r->why);
    r->more = got == 1;
    r->clock = record_read_clock(r->reader);
}

struct replay *replay_open(const char *path, double start_s, double speed, struct err *err)
{
    struct replay *r = mem_zalloc(1, sizeof *r);
    r->timer = -1;
    r->reader = record_read_open(path, err);
    if (r->reader == NULL || read_through(r, path, err) != 0)
        goto fail;
    r->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (r->timer < 0) {
        err_errno(err, "cannot make a timer");
        goto fail;
    }
    const struct record_head *head = record_read_head(r->reader);
    for (int c = 0; c < head->classes; c++)
        r->label[c] = head->label[c];
    r->info =
        (struct infer_info){.name = head->model, .classes = head->classes, .labels = r->label};
    snprintf(r->source, sizeof r->source, "%.200s", path);
    r->pool = frame_pool_new(4);
    r->speed = speed;
    replay_seek(r, start_s);
    return r;
fail:
    replay_close(r);
    return NULL;
}

void replay_close(struct replay *r)
{
    if (r == NULL)
        return;
    record_read_close(r->reader);
    frame_pool_free(r->pool);
    if (r->timer >= 0)
        close(r->timer);
    free(r->place);
    free(r);
}

/* ---- the clock ------------------------------------------------------------------------------- */

/* Brings the position up to now. */
static void advance(struct replay *r)
{
    int64_t now = clock_now();
    if (!r->paused && !r->ended)
        r->position += (double)(now - r->since) / 1e9 * r->speed;
    r->since = now;
    r->ended = !r->more && r->position >= r->length;
    if (r->position > r->length)
        r->position = r->length;
}

/* Wakes the watcher when the next scene is due, at once if one is. */
static void arm(const struct replay *r)
{
    struct itimerspec t = {0};
    double wait = ((r->more ? r->clock : r->length) - r->position) / r->speed;
    bool due = r->news || (r->more && wait <= 0);
    if (due || (!r->paused && !r->ended)) {
        double s = due || wait < 0 ? 0 : wait < 3600 ? wait : 3600;
        t.it_value.tv_sec = (time_t)s;
        t.it_value.tv_nsec = (long)((s - (double)(time_t)s) * 1e9) + 1;
        if (t.it_value.tv_nsec >= CLOCK_S)
            t.it_value.tv_nsec = CLOCK_S - 1;
    }
    timerfd_settime(r->timer, 0, &t, NULL);
}

void replay_pause(struct replay *r, bool on)
{
    advance(r);
    r->paused = on;
    r->news = true;
    arm(r);
}

bool replay_paused(const struct replay *r)
{
    return r->paused;
}

void replay_speed(struct replay *r, double speed)
{
    advance(r);
    r->speed = speed;
    r->news = true;
    arm(r);
}

void replay_seek(struct replay *r, double position)
{
    r->position = position < 0 ? 0 : position > r->length ? r->length : position;
    int i = 0;
    while (i + 1 < r->places && r->place[i + 1].clock <= r->position - REPLAY_BEFORE_S)
        i++;
    record_read_go(r->reader, &r->place[i]);
    r->scene = (struct scene){.classes = r->info.classes};
    r->since = clock_now();
    r->ended = false;
    r->news = true;
    read_next(r);
    arm(r);
}

/* ---- the watcher ----------------------------------------------------------------------------- */

/* An empty picture in place of the one that was not kept. */
static void blank(struct replay *r, struct frame **frame)
{
    const struct scene *s = &r->scene;
    if (s->width <= 0 || s->height <= 0)
        return;
    if (*frame != NULL && (*frame)->seq == s->seq)
        return;
    struct frame *f = frame_new(r->pool, s->width, s->height, false);
    if (f == NULL)
        return;
    memset(f->grey, BLANK, (size_t)s->width * (size_t)s->height);
    f->seq = s->seq;
    f->time = s->time;
    f->pts = s->pts;
    frame_unref(*frame);
    *frame = f;
}

static void take_scene(struct replay *r)
{
    r->scene = r->next;
    r->scene.seq = r->scene.frame_seq = ++r->seen;
    r->scene.time = r->scene.done = ORIGIN_NS + (int64_t)(r->clock * 1e9);
    r->news = true;
    read_next(r);
}

bool replay_update(struct replay *r, struct scene *scene, struct live_status *status,
                   struct frame **frame)
{
    uint64_t ticks;
    ssize_t n = read(r->timer, &ticks, sizeof ticks);
    (void)n; /* it only wakes */
    advance(r);
    if (r->more && r->clock <= r->position)
        take_scene(r);
    bool was_ended = r->ended;
    advance(r);
    bool news = r->news || r->ended != was_ended;
    *scene = r->scene;
    bool more = r->more && r->clock <= r->position;
    *status = (struct live_status){
        .state = r->ended    ? LIVE_ENDED
                 : r->paused ? LIVE_PAUSED
                             : LIVE_RUNNING,
        .width = r->scene.width,
        .height = r->scene.height,
        .analysed = r->scene.seq,
        .replay = true,
        .more = more,
        .position = r->position,
        .length = r->length,
        .speed = r->speed,
        .now = ORIGIN_NS + (int64_t)(r->position * 1e9),
    };
    snprintf(status->source, sizeof status->source, "%s", r->source);
    snprintf(status->why, sizeof status->why, "%s", r->why.text);
    if (frame != NULL && !more)
        blank(r, frame);
    r->news = false;
    arm(r);
    return news;
}

int replay_fd(const struct replay *r)
{
    return r->timer;
}

const struct infer_info *replay_model(const struct replay *r)
{
    return &r->info;
}
