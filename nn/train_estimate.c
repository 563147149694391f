/* train_estimate: what a run will cost; see train.h. Trainer thread. */
#include <stdlib.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/mem.h"
#include "nn/train_state.h"

/* Seconds that the validation of one image takes. */
static double validation_s(struct train *t)
{
    const struct batch *b = loader_next(t->loader);
    int64_t from = clock_now();
    if (b == NULL) /* a run of one batch */
        return 0.0;
    graph_logits(t->model->graph, b->x, b->n, false, 0);
    return (double)(clock_now() - from) / CLOCK_S / b->n;
}

/* Trains until the time is over and says how long an image takes; 0 or -1. The first batch, which
 * touches all memory for the first time, counts only where there is no other. */
static int try_batches(struct train *t, double seconds, double *image_s, struct err *err)
{
    const struct batch *b;
    double lr;
    int64_t from = clock_now(), end = from + (int64_t)(seconds * CLOCK_S);
    for (int done = 0; done < 2 || clock_now() < end; done++) {
        if ((b = loader_next(t->loader)) == NULL)
            break;
        if (train_batch(t, b, &lr, err) != 0)
            return -1;
        *image_s = (double)(clock_now() - from) / CLOCK_S / (double)t->images;
        if (done == 0) {
            from = clock_now();
            t->images = 0;
        }
    }
    return 0;
}

int train_estimate(const struct train_opts *opts, const struct dataset_how *tools, double seconds,
                   struct train_estimate *e, struct err *err)
{
    struct train *t = mem_zalloc(1, sizeof *t);
    t->tools = tools;
    t->opts = *opts;
    train_defaults(&t->opts);
    double image_s = 0.0;
    int rc = train_prepare(t, t->opts.model, t->opts.weights, err);
    if (rc == 0 && (t->loader = loader_open(t->lessons, &t->opts, 0, 0, err)) == NULL)
        rc = -1;
    if (rc == 0)
        rc = try_batches(t, seconds, &image_s, err);
    if (rc == 0) {
        struct rusage use;
        getrusage(RUSAGE_SELF, &use);
        int images = t->lessons->n;
        e->batches = t->batches;
        e->images_per_s = 1.0 / image_s;
        e->epoch_s = images * image_s + t->ds->count[SPLIT_PUBLIC] * validation_s(t);
        e->total_s = e->epoch_s * t->opts.epochs;
        e->memory = use.ru_maxrss * 1024L;
    }
    train_close(t);
    return rc;
}
