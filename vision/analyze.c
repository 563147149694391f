/* analyze: see analyze.h. */
#include "vision/analyze.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "vision/confirm.h"
#include "vision/eyes.h"
#include "vision/seek.h"
#include "vision/track.h"

enum {
    BATCH = 4,       /* faces that go through the network at once */
    DOUBTS = 4,      /* frames in a row in which a face may become certain; then now and then */
    CONFIRM_MAX = 2, /* faces of a frame whose certainty is looked into: it takes a while */
};

#define WEAK_S 2      /* whole searches may miss a face for so long that a closer look finds */
#define HOLD_S 0.35   /* a face that was missed stays, as it was last read, for so long */
#define DOUBT_S 0.2   /* after that, so long apart */
#define POSE_S 0.15   /* half-life of a face's pose */
#define POSE_KEEP_S 1 /* without eyes for longer, the pose is not known */

struct analyzer {
    struct seeker *seeker;
    struct confirm *confirm;
    struct eyes *eyes; /* NULL = there is no cascade for them */
    struct infer *infer;
    const struct infer_info *info;
    struct tracker tracker;
    double searched; /* time of the last whole search, s */
    struct calm_how calm;
    struct crop_how crop;
    int watch;
    int max_faces;
    uint64_t seq;
    float *crops; /* (BATCH, height, width) */
    float *p;     /* (BATCH, classes) */
    struct detection found[DETECT_MAX];
    struct looks looks[DETECT_MAX];
    struct seen seen;
};

static int check_model(const struct infer_info *info, struct err *err)
{
    if (info->depth != 1)
        return err_set(err, "model %s reads %d channels, expected 1 (grey)", info->name,
                       info->depth);
    if (info->classes > SCENE_CLASSES_MAX)
        return err_set(err, "model %s has %d classes, at most %d can be shown", info->name,
                       info->classes, SCENE_CLASSES_MAX);
    return 0;
}

static int class_named(const struct infer_info *info, const char *name)
{
    for (int c = 0; c < info->classes; c++) {
        if (strcmp(info->labels[c], name) == 0)
            return c;
    }
    return -1;
}

static int open_parts(struct analyzer *a, const struct detect_opts *detect,
                      const struct model_opts *model, struct err *err)
{
    struct detect_opts opts = *detect;
    struct err no_eyes = {""};
    if (a->calm.half_life_s <= 0)
        opts.every_s = 0;
    a->seeker = seeker_open(&opts, err);
    a->confirm = a->seeker != NULL ? confirm_open(&opts, err) : NULL;
    if (a->confirm == NULL)
        return -1;
    a->eyes = eyes_open(&no_eyes);
    if (a->eyes == NULL && model->align)
        return err_set(err, "%s", no_eyes.text);
    a->infer = infer_open(model->dir, BATCH, err);
    if (a->infer == NULL)
        return -1;
    a->info = infer_info(a->infer);
    return check_model(a->info, err);
}

struct analyzer *analyzer_open(const struct detect_opts *detect, const struct model_opts *model,
                               const struct live_opts *live, struct err *err)
{
    struct analyzer *a = mem_zalloc(1, sizeof *a);
    a->crop = (struct crop_how){model->margin, model->offset_x, model->offset_y, model->align};
    a->calm = (struct calm_how){
        .half_life_s = live->half_life_s, .hysteresis = live->hysteresis, .sure = live->sure};
    a->max_faces = live->max_faces < SCENE_FACES_MAX ? live->max_faces : SCENE_FACES_MAX;
    tracker_init(&a->tracker);
    if (open_parts(a, detect, model, err) != 0) {
        analyzer_close(a);
        return NULL;
    }
    a->calm.classes = a->seen.classes = a->info->classes;
    a->seen.height = a->info->height;
    a->seen.width = a->info->width;
    a->calm.neutral = class_named(a->info, "neutral");
    a->crops = mem_aligned((size_t)BATCH * (size_t)a->info->height * (size_t)a->info->width,
                           sizeof *a->crops);
    a->p = mem_aligned((size_t)BATCH * (size_t)a->info->classes, sizeof *a->p);
    return a;
}

void analyzer_close(struct analyzer *a)
{
    if (a == NULL)
        return;
    seeker_close(a->seeker);
    confirm_close(a->confirm);
    eyes_close(a->eyes);
    infer_close(a->infer);
    free(a->crops);
    free(a->p);
    free(a);
}

