/*
 * train: see train.h. Order at the end of an epoch: best.safetensors (if it is better), last.ckpt,
 * then the lines of metrics.jsonl and epochs.csv. A run killed between any two of these repeats
 * what is missing from the checkpoint before and arrives at the same bytes.
 */
#include <assert.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "nn/evaluate.h"
#include "nn/graph_check.h"
#include "nn/loss.h"
#include "nn/schedule.h"
#include "nn/train_state.h"

#define STEP_EVENT_EVERY 10 /* batches */

int train_check_finite(const struct train *t, struct err *err)
{
    const struct graph *g = t->model->graph;
    int bad = graph_bad_param(g);
    return bad < 0
               ? 0
               : err_set(err, "epoch %d, step %ld: a weight of layer \"%s\" is not finite any more",
                         t->at.epoch + 1, t->at.step, g->layer[bad].name);
}

int train_save(struct train *t, struct err *err)
{
    if (train_check_finite(t, err) != 0)
        return -1;
    char *path = rundir_file(t->dir, "last.ckpt");
    int rc = checkpoint_write(path, &t->at, t->model->graph, t->optimizer, err);
    free(path);
    return rc;
}

/* What a number that is not finite is reported as: where it was met, and the layer it came from. */
static int lost(const struct train *t, const char *what, int layer, struct err *err)
{
    return err_set(
        err,
        "epoch %d, step %ld: %s of layer \"%s\" is not finite any more; a lower learning "
        "rate than %g or clipping the gradient may help",
        t->at.epoch + 1, t->at.step + 1, what, t->model->graph->layer[layer].name, t->opts.lr);
}

/* The loss of a batch and, in t->dlogits, its gradient. */
static double batch_loss(struct train *t, const struct batch *b, const float *logits)
{
    double loss =
        loss_cross_entropy(logits, b->target, b->weight, b->n, t->ds->classes, t->dlogits);
    if (t->teacher == NULL)
        return loss;
    const float *taught = teacher_logits(t->teacher, b->x, b->n);
    double share = t->opts.teacher_weight;
    double apart = loss_distill(logits, taught, b->weight, b->n, t->ds->classes,
                                (float)t->opts.teacher_temperature, (float)share, t->dlogits);
    return (1.0 - share) * loss + share * apart;
}

int train_batch(struct train *t, const struct batch *b, double *lr, struct err *err)
{
    struct graph *g = t->model->graph;
    uint64_t seed = (uint64_t)t->opts.seed << 40 ^ (uint64_t)t->at.step;
    const float *logits = graph_logits(g, b->x, b->n, true, seed);
    double loss = batch_loss(t, b, logits);
    int correct = loss_correct(logits, b->label, b->n, t->ds->classes), bad;
    if (!isfinite(loss)) {
        bad = graph_bad_output(g);
        return lost(t, bad < 0 ? "the loss" : "the output", bad < 0 ? g->layers - 1 : bad, err);
    }
    graph_backward(g, t->dlogits, NULL);
    if ((bad = graph_bad_gradient(g)) >= 0)
        return lost(t, "the gradient", bad, err);
    *lr = schedule_lr(&t->opts, t->at.step, t->batches, &t->at.plateau);
    optimizer_step(t->optimizer, g, *lr);
    if ((bad = graph_bad_param(g)) >= 0)
        return lost(t, "a weight", bad, err);
    t->at.step++;
    t->at.batch++;
    t->at.sum_loss += loss * b->n;
    t->at.sum_correct += correct;
    t->at.sum_images += b->n;
    t->images += b->n;
    return 0;
}

