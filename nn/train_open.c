/*
 * train_open: sets a training run up, anew or from its directory, and ends it; see train.h. Trainer
 * thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "nn/evaluate.h"
#include "nn/runopts.h"
#include "nn/train_state.h"

#define RUN_JSON_MAX ((size_t)64 << 20)

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

int train_prepare(struct train *t, const char *model_dir, const char *weights, struct err *err)
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
    if (rc != 0 || train_save(t, err) != 0)
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

void train_defaults(struct train_opts *opts)
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
    train_defaults(&t->opts);
    if (train_prepare(t, t->opts.model, t->opts.weights, err) != 0) {
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
    train_defaults(&t->opts);
    if (train_prepare(t, t->dir->path, "", err) != 0 || read_checkpoint(t, err) != 0 ||
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
