/* Tests of nn/tensorboard: its event file as an independent reader sees it (tests/data/tfevents.py,
 * which shares no code with the program). */
#include "tests/unit/runs.h"

#include "base/mem.h"
#include "nn/run.h"
#include "nn/tensorboard.h"

static void crc_of_the_standard(void **state)
{
    (void)state;
    const uint8_t zeros[32] = {0}; /* both values: RFC 3720, B.4 and the usual check word */
    assert_int_equal(tensorboard_crc(zeros, sizeof zeros), 0x8a9136aa);
    assert_int_equal(tensorboard_crc("123456789", 9), 0xe3069283);
    assert_int_equal(tensorboard_crc("", 0), 0);
}

/* The only event file of a run; the caller frees. */
static char *event_file(const char *dir)
{
    glob_t found;
    char *pattern = file_join(dir, "events.out.tfevents.*");
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    assert_int_equal(found.gl_pathc, 1);
    char *path = strdup(found.gl_pathv[0]);
    globfree(&found);
    free(pattern);
    return path;
}

/* Finds the scalar in what the reader printed. */
static double scalar(const char *text, int step, const char *tag)
{
    char want[64];
    double value;
    snprintf(want, sizeof want, "\n%d %s ", step, tag);
    const char *at = strstr(text, want);
    if (at == NULL)
        fail_msg("no %s of step %d in:\n%s", tag, step, text);
    assert_int_equal(sscanf(at + strlen(want), "%lf", &value), 1);
    return value;
}

static void assert_near(double got, double want)
{
    if (got - want > 1e-5 * (1 + want) || want - got > 1e-5 * (1 + want))
        fail_msg("%g, expected %g", got, want);
}

/* Each epoch of metrics.jsonl stands in the event file once. */
static void check_events(const char *dir, int epochs)
{
    struct err err = {""};
    char *path = event_file(dir), *out = file_join(folder, "scalars");
    char *command = mem_printf("python3 tests/data/tfevents.py %s >%s", path, out);
    assert_int_equal(system(command), 0);
    size_t size;
    char *text = file_read(out, 1 << 20, &size, &err);
    struct run *run = run_open(dir, &err);
    assert_int_equal(run->epochs, epochs);
    assert_int_equal(strncmp(text, "restart\n", 8), 0);
    int lines = 0;
    for (const char *p = text; *p != '\0'; p++)
        lines += *p == '\n';
    assert_int_equal(lines, 1 + epochs * (7 + DATASET_CLASSES));
    for (int i = 0; i < epochs; i++) {
        const struct run_epoch *e = &run->epoch[i];
        assert_near(scalar(text, i + 1, "loss/training"), e->loss);
        assert_near(scalar(text, i + 1, "loss/validation"), e->val_loss);
        assert_near(scalar(text, i + 1, "accuracy/training"), e->accuracy);
        assert_near(scalar(text, i + 1, "accuracy/validation"), e->val_accuracy);
        assert_near(scalar(text, i + 1, "macro_f1/validation"), e->val_macro_f1);
        assert_near(scalar(text, i + 1, "learning_rate"), e->lr);
        assert_near(scalar(text, i + 1, "recall/angry"), run->recall[(size_t)i * DATASET_CLASSES]);
    }
    run_close(run);
    free(text);
    free(command);
    free(out);
    free(path);
}

static void an_independent_reader_sees_each_epoch(void **state)
{
    (void)state;
    if (system("python3 -c pass >/dev/null 2>&1") != 0) {
        printf("SKIP: %s: no python3 here\n", __func__);
        skip();
    }
    struct train_opts o = options("board");
    o.tensorboard = true;
    o.epochs = 5;
    struct stopper s = {.after = 9};
    char *dir = run_part(start(&o), &s, TRAIN_STOPPED);
    check_events(dir, 1);
    resume_to_end(dir);
    check_events(dir, 5);
    char *path = event_file(dir); /* half a record: a reader is told, the next trainer mends it */
    assert_int_equal(truncate(path, 300), 0);
    char *command = mem_printf("! python3 tests/data/tfevents.py %s >/dev/null 2>&1", path);
    assert_int_equal(system(command), 0);
    resume_to_end(dir);
    check_events(dir, 5);
    free(command);
    free(path);
    free(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crc_of_the_standard),
        cmocka_unit_test(an_independent_reader_sees_each_epoch),
    };
    return cmocka_run_group_tests(tests, make_data, remove_data);
}
