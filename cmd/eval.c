/* eval: measures a model on one split of a data set. Main thread. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "cmd/cmd.h"
#include "cmd/data_open.h"
#include "nn/calibrate.h"
#include "nn/evaluate.h"
#include "nn/model.h"

/* What is measured, and everything needed for it. */
struct job {
    const char *split_name;
    enum split split;
    char *dir;
    struct model *model;
    struct dataset *ds;
    struct pool *pool;
    long params, macs;
    struct metrics_summary all, unseen;
    struct metrics counts;
};

static int open_job(struct job *j, const struct opts *opts, struct err *err)
{
    j->dir =
        opts->model.dir[0] != '\0' ? mem_strdup(opts->model.dir) : model_default_dir("emotion");
    j->split_name = opts->eval.split;
    j->split = (enum split)split_find(j->split_name);
    int threads = opts->eval.threads > 0 ? opts->eval.threads : thread_cpus();
    if ((j->model = model_open(j->dir, err)) == NULL || model_load_weights(j->model, err) != 0 ||
        (j->ds = data_open_set(opts, opts->eval.data, err)) == NULL ||
        (j->pool = pool_new(threads, err)) == NULL)
        return -1;
    if (evaluate_fits(j->model, j->ds, err) != 0)
        return -1;
    if (j->ds->count[j->split] == 0)
        return err_set(err, "%s: has no row of %s", opts->eval.data, j->split_name);
    return 0;
}

/* Finds the temperature on the split that models are chosen by, and writes it. */
static int calibrate(struct job *j, int batch, uint64_t weights, struct err *err)
{
    enum split split = SPLIT_PUBLIC;
    int n = j->ds->count[split];
    if (n == 0)
        return err_set(err, "--calibrate: the data has no row of PublicTest");
    float *logit = mem_alloc((size_t)(n * j->ds->classes) * sizeof *logit);
    int *label = mem_alloc((size_t)n * sizeof *label);
    evaluate_answers(j->model->graph, j->ds, split, batch, NULL, logit);
    for (int i = 0; i < n * j->ds->classes; i++)
        logit[i] = logf(fmaxf(logit[i], 1e-30f));
    for (int i = 0; i < n; i++)
        label[i] = j->ds->label[j->ds->row[split][i]];
    double t = calibrate_fit(logit, label, n, j->ds->classes);
    j->model->temperature = round(t * 1e4) / 1e4; /* as the file has it */
    int rc = calibrate_write(j->dir, weights, t, "PublicTest", n, err);
    free(logit);
    free(label);
    return rc;
}

/* Runs the network as the live program runs it: batch normalisation folded. */
static int measure(struct job *j, const struct eval_opts *opts, struct err *err)
{
    uint64_t weights = model_check_sum(j->model->graph); /* folding changes them */
    struct metrics unseen;
    struct evaluate_views views;
    bool *seen = mem_zalloc((size_t)j->ds->count[j->split], sizeof *seen);
    dataset_seen_before(j->ds, j->split, seen);
    j->params = (long)j->model->graph->params;
    j->macs = graph_macs(j->model->graph);
    graph_fold(j->model->graph);
    graph_reserve(j->model->graph, opts->batch, false, j->pool);
    if (opts->calibrate && calibrate(j, opts->batch, weights, err) != 0) {
        free(seen);
        return -1;
    }
    evaluate_views_set(&views, opts->tta, opts->tta_shift);
    views.temperature = (float)j->model->temperature;
    metrics_clear(&j->counts, j->ds->classes);
    metrics_clear(&unseen, j->ds->classes);
    evaluate_split(j->model->graph, j->ds, j->split, opts->batch, &views, seen, &j->counts,
                   &unseen);
    metrics_summarize(&j->counts, &j->all);
    metrics_summarize(&unseen, &j->unseen);
    free(seen);
    return 0;
}

static void close_job(struct job *j)
{
    model_close(j->model);
    dataset_close(j->ds);
    pool_free(j->pool);
    free(j->dir);
}

static json_t *classes_json(const struct job *j)
{
    json_t *classes = json_object();
    for (int c = 0; c < j->ds->classes; c++) {
        const struct metrics_class *k = &j->all.per_class[c];
        json_object_set_new(classes, j->model->labels[c],
                            json_pack("{s:I, s:f, s:f, s:f}", "n", (json_int_t)k->n, "precision",
                                      k->precision, "recall", k->recall, "f1", k->f1));
    }
    return classes;
}

