/*
 * synthetic: the built-in performer as a source, "demo:" or "demo:MOOD"; "demo:two" are two, who
 * cross.
 *
 * Frame n shows the performer at n / fps seconds, so that a seed gives the same pictures on every
 * machine and at every speed. Capture thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "vision/timing.h"
#include "vision/performer.h"
#include "vision/source_kinds.h"

#define DEFAULT_FPS 30.0
#define SIDE_MIN 16
#define SIDE_MAX 4096

struct synthetic {
    struct performer performer;
    bool pair;
    struct timing timing;
    double fps;
    uint64_t count; /* frames handed over */
};

static bool synthetic_match(const char *uri)
{
    return strncmp(uri, "demo:", 5) == 0;
}

static int mood_of(const char *name)
{
    for (int i = 0; i < PERFORMER_MOODS; i++) {
        if (strcmp(name, performer_mood_name[i]) == 0)
            return i;
    }
    return -1;
}

static int synthetic_open(struct source *s, struct err *err)
{
    struct synthetic *d = s->priv = mem_zalloc(1, sizeof *d);
    const char *mood = s->opts.uri + 5;
    d->performer = (struct performer){.seed = (unsigned)s->opts.seed, .only = mood_of(mood)};
    d->pair = strcmp(mood, "two") == 0;
    if (mood[0] != '\0' && d->performer.only < 0 && !d->pair)
        return err_set(err,
                       "%s: the performer plays angry, disgust, fear, happy, sad, surprise, "
                       "neutral, or two of them, not \"%s\"",
                       s->opts.uri, mood);
    s->opts.width = s->opts.width > 0 ? s->opts.width : 640;
    s->opts.height = s->opts.height > 0 ? s->opts.height : 480;
    if (s->opts.width < SIDE_MIN || s->opts.width > SIDE_MAX || s->opts.height < SIDE_MIN ||
        s->opts.height > SIDE_MAX)
        return err_set(err, "%s: expected a size from %d to %d a side, got %dx%d", s->opts.uri,
                       SIDE_MIN, SIDE_MAX, s->opts.width, s->opts.height);
    d->fps = s->opts.fps > 0 ? s->opts.fps : DEFAULT_FPS;
    timing_init(&d->timing, s->opts.speed);
    snprintf(s->label, sizeof s->label, "%.200s built-in performer", s->opts.uri);
    return 0;
}

/* Of two, the first one's truth is the frame's. */
static void draw(const struct synthetic *d, double pts, struct frame *f)
{
    struct frame_truth both[2];
    if (!d->pair) {
        performer_draw(&d->performer, pts, f->width, f->height, f->rgb, f->grey, &f->truth);
        return;
    }
    performer_draw_pair(&d->performer, pts, f->width, f->height, f->rgb, f->grey, both);
    f->truth = both[0];
}

static enum source_status synthetic_next(struct source *s, struct frame **out, struct err *err)
{
    (void)err;
    struct synthetic *d = s->priv;
    double pts = (double)d->count / d->fps;
    int64_t due;
    if (!timing_wait(&d->timing, s, pts, &due))
        return SOURCE_AGAIN;
    struct frame *f = frame_new(s->pool, s->opts.width, s->opts.height, !s->grey);
    if (f == NULL) {
        clock_sleep_until(clock_now() +
                          CLOCK_MS); /* all are out: the reader is slower than we are */
        return SOURCE_AGAIN;
    }
    draw(d, pts, f);
    f->time = due;
    f->pts = pts;
    f->seq = ++d->count;
    *out = f;
    return SOURCE_FRAME;
}

static void synthetic_close(struct source *s)
{
    free(s->priv);
}

const struct source_ops source_synthetic = {
    .name = "demo",
    .match = synthetic_match,
    .open = synthetic_open,
    .next = synthetic_next,
    .close = synthetic_close,
};
