/*
 * Tests of nn/train and nn/checkpoint on a small made-up data set: learning by heart, stopping and
 * being killed at any batch, threads, damaged checkpoints, a full disk, NaN.
 */
#include "tests/unit/runs.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/mem.h"
#include "nn/checkpoint.h"
#include "nn/model.h"

static void thirty_two_images_are_learned_by_heart(void **state)
{
    (void)state;
    struct train_opts o = options("heart");
    o.epochs = 40;
    o.batch = 8;
    o.flip = false;
    o.shift = o.rotate = o.zoom = o.erasing = 0;
    struct stopper never = {0};
    struct train *t = start(&o);
    struct err err = {""};
    struct train_hooks hooks = {.ctx = &never, .batch = stop_after};
    assert_int_equal(train_run(t, &hooks, &err), TRAIN_DONE);
    double best;
    assert_int_not_equal(train_best(t, &best), 0);
    assert_true(best == 1.0);
    assert_true(never.accuracy == 1.0); /* of the last epoch's training batches */
    train_close(t);
}

static void a_run_directory_is_a_model_directory(void **state)
{
    (void)state;
    struct err err = {""};
    struct train_opts o = options("model");
    o.epochs = 1;
    char *dir = run_through(&o);
    struct model *m = model_open(dir, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(model_load_weights(m, &err), 0);
    assert_string_equal(m->labels[3], "happy");
    model_close(m);
    assert_same_file(dir, TINY, "model.json");
    free(dir);
}

static void a_stopped_run_goes_on_to_the_same_bytes(void **state)
{
    (void)state;
    struct train_opts o = options("whole");
    char *whole = run_through(&o);
    static const int stops[] = {1, 4, 6, 11, 12, 17}; /* 6 batches an epoch */
    for (size_t i = 0; i < MEM_COUNT(stops); i++) {
        char name[32];
        snprintf(name, sizeof name, "stopped%d", stops[i]);
        o = options(name);
        struct stopper s = {.after = stops[i]};
        char *dir = run_part(start(&o), &s, TRAIN_STOPPED);
        assert_int_equal(s.seen, stops[i]);
        resume_to_end(dir);
        assert_same_run(whole, dir);
        free(dir);
    }
    free(whole);
}

static void a_killed_run_goes_on_to_the_same_bytes(void **state)
{
    (void)state;
    struct train_opts o = options("unkilled");
    char *whole = run_through(&o);
    static const int kills[] = {2, 6, 7, 15};
    for (size_t i = 0; i < MEM_COUNT(kills); i++) {
        char name[32];
        snprintf(name, sizeof name, "killed%d", kills[i]);
        o = options(name);
        pid_t child = fork();
        if (child == 0) {
            struct stopper s = {.after = kills[i], .kill = true};
            run_part(start(&o), &s, TRAIN_DONE);
            _exit(1);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        char *dir = only_run_below(o.out);
        resume_to_end(dir);
        assert_same_run(whole, dir);
        free(dir);
    }
    free(whole);
}

static void threads_do_not_change_a_bit(void **state)
{
    (void)state;
    struct train_opts o = options("one_thread");
    char *one = run_through(&o);
    for (int threads = 2; threads <= 3; threads++) {
        o = options(threads == 2 ? "two_threads" : "three_threads");
        o.threads = threads;
        char *more = run_through(&o);
        assert_same_run(one, more);
        free(more);
    }
    free(one);
}

static void a_run_that_is_over_stays_as_it_is(void **state)
{
    (void)state;
    struct train_opts o = options("over");
    char *a = run_through(&o);
    o = options("over_again");
    char *b = run_through(&o);
    resume_to_end(b);
    assert_same_run(a, b);
    free(a);
    free(b);
}

/* ---- what goes wrong ----------------------------------------------------------------------- */

static void damaged_checkpoints_are_refused(void **state)
{
    (void)state;
    struct train_opts o = options("damaged");
    o.epochs = 1;
    char *dir = run_through(&o), *path = file_join(dir, "last.ckpt");
    struct err err = {""};
    size_t size = 0;
    char *good = file_read(path, 1 << 26, &size, &err);
    char *bad = mem_alloc(size + 1);
    for (size_t at = 240; at < size; at += size / 7) { /* one bit anywhere */
        memcpy(bad, good, size);
        bad[at] ^= 0x10;
        file_write_atomic(path, bad, size, &err);
        assert_resume_fails(dir, "", "last.ckpt: damaged: its check sum");
    }
    file_write_atomic(path, good, size - 1, &err);
    assert_resume_fails(dir, "", "damaged");
    file_write_atomic(path, good, 100, &err);
    assert_resume_fails(dir, "", "not a checkpoint");
    file_write_atomic(path, "", 0, &err);
    assert_resume_fails(dir, "", "not a checkpoint");
    memcpy(bad, good, size);
    bad[size] = 0;
    file_write_atomic(path, bad, size + 1, &err);
    assert_resume_fails(dir, "", "damaged");
    unlink(path);
    assert_resume_fails(dir, "", "last.ckpt: No such file");
    file_write_atomic(path, good, size, &err);
    resume_to_end(dir);
    free(good);
    free(bad);
    free(path);
    free(dir);
}

static void another_data_set_is_refused(void **state)
{
    (void)state;
    struct err err = {""};
    struct train_opts o = options("other_data");
    o.epochs = 1;
    char *dir = run_through(&o);
    size_t size = 0;
    char *text = file_read(csv, 1 << 26, &size, &err);
    char *other = file_join(folder, "other.csv");
    char *digit = strchr(text, '\n') + 1;
    *digit = *digit == '0' ? '1' : '0'; /* another label for the first image */
    assert_int_equal(file_write_atomic(other, text, size, &err), 0);
    assert_resume_fails(dir, other, "made with another data set");
    free(text);
    free(other);
    free(dir);
}

static void an_estimate_leaves_nothing_behind(void **state)
{
    (void)state;
    struct err err = {""};
    struct train_opts o = options("estimate");
    struct train_estimate e;
    assert_int_equal(train_estimate(&o, NULL, 1.0, &e, &err), 0);
    assert_int_equal(e.batches, 6); /* 32 images in sixes */
    assert_true(e.epoch_s > 0 && e.images_per_s > 0);
    assert_true(e.total_s >= o.epochs * e.epoch_s * 0.999);
    assert_true(e.memory > 1 << 20);
    assert_false(file_exists(o.out));
    o.batch = 1000; /* the whole epoch is less than a batch */
    assert_int_equal(train_estimate(&o, NULL, 0.01, &e, &err), 0);
    assert_int_equal(e.batches, 1);
    snprintf(o.data, sizeof o.data, "%s/none.csv", folder);
    assert_int_equal(train_estimate(&o, NULL, 0.01, &e, &err), -1);
    assert_non_null(strstr(err.text, "none.csv: No such file"));
}

static void a_nan_ends_the_run_with_its_place(void **state)
{
    (void)state;
    struct err err = {""};
    struct train_opts o = options("nan");
    o.lr = 1e38;
    o.warmup_epochs = 0;
    struct train *t = start(&o);
    struct train_hooks hooks = {0};
    assert_int_equal(train_run(t, &hooks, &err), TRAIN_FAILED);
    assert_ptr_equal(strstr(err.text, "epoch 1, step "), err.text);
    char *dir = strdup(train_dir(t)), *events = file_join(dir, "metrics.jsonl");
    train_close(t);
    size_t size = 0;
    char *text = file_read(events, 1 << 20, &size, &err);
    assert_non_null(strstr(text, "{\"event\":\"error\",\"text\":\"epoch 1, step "));
    assert_non_null(strstr(err.text, " of layer \""));
    free(text);
    free(events);
    free(dir);
}

/* A limit on the size of files stands for the full disk: the write fails half-way. */
static void a_full_disk_keeps_the_last_checkpoint(void **state)
{
    (void)state;
    struct train_opts o = options("unfull");
    char *whole = run_through(&o);
    o = options("full");
    struct stopper s = {.after = 8};
    char *dir = run_part(start(&o), &s, TRAIN_STOPPED);
    pid_t child = fork();
    if (child == 0) {
        struct err err = {""};
        struct rlimit small = {.rlim_cur = 4096, .rlim_max = 4096};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &small);
        struct train_hooks hooks = {0};
        snprintf(o.resume, sizeof o.resume, "%s", dir);
        struct train *t = train_resume(&o, NULL, &err);
        bool right = t != NULL && train_run(t, &hooks, &err) == TRAIN_FAILED &&
                     strstr(err.text, "cannot write: File too large") != NULL;
        _exit(right ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    resume_to_end(dir);
    assert_same_run(whole, dir);
    free(whole);
    free(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thirty_two_images_are_learned_by_heart),
        cmocka_unit_test(a_run_directory_is_a_model_directory),
        cmocka_unit_test(a_stopped_run_goes_on_to_the_same_bytes),
        cmocka_unit_test(a_killed_run_goes_on_to_the_same_bytes),
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(a_run_that_is_over_stays_as_it_is),
        cmocka_unit_test(damaged_checkpoints_are_refused),
        cmocka_unit_test(another_data_set_is_refused),
        cmocka_unit_test(an_estimate_leaves_nothing_behind),
        cmocka_unit_test(a_nan_ends_the_run_with_its_place),
        cmocka_unit_test(a_full_disk_keeps_the_last_checkpoint),
    };
    return cmocka_run_group_tests(tests, make_data, remove_data);
}
