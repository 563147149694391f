/* track: see track.h. */
#include "vision/track.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define NO_MATCH (-1.0f)

void tracker_init(struct tracker *t)
{
    memset(t, 0, sizeof *t);
    t->next_id = 1;
}

void tracker_reset(struct tracker *t)
{
    t->tracks = 0;
}

/* ---- matching -------------------------------------------------------------------------------- */

static struct box moved_on(const struct track *k, double time)
{
    double dt = fmin(time - k->found, 0.3); /* further than that, its speed says little */
    struct box b = k->box;
    b.x += (int)lrint(k->vx * dt);
    b.y += (int)lrint(k->vy * dt);
    return b;
}

static float overlap(const struct box *a, const struct box *b)
{
    int x0 = a->x > b->x ? a->x : b->x, y0 = a->y > b->y ? a->y : b->y;
    int x1 = a->x + a->w < b->x + b->w ? a->x + a->w : b->x + b->w;
    int y1 = a->y + a->h < b->y + b->h ? a->y + a->h : b->y + b->h;
    if (x1 <= x0 || y1 <= y0)
        return 0;
    float both = (float)(x1 - x0) * (float)(y1 - y0);
    return both / ((float)a->w * (float)a->h + (float)b->w * (float)b->h - both);
}

/*
 * How well a detection fits a face: intersection over union less the distance of the middles in
 * sides; NO_MATCH where the sizes differ by half or the middles are more than most of a side apart.
 * A face that was missed may have gone further.
 */
static float fit(const struct box *face, const struct box *found, double since_s)
{
    float side = ((float)face->w + (float)found->w) / 2, ratio = (float)face->w / (float)found->w;
    float dx = (float)face->x + (float)face->w / 2 - (float)found->x - (float)found->w / 2;
    float dy = (float)face->y + (float)face->h / 2 - (float)found->y - (float)found->h / 2;
    float far = sqrtf(dx * dx + dy * dy) / side;
    if (ratio < 0.55f || ratio > 1.8f || far > 0.6f + 0.6f * (float)fmin(since_s, 1))
        return NO_MATCH;
    return 1 + overlap(face, found) - far * 0.5f;
}

static void follow(struct track *k, const struct box *to, int detection, double time)
{
    double dt = time - k->found;
    if (dt > 1e-4) {
        float dx = (float)to->x + (float)to->w / 2 - (float)k->box.x - (float)k->box.w / 2;
        float dy = (float)to->y + (float)to->h / 2 - (float)k->box.y - (float)k->box.h / 2;
        float keep = (float)exp2(-dt / 0.1);
        k->vx = keep * k->vx + (1 - keep) * dx / (float)dt;
        k->vy = keep * k->vy + (1 - keep) * dy / (float)dt;
    }
    k->box = *to;
    k->detection = detection;
    k->found = time;
}

/* Matches best pair first until none is left. */
static void match(struct tracker *t, const struct detection *found, int n, double time, bool *taken)
{
    struct box at[SCENE_FACES_MAX];
    for (int i = 0; i < t->tracks; i++)
        at[i] = moved_on(&t->track[i], time);
    for (;;) {
        float best = NO_MATCH;
        int track = -1, detection = -1;
        for (int i = 0; i < t->tracks; i++) {
            struct track *k = &t->track[i];
            for (int j = 0; k->detection < 0 && j < n; j++) {
                float f = taken[j] ? NO_MATCH : fit(&at[i], &found[j].box, time - k->found);
                if (f > best) {
                    best = f;
                    track = i;
                    detection = j;
                }
            }
        }
        if (track < 0)
            return;
        taken[detection] = true;
        follow(&t->track[track], &found[detection].box, detection, time);
    }
}

/* ---- coming and going ------------------------------------------------------------------------ */

static void forget_lost(struct tracker *t, double time)
{
    int kept = 0;
    for (int i = 0; i < t->tracks; i++) {
        if (time - t->track[i].found <= TRACK_KEEP_S)
            t->track[kept++] = t->track[i];
    }
    t->tracks = kept;
}

static void add(struct tracker *t, const struct box *box, int detection, double time)
{
    t->track[t->tracks++] = (struct track){
        .id = t->next_id++,
        .box = *box,
        .detection = detection,
        .found = time,
        .smoothed = -1,
    };
}

void tracker_update(struct tracker *t, const struct detection *found, int n, double time)
{
    bool taken[DETECT_MAX] = {false};
    assert(n <= DETECT_MAX);
    if (time < t->time)
        tracker_reset(t);
    t->time = time;
    for (int i = 0; i < t->tracks; i++)
        t->track[i].detection = -1;
    forget_lost(t, time);
    match(t, found, n, time, taken);
    for (int j = 0; j < n && t->tracks < SCENE_FACES_MAX; j++) {
        if (!taken[j])
            add(t, &found[j].box, j, time);
    }
}

/* ---- smoothing ------------------------------------------------------------------------------- */

void track_smooth(struct track *k, const float *raw, int classes, double time, double half_life_s)
{
    double dt = time - k->smoothed;
    float take = 1;
    if (k->smoothed >= 0 && half_life_s > 0)
        take = (float)(1 - exp2(-fmax(dt, 0) / half_life_s));
    for (int c = 0; c < classes; c++)
        k->p[c] = take < 1 ? k->p[c] + take * (raw[c] - k->p[c]) : raw[c];
    k->smoothed = time;
}
