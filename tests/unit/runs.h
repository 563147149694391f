/* runs: short training runs on a small made-up data set, for the tests of nn/train. */
#ifndef TESTS_RUNS_H
#define TESTS_RUNS_H

#include "tests/unit/unit.h"

#include <glob.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "nn/dataset.h"
#include "nn/train.h"
#include "tests/unit/noise.h"

#define TINY "tests/data/tiny"

enum { IMAGES = 32 };

static char folder[64], csv[96];

/* 32 noise pictures with random labels, once as Training and once more as PublicTest: whoever
 * learns them by heart reaches 100 % on both. */
static inline int make_data(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/moodtop-test-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(csv, sizeof csv, "%s/data.csv", folder);
    FILE *f = fopen(csv, "w");
    if (f == NULL)
        return -1;
    fputs(NOISE_HEADER, f);
    for (int i = 0; i < 2 * IMAGES; i++)
        noise_row(f, i % IMAGES, -1, i < IMAGES ? "Training" : "PublicTest");
    return fclose(f);
}

static inline int remove_data(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

/* Options of a short run into a folder of its own. */
static inline struct train_opts options(const char *name)
{
    struct train_opts o = {.model = TINY,
                           .epochs = 3,
                           .batch = 6,
                           .threads = 1,
                           .seed = 3,
                           .optimizer = TRAIN_SGD,
                           .nesterov = true,
                           .lr_every = 2,
                           .lr_factor = 0.5,
                           .lr = 0.02,
                           .momentum = 0.9,
                           .weight_decay = 5e-4,
                           .warmup_epochs = 0.5,
                           .label_smoothing = 0.1,
                           .ema = 0.9,
                           .flip = true,
                           .shift = 4,
                           .rotate = 15,
                           .zoom = 0.15,
                           .erasing = 0.3};
    snprintf(o.data, sizeof o.data, "%s", csv);
    snprintf(o.out, sizeof o.out, "%s/%s", folder, name);
    return o;
}

static inline struct train *start(const struct train_opts *o)
{
    struct err err = {""};
    char program[] = "moodtop", *argv[] = {program};
    struct train *t = train_new(o, NULL, 1, argv, &err);
    assert_string_equal(err.text, "");
    assert_non_null(t);
    return t;
}

struct stopper {
    int after; /* batches */
    int seen;
    bool kill;
    double accuracy;
};

static inline bool stop_after(void *ctx, const struct train_progress *p)
{
    struct stopper *s = ctx;
    s->accuracy = p->accuracy;
    if (++s->seen == s->after && s->kill)
        raise(SIGKILL);
    return s->seen != s->after;
}

/* Runs until the stopper says so; the run directory's path is the caller's to free. */
static inline char *run_part(struct train *t, struct stopper *s, enum train_end want)
{
    struct err err = {""};
    struct train_hooks hooks = {.ctx = s, .batch = stop_after};
    enum train_end end = train_run(t, &hooks, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(end, want);
    char *dir = strdup(train_dir(t));
    train_close(t);
    return dir;
}

static inline char *run_through(const struct train_opts *o)
{
    struct stopper never = {0};
    return run_part(start(o), &never, TRAIN_DONE);
}

static inline void resume_to_end(const char *dir)
{
    struct err err = {""};
    struct train_opts o = {.threads = 1};
    struct stopper never = {0};
    snprintf(o.resume, sizeof o.resume, "%s", dir);
    struct train *t = train_resume(&o, NULL, &err);
    assert_string_equal(err.text, "");
    free(run_part(t, &never, TRAIN_DONE));
}

static inline void assert_same_file(const char *dir_a, const char *dir_b, const char *name)
{
    struct err err = {""};
    size_t size_a = 0, size_b = 0;
    char *path_a = file_join(dir_a, name), *path_b = file_join(dir_b, name);
    char *a = file_read(path_a, 1 << 26, &size_a, &err);
    char *b = file_read(path_b, 1 << 26, &size_b, &err);
    assert_string_equal(err.text, "");
    if (size_a != size_b || memcmp(a, b, size_a) != 0)
        fail_msg("%s and %s differ", path_a, path_b);
    free(a);
    free(b);
    free(path_a);
    free(path_b);
}

static inline void assert_same_run(const char *a, const char *b)
{
    assert_same_file(a, b, "last.ckpt");
    assert_same_file(a, b, "best.safetensors");
    assert_same_file(a, b, "epochs.csv");
}

/* The run directory in a folder that holds one; the caller frees it. */
static inline char *only_run_below(const char *out)
{
    glob_t found;
    char *pattern = file_join(out, "*");
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    assert_int_equal(found.gl_pathc, 1);
    char *dir = strdup(found.gl_pathv[0]);
    globfree(&found);
    free(pattern);
    return dir;
}

static inline void assert_resume_fails(const char *dir, const char *data, const char *why)
{
    struct err err = {""};
    struct train_opts o = {.threads = 1};
    snprintf(o.resume, sizeof o.resume, "%s", dir);
    snprintf(o.data, sizeof o.data, "%s", data);
    assert_null(train_resume(&o, NULL, &err));
    if (strstr(err.text, why) == NULL)
        fail_msg("expected \"%s\", got \"%s\"", why, err.text);
}

#endif
