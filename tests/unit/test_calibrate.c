/* Tests of temperature scaling: known temperatures are found again, and kept with the weights. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/rng.h"
#include "nn/calibrate.h"

enum { N = 4000, CLASSES = 5 };

static float logit[N * CLASSES];
static int label[N];

/* Logits whose labels are drawn at temperature t: a network that is t times too sure of itself. */
static void draw(double t)
{
    struct rng r;
    rng_seed(&r, 3, 1);
    for (int i = 0; i < N; i++) {
        float *z = logit + i * CLASSES;
        double sum = 0, at;
        for (int c = 0; c < CLASSES; c++) {
            z[c] = 6 * rng_float(&r) - 3;
            sum += exp((double)z[c] / t);
        }
        at = (double)rng_float(&r) * sum;
        label[i] = 0;
        for (int c = 0; c < CLASSES - 1 && (at -= exp((double)z[c] / t)) > 0; c++)
            label[i] = c + 1;
    }
}

static void the_temperature_that_was_there_is_found(void **state)
{
    (void)state;
    static const double t[] = {0.5, 1, 1.7, 3};
    for (int i = 0; i < 4; i++) {
        draw(t[i]);
        double found = calibrate_fit(logit, label, N, CLASSES);
        assert_true(fabs(found / t[i] - 1) < 0.1);
        double least = calibrate_loss(logit, label, N, CLASSES, found);
        assert_true(least <= calibrate_loss(logit, label, N, CLASSES, t[i]));
        assert_true(least < calibrate_loss(logit, label, N, CLASSES, found * 1.05));
        assert_true(least < calibrate_loss(logit, label, N, CLASSES, found / 1.05));
    }
}

static void probabilities_become_those_of_the_divided_logits(void **state)
{
    (void)state;
    const float z[CLASSES] = {2, -1, 0.5f, 0, -4};
    float p[CLASSES], sum = 0;
    double want[CLASSES], total = 0;
    for (int c = 0; c < CLASSES; c++) {
        sum += p[c] = expf(z[c]);
        total += want[c] = exp((double)z[c] / 1.6);
    }
    for (int c = 0; c < CLASSES; c++)
        p[c] /= sum;
    calibrate_apply(p, 1, CLASSES, 1.6);
    for (int c = 0; c < CLASSES; c++)
        assert_true(fabs((double)p[c] - want[c] / total) < 1e-5);
    float certain[2 * CLASSES] = {0, 1, 0, 0, 0, 0.2f, 0.2f, 0.2f, 0.2f, 0.2f};
    calibrate_apply(certain, 2, CLASSES, 0.05);
    assert_true(certain[1] == 1 && certain[0] == 0);
    assert_true(fabsf(certain[7] - 0.2f) < 1e-6f);
}

static void the_file_counts_for_its_own_weights_alone(void **state)
{
    (void)state;
    char dir[] = "/tmp/moodtop-test-XXXXXX";
    struct err err = {""};
    double t = 0;
    assert_non_null(mkdtemp(dir));
    assert_int_equal(calibrate_read(dir, 5, &t, &err), 0); /* no file */
    assert_true(t == 1);
    assert_int_equal(calibrate_write(dir, 5, 1.2345, "PublicTest", 9, &err), 0);
    assert_int_equal(calibrate_read(dir, 5, &t, &err), 0);
    assert_true(fabs(t - 1.2345) < 1e-9);
    assert_int_equal(calibrate_read(dir, 6, &t, &err), 0);
    assert_true(t == 1);
    static const char *const bad[] = {"",
                                      "{",
                                      "[]",
                                      "{\"temperature\": \"hot\"}",
                                      "{\"temperature\": 0}",
                                      "{\"temperature\": 1e9}",
                                      "{\"temperature\": 1, \"temperature\": 2}"};
    char *path = file_join(dir, CALIBRATE_FILE);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(file_write_atomic(path, bad[i], strlen(bad[i]), &err), 0);
        assert_int_equal(calibrate_read(dir, 5, &t, &err), -1);
        assert_non_null(strstr(err.text, CALIBRATE_FILE));
    }
    unlink(path);
    free(path);
    rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_temperature_that_was_there_is_found),
        cmocka_unit_test(probabilities_become_those_of_the_divided_logits),
        cmocka_unit_test(the_file_counts_for_its_own_weights_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