static struct train_progress progress(const struct train *t, double lr)
{
    double seconds = (double)(clock_now() - t->started) / CLOCK_S;
    double rate = seconds > 0.0 ? (double)t->images / seconds : 0.0;
    long left = (long)(t->opts.epochs - t->at.epoch) * t->batches - t->at.batch;
    return (struct train_progress){
        .epoch = t->at.epoch + 1,
        .epochs = t->opts.epochs,
        .batch = t->at.batch,
        .batches = t->batches,
        .loss = t->at.sum_loss / (double)t->at.sum_images,
        .accuracy = (double)t->at.sum_correct / (double)t->at.sum_images,
        .lr = lr,
        .images_per_s = rate,
        .eta_s = rate > 0.0 ? (double)left * t->opts.batch / rate : 0.0,
    };
}

/* Bytes of memory that this process holds, 0 where the kernel does not tell. */
static long memory_now(void)
{
    char text[128];
    long pages = 0;
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    return sscanf(text, "%*d %ld", &pages) == 1 ? pages * sysconf(_SC_PAGESIZE) : 0;
}

static int step_event(struct train *t, const struct train_progress *p, struct err *err)
{
    if (p->batch % STEP_EVENT_EVERY != 0 && p->batch != p->batches)
        return 0;
    json_t *fields = json_pack("{s:i, s:I, s:i, s:i, s:f, s:f, s:f, s:f, s:f}", "epoch", p->epoch,
                               "step", (json_int_t)t->at.step, "batch", p->batch, "batches",
                               p->batches, "loss", p->loss, "accuracy", p->accuracy, "lr", p->lr,
                               "images_per_s", p->images_per_s, "eta_s", p->eta_s);
    long memory = memory_now();
    if (memory > 0)
        json_object_set_new(fields, "memory", json_integer(memory));
    return rundir_event(t->dir, "step", fields, err);
}

/* The figure by which epochs are compared. */
static double measure(const struct train *t, const struct rundir_epoch *e)
{
    return t->opts.measure == TRAIN_MEASURE_MACRO_F1 ? e->val_macro_f1 : e->val_accuracy;
}

/* Validates the averaged weights and, if they are the best so far, writes them; 0 or -1. */
static int validate(struct train *t, struct rundir_epoch *e, bool *best, struct err *err)
{
    struct metrics m;
    struct metrics_summary s;
    metrics_clear(&m, t->ds->classes);
    optimizer_swap_ema(t->optimizer, t->model->graph);
    int rc = train_check_finite(t, err);
    evaluate_split(t->model->graph, t->ds, SPLIT_PUBLIC, t->opts.batch, NULL, NULL, &m, NULL);
    metrics_summarize(&m, &s);
    e->val_loss = s.loss;
    e->val_accuracy = s.accuracy;
    e->val_macro_f1 = s.macro_f1;
    e->classes = t->ds->classes;
    for (int i = 0; i < e->classes; i++)
        for (int k = 0; k < e->classes; k++)
            e->confusion[i * e->classes + k] = m.confusion[i][k];
    *best = t->at.best_epoch == 0 || measure(t, e) > t->at.best;
    if (rc == 0 && *best) {
        char *path = rundir_file(t->dir, "best.safetensors");
        rc = model_save_weights(t->model->graph, path, t->opts.half, err);
        free(path);
    }
    optimizer_swap_ema(t->optimizer, t->model->graph);
    return rc;
}

/* Brings the event file up to date. It is made anew with each start: a failure costs no more than
 * a warning. */
static void update_board(struct train *t)
{
    struct err err = {""};
    if (t->board == NULL || tensorboard_update(t->board, &err) == 0)
        return;
    log_write(LOG_WARN, "no more events for TensorBoard: %s", err.text);
    tensorboard_close(t->board);
    t->board = NULL;
}