const struct infer_info *analyzer_model(const struct analyzer *a)
{
    return a->info;
}

void analyzer_reset(struct analyzer *a)
{
    tracker_init(&a->tracker);
    seeker_reset(a->seeker);
}

void analyzer_crop(struct analyzer *a, const struct crop_how *how, int watch)
{
    a->crop = *how;
    a->watch = watch;
}

void analyzer_baseline(struct analyzer *a, int id, bool on)
{
    for (int i = 0; i < a->tracker.tracks; i++) {
        if (a->tracker.track[i].id == id)
            calm_baseline(&a->tracker.track[i].calm, &a->calm, on);
    }
}

const struct seen *analyzer_seen(const struct analyzer *a)
{
    return &a->seen;
}

/* ---- who is where ---------------------------------------------------------------------------- */

static bool stands_alone(const struct analyzer *a, const struct frame *frame)
{
    return frame->alone || a->calm.half_life_s <= 0;
}

/* What no whole search has found for a while is no face, however much a closer look finds. Time
 * before a search that looked for larger ones only does not count. */
static void drop_weak(struct tracker *t, int whole, int least, double since_s)
{
    for (int i = t->tracks - 1; i >= 0; i--) {
        struct track *k = &t->track[i];
        if (k->detection >= 0 && k->detection < whole)
            k->strong = t->time;
        else if (k->box.w < least)
            k->strong += since_s;
        else if (k->detection >= 0 && t->time - k->strong > WEAK_S)
            tracker_drop(t, i);
    }
}

/* A face is shown when it is certain: once and for all. */
static void become_certain(struct analyzer *a, const struct frame *frame)
{
    int left = CONFIRM_MAX, n = a->tracker.tracks;
    for (int i = 0; i < n; i++) {
        struct track *k = &a->tracker.track[(i + (int)(a->seq % 64)) % n];
        if (k->certain || k->detection < 0)
            continue;
        if (stands_alone(a, frame)) {
            k->certain = true;
        } else if (left > 0 && frame->pts >= k->doubt) {
            left--;
            k->certain = confirm_count(a->confirm, frame, &k->box) >= CONFIRM_CERTAIN;
            k->doubted++;
            k->doubt = frame->pts + (k->doubted > DOUBTS ? DOUBT_S : 0);
        }
    }
}

static void find_faces(struct analyzer *a, const struct frame *frame)
{
    int whole;
    if (frame->alone || frame->pts < a->tracker.time) {
        tracker_reset(&a->tracker);
        seeker_reset(a->seeker);
    }
    int n = seeker_run(a->seeker, &a->tracker, frame, a->found, a->max_faces, &whole);
    for (int i = 0; i < n; i++)
        looks_take(&a->looks[i], frame, &a->found[i].box);
    tracker_update(&a->tracker, a->found, a->looks, n, frame->pts);
    if (whole >= 0) {
        drop_weak(&a->tracker, whole, seeker_least(a->seeker), frame->pts - a->searched);
        a->searched = frame->pts;
    }
    become_certain(a, frame);
}

/* Puts the faces into the scene: those found now, and those missed only just. */
static void list_faces(struct analyzer *a, struct scene *scene, struct track *of[])
{
    double hold = a->calm.half_life_s > 0 ? HOLD_S : 0;
    for (int i = 0; i < a->tracker.tracks; i++) {
        struct track *k = &a->tracker.track[i];
        if (!k->certain || (k->detection < 0 && a->tracker.time - k->found >= hold))
            continue;
        struct scene_face *face = &scene->face[scene->faces];
        memset(face, 0, sizeof *face);
        face->id = k->id;
        face->box = k->box;
        face->neighbors = k->detection < 0 ? 0 : a->found[k->detection].neighbors;
        of[scene->faces++] = k;
    }
}

/* ---- reading --------------------------------------------------------------------------------- */

/* Brings the pose of a face up to date. */
static void pose_face(struct analyzer *a, const struct frame *frame, struct track *k)
{
    struct crop_pose now;
    double time = frame->pts;
    if (a->eyes == NULL || k->detection < 0 || !eyes_find(a->eyes, frame, &k->box, &now)) {
        k->posed = time - k->posed > POSE_KEEP_S ? -1 : k->posed;
        return;
    }
    float part =
        k->posed < 0 || stands_alone(a, frame) ? 1 : (float)(1 - exp2(-(time - k->posed) / POSE_S));
    k->pose.turn += part * (now.turn - k->pose.turn);
    k->pose.dx += part * (now.dx - k->pose.dx);
    k->pose.dy += part * (now.dy - k->pose.dy);
    k->posed = time;
}

