/* track: see track.h. */
#include "vision/track.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "vision/assign.h"

#define NO_MATCH (-1.0f)
#define STEADY_S 0.1 /* half-life of a measured speed */
#define GLIDE_S 0.4  /* a speed says less and less; in the end a face has gone on for so long */
#define LOOKS_PART 0.15f
#define TOUCHED 0.1f /* overlap with another face from which its looks are not learned */

_Static_assert(SCENE_FACES_MAX <= ASSIGN_ROWS_MAX && DETECT_MAX <= ASSIGN_COLS_MAX, "assign");

void tracker_init(struct tracker *t)
{
    memset(t, 0, sizeof *t);
    t->next_id = 1;
}

void tracker_reset(struct tracker *t)
{
    t->tracks = 0;
}

void tracker_drop(struct tracker *t, int i)
{
    t->tracks--;
    memmove(&t->track[i], &t->track[i + 1], (size_t)(t->tracks - i) * sizeof *t->track);
}

/* ---- matching -------------------------------------------------------------------------------- */

struct box track_expected(const struct track *k, double time)
{
    double far = GLIDE_S * (1 - exp((k->found - time) / GLIDE_S));
    struct box b = k->box;
    b.x += (int)lrint(k->vx * far);
    b.y += (int)lrint(k->vy * far);
    return b;
}

float track_overlap(const struct box *a, const struct box *b)
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
 * How well a detection fits a face, more than 0: intersection over union less the distance of the
 * middles in sides, and how alike the two look; NO_MATCH where the sizes differ by half or the
 * middles are more than most of a side apart. A face that was missed may have gone further.
 */
static float fit(const struct track *k, const struct box *at, const struct box *found,
                 const struct looks *looks, double since_s)
{
    float side = ((float)at->w + (float)found->w) / 2, ratio = (float)at->w / (float)found->w;
    float dx = (float)at->x + (float)at->w / 2 - (float)found->x - (float)found->w / 2;
    float dy = (float)at->y + (float)at->h / 2 - (float)found->y - (float)found->h / 2;
    float far = sqrtf(dx * dx + dy * dy) / side;
    if (ratio < 0.55f || ratio > 1.8f || far > 0.6f + 0.6f * (float)fmin(since_s, 1))
        return NO_MATCH;
    float alike = looks != NULL ? looks_like(&k->looks, looks) : 0;
    return (2 + track_overlap(at, found) - far * 0.5f + alike) / 4;
}

/* Whether another known face is so near that looks would be mixed up. */
static bool is_touched(const struct tracker *t, int i, const struct box *box)
{
    for (int j = 0; j < t->tracks; j++) {
        if (j != i && track_overlap(&t->track[j].box, box) > TOUCHED)
            return true;
    }
    return false;
}

static void follow(struct track *k, const struct box *to, int detection, double time)
{
    double dt = time - k->found;
    float dx = (float)to->x + (float)to->w / 2 - (float)k->box.x - (float)k->box.w / 2;
    float dy = (float)to->y + (float)to->h / 2 - (float)k->box.y - (float)k->box.h / 2;
    k->dx = dx;
    k->dy = dy;
    if (dt > 1e-4) {
        float keep = (float)exp2(-dt / STEADY_S);
        k->vx = keep * k->vx + (1 - keep) * dx / (float)dt;
        k->vy = keep * k->vy + (1 - keep) * dy / (float)dt;
    }
    k->box = *to;
    k->detection = detection;
    k->missed = 0;
    k->found = time;
}

