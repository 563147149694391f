/* Tests of nn/rundir and nn/runopts: lock, repeated epochs, half a line, options there and back. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/log.h"
#include "config/table.h"
#include "nn/rundir.h"
#include "nn/runopts.h"

static char *temporary_folder(void)
{
    char name[] = "/tmp/moodtop-test-XXXXXX";
    assert_non_null(mkdtemp(name));
    return strdup(name);
}

static void remove_folder(char *dir)
{
    char command[256];
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    assert_int_equal(system(command), 0);
    free(dir);
}

static char *contents(const struct rundir *r, const char *name)
{
    struct err err = {""};
    size_t size;
    char *path = rundir_file(r, name);
    char *text = file_read(path, 1 << 20, &size, &err);
    assert_non_null(text);
    free(path);
    return text;
}

static int count(const char *text, const char *part)
{
    int n = 0;
    for (const char *p = text; (p = strstr(p, part)) != NULL; p++)
        n++;
    return n;
}

/* A run directory with a run.json, as rundir_reopen wants it. */
static struct rundir *new_run(const char *out)
{
    struct err err = {""};
    struct rundir *r = rundir_create(out, "test", &err);
    assert_string_equal(err.text, "");
    assert_non_null(r);
    char *about = rundir_file(r, "run.json");
    assert_int_equal(file_write_atomic(about, "{}", 2, &err), 0);
    free(about);
    return r;
}

static void an_epoch_is_written_once(void **state)
{
    (void)state;
    struct err err = {""};
    char *out = temporary_folder();
    struct rundir *r = new_run(out);
    const struct rundir_epoch one = {.epoch = 1,
                                     .step = 9,
                                     .loss = 1.5,
                                     .accuracy = 0.25,
                                     .val_loss = 1.25,
                                     .val_accuracy = 0.5,
                                     .val_macro_f1 = 0.125,
                                     .lr = 0.05};
    struct rundir_epoch two = one;
    two.epoch = 2;
    assert_int_equal(rundir_add_epoch(r, &one, &err), 0);
    assert_int_equal(rundir_add_epoch(r, &one, &err), 0);
    char *path = strdup(r->path);
    rundir_close(r);
    r = rundir_reopen(path, &err);
    assert_non_null(r);
    assert_int_equal(rundir_add_epoch(r, &one, &err), 0);
    assert_int_equal(rundir_add_epoch(r, &two, &err), 0);
    char *csv = contents(r, "epochs.csv"), *events = contents(r, "metrics.jsonl");
    assert_string_equal(csv, "epoch,accuracy,loss,lr,val_accuracy,val_loss\n"
                             "0,0.25,1.5,0.05,0.5,1.25\n1,0.25,1.5,0.05,0.5,1.25\n");
    assert_int_equal(count(events, "{\"event\":\"epoch\",\"epoch\":1,\"step\":9,"), 1);
    assert_int_equal(count(events, "{\"event\":\"epoch\",\"epoch\":2,\"step\":9,"), 1);
    rundir_close(r);
    free(csv);
    free(events);
    free(path);
    remove_folder(out);
}

static void half_a_line_is_dropped(void **state)
{
    (void)state;
    struct err err = {""};
    char *out = temporary_folder();
    struct rundir *r = new_run(out);
    const struct rundir_epoch one = {.epoch = 1, .step = 9};
    assert_int_equal(rundir_add_epoch(r, &one, &err), 0);
    assert_int_equal((int)write(r->events_fd, "{\"event\":\"epoch\",\"epoch\":7", 26), 26);
    assert_int_equal((int)write(r->csv_fd, "6,0.", 4), 4);
    char *path = strdup(r->path);
    rundir_close(r);
    r = rundir_reopen(path, &err);
    assert_non_null(r);
    assert_int_equal(r->events_epoch, 1);
    assert_int_equal(r->csv_epoch, 1);
    assert_int_equal(rundir_event(r, "stop", json_pack("{s:i}", "epoch", 1), &err), 0);
    char *events = contents(r, "metrics.jsonl");
    assert_int_equal(count(events, "\n"), 2);
    assert_int_equal(count(events, "\"epoch\":7"), 0);
    rundir_close(r);
    free(events);
    free(path);
    remove_folder(out);
}