static json_t *confusion_json(const struct job *j)
{
    json_t *rows = json_array();
    for (int c = 0; c < j->ds->classes; c++) {
        json_t *row = json_array();
        for (int p = 0; p < j->ds->classes; p++)
            json_array_append_new(row, json_integer(j->counts.confusion[c][p]));
        json_array_append_new(rows, row);
    }
    return rows;
}

static void print_json(const struct job *j)
{
    const struct metrics_summary *s = &j->all, *u = &j->unseen;
    json_t *out = json_pack(
        "{s:I, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:o, s:o, s:{s:I, s:f, s:f}, s:I, s:I, s:s, s:s}",
        "n", (json_int_t)s->n, "loss", s->loss, "accuracy", s->accuracy, "top2", s->top2, "top3",
        s->top3, "macro_f1", s->macro_f1, "ece", s->ece, "temperature", j->model->temperature,
        "per_class", classes_json(j), "confusion", confusion_json(j), "dedup", "n",
        (json_int_t)u->n, "accuracy", u->accuracy, "macro_f1", u->macro_f1, "params",
        (json_int_t)j->params, "macs", (json_int_t)j->macs, "model", j->dir, "split",
        j->split_name);
    json_dumpf(out, stdout, JSON_REAL_PRECISION(6));
    putchar('\n');
    json_decref(out);
}

static void print_table(const struct job *j)
{
    const struct metrics_summary *s = &j->all, *u = &j->unseen;
    char **label = j->model->labels;
    printf("%s on %s: %ld images, %ld parameters, %ld multiply-adds\n\n", j->dir, j->split_name,
           s->n, j->params, j->macs);
    printf("accuracy %.2f %%   top 2 %.2f %%   top 3 %.2f %%   macro-F1 %.2f %%   loss %.4f   "
           "ECE %.4f (temperature %.3f)\n",
           100 * s->accuracy, 100 * s->top2, 100 * s->top3, 100 * s->macro_f1, s->loss, s->ece,
           j->model->temperature);
    printf("without the images that an earlier split holds too: %ld images, accuracy %.2f %%, "
           "macro-F1 %.2f %%\n\n",
           u->n, 100 * u->accuracy, 100 * u->macro_f1);
    printf("%-10s %5s  precision  recall      F1   predicted as:", "", "n");
    for (int c = 0; c < j->ds->classes; c++)
        printf(" %8.8s", label[c]);
    putchar('\n');
    for (int c = 0; c < j->ds->classes; c++) {
        const struct metrics_class *k = &s->per_class[c];
        printf("%-10.10s %5ld  %7.1f %%  %5.1f %% %5.1f %%                ", label[c], k->n,
               100 * k->precision, 100 * k->recall, 100 * k->f1);
        for (int p = 0; p < j->ds->classes; p++)
            printf(" %8ld", j->counts.confusion[c][p]);
        putchar('\n');
    }
}

static int eval_run(const struct opts *opts, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct err err = {""};
    struct job j = {0};
    if (opts->eval.data[0] == '\0') {
        fputs("moodtop eval: which data? expected --data SET (fer2013.csv)\n", stderr);
        return EXIT_USAGE;
    }
    if (split_find(opts->eval.split) < 0) {
        fprintf(stderr, "moodtop eval: --split %s: expected Training, PublicTest or PrivateTest\n",
                opts->eval.split);
        return EXIT_USAGE;
    }
    int code = EXIT_OK;
    if (open_job(&j, opts, &err) != 0 || measure(&j, &opts->eval, &err) != 0) {
        fprintf(stderr, "moodtop eval: %s\n", err.text);
        code = EXIT_FAILED;
    } else {
        if (opts->eval.json)
            print_json(&j);
        else
            print_table(&j);
    }
    close_job(&j);
    return code;
}

const struct command cmd_eval = {
    .name = "eval",
    .args = "",
    .summary = "measure a model on a split of a data set",
    .sections = "eval data model detect",
    .examples = "moodtop eval --data fer2013.csv\n"
                "moodtop eval -m runs/2026-11-21-0930-emotion -d fer2013.csv --split PublicTest\n"
                "moodtop eval --data fer2013.csv --tta ten\n"
                "moodtop eval --data fer2013.csv --calibrate\n",
    .run = eval_run,
};
