/*
 * Tests of nn/train's options: each kind of run, stopped anywhere, goes on to the same bytes; early
 * end, choice of the best epoch, a teacher; which layer a NaN came from.
 */
#include "tests/unit/runs.h"

#include <math.h>

#include "base/mem.h"
#include "nn/graph_check.h"
#include "nn/model.h"

static char votes[128];

/* FER+ votes for the made-up rows: row i has ten for column i % 10. */
static int make_votes(void **state)
{
    if (make_data(state) != 0)
        return -1;
    snprintf(votes, sizeof votes, "%s/votes.csv", folder);
    FILE *f = fopen(votes, "w");
    if (f == NULL)
        return -1;
    fputs("Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,"
          "unknown,NF\n",
          f);
    for (int i = 0; i < 2 * IMAGES; i++) {
        fprintf(f, "%s,%d.png", i < IMAGES ? "Training" : "PublicTest", i);
        for (int k = 0; k < 10; k++)
            fputs(k == i % 10 ? ",10" : ",0", f);
        fputs("\n", f);
    }
    return fclose(f);
}

static void with_adam(struct train_opts *o)
{
    o->optimizer = TRAIN_ADAM;
    o->lr = 0.002;
    o->schedule = TRAIN_SCHEDULE_STEP;
    o->clip_norm = 0.5;
}

static void with_adamw(struct train_opts *o)
{
    o->optimizer = TRAIN_ADAMW;
    o->lr = 0.002;
    o->schedule = TRAIN_SCHEDULE_CONSTANT;
    o->sampler = TRAIN_SAMPLER_BALANCED;
}

static void with_plateau(struct train_opts *o)
{
    o->nesterov = false;
    o->schedule = TRAIN_SCHEDULE_PLATEAU;
    o->lr_every = 1;
    o->lr = 1e-9; /* nothing gets better: each epoch after the first lowers the rate */
    o->ema = 0;
}

static void with_mixtures(struct train_opts *o)
{
    strcpy(o->ferplus, votes);
    o->ferplus_weight = 0.7;
    o->ferplus_doubtful = TRAIN_DOUBTFUL_DROP;
    o->mixup = 0.4;
    o->crop = 3;
    o->class_weight = TRAIN_WEIGHT_BALANCED;
    o->measure = TRAIN_MEASURE_MACRO_F1;
}

static void every_kind_of_run_resumes_to_the_bit(void **state)
{
    (void)state;
    static void (*const change[])(struct train_opts *) = {with_adam, with_adamw, with_plateau,
                                                          with_mixtures};
    static const int stops[] = {3, 7, 10, 9};
    for (size_t i = 0; i < MEM_COUNT(change); i++) {
        char name[32];
        snprintf(name, sizeof name, "kind%zu", i);
        struct train_opts o = options(name);
        change[i](&o);
        o.threads = 2;
        char *whole = run_through(&o);
        snprintf(name, sizeof name, "kind%zu-stopped", i);
        o = options(name);
        change[i](&o);
        struct stopper s = {.after = stops[i]};
        char *dir = run_part(start(&o), &s, TRAIN_STOPPED);
        resume_to_end(dir);
        assert_same_run(whole, dir);
        free(whole);
        free(dir);
    }
}

/* The value of a key in the last line of epochs.csv (column 3 is lr), and how many epochs. */
static double last_lr(const char *dir, int *epochs)
{
    struct err err = {""};
    size_t size;
    char *path = file_join(dir, "epochs.csv"), *text = file_read(path, 1 << 20, &size, &err);
    assert_non_null(text);
    double lr = NAN;
    *epochs = 0;
    for (char *line = strchr(text, '\n') + 1; *line != '\0'; line = strchr(line, '\n') + 1) {
        (*epochs)++;
        assert_int_equal(sscanf(line, "%*d,%*f,%*f,%lf", &lr), 1);
    }
    free(path);
    free(text);
    return lr;
}

static void a_plateau_lowers_the_rate(void **state)
{
    (void)state;
    int epochs;
    struct train_opts o = options("plateau");
    with_plateau(&o);
    o.epochs = 4;
    char *dir = run_through(&o);
    assert_true(fabs(last_lr(dir, &epochs) - 0.25e-9) < 1e-15);
    assert_int_equal(epochs, 4);
    free(dir);
}

static void patience_ends_a_run_early(void **state)
{
    (void)state;
    struct err err = {""};
    int epochs;
    struct train_opts o = options("patience");
    with_plateau(&o);
    o.epochs = 50;
    o.patience = 2;
    char *dir = run_through(&o);
    last_lr(dir, &epochs);
    assert_in_range(epochs, 3, 20);
    resume_to_end(dir); /* is over, and stays so */
    int again;
    last_lr(dir, &again);
    assert_int_equal(epochs, again);
    assert_string_equal(err.text, "");
    free(dir);
}

