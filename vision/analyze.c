/* analyze: see analyze.h. */
#include "vision/analyze.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "vision/crop.h"
#include "vision/detect.h"
#include "vision/track.h"

#define BATCH 16    /* faces that go through the network at once */
#define HOLD_S 0.35 /* a face that was missed is read at its last place for so long */

struct analyzer {
    struct detector *detector;
    struct infer *infer;
    const struct infer_info *info;
    struct tracker tracker;
    double margin, half_life_s;
    int max_faces;
    uint64_t seq;
    float *crops; /* (BATCH, height, width) */
    float *p;     /* (BATCH, classes) */
    struct detection found[DETECT_MAX];
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

struct analyzer *analyzer_open(const struct detect_opts *detect, const struct model_opts *model,
                               const struct live_opts *live, struct err *err)
{
    struct analyzer *a = mem_zalloc(1, sizeof *a);
    a->margin = model->margin;
    a->half_life_s = live->half_life_s;
    a->max_faces = live->max_faces < SCENE_FACES_MAX ? live->max_faces : SCENE_FACES_MAX;
    tracker_init(&a->tracker);
    a->detector = detector_open(detect, err);
    if (a->detector == NULL)
        goto fail;
    a->infer = infer_open(model->dir, BATCH, err);
    if (a->infer == NULL)
        goto fail;
    a->info = infer_info(a->infer);
    if (check_model(a->info, err) != 0)
        goto fail;
    a->crops = mem_aligned((size_t)BATCH * (size_t)a->info->height * (size_t)a->info->width,
                           sizeof *a->crops);
    a->p = mem_aligned((size_t)BATCH * (size_t)a->info->classes, sizeof *a->p);
    return a;
fail:
    analyzer_close(a);
    return NULL;
}

void analyzer_close(struct analyzer *a)
{
    if (a == NULL)
        return;
    detector_close(a->detector);
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
}

/* Puts the faces to be read into the scene: those found now, and those missed only just. */
static void list_faces(struct analyzer *a, struct scene *scene, struct track *of[])
{
    double hold = a->half_life_s > 0 ? HOLD_S : 0;
    for (int i = 0; i < a->tracker.tracks; i++) {
        struct track *k = &a->tracker.track[i];
        if (k->detection < 0 && a->tracker.time - k->found >= hold)
            continue;
        struct scene_face *face = &scene->face[scene->faces];
        memset(face, 0, sizeof *face);
        face->id = k->id;
        face->box = k->box;
        face->neighbors = k->detection < 0 ? 0 : a->found[k->detection].neighbors;
        of[scene->faces++] = k;
    }
}

/* Reads the faces [first, first + n) of the scene: raw probabilities of each. */
static void read_batch(struct analyzer *a, const struct frame *frame, struct scene *scene,
                       int first, int n)
{
    const int height = a->info->height, width = a->info->width, classes = a->info->classes;
    for (int i = 0; i < n; i++)
        crop_face(frame, &scene->face[first + i].box, a->margin, a->crops + i * height * width,
                  height, width);
    infer_run(a->infer, a->crops, n, a->p);
    for (int i = 0; i < n; i++)
        memcpy(scene->face[first + i].raw, a->p + i * classes, (size_t)classes * sizeof *a->p);
}

static int largest(const float *p, int n)
{
    int best = 0;
    for (int i = 1; i < n; i++)
        best = p[i] > p[best] ? i : best;
    return best;
}

void analyzer_run(struct analyzer *a, const struct frame *frame, struct scene *scene)
{
    struct track *of[SCENE_FACES_MAX];
    if (frame->alone)
        tracker_reset(&a->tracker);
    int n = detector_run(a->detector, frame->grey, frame->width, frame->height, frame->width,
                         a->found, DETECT_MAX);
    tracker_update(&a->tracker, a->found, n < a->max_faces ? n : a->max_faces, frame->pts);
    scene->faces = 0;
    list_faces(a, scene, of);
    for (int i = 0; i < scene->faces; i += BATCH)
        read_batch(a, frame, scene, i, scene->faces - i < BATCH ? scene->faces - i : BATCH);
    for (int i = 0; i < scene->faces; i++) {
        struct scene_face *face = &scene->face[i];
        track_smooth(of[i], face->raw, a->info->classes, frame->pts, a->half_life_s);
        memcpy(face->p, of[i]->p, sizeof face->p);
        face->mood = largest(face->p, a->info->classes);
    }
    scene->seq = ++a->seq;
    scene->frame_seq = frame->seq;
    scene->time = frame->time;
    scene->pts = frame->pts;
    scene->width = frame->width;
    scene->height = frame->height;
    scene->classes = a->info->classes;
    scene->done = clock_now();
}
