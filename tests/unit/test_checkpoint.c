/* Tests of nn/checkpoint: there and back, and damaged ones that fit their check sum. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "nn/checkpoint.h"

#define BAD "tests/data/bad/"

static const char network[] =
    "{\"class_name\":\"Sequential\",\"config\":{\"name\":\"small\",\"layers\":["
    "{\"class_name\":\"InputLayer\",\"config\":{\"name\":\"in\",\"batch_input_shape\":[null,2]}},"
    "{\"class_name\":\"Dense\",\"config\":{\"name\":\"dense\",\"units\":2,\"activation\":"
    "\"linear\"}}]}}";

static struct graph *small(struct optimizer **o)
{
    const struct train_opts opts = {.optimizer = TRAIN_ADAM, .ema = 0.9};
    struct err err = {""};
    struct graph *g = graph_from_json(network, strlen(network), "small", &err);
    assert_non_null(g);
    graph_init(g, 1);
    graph_reserve(g, 1, true, NULL);
    *o = optimizer_new(&opts, g);
    return g;
}

static void everything_comes_back(void **state)
{
    (void)state;
    struct err err = {""};
    struct optimizer *o, *p;
    struct graph *g = small(&o), *h = small(&p);
    char path[] = "/tmp/moodtop-test-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    const struct checkpoint a = {
        .data_hash = 1,
        .model_hash = 2,
        .votes_hash = 3,
        .teacher_hash = 4,
        .epoch = 5,
        .batch = 6,
        .step = 1L << 40,
        .sum_loss = 0.1,
        .sum_correct = 7,
        .sum_images = 8,
        .best = 0.3,
        .best_epoch = 9,
        .best_accuracy = 0.7,
        .plateau = {0.01, 10},
        .last = {11, 12, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0, 9, {0, 3, [80] = 9}},
    };
    struct checkpoint b = {.data_hash = 1, .model_hash = 2, .votes_hash = 3, .teacher_hash = 4};
    o->steps = 77;
    g->param[3] = 0.123f;
    o->v[2] = 4.5f;
    assert_int_equal(checkpoint_write(path, &a, g, o, &err), 0);
    assert_int_equal(checkpoint_read(path, &b, h, p, &err), 0);
    size_t size_a, size_b;
    char *first = file_read(path, 1 << 16, &size_a, &err);
    assert_int_equal(checkpoint_write(path, &b, h, p, &err), 0);
    char *second = file_read(path, 1 << 16, &size_b, &err);
    assert_int_equal(size_a, size_b);
    assert_memory_equal(first, second, size_a); /* not &a and &b: their padding may differ */
    assert_int_equal(b.last.classes, 9);
    assert_int_equal(b.last.confusion[1], 3);
    assert_int_equal(b.last.confusion[80], 9);
    assert_true(b.step == a.step && b.last.lr == a.last.lr && b.plateau.wait == a.plateau.wait);
    free(first);
    free(second);
    assert_int_equal(p->steps, 77);
    assert_memory_equal(g->param, h->param, g->params * sizeof(float));
    assert_true(p->v[2] == 4.5f);
    unlink(path);
    optimizer_free(o);
    optimizer_free(p);
    graph_free(g);
    graph_free(h);
}

static void numbers_out_of_range_are_refused(void **state)
{
    (void)state;
    struct err err = {""};
    struct optimizer *o;
    struct graph *g = small(&o);
    struct checkpoint c = {0};
    assert_int_equal(checkpoint_read(BAD "checkpoint_epoch_range.ckpt", &c, g, o, &err), -1);
    assert_non_null(strstr(err.text, "damaged: a number is out of range"));
    assert_int_equal(c.epoch, 0);
    optimizer_free(o);
    graph_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_comes_back),
        cmocka_unit_test(numbers_out_of_range_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
