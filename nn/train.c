/*
 * train: see train.h. Order at the end of an epoch: best.safetensors (if it is better), last.ckpt,
 * then the lines of metrics.jsonl and epochs.csv. A run killed between any two of these repeats
 * what is missing from the checkpoint before and arrives at the same bytes.
 */
#include "nn/train.h"

#include <assert.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "nn/checkpoint.h"
#include "nn/dataset_how.h"
#include "nn/evaluate.h"
#include "nn/graph_check.h"
#include "nn/loader.h"
#include "nn/loss.h"
#include "nn/model.h"
#include "nn/runopts.h"
#include "nn/schedule.h"
#include "nn/teacher.h"
#include "nn/tensorboard.h"

#define STEP_EVENT_EVERY 10 /* batches */
#define RUN_JSON_MAX ((size_t)64 << 20)

struct train {
    struct train_opts opts;
    const struct dataset_how *tools; /* borrowed while the data is opened */
    struct dataset *ds;
    struct lessons *lessons;
    struct model *model;
    struct pool *pool;
    struct teacher *teacher; /* NULL without one */
    struct optimizer *optimizer;
    struct loader *loader;
    struct rundir *dir;
    struct tensorboard *board; /* NULL without --tensorboard */
    struct checkpoint at;      /* the position */
    int batches;               /* of an epoch */
    float *dlogits;            /* (batch, classes) */
    int64_t started;           /* clock_now() of train_run, */
    long images;               /* and images trained on since */
    int64_t epoch_began;       /* clock_now() */
};

/* ---- setting up ---------------------------------------------------------------------------- */

/* Opens the data as the options say, with the caller's tools; 0 or -1. */
static int open_data(struct train *t, struct err *err)
{
    struct dataset_how how = t->tools != NULL ? *t->tools : (struct dataset_how){0};
    how.strict = t->opts.from.strict;
    how.val = t->opts.from.val;
    how.seed = t->opts.from.val_seed;
    how.crop_faces = t->opts.from.crop_faces;
    how.votes = false; /* lessons read them */
    t->ds = dataset_open_how(t->opts.data, &how, err);
    return t->ds != NULL ? 0 : -1;
}

/* Makes the model say the data set's classes; 0 or -1. */
static int fit_model(struct train *t, struct err *err)
{
    struct model *m = t->model;
    if (evaluate_takes(m->graph, t->ds, err) != 0)
        return err_prefix(err, "%s/model.json", m->dir);
    if (model_set_classes(m, t->ds->class_name, t->ds->classes, err) != 0)
        return -1;
    if (m->head >= 0)
        log_write(LOG_INFO, "layer \"%s\" gets %d outputs, one for each class of the data",
                  m->graph->layer[m->head].name, m->classes);
    return 0;
}

/* Reads data and model and makes what depends on them; t->opts is set. 0 or -1. */
static int prepare(struct train *t, const char *model_dir, const char *weights, struct err *err)
{
    if (open_data(t, err) != 0 || (t->model = model_open(model_dir, err)) == NULL)
        return -1;
    if (t->ds->points != NULL)
        return err_set(err, "%s: holds key points, not classes: nothing to train this network on",
                       t->opts.data);
    if (t->ds->count[SPLIT_TRAINING] == 0 || t->ds->count[SPLIT_PUBLIC] == 0)
        return err_set(err, "%s: expected rows of Training and of PublicTest, got %d and %d",
                       t->opts.data, t->ds->count[SPLIT_TRAINING], t->ds->count[SPLIT_PUBLIC]);
    if ((t->lessons = lessons_open(t->ds, &t->opts, err)) == NULL)
        return -1;
    if (fit_model(t, err) != 0)
        return -1;
    struct graph *g = t->model->graph;
    if ((t->pool = pool_new(t->opts.threads, err)) == NULL)
        return -1;
    graph_init(g, (uint64_t)t->opts.seed);
    if (weights[0] != '\0' && model_begin_with(t->model, weights, err) != 0)
        return -1;
    graph_reserve(g, t->opts.batch, true, t->pool);
    if (t->opts.teacher[0] != '\0') {
        t->teacher = teacher_open(t->opts.teacher, t->ds, t->opts.batch, t->pool, err);
        if (t->teacher == NULL)
            return err_prefix(err, "teacher");
        t->at.teacher_hash = teacher_hash(t->teacher);
    }
    t->at.plateau.scale = 1.0;
    t->optimizer = optimizer_new(&t->opts, g);
    t->dlogits = mem_aligned((size_t)(t->opts.batch * t->ds->classes), sizeof(float));
    t->batches = loader_batches(t->lessons, &t->opts);
    t->at.data_hash = t->ds->hash;
    t->at.votes_hash = t->lessons->hash;
    t->at.model_hash = checkpoint_hash(t->model->json, strlen(t->model->json));
    return 0;
}

