/* teacher: see teacher.h. */
#include "nn/teacher.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "nn/checkpoint.h"
#include "nn/evaluate.h"
#include "nn/model.h"

struct teacher {
    struct model *model;
    uint64_t hash;
};

struct teacher *teacher_open(const char *dir, const struct dataset *ds, int batch,
                             struct pool *pool, struct err *err)
{
    struct teacher *t = mem_zalloc(1, sizeof *t);
    t->model = model_open(dir, err);
    if (t->model == NULL || model_load_weights(t->model, err) != 0) {
        teacher_close(t);
        return NULL;
    }
    struct graph *g = t->model->graph;
    if (evaluate_fits(t->model, ds, err) != 0) {
        teacher_close(t);
        return NULL;
    }
    t->hash = checkpoint_hash(g->param, g->params * sizeof(float)) ^
              checkpoint_hash(t->model->json, strlen(t->model->json));
    graph_fold(g);
    graph_reserve(g, batch, false, pool);
    return t;
}

const float *teacher_logits(struct teacher *t, const float *x, int n)
{
    return graph_logits(t->model->graph, x, n, false, 0);
}

uint64_t teacher_hash(const struct teacher *t)
{
    return t->hash;
}

void teacher_close(struct teacher *t)
{
    if (t == NULL)
        return;
    model_close(t->model);
    free(t);
}
