/* infer: see infer.h. Belongs to the analysis thread, or to whoever opened it. */
#include "nn/infer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "nn/calibrate.h"
#include "nn/model.h"

struct infer {
    struct infer_info info;
    struct model *model;
    char *name;
    int max_batch;
};

/* The directory's last part, whether a slash ends it or not. */
static char *name_of(const char *dir)
{
    char *text = mem_strdup(dir);
    size_t n = strlen(text);
    while (n > 1 && text[n - 1] == '/')
        text[--n] = '\0';
    char *name = mem_strdup(file_base(text));
    free(text);
    return name;
}

static int open_model(struct infer *in, const char *dir, struct err *err)
{
    in->model = model_open(dir, err);
    if (in->model == NULL || model_load_weights(in->model, err) != 0)
        return -1;
    const struct layer *last = &in->model->graph->layer[in->model->graph->layers - 1];
    if (!last->softmax)
        return err_set(err, "%s: the last layer, \"%s\" (%s), is not a softmax: no probabilities",
                       dir, last->name, last->ops->name);
    return 0;
}

static void describe(struct infer *in)
{
    const struct graph *g = in->model->graph;
    const struct shape *shape = &g->layer[0].out;
    in->info = (struct infer_info){
        .name = in->name,
        .height = shape->h,
        .width = shape->w,
        .depth = shape->c,
        .classes = in->model->classes,
        .labels = (const char *const *)in->model->labels,
        .params = (long)g->params,
        .macs = graph_macs(g),
        .mark = model_mark(in->model),
    };
}

struct infer *infer_open(const char *dir, int max_batch, struct err *err)
{
    struct infer *in = mem_zalloc(1, sizeof *in);
    assert(max_batch > 0);
    char *path = dir[0] != '\0' ? mem_strdup(dir) : model_default_dir("emotion");
    in->name = name_of(path);
    in->max_batch = max_batch;
    int rc = open_model(in, path, err);
    free(path);
    if (rc != 0) {
        infer_close(in);
        return NULL;
    }
    describe(in);
    graph_fold(in->model->graph);
    graph_reserve(in->model->graph, max_batch, false, NULL);
    graph_settle(in->model->graph);
    return in;
}

void infer_close(struct infer *in)
{
    if (in == NULL)
        return;
    model_close(in->model);
    free(in->name);
    free(in);
}

const struct infer_info *infer_info(const struct infer *in)
{
    return &in->info;
}

void infer_run(struct infer *in, const float *x, int n, float *p)
{
    assert(n >= 1 && n <= in->max_batch);
    const float *y = graph_forward(in->model->graph, x, n, false, 0);
    memcpy(p, y, (size_t)n * (size_t)in->info.classes * sizeof *p);
    calibrate_apply(p, n, in->info.classes, in->model->temperature);
}
