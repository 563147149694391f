/* The real "model" and "bench" on the architectures of models/. Runs $MOODTOP. */
#include "tests/unit/unit.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static char output[1 << 16];

/* Runs moodtop with these words and keeps what it prints; the exit code. */
static int run(const char *words)
{
    char command[1024];
    snprintf(command, sizeof command, "%s %s 2>&1", getenv("MOODTOP"), words);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    output[fread(output, 1, sizeof output - 1, f)] = '\0';
    return WEXITSTATUS(pclose(f));
}

static void the_table_counts_parameters(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"model models/classic", "Parameters: 4478727 (4474759 trainable, 3968 not)"},
        {"model models/classic/model.json", "conv2d_1 (Conv2D)"},
        {"model models/mememoji", "Parameters: 779783 "},
        {"model models/mini-xception", "Parameters: 58423 (56951 trainable, 1472 not)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(run(cases[i][0]), 0);
        assert_non_null(strstr(output, cases[i][1]));
    }
    assert_int_equal(run("model /nowhere"), 1);
    assert_non_null(strstr(output, "moodtop model: /nowhere"));
    assert_int_equal(run("model a b"), 2);
}

static void bench_measures_what_it_is_given(void **state)
{
    (void)state;
    assert_int_equal(run("bench --json --seconds 0 --batch 2 --threads 1 tests/data/tiny"), 0);
    json_t *all = json_loads(output, 0, NULL), *one = json_object_get(all, "models");
    assert_int_equal(json_array_size(one), 1);
    one = json_array_get(one, 0);
    assert_true(json_real_value(json_object_get(all, "sgemm_gflops")) > 0);
    assert_true(json_integer_value(json_object_get(one, "macs")) > 0);
    assert_true(json_real_value(json_object_get(one, "training_images_per_s")) > 0);
    assert_true(json_real_value(json_object_get(json_object_get(one, "latency"), "cpu_s")) > 0);
    json_decref(all);
    assert_int_equal(run("bench --seconds 0 --batch 2 tests/data/tiny"), 0);
    assert_non_null(strstr(output, "tests/data/tiny: "));
    assert_int_equal(run("bench /nowhere"), 1);
    assert_non_null(strstr(output, "/nowhere/model.json: No such file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_counts_parameters),
        cmocka_unit_test(bench_measures_what_it_is_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