static int end_epoch(struct train *t, const struct train_progress *p,
                     const struct train_hooks *hooks, struct err *err)
{
    struct rundir_epoch e = {.epoch = p->epoch,
                             .step = t->at.step,
                             .loss = p->loss,
                             .accuracy = p->accuracy,
                             .lr = p->lr};
    bool best;
    if (validate(t, &e, &best, err) != 0)
        return -1;
    if (best) {
        t->at.best = measure(t, &e);
        t->at.best_accuracy = e.val_accuracy;
        t->at.best_epoch = e.epoch;
    }
    schedule_epoch(&t->at.plateau, &t->opts, best);
    t->at.last = e;
    t->at.epoch++;
    t->at.batch = 0;
    t->at.sum_loss = 0.0;
    t->at.sum_correct = t->at.sum_images = 0;
    e.seconds = (double)(clock_now() - t->epoch_began) / CLOCK_S;
    t->epoch_began = clock_now();
    if (train_save(t, err) != 0 || rundir_add_epoch(t->dir, &e, err) != 0)
        return -1;
    update_board(t);
    if (best && rundir_event(t->dir, "best",
                             json_pack("{s:i, s:f, s:f}", "epoch", e.epoch, "val_accuracy",
                                       e.val_accuracy, "val_macro_f1", e.val_macro_f1),
                             err) != 0)
        return -1;
    if (hooks->epoch != NULL)
        hooks->epoch(hooks->ctx, &e, best);
    return 0;
}

static json_t *position(const struct train *t)
{
    return json_pack("{s:i, s:I}", "epoch", t->at.epoch, "step", (json_int_t)t->at.step);
}

/* All epochs are done, or patience is at its end. */
static bool is_over(const struct train *t)
{
    return t->at.epoch >= t->opts.epochs ||
           (t->opts.patience > 0 && t->at.epoch - t->at.best_epoch >= t->opts.patience);
}

static enum train_end run_batches(struct train *t, const struct train_hooks *hooks, struct err *err)
{
    const struct batch *b;
    while (!is_over(t) && (b = loader_next(t->loader)) != NULL) {
        assert(b->epoch == t->at.epoch && b->index == t->at.batch);
        double lr = 0.0;
        if (train_batch(t, b, &lr, err) != 0)
            return TRAIN_FAILED;
        struct train_progress p = progress(t, lr);
        bool more = hooks->batch == NULL || hooks->batch(hooks->ctx, &p);
        if (step_event(t, &p, err) != 0)
            return TRAIN_FAILED;
        bool epoch_over = t->at.batch == t->batches;
        if (epoch_over && end_epoch(t, &p, hooks, err) != 0)
            return TRAIN_FAILED;
        if (!more && !is_over(t))
            return epoch_over || train_save(t, err) == 0 ? TRAIN_STOPPED : TRAIN_FAILED;
    }
    return TRAIN_DONE;
}

/* The last line of the run; a disk too full for it changes nothing of what happened. */
static void last_event(struct train *t, enum train_end end, const struct err *err)
{
    if (end == TRAIN_STOPPED) {
        rundir_event(t->dir, "stop", position(t), NULL);
    } else if (end == TRAIN_FAILED) {
        rundir_event(t->dir, "error", json_pack("{s:s}", "text", err->text), NULL);
    } else {
        json_t *fields = position(t);
        json_object_set_new(fields, "best_epoch", json_integer(t->at.best_epoch));
        json_object_set_new(fields, "best_val_accuracy", json_real(t->at.best_accuracy));
        rundir_event(t->dir, "done", fields, NULL);
    }
}

enum train_end train_run(struct train *t, const struct train_hooks *hooks, struct err *err)
{
    if (rundir_event(t->dir, "start", position(t), err) != 0)
        return TRAIN_FAILED;
    t->loader = loader_open(t->lessons, &t->opts, t->at.epoch, t->at.batch, err);
    if (t->loader == NULL)
        return TRAIN_FAILED;
    if (t->opts.tensorboard) {
        t->board = tensorboard_open(t->dir->path, err);
        if (t->board == NULL)
            return TRAIN_FAILED;
    }
    t->started = t->epoch_began = clock_now();
    t->images = 0;
    enum train_end end = run_batches(t, hooks, err);
    last_event(t, end, err);
    return end;
}