static void cut_out(const struct analyzer *a, const struct frame *frame, const struct track *k,
                    const struct crop_how *how, float *out)
{
    crop_face(frame, &k->box, how, k->posed >= 0 ? &k->pose : NULL, out, a->info->height,
              a->info->width);
}

/* Reads n faces. */
static void read_batch(struct analyzer *a, const struct frame *frame, struct track *const of[],
                       int n)
{
    const int pixels = a->info->height * a->info->width, classes = a->info->classes;
    for (int i = 0; i < n; i++) {
        if (a->crop.align || of[i]->id == a->watch)
            pose_face(a, frame, of[i]);
        cut_out(a, frame, of[i], &a->crop, a->crops + i * pixels);
    }
    infer_run(a->infer, a->crops, n, a->p);
    for (int i = 0; i < n; i++)
        calm_feed(&of[i]->calm, &a->calm, a->p + i * classes, frame->pts);
}

/* Reads the faces of the scene that were found in this frame: where one was missed there is nobody
 * knows what, and it keeps what was read last. */
static void read_faces(struct analyzer *a, const struct frame *frame, int faces,
                       struct track *const of[])
{
    struct track *found[SCENE_FACES_MAX];
    int n = 0;
    for (int i = 0; i < faces; i++)
        if (of[i]->detection >= 0 || of[i]->calm.time < 0)
            found[n++] = of[i];
    for (int i = 0; i < n; i += BATCH)
        read_batch(a, frame, found + i, n - i < BATCH ? n - i : BATCH);
}

static void keep_crop(const struct analyzer *a, struct seen_crop *to, const float *x,
                      const float *p)
{
    memcpy(to->x, x, (size_t)a->info->height * (size_t)a->info->width * sizeof *to->x);
    memcpy(to->p, p, (size_t)a->info->classes * sizeof *to->p);
}

/* Keeps what the network saw of the watched face, and shows it the face cut out the other way. */
static void watch_face(struct analyzer *a, const struct frame *frame, const struct scene *scene,
                       struct track *of[])
{
    struct seen *s = &a->seen;
    int at = 0;
    while (at < scene->faces && of[at]->id != a->watch)
        at++;
    if (at < scene->faces && of[at]->detection < 0 && s->id == a->watch)
        return; /* not read in this frame */
    s->id = 0;
    if (at == scene->faces || a->info->height * a->info->width > SEEN_PIXELS_MAX)
        return;
    struct track *k = of[at];
    s->id = k->id;
    s->how = a->crop;
    s->pose = k->pose;
    s->posed = k->posed >= 0;
    cut_out(a, frame, k, &a->crop, a->crops);
    infer_run(a->infer, a->crops, 1, a->p); /* once more: the face's own is against its baseline */
    keep_crop(a, &s->used, a->crops, a->p);
    if (!s->posed)
        return;
    struct crop_how other = a->crop;
    other.align = !other.align;
    cut_out(a, frame, k, &other, a->crops);
    infer_run(a->infer, a->crops, 1, a->p);
    keep_crop(a, &s->other, a->crops, a->p);
}

/* What is known of a face by now. */
static void tell_face(const struct calm *c, struct scene_face *face)
{
    memcpy(face->raw, c->raw, sizeof face->raw);
    memcpy(face->p, c->p, sizeof face->p);
    face->mood = c->mood;
    face->sure = c->sure;
    face->baseline = c->baseline;
}

static void describe(struct analyzer *a, const struct frame *frame, struct scene *scene)
{
    scene->seq = ++a->seq;
    scene->frame_seq = frame->seq;
    scene->time = frame->time;
    scene->pts = frame->pts;
    scene->width = frame->width;
    scene->height = frame->height;
    scene->classes = a->info->classes;
    scene->done = clock_now();
    a->seen.seq = scene->seq;
}

void analyzer_run(struct analyzer *a, const struct frame *frame, struct scene *scene)
{
    struct track *of[SCENE_FACES_MAX];
    find_faces(a, frame);
    scene->faces = 0;
    list_faces(a, scene, of);
    read_faces(a, frame, scene->faces, of);
    for (int i = 0; i < scene->faces; i++)
        tell_face(&of[i]->calm, &scene->face[i]);
    watch_face(a, frame, scene, of);
    describe(a, frame, scene);
}