/* A parameter that is not finite must never reach a file. */
static int check_finite(const struct train *t, struct err *err)
{
    const struct graph *g = t->model->graph;
    int bad = graph_bad_param(g);
    return bad < 0
               ? 0
               : err_set(err, "epoch %d, step %ld: a weight of layer \"%s\" is not finite any more",
                         t->at.epoch + 1, t->at.step, g->layer[bad].name);
}

static int save(struct train *t, struct err *err)
{
    if (check_finite(t, err) != 0)
        return -1;
    char *path = rundir_file(t->dir, "last.ckpt");
    int rc = checkpoint_write(path, &t->at, t->model->graph, t->optimizer, err);
    free(path);
    return rc;
}

static int write_file(const struct train *t, const char *name, const char *text, struct err *err)
{
    char *path = rundir_file(t->dir, name);
    int rc = file_write_atomic(path, text, strlen(text), err);
    free(path);
    return rc;
}

static json_t *about_run(const struct train *t, int argc, char **argv)
{
    json_t *command = json_array();
    for (int i = 0; i < argc; i++)
        json_array_append_new(command, json_string(argv[i]));
    char hash[20];
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)t->ds->hash);
    json_t *data =
        json_pack("{s:s, s:s, s:i, s:i, s:i}", "file", t->opts.data, "hash", hash, "training",
                  t->ds->count[SPLIT_TRAINING], "public_test", t->ds->count[SPLIT_PUBLIC],
                  "private_test", t->ds->count[SPLIT_PRIVATE]);
    json_t *labels = json_array();
    for (int i = 0; i < t->ds->classes; i++)
        json_array_append_new(labels, json_string(t->ds->class_name[i]));
    return json_pack("{s:s, s:I, s:o, s:i, s:o, s:o, s:o, s:I, s:I, s:o}", "version",
                     MOODTOP_VERSION, "started", (json_int_t)time(NULL), "command", command, "seed",
                     t->opts.seed, "options", runopts_to_json(&t->opts), "dataset", data, "labels",
                     labels, "params", (json_int_t)t->model->graph->params, "macs",
                     (json_int_t)graph_macs(t->model->graph), "architecture",
                     json_loads(t->model->json, 0, NULL));
}

/* What makes the directory a model directory of its own, the checkpoint of step 0, and last of all
 * run.json: where it stands, the rest stands too. */
