/* evaluate: see evaluate.h. */
#include "nn/evaluate.h"

#include <stdlib.h>

#include "base/mem.h"
#include "nn/loss.h"

void evaluate_split(struct graph *g, const struct dataset *ds, enum split split, int batch,
                    const bool *seen, struct metrics *all, struct metrics *unseen)
{
    float *x = mem_aligned((size_t)batch * DATASET_PIXELS, sizeof(float));
    float *p = mem_alloc((size_t)batch * DATASET_CLASSES * sizeof(float));
    for (int first = 0; first < ds->count[split]; first += batch) {
        const int *row = ds->row[split] + first;
        int n = ds->count[split] - first < batch ? ds->count[split] - first : batch;
        for (int i = 0; i < n; i++) {
            const uint8_t *image = dataset_image(ds, row[i]);
            for (int k = 0; k < DATASET_PIXELS; k++)
                x[(size_t)i * DATASET_PIXELS + (size_t)k] = (float)image[k];
        }
        loss_softmax(graph_logits(g, x, n, false, 0), n, DATASET_CLASSES, p);
        for (int i = 0; i < n; i++) {
            metrics_add(all, p + (size_t)i * DATASET_CLASSES, ds->label[row[i]]);
            if (unseen != NULL && !seen[first + i])
                metrics_add(unseen, p + (size_t)i * DATASET_CLASSES, ds->label[row[i]]);
        }
    }
    free(x);
    free(p);
}

int evaluate_fits(const struct graph *g, struct err *err)
{
    const struct shape *in = &g->layer[0].out, *out = &g->layer[g->layers - 1].out;
    if (in->h != DATASET_SIDE || in->w != DATASET_SIDE || in->c != 1)
        return err_set(err, "the data set's images are 48x48x1, the network takes %dx%dx%d", in->h,
                       in->w, in->c);
    if (shape_size(out) != DATASET_CLASSES)
        return err_set(err, "the data set has %d classes, the network gives %zu outputs",
                       DATASET_CLASSES, shape_size(out));
    return 0;
}
