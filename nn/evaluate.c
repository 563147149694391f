/* evaluate: see evaluate.h. */
#include "nn/evaluate.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "nn/calibrate.h"
#include "nn/loss.h"

void evaluate_views_set(struct evaluate_views *v, enum eval_tta tta, int shift)
{
    static const int corner[5][2] = {{0, 0}, {-1, -1}, {1, -1}, {-1, 1}, {1, 1}};
    int places = tta == EVAL_TTA_TEN ? 5 : 1;
    memset(v, 0, sizeof *v);
    v->temperature = 1;
    for (int flip = 0; flip <= (tta != EVAL_TTA_NONE); flip++) {
        for (int i = 0; i < places; i++, v->n++) {
            v->view[v->n].dx = corner[i][0] * shift;
            v->view[v->n].dy = corner[i][1] * shift;
            v->view[v->n].flip = flip;
        }
    }
}

static int clamp(int v)
{
    return v < 0 ? 0 : v < DATASET_SIDE ? v : DATASET_SIDE - 1;
}

/* Picture x (48,48) of an image as view i shows it. */
static void show(const struct evaluate_views *v, int i, const uint8_t *image, float *x)
{
    for (int y = 0; y < DATASET_SIDE; y++) {
        const uint8_t *line = image + clamp(y - v->view[i].dy) * DATASET_SIDE;
        for (int k = 0; k < DATASET_SIDE; k++) {
            int from = clamp((v->view[i].flip ? DATASET_SIDE - 1 - k : k) - v->view[i].dx);
            *x++ = (float)line[from];
        }
    }
}

/* What works on one batch. */
struct pass {
    struct graph *g;
    const struct dataset *ds;
    const struct evaluate_views *views;
    float *x, *p, *mean; /* (batch, pixels), (batch, classes) twice */
};

/* pass->mean = the mean of the probabilities of n rows over the views. */
static void run_views(const struct pass *pass, const int *row, int n)
{
    memset(pass->mean, 0, (size_t)(n * pass->ds->classes) * sizeof(float));
    for (int v = 0; v < pass->views->n; v++) {
        for (int i = 0; i < n; i++)
            show(pass->views, v, dataset_image(pass->ds, row[i]),
                 pass->x + (size_t)i * DATASET_PIXELS);
        const float *logits = graph_logits(pass->g, pass->x, n, false, 0);
        loss_softmax(logits, n, pass->ds->classes, pass->p);
        calibrate_apply(pass->p, n, pass->ds->classes, (double)pass->views->temperature);
        for (int i = 0; i < n * pass->ds->classes; i++)
            pass->mean[i] += pass->p[i] / (float)pass->views->n;
    }
}

void evaluate_answers(struct graph *g, const struct dataset *ds, enum split split, int batch,
                      const struct evaluate_views *views, float *p)
{
    struct evaluate_views plain;
    evaluate_views_set(&plain, EVAL_TTA_NONE, 0);
    struct pass pass = {.g = g, .ds = ds, .views = views != NULL ? views : &plain};
    pass.x = mem_aligned((size_t)batch * DATASET_PIXELS, sizeof(float));
    pass.p = mem_alloc((size_t)(batch * ds->classes) * sizeof(float));
    for (int first = 0; first < ds->count[split]; first += batch) {
        int n = ds->count[split] - first < batch ? ds->count[split] - first : batch;
        pass.mean = p + (size_t)(first * ds->classes);
        run_views(&pass, ds->row[split] + first, n);
    }
    free(pass.x);
    free(pass.p);
}

void evaluate_split(struct graph *g, const struct dataset *ds, enum split split, int batch,
                    const struct evaluate_views *views, const bool *seen, struct metrics *all,
                    struct metrics *unseen)
{
    float *answers = mem_alloc((size_t)((ds->count[split] + 1) * ds->classes) * sizeof *answers);
    evaluate_answers(g, ds, split, batch, views, answers);
    for (int i = 0; i < ds->count[split]; i++) {
        const float *p = answers + (size_t)(i * ds->classes);
        metrics_add(all, p, ds->label[ds->row[split][i]]);
        if (unseen != NULL && !seen[i])
            metrics_add(unseen, p, ds->label[ds->row[split][i]]);
    }
    free(answers);
}

int evaluate_takes(const struct graph *g, const struct dataset *ds, struct err *err)
{
    const struct shape *in = &g->layer[0].out;
    if (in->h != DATASET_SIDE || in->w != DATASET_SIDE || in->c != 1)
        return err_set(err, "the data set's images are 48x48x1, the network takes %dx%dx%d", in->h,
                       in->w, in->c);
    if (ds->points != NULL)
        return err_set(err, "the data set holds key points, not classes: nothing for this network");
    return 0;
}

int evaluate_fits(const struct model *m, const struct dataset *ds, struct err *err)
{
    if (evaluate_takes(m->graph, ds, err) != 0)
        return err_prefix(err, "%s/model.json", m->dir);
    if (m->classes != ds->classes)
        return err_set(err, "%s/labels.txt: expected the data set's %d classes, got %d", m->dir,
                       ds->classes, m->classes);
    for (int c = 0; c < ds->classes; c++)
        if (strcmp(m->labels[c], ds->class_name[c]) != 0)
            return err_set(err,
                           "%s/labels.txt:%d: expected the data set's class \"%s\", got \"%s\"",
                           m->dir, c + 1, ds->class_name[c], m->labels[c]);
    return 0;
}