static void a_second_trainer_is_refused(void **state)
{
    (void)state;
    struct err err = {""};
    char *out = temporary_folder();
    struct rundir *r = new_run(out);
    char want[128];
    snprintf(want, sizeof want, "is being trained by process %ld", (long)getpid());
    pid_t child = fork(); /* fcntl locks tell processes apart, not openers */
    if (child == 0) {
        struct rundir *other = rundir_reopen(r->path, &err);
        _exit(other == NULL && strstr(err.text, want) != NULL ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    rundir_close(r);
    remove_folder(out);
}

static void names_do_not_collide(void **state)
{
    (void)state;
    char *out = temporary_folder();
    struct rundir *a = new_run(out), *b = new_run(out);
    assert_string_not_equal(a->path, b->path);
    rundir_close(a);
    rundir_close(b);
    struct err err = {""};
    assert_null(rundir_reopen(out, &err));
    assert_non_null(strstr(err.text, "not a run directory"));
    remove_folder(out);
}

static void options_there_and_back(void **state)
{
    (void)state;
    struct train_opts a = {.data = "x.csv",
                           .epochs = 3,
                           .batch = 8,
                           .seed = 2147483647,
                           .optimizer = TRAIN_SGD,
                           .lr = 0.1,
                           .flip = true,
                           .zoom = 1.0 / 3.0};
    struct train_opts b = {.epochs = 99};
    struct err err = {""};
    json_t *object = runopts_to_json(&a);
    char *text = json_dumps(object, JSON_REAL_PRECISION(17));
    json_decref(object);
    object = json_loads(text, 0, NULL);
    assert_int_equal(runopts_from_json(object, &b, &err), 0);
    json_t *again = runopts_to_json(&b);
    assert_true(json_equal(object, again));
    assert_true(b.zoom == a.zoom && b.seed == a.seed);
    json_decref(again);
    json_object_set_new(object, "epochs", json_string("three"));
    assert_int_equal(runopts_from_json(object, &b, &err), -1);
    assert_non_null(strstr(err.text, "\"epochs\""));
    json_object_del(object, "epochs"); /* an older build did not have it: it keeps its value */
    b.epochs = 99;
    log_level(LOG_ERROR);
    assert_int_equal(runopts_from_json(object, &b, &err), 0);
    assert_int_equal(b.epochs, 99);
    json_object_set_new(object, "optimizer", json_integer(77));
    assert_int_equal(runopts_from_json(object, &b, &err), -1);
    assert_non_null(strstr(err.text, "\"optimizer\""));
    json_decref(object);
    free(text);
}

/* nn/ cannot see the table: its words for choices are held against it here. */
static void choices_are_called_as_in_the_table(void **state)
{
    (void)state;
    const struct train_opts zero = {0};
    json_t *object = runopts_to_json(&zero), *value;
    const char *name;
    int choices = 0;
    json_object_foreach(object, name, value)
    {
        bool of_data = strncmp(name, "from.", 5) == 0;
        const struct table_row *row =
            table_find(of_data ? "data" : "train", of_data ? name + 5 : name);
        assert_non_null(row);
        if (row->type != TABLE_ENUM)
            continue;
        char text[64];
        int n = 0;
        for (; row->names[n] != NULL; n++) {
            json_t *i = json_integer(n);
            assert_string_equal(runopts_text(name, i, text, sizeof text), row->names[n]);
            json_decref(i);
        }
        json_t *beyond = json_integer(n);
        assert_null(runopts_text(name, beyond, text, sizeof text));
        json_decref(beyond);
        choices++;
    }
    assert_true(choices >= 7);
    json_decref(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_epoch_is_written_once),
        cmocka_unit_test(half_a_line_is_dropped),
        cmocka_unit_test(a_second_trainer_is_refused),
        cmocka_unit_test(names_do_not_collide),
        cmocka_unit_test(options_there_and_back),
        cmocka_unit_test(choices_are_called_as_in_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
