/* examine: see examine.h. */
#include "cmd/examine.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "nn/evaluate.h"
#include "nn/hash.h"
#include "nn/loss.h"
#include "nn/memo.h"
#include "nn/model.h"
#include "vision/crop.h"
#include "vision/detect.h"

#define SECOND_CASCADE "haarcascade_frontalface_default.xml"

/* Of 700 images of FER2013, evenly spread, the two cascades miss 14 % at this size, one alone at
 * 48 pixels and three neighbours 28 %; larger pictures find no more. */
enum { FACE = 72, BORDER = 18, SIDE = FACE + 2 * BORDER, NEIGHBORS = 1, CASCADES = 2, BATCH = 64 };

struct finder {
    int workers;
    struct worker {
        struct detector *detector[CASCADES];
        float scaled[FACE * FACE];
        uint8_t grey[SIDE * SIDE];
    } * worker;
};

struct finder *finder_open(const struct detect_opts *opts, int threads, struct err *err)
{
    struct finder *f = mem_zalloc(1, sizeof *f);
    struct detect_opts mine = *opts;
    f->workers = threads;
    f->worker = mem_zalloc((size_t)threads, sizeof *f->worker);
    mine.min_neighbors = NEIGHBORS;
    mine.min_size = FACE / 2;
    mine.max_size = 0;
    for (int c = 0; c < CASCADES; c++) {
        if (c == 1)
            strcpy(mine.cascade, SECOND_CASCADE);
        for (int i = 0; i < threads; i++)
            if ((f->worker[i].detector[c] = detector_open(&mine, err)) == NULL) {
                finder_close(f);
                return NULL;
            }
    }
    return f;
}

/* Puts the image, enlarged, into the middle of its mean grey. */
static void frame_image(struct worker *w, const uint8_t *image)
{
    const struct crop_area whole = {0, 0, DATASET_SIDE, DATASET_SIDE};
    unsigned sum = 0;
    for (int i = 0; i < DATASET_PIXELS; i++)
        sum += image[i];
    memset(w->grey, (int)(sum / DATASET_PIXELS), sizeof w->grey);
    crop_scale(image, DATASET_SIDE, DATASET_SIDE, &whole, w->scaled, FACE, FACE);
    for (int y = 0; y < FACE; y++)
        for (int x = 0; x < FACE; x++)
            w->grey[(y + BORDER) * SIDE + x + BORDER] = (uint8_t)(w->scaled[y * FACE + x] + 0.5f);
}

bool finder_look(struct finder *f, const uint8_t *image, int worker)
{
    struct worker *w = &f->worker[worker];
    struct detection found;
    frame_image(w, image);
    for (int c = 0; c < CASCADES; c++)
        if (detector_run(w->detector[c], w->grey, SIDE, SIDE, SIDE, &found, 1) > 0)
            return true;
    return false;
}

void finder_close(struct finder *f)
{
    if (f == NULL)
        return;
    for (int i = 0; i < f->workers; i++)
        for (int c = 0; c < CASCADES; c++)
            detector_close(f->worker[i].detector[c]);
    free(f->worker);
    free(f);
}

static uint64_t faces_key(const struct dataset *ds, const struct detect_opts *o)
{
    uint64_t key = hash_text(memo_key(ds), o->cascade), scale;
    memcpy(&scale, &o->scale_factor, sizeof scale);
    key = hash_text(hash_number(key, scale), SECOND_CASCADE);
    return hash_number(hash_number(hash_number(key, FACE), BORDER), NEIGHBORS);
}

int8_t *examine_faces(const struct dataset *ds, const struct detect_opts *opts)
{
    int8_t *faces = mem_alloc((size_t)ds->n);
    memset(faces, -1, (size_t)ds->n);
    memo_read("faces", faces_key(ds, opts), faces, (size_t)ds->n);
    return faces;
}

void examine_faces_keep(const struct dataset *ds, const struct detect_opts *opts,
                        const int8_t *faces)
{
    memo_write("faces", faces_key(ds, opts), faces, (size_t)ds->n);
}