static void match(struct tracker *t, const struct detection *found, const struct looks *looks,
                  int n, double time, bool *taken)
{
    int column_of[SCENE_FACES_MAX];
    for (int i = 0; i < t->tracks; i++) {
        const struct track *k = &t->track[i];
        struct box at = track_expected(k, time);
        for (int j = 0; j < n; j++)
            t->gain[i * n + j] =
                fit(k, &at, &found[j].box, looks != NULL ? &looks[j] : NULL, time - k->found);
    }
    assign(t->gain, t->tracks, n, column_of);
    for (int i = 0; i < t->tracks; i++) {
        int j = column_of[i];
        if (j < 0)
            continue;
        taken[j] = true;
        follow(&t->track[i], &found[j].box, j, time);
        if (looks != NULL && !is_touched(t, i, &found[j].box))
            looks_follow(&t->track[i].looks, &looks[j], LOOKS_PART);
    }
}

/* ---- a moving camera --------------------------------------------------------------------------
 */

static bool is_near(float a, float b)
{
    return fabsf(a - b) <= 1.5f + 0.2f * fabsf(b);
}

/* Whether most of the faces that were there in the last frame too, two at least, moved alike since:
 * then the camera did. */
static bool camera_moved(const struct tracker *t, float *dx, float *dy)
{
    int all = 0, most = 0;
    for (int i = 0; i < t->tracks; i++) {
        const struct track *k = &t->track[i];
        int alike = 0;
        if (k->detection < 0 || k->fresh)
            continue;
        all++;
        for (int j = 0; j < t->tracks; j++) {
            const struct track *o = &t->track[j];
            alike +=
                o->detection >= 0 && !o->fresh && is_near(o->dx, k->dx) && is_near(o->dy, k->dy);
        }
        if (alike > most) {
            most = alike;
            *dx = k->dx;
            *dy = k->dy;
        }
    }
    return most >= 2 && 3 * most >= 2 * all;
}

/* Faces that are missed go where the camera takes them. */
static void take_along(struct tracker *t)
{
    float dx, dy;
    if (!camera_moved(t, &dx, &dy))
        return;
    for (int i = 0; i < t->tracks; i++) {
        struct track *k = &t->track[i];
        if (k->detection >= 0)
            continue;
        k->vx = k->vy = 0; /* which was the camera's too */
        k->dx += dx;
        k->dy += dy;
        int x = (int)lrintf(k->dx), y = (int)lrintf(k->dy);
        k->box.x += x;
        k->box.y += y;
        k->dx -= (float)x;
        k->dy -= (float)y;
    }
}

/* ---- coming and going ------------------------------------------------------------------------ */

static void forget_lost(struct tracker *t, double time)
{
    int kept = 0;
    for (int i = 0; i < t->tracks; i++) {
        struct track *k = &t->track[i];
        if (time - k->found > TRACK_KEEP_S && k->missed >= TRACK_KEEP_FRAMES)
            continue;
        if (kept != i)
            t->track[kept] = *k;
        kept++;
    }
    t->tracks = kept;
}

static void add(struct tracker *t, const struct box *box, const struct looks *looks, int detection,
                double time)
{
    struct track *k = &t->track[t->tracks++];
    *k = (struct track){
        .id = t->next_id++,
        .box = *box,
        .detection = detection,
        .found = time,
        .strong = time,
        .posed = -1,
    };
    if (looks != NULL)
        k->looks = *looks;
    calm_init(&k->calm);
}

void tracker_update(struct tracker *t, const struct detection *found, const struct looks *looks,
                    int n, double time)
{
    bool taken[DETECT_MAX] = {false};
    assert(n <= DETECT_MAX);
    if (time < t->time)
        tracker_reset(t);
    t->time = time;
    forget_lost(t, time);
    for (int i = 0; i < t->tracks; i++) {
        struct track *k = &t->track[i];
        k->fresh = k->missed > 0; /* its next step is longer than a frame */
        k->dx = k->missed > 0 ? k->dx : 0;
        k->dy = k->missed > 0 ? k->dy : 0;
        k->detection = -1;
        k->missed++;
    }
    match(t, found, looks, n, time, taken);
    take_along(t);
    for (int j = 0; j < n && t->tracks < SCENE_FACES_MAX; j++) {
        if (!taken[j])
            add(t, &found[j].box, looks != NULL ? &looks[j] : NULL, j, time);
    }
}