static int write_start_files(struct train *t, int argc, char **argv, struct err *err)
{
    if (write_file(t, "model.json", t->model->json, err) != 0)
        return -1;
    char *labels = mem_strdup("");
    for (int i = 0; i < t->ds->classes; i++) {
        char *more = mem_printf("%s%s\n", labels, t->ds->class_name[i]);
        free(labels);
        labels = more;
    }
    int rc = write_file(t, "labels.txt", labels, err);
    free(labels);
    char *link = rundir_file(t->dir, "weights.safetensors");
    if (rc == 0 && symlink("best.safetensors", link) != 0)
        rc = err_errno(err, "%s: cannot make the link", link);
    free(link);
    if (rc != 0 || save(t, err) != 0)
        return -1;
    json_t *about = about_run(t, argc, argv);
    char *text = json_dumps(about, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
    json_decref(about);
    rc = write_file(t, "run.json", text, err);
    free(text);
    return rc;
}

/* Keeps a file's full path, so that a run can be resumed from any folder. path: [OPTS_TEXT_MAX] */
static void resolve_path(char *path)
{
    char *full = path[0] != '\0' ? realpath(path, NULL) : NULL;
    if (full != NULL && strlen(full) < OPTS_TEXT_MAX)
        strcpy(path, full);
    free(full);
}

/* Fills in what stands for "as it comes": the number of threads and the run's name. */
static void resolve_defaults(struct train_opts *opts)
{
    if (opts->threads <= 0)
        opts->threads = thread_cpus();
    if (opts->name[0] != '\0')
        return;
    const char *end = opts->model + strlen(opts->model);
    while (end > opts->model && end[-1] == '/')
        end--;
    const char *start = end;
    while (start > opts->model && start[-1] != '/')
        start--;
    snprintf(opts->name, sizeof opts->name, "%.*s", (int)(end - start), start);
}

struct train *train_new(const struct train_opts *opts, const struct dataset_how *tools, int argc,
                        char **argv, struct err *err)
{
    struct train *t = mem_zalloc(1, sizeof *t);
    t->tools = tools;
    t->opts = *opts;
    resolve_defaults(&t->opts);
    if (prepare(t, t->opts.model, t->opts.weights, err) != 0) {
        train_close(t);
        return NULL;
    }
    dataset_resolve(t->opts.data,
                    sizeof t->opts.data); /* only now: errors name the file as it was given */
    resolve_path(t->opts.ferplus);
    resolve_path(t->opts.teacher);
    resolve_path(t->opts.weights);
    if ((t->dir = rundir_create(t->opts.out, t->opts.name, err)) == NULL ||
        write_start_files(t, argc, argv, err) != 0) {
        train_close(t);
        return NULL;
    }
    return t;
}

/* Reads the options of a run; 0 or -1. */
static int read_run_json(const struct rundir *dir, struct train_opts *opts, struct err *err)
{
    size_t size;
    char *path = rundir_file(dir, "run.json");
    char *text = file_read(path, RUN_JSON_MAX, &size, err);
    int rc = -1;
    if (text != NULL) {
        json_error_t where;
        json_t *about = json_loadb(text, size, 0, &where);
        if (about == NULL)
            err_set(err, "%s:%d: %s", path, where.line, where.text);
        else if ((rc = runopts_from_json(json_object_get(about, "options"), opts, err)) != 0)
            err_prefix(err, "%s", path);
        json_decref(about);
    }
    free(text);
    free(path);
    return rc;
}

static int read_checkpoint(struct train *t, struct err *err)
{
    char *path = rundir_file(t->dir, "last.ckpt");
    int rc = checkpoint_read(path, &t->at, t->model->graph, t->optimizer, err);
    if (rc == 0 && (t->at.epoch < 0 || t->at.epoch > t->opts.epochs || t->at.batch < 0 ||
                    t->at.batch >= t->batches))
        rc = err_set(err, "%s: stands at epoch %d, batch %d, which this run does not have", path,
                     t->at.epoch, t->at.batch);
    free(path);
    return rc;
}

struct train *train_resume(const struct train_opts *opts, const struct dataset_how *tools,
                           struct err *err)
{
    struct rundir *dir = rundir_reopen(opts->resume, err);
    return dir != NULL ? train_go_on(dir, opts, tools, err) : NULL;
}

struct train *train_go_on(struct rundir *dir, const struct train_opts *opts,
                          const struct dataset_how *tools, struct err *err)
{
    struct train *t = mem_zalloc(1, sizeof *t);
    t->opts = *opts; /* for what run.json does not have */
    t->tools = tools;
    t->dir = dir;
    if (read_run_json(t->dir, &t->opts, err) != 0) {
        train_close(t);
        return NULL;
    }
    if (opts->data[0] != '\0')
        strcpy(t->opts.data, opts->data);
    if (opts->ferplus[0] != '\0')
        strcpy(t->opts.ferplus, opts->ferplus);
    if (opts->teacher[0] != '\0')
        strcpy(t->opts.teacher, opts->teacher);
    t->opts.threads = opts->threads;
    resolve_defaults(&t->opts);
    if (prepare(t, t->dir->path, "", err) != 0 || read_checkpoint(t, err) != 0 ||
        rundir_rewind(t->dir, t->at.epoch, err) != 0 ||
        (t->at.last.epoch > 0 && rundir_add_epoch(t->dir, &t->at.last, err) != 0)) {
        train_close(t);
        return NULL;
    }
    return t;
}

const struct dataset *train_data(const struct train *t)
{
    return t->ds;
}

const char *train_dir(const struct train *t)
{
    return t->dir->path;
}

int train_best(const struct train *t, double *accuracy)
{
    *accuracy = t->at.best_accuracy;
    return t->at.best_epoch;
}

void train_close(struct train *t)
{
    if (t == NULL)
        return;
    loader_close(t->loader);
    tensorboard_close(t->board);
    teacher_close(t->teacher);
    optimizer_free(t->optimizer);
    model_close(t->model);
    pool_free(t->pool);
    lessons_close(t->lessons);
    dataset_close(t->ds);
    rundir_close(t->dir);
    free(t->dlogits);
    free(t);
}

/* ---- running ------------------------------------------------------------------------------- */

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

/* Forward, loss, backward, step; 0, or -1 at a NaN. */
static int train_batch(struct train *t, const struct batch *b, double *lr, struct err *err)
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
    int rc = check_finite(t, err);
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
    if (save(t, err) != 0 || rundir_add_epoch(t->dir, &e, err) != 0)
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
            return epoch_over || save(t, err) == 0 ? TRAIN_STOPPED : TRAIN_FAILED;
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

/* ---- estimating ---------------------------------------------------------------------------- */

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
    resolve_defaults(&t->opts);
    double image_s = 0.0;
    int rc = prepare(t, t->opts.model, t->opts.weights, err);
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
