/* Tests of decisions about rows, which lie beside a data set. */
#include "tests/unit/data_kit.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/mem.h"
#include "nn/corrections.h"
#include "nn/dataset_how.h"
#include "nn/dataset_save.h"

static void decisions_last_and_can_be_undone(void **state)
{
    (void)state;
    struct err err = {""};
    write_sound("c.csv");
    struct dataset *ds = open_sound("c.csv");
    uint64_t hash = ds->hash;
    int relabelled, excluded, stale;
    assert_int_equal(corrections_undo(ds->corrections, &err), -1);
    assert_string_equal(err.text, "");
    assert_int_equal(corrections_relabel(ds->corrections, 3, 6, &err), 0);
    assert_int_equal(corrections_relabel(ds->corrections, 3, 2, &err), 0);
    assert_int_equal(corrections_exclude(ds->corrections, 5, true, "blank", &err), 0);
    dataset_update(ds);
    assert_int_equal(ds->label[3], 2);
    assert_int_equal(ds->count[SPLIT_TRAINING], 15);
    assert_true(ds->hash != hash && ds->source_hash == hash);
    dataset_close(ds);

    size_t size;
    char *text = file_read(in("c.csv.corrections"), 1 << 20, &size, &err);
    assert_non_null(strstr(text, "\"set\":\"c.csv\"}\n"));
    free(text);

    ds = open_sound("c.csv"); /* another session */
    corrections_count(ds->corrections, &relabelled, &excluded, &stale);
    assert_int_equal(relabelled + 10 * excluded + 100 * stale, 11);
    assert_int_equal(ds->label[3], 2);
    assert_true(ds->excluded[5]);
    assert_int_equal(corrections_undo(ds->corrections, &err), 5);
    assert_int_equal(corrections_undo(ds->corrections, &err), 3);
    dataset_update(ds);
    assert_int_equal(ds->label[3], 6);
    assert_false(ds->excluded[5]);
    dataset_close(ds);
    ds = open_sound("c.csv");
    assert_int_equal(ds->label[3], 6);
    assert_int_equal(corrections_undo(ds->corrections, &err), 3);
    dataset_update(ds);
    assert_true(ds->hash == hash);
    assert_int_equal(corrections_undo(ds->corrections, &err), -1);
    dataset_close(ds);
}

static void a_half_line_is_dropped(void **state)
{
    (void)state;
    struct err err = {""};
    write_sound("half.csv");
    struct dataset *ds = open_sound("half.csv");
    assert_int_equal(corrections_relabel(ds->corrections, 1, 6, &err), 0);
    dataset_close(ds);
    FILE *f = fopen(in("half.csv.corrections"), "a");
    fputs("{\"row\":2,\"lab", f);
    fclose(f);
    ds = open_sound("half.csv");
    assert_int_equal(ds->label[1], 6);
    assert_int_equal(corrections_exclude(ds->corrections, 4, true, NULL, &err), 0);
    dataset_close(ds);
    ds = open_sound("half.csv");
    assert_true(ds->label[1] == 6 && ds->excluded[4] && ds->label[2] == 2);
    dataset_close(ds);
}

static void damaged_decisions_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *line, *why;
    } cases[] = {
        {"[1]", ":2: expected a decision as a JSON object, got \"[1]\""},
        {"{\"row\":1}", ":2: expected a row and its label, exclude or undo"},
        {"{\"row\":\"1\",\"exclude\":true}", ":2: expected a row and its label"},
        {"{\"row\":1,\"label\":\"bored\"}", ":2: the data set has no class \"bored\""},
    };
    write_sound("bad.csv");
    for (size_t i = 0; i < MEM_COUNT(cases); i++) {
        struct err err = {""};
        FILE *f = begin("bad.csv.corrections");
        fprintf(f, "{\"moodtop\":\"corrections\"}\n%s\n", cases[i].line);
        fclose(f);
        assert_null(dataset_open(in("bad.csv"), &err));
        assert_text(err.text, cases[i].why);
    }
    FILE *f = begin("bad.csv.corrections"); /* rows that are not there, images that moved */
    fputs("{\"row\":99,\"exclude\":true}\n{\"row\":-1,\"exclude\":true}\n"
          "{\"row\":1,\"image\":\"0\",\"exclude\":true}\n{\"row\":2,\"exclude\":true}\n",
          f);
    fclose(f);
    struct dataset *ds = open_sound("bad.csv");
    int excluded, stale;
    corrections_count(ds->corrections, NULL, &excluded, &stale);
    assert_int_equal(excluded, 1);
    assert_int_equal(stale, 3);
    dataset_close(ds);
}

static void decisions_follow_their_image(void **state)
{
    (void)state;
    struct err err = {""};
    write_sound("move.csv");
    struct dataset *ds = open_sound("move.csv");
    assert_int_equal(corrections_relabel(ds->corrections, 4, 0, &err), 0);
    dataset_close(ds);
    FILE *f = begin("move.csv"); /* the same rows, the first two gone */
    fputs("emotion,pixels,Usage\n", f);
    for (int i = 2; i < 20; i++)
        add_row(f, i % 7, i, "Training", "\n");
    fclose(f);
    ds = open_sound("move.csv");
    assert_int_equal(ds->label[2], 0);
    assert_int_equal(ds->label[4], 6);
    dataset_close(ds);
}