/* Finds the model's output of each class of the set. 0 or -1. */
static int match_classes(const struct model *m, const struct dataset *ds, int *output,
                         struct err *err)
{
    for (int c = 0; c < ds->classes; c++) {
        output[c] = -1;
        for (int k = 0; k < m->classes; k++)
            if (strcmp(m->labels[k], ds->class_name[c]) == 0)
                output[c] = k;
        if (output[c] < 0)
            return err_set(err,
                           "%s/labels.txt: expected the class \"%s\" of the data set, got none",
                           m->dir, ds->class_name[c]);
    }
    return 0;
}

static int open_model(const char *dir, const struct dataset *ds, struct model **m, int *output,
                      struct err *err)
{
    if ((*m = model_open(dir, err)) == NULL || model_load_weights(*m, err) != 0)
        return -1;
    if (evaluate_takes((*m)->graph, ds, err) != 0)
        return err_prefix(err, "%s/model.json", dir);
    return match_classes(*m, ds, output, err);
}

/* One batch of rows through the network. */
static void judge(struct model *m, const struct dataset *ds, const int *row, int n,
                  const int *output, float *x, float *p)
{
    float *q = x + (size_t)BATCH * DATASET_PIXELS;
    for (int i = 0; i < n * DATASET_PIXELS; i++)
        x[i] = (float)dataset_image(ds, row[i / DATASET_PIXELS])[i % DATASET_PIXELS];
    loss_softmax(graph_logits(m->graph, x, n, false, 0), n, m->classes, q);
    for (int i = 0; i < n; i++)
        for (int c = 0; c < ds->classes; c++)
            p[(size_t)row[i] * (size_t)ds->classes + (size_t)c] = q[i * m->classes + output[c]];
}

static bool judge_all(struct model *m, const struct dataset *ds, const int *output,
                      struct pool *pool, float *p, doctor_progress *progress, void *ctx)
{
    float *x = mem_aligned((size_t)BATCH * (DATASET_PIXELS + MODEL_CLASSES_MAX), sizeof *x);
    long done = 0, total = 0;
    bool on = true;
    graph_fold(m->graph);
    graph_reserve(m->graph, BATCH, false, pool);
    for (int s = 0; s < SPLITS; s++)
        total += ds->count[s];
    for (int s = 0; s < SPLITS && on; s++)
        for (int i = 0; i < ds->count[s] && on; i += BATCH) {
            int n = ds->count[s] - i < BATCH ? ds->count[s] - i : BATCH;
            on = progress == NULL || progress(ctx, "asking the network", done, total);
            if (on)
                judge(m, ds, ds->row[s] + i, n, output, x, p);
            done += n;
        }
    free(x);
    return on;
}

static uint64_t labels_key(const struct dataset *ds, const struct model *m)
{
    uint64_t key = hash_number(memo_key(ds), model_mark(m));
    for (int i = 0; i < ds->n; i++)
        if (ds->excluded[i]) /* the network is not asked about these */
            key = hash_number(key, (uint64_t)i);
    return key;
}

float *examine_labels(const struct dataset *ds, const char *model, struct pool *pool,
                      doctor_progress *progress, void *ctx, struct err *err)
{
    int output[DATASET_CLASSES_MAX];
    struct model *m = NULL;
    char *dir = model[0] != '\0' ? mem_strdup(model) : model_default_dir("emotion");
    float *p = NULL;
    if (open_model(dir, ds, &m, output, err) == 0) {
        size_t n = (size_t)ds->n * (size_t)ds->classes;
        uint64_t key = labels_key(ds, m);
        p = mem_zalloc(n, sizeof *p);
        bool known = memo_read("labels", key, p, n * sizeof *p);
        if (!known && judge_all(m, ds, output, pool, p, progress, ctx)) {
            memo_write("labels", key, p, n * sizeof *p);
        } else if (!known) {
            free(p);
            p = NULL;
        }
    }
    model_close(m);
    free(dir);
    return p;
}