static void a_teacher_is_learned_from(void **state)
{
    (void)state;
    struct train_opts o = options("teacher");
    o.epochs = 30;
    o.flip = false;
    o.shift = o.rotate = o.zoom = o.erasing = 0;
    char *teacher = run_through(&o);
    o = options("pupil");
    o.seed = 99; /* other start values */
    o.epochs = 40;
    o.flip = false;
    o.shift = o.rotate = o.zoom = o.erasing = 0;
    o.teacher_weight = 1; /* labels count for nothing: what it knows, it has from the teacher */
    o.teacher_temperature = 2;
    strcpy(o.teacher, teacher);
    struct train *t = start(&o);
    struct err err = {""};
    const struct train_hooks hooks = {0};
    assert_int_equal(train_run(t, &hooks, &err), TRAIN_DONE);
    double best;
    assert_int_not_equal(train_best(t, &best), 0);
    assert_true(best > 0.9);
    char *dir = strdup(train_dir(t));
    train_close(t);

    char *weights = file_join(teacher, "best.safetensors");
    char *own = file_join(dir, "best.safetensors");
    struct model *m = model_open(teacher, &err);
    assert_int_equal(model_read_weights(m->graph, weights, &err), 0);
    m->graph->param[0] += 1.0f;
    assert_int_equal(model_save_weights(m->graph, weights, false, &err), 0);
    assert_resume_fails(dir, "", "made with another teacher");
    unlink(weights);
    assert_resume_fails(dir, "", "teacher: ");
    model_close(m);
    free(weights);
    free(own);
    free(dir);
    free(teacher);
}

static void given_weights_are_where_a_run_starts(void **state)
{
    (void)state;
    struct train_opts o = options("first");
    o.epochs = 30;
    o.flip = false;
    o.shift = o.rotate = o.zoom = o.erasing = 0;
    char *first = run_through(&o), *weights = file_join(first, "best.safetensors");
    o = options("second");
    o.seed = 99;
    o.epochs = 2;
    o.lr = 1e-9; /* it stays what it was */
    o.warmup_epochs = 0;
    snprintf(o.weights, sizeof o.weights, "%s", weights);
    struct err err = {""};
    struct train *t = start(&o);
    const struct train_hooks hooks = {0};
    assert_int_equal(train_run(t, &hooks, &err), TRAIN_DONE);
    double best;
    assert_int_not_equal(train_best(t, &best), 0);
    assert_true(best > 0.9);
    train_close(t);
    struct stopper s = {.after = 1};
    char *dir = run_part(start(&o), &s, TRAIN_STOPPED);
    unlink(weights); /* only the beginning needs it */
    resume_to_end(dir);
    free(dir);
    assert_null(train_new(&o, NULL, 0, NULL, &err));
    assert_non_null(strstr(err.text, "best.safetensors"));
    free(weights);
    free(first);
}

static void other_votes_are_refused(void **state)
{
    (void)state;
    struct train_opts o = options("votes");
    with_mixtures(&o);
    o.epochs = 1;
    char *dir = run_through(&o);
    FILE *f = fopen(votes, "r+");
    fseek(f, -2, SEEK_END);
    fputs("7", f);
    fclose(f);
    assert_resume_fails(dir, "", "made with other FER+ votes");
    free(dir);
}

/* ---- where a NaN came from ----------------------------------------------------------------- */

static int layer_named(const struct graph *g, const char *name)
{
    for (int i = 0; i < g->layers; i++)
        if (strcmp(g->layer[i].name, name) == 0)
            return i;
    return -1;
}

static void the_layer_that_made_a_nan_is_found(void **state)
{
    (void)state;
    struct err err = {""};
    struct model *m = model_open(TINY, &err);
    struct graph *g = m->graph;
    graph_init(g, 1);
    graph_reserve(g, 2, true, NULL);
    float x[2 * DATASET_PIXELS], d[2 * DATASET_CLASSES] = {0};
    for (int i = 0; i < 2 * DATASET_PIXELS; i++)
        x[i] = (float)(i * 37 % 256);
    graph_logits(g, x, 2, true, 0);
    assert_int_equal(graph_bad_output(g), -1);
    assert_int_equal(graph_bad_param(g), -1);
    int conv = layer_named(g, "conv2d");
    assert_true(conv > 0);
    g->layer[conv].param[0].w[0] = 3e38f;
    g->layer[conv].param[0].w[1 * g->layer[conv].out.c] = 3e38f;
    graph_changed(g);
    assert_int_equal(graph_bad_param(g), -1);
    graph_logits(g, x, 2, true, 1);
    int bad = graph_bad_output(g);
    assert_in_range(bad, conv, conv + 1);
    g->layer[conv].param[0].w[0] = NAN;
    assert_int_equal(graph_bad_param(g), conv);
    graph_init(g, 1);
    graph_changed(g);
    graph_logits(g, x, 2, true, 2);
    d[0] = INFINITY;
    graph_backward(g, d, NULL);
    bad = graph_bad_gradient(g);
    assert_true(bad >= 0);
    for (int i = bad + 1; i < g->layers; i++) /* nobody behind it has parameters to blame */
        assert_int_equal(g->layer[i].params, 0);
    model_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_run_resumes_to_the_bit),
        cmocka_unit_test(a_plateau_lowers_the_rate),
        cmocka_unit_test(patience_ends_a_run_early),
        cmocka_unit_test(a_teacher_is_learned_from),
        cmocka_unit_test(given_weights_are_where_a_run_starts),
        cmocka_unit_test(other_votes_are_refused),
        cmocka_unit_test(the_layer_that_made_a_nan_is_found),
    };
    return cmocka_run_group_tests(tests, make_votes, remove_data);
}
