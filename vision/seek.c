/* seek: see seek.h. */
#include "vision/seek.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

#define SAME 0.3f    /* overlap of two boxes of one face */
#define MOMENT_S 0.5 /* a face that is missed for longer is no reason to hurry */

struct seeker {
    struct detector *detector;
    double every_s;
    int enough;   /* neighbours of a face where one is expected */
    double whole; /* time of the last whole search, s; < 0 = none */
    bool small;   /* the last whole search looked for small faces too */
    bool missed;  /* a known face was not found in the last frame */
    struct detection near[DETECT_MAX];
};

struct seeker *seeker_open(const struct detect_opts *opts, struct err *err)
{
    struct detector *d = detector_open(opts, err);
    if (d == NULL)
        return NULL;
    struct seeker *s = mem_zalloc(1, sizeof *s);
    s->detector = d;
    s->every_s = opts->every_s;
    s->enough = (opts->min_neighbors + 1) / 2;
    seeker_reset(s);
    return s;
}

void seeker_close(struct seeker *s)
{
    if (s == NULL)
        return;
    detector_close(s->detector);
    free(s);
}

void seeker_reset(struct seeker *s)
{
    s->whole = -1;
    s->small = false;
    s->missed = false;
}

static bool is_due(const struct seeker *s, const struct tracker *t, double time)
{
    double every = s->missed || t->tracks == 0 ? s->every_s / SEEK_SOONER : s->every_s;
    /* half a thousandth: times of frames are sums of rounded numbers */
    return s->whole < 0 || time < s->whole || time - s->whole >= every - 0.0005;
}

static bool is_among(const struct box *box, const struct detection *found, int n)
{
    for (int i = 0; i < n; i++) {
        if (track_overlap(box, &found[i].box) > SAME)
            return true;
    }
    return false;
}

/* Looks for known faces that are not among the n found; returns how many there are then. */
static int look_closer(struct seeker *s, const struct tracker *t, const struct frame *f,
                       struct detection *out, int n, int max)
{
    struct box near[SCENE_FACES_MAX];
    int places = 0;
    for (int i = 0; i < t->tracks; i++) {
        near[places] = track_expected(&t->track[i], f->pts);
        if (!is_among(&near[places], out, n))
            places++;
    }
    int more = places == 0 ? 0
                           : detector_search(s->detector, f->grey, f->width, f->height, f->width,
                                             near, places, s->enough, s->near, DETECT_MAX);
    for (int i = 0; i < more && n < max; i++) {
        if (!is_among(&s->near[i].box, out, n))
            out[n++] = s->near[i];
    }
    return n;
}

/* Whether a face that was there a moment ago is not among those found. */
static bool is_missed(const struct tracker *t, const struct detection *found, int n, double time)
{
    for (int i = 0; i < t->tracks; i++) {
        const struct track *k = &t->track[i];
        struct box at = track_expected(k, time);
        if (k->certain && time - k->found < MOMENT_S && !is_among(&at, found, n))
            return true;
    }
    return false;
}

/* A search of the whole picture; small faces are looked for every second time. */
static int look_everywhere(struct seeker *s, const struct frame *f, struct detection *out, int max)
{
    s->whole = f->pts;
    s->small = !s->small || s->every_s <= 0 || f->alone;
    if (s->every_s <= 0 || f->alone)
        return detector_run(s->detector, f->grey, f->width, f->height, f->width, out, max);
    return detector_glance(s->detector, f->grey, f->width, f->height, f->width, s->small, out, max);
}

int seeker_least(const struct seeker *s)
{
    return s->small ? 0 : detector_large(s->detector);
}

int seeker_run(struct seeker *s, const struct tracker *t, const struct frame *frame,
               struct detection *out, int max, int *whole)
{
    int n = 0;
    *whole = -1;
    if (is_due(s, t, frame->pts))
        n = *whole = look_everywhere(s, frame, out, max);
    if (s->every_s > 0)
        n = look_closer(s, t, frame, out, n, max);
    s->missed = is_missed(t, out, n, frame->pts);
    return n;
}