/* 20 rows of which two have the same image; or the same, but for a second one that is damaged. */
static void write_twins(const char *name, bool damaged)
{
    FILE *f = begin(name);
    fputs("emotion,pixels,Usage\n", f);
    for (int i = 0; i < 20; i++)
        add_row(f, i == 1 && damaged ? 9 : i % 7, i == 3 || i == 5 ? 99 : i, "Training", "\n");
    assert_int_equal(fclose(f), 0);
}

static void of_equal_images_the_origin_decides(void **state)
{
    (void)state;
    struct err err = {""};
    write_twins("twins.csv", false);
    struct dataset *ds = open_sound("twins.csv");
    assert_int_equal(corrections_relabel(ds->corrections, 5, 0, &err), 0);
    dataset_close(ds);
    write_twins("twins.csv", true);
    ds = open_sound("twins.csv");
    assert_int_equal(ds->n, 19);
    assert_int_equal(ds->label[4], 0); /* of the same line */
    assert_int_equal(ds->label[2], 3);
    assert_int_equal(ds->label[5], 6);
    dataset_close(ds);
}

static void a_full_disk_changes_no_decision(void **state)
{
    (void)state;
    struct err err = {""};
    write_sound("tight.csv");
    struct dataset *ds = open_sound("tight.csv");
    assert_int_equal(corrections_relabel(ds->corrections, 1, 6, &err), 0);
    struct stat before, after;
    assert_int_equal(stat(in("tight.csv.corrections"), &before), 0);
    pid_t child = fork();
    if (child == 0) {
        const struct rlimit small = {(rlim_t)before.st_size + 20, (rlim_t)before.st_size + 20};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &small);
        bool failed = corrections_relabel(ds->corrections, 2, 6, &err) == -1 &&
                      corrections_label(ds->corrections, 2) == -1 &&
                      strstr(err.text, "tight.csv.corrections: cannot write") != NULL;
        _exit(failed ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(stat(in("tight.csv.corrections"), &after), 0);
    assert_int_equal(before.st_size, after.st_size);
    dataset_close(ds);
    ds = open_sound("tight.csv");
    assert_int_equal(ds->label[1], 6);
    dataset_close(ds);
}

static void a_set_is_saved_as_corrected(void **state)
{
    (void)state;
    struct err err = {""};
    size_t size, again_size;
    write_sound("save.csv");
    struct dataset *ds = open_sound("save.csv");
    assert_int_equal(dataset_save_csv(ds, in("same.csv"), NULL, NULL, &err), 0);
    char *a = file_read(in("save.csv"), 1 << 24, &size, &err);
    char *b = file_read(in("same.csv"), 1 << 24, &again_size, &err);
    assert_int_equal(size, again_size);
    assert_memory_equal(a, b, size);
    free(a);
    free(b);
    corrections_relabel(ds->corrections, 1, 6, &err);
    corrections_exclude(ds->corrections, 0, true, NULL, &err);
    dataset_update(ds);
    assert_int_equal(dataset_save_pack(ds, in("save.pack"), NULL, NULL, &err), 0);
    dataset_close(ds);
    ds = open_sound("save.pack");
    char origin[64];
    assert_int_equal(ds->n, 19);
    assert_true(ds->label[0] == 6 && ds->given[0] == 6);
    dataset_origin(ds, 0, origin, sizeof origin);
    assert_string_equal(origin, "save.csv:3");
    assert_int_equal(corrections_exclude(ds->corrections, 7, true, NULL, &err), 0);
    assert_text(corrections_path(ds->corrections, 7), "save.pack.corrections");
    dataset_close(ds);
    ds = open_sound("save.pack");
    assert_true(ds->excluded[7]);
    dataset_close(ds);
}

static bool give_up(void *ctx, const struct dataset_progress *p)
{
    ++*(int *)ctx;
    assert_true(p->done >= 0.0 && p->done <= 1.0);
    return false;
}

static void whoever_gives_up_leaves_nothing(void **state)
{
    (void)state;
    struct err err = {""};
    int told = 0;
    write_sound("long.csv");
    struct dataset *ds = open_sound("long.csv");
    assert_int_equal(dataset_save_pack(ds, in("left.pack"), give_up, &told, &err), -1);
    assert_text(err.text, "left.pack: given up");
    assert_int_equal(dataset_save_csv(ds, in("left.csv"), give_up, &told, &err), -1);
    assert_text(err.text, "left.csv: given up");
    assert_int_equal(told, 2);
    char command[128];
    snprintf(command, sizeof command, "ls '%s' | grep left", folder);
    assert_int_not_equal(system(command), 0);
    dataset_close(ds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decisions_last_and_can_be_undone),
        cmocka_unit_test(a_half_line_is_dropped),
        cmocka_unit_test(damaged_decisions_are_named),
        cmocka_unit_test(decisions_follow_their_image),
        cmocka_unit_test(of_equal_images_the_origin_decides),
        cmocka_unit_test(a_full_disk_changes_no_decision),
        cmocka_unit_test(a_set_is_saved_as_corrected),
        cmocka_unit_test(whoever_gives_up_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
