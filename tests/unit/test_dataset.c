/* Tests of nn/dataset: sound and damaged CSV files, repeated images, the real file. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "nn/dataset.h"
#include "nn/dataset_how.h"

#define BAD "tests/data/bad/"

/* Appends a row whose first pixel is `first`, the others 9. */
static void add_row(FILE *f, int emotion, int first, const char *usage, const char *end)
{
    fprintf(f, "%d,%d", emotion, first);
    for (int i = 1; i < DATASET_PIXELS; i++)
        fputs(" 9", f);
    fprintf(f, ",%s%s", usage, end);
}

/* Writes a CSV file of five rows into a temporary file; the caller unlinks it. */
static void write_small(char *path)
{
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *f = fdopen(fd, "w");
    fputs("emotion,pixels,Usage\n", f);
    add_row(f, 0, 0, "Training", "\n");
    add_row(f, 6, 255, "PublicTest", "\r\n");
    add_row(f, 3, 0, "PrivateTest", "\n\n");
    add_row(f, 2, 17, "Training", "\n");
    add_row(f, 1, 16, "PrivateTest", ""); /* no line end behind the last row */
    assert_int_equal(fclose(f), 0);
}

static void sound_rows_are_read(void **state)
{
    (void)state;
    char path[] = "/tmp/moodtop-test-XXXXXX";
    write_small(path);
    struct err err = {""};
    struct dataset *ds = dataset_open(path, &err);
    unlink(path);
    assert_string_equal(err.text, "");
    assert_non_null(ds);
    assert_int_equal(ds->n, 5);
    assert_int_equal(ds->count[SPLIT_TRAINING], 2);
    assert_int_equal(ds->count[SPLIT_PUBLIC], 1);
    assert_int_equal(ds->count[SPLIT_PRIVATE], 2);
    assert_int_equal(ds->row[SPLIT_TRAINING][1], 3);
    assert_int_equal(ds->label[1], 6);
    assert_int_equal(dataset_image(ds, 1)[0], 255);
    assert_int_equal(dataset_image(ds, 4)[0], 16);
    assert_int_equal(dataset_image(ds, 4)[DATASET_PIXELS - 1], 9);
    bool seen[2];
    assert_int_equal(dataset_seen_before(ds, SPLIT_PRIVATE, seen), 1);
    assert_true(seen[0]);
    assert_false(seen[1]);
    dataset_close(ds);
}

static void damaged_rows_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *file, *text;
    } cases[] = {
        {"csv_short_row.csv", ":3: expected 2304 pixels, got 2301"},
        {"csv_long_row.csv", ":2: expected 2304 pixels, got 2305"},
        {"csv_grey_256.csv", ":2: expected grey levels 0 to 255, got \"256\" as pixel 2"},
        {"csv_grey_letter.csv", ":2: expected grey levels 0 to 255, got \"x7\" as pixel 2"},
        {"csv_grey_huge.csv", "got \"99999999999999999999\" as pixel 2"},
        {"csv_emotion_7.csv", ":2: expected an emotion 0 to 6, got \"7\""},
        {"csv_emotion_empty.csv", ":2: expected an emotion 0 to 6, got \"\""},
        {"csv_usage.csv", ":2: expected Usage Training, PublicTest or PrivateTest, got "
                          "\"Validation\""},
        {"csv_two_fields.csv", ":2: expected emotion,pixels,Usage, got fewer than three fields"},
        {"csv_no_header.csv", ":1: expected the header \"emotion,pixels,Usage\", got \"3,7 7"},
        {"csv_header_only.csv", "expected rows below the header, got none"},
        {"csv_empty.csv", ":1: expected the header \"emotion,pixels,Usage\", got \"\""},
        {"csv_endless_line.csv", ":2: expected a row of at most 65536 bytes, got a longer one"},
        {"csv_cut.csv", ":3: expected emotion,pixels,Usage, got fewer than three fields"},
        {"no_such.csv", "No such file"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err err = {""};
        char *path = file_join(BAD, cases[i].file);
        const struct dataset_how strict = {.strict = true};
        assert_null(dataset_open_how(path, &strict, &err));
        if (strstr(err.text, cases[i].text) == NULL)
            fail_msg("%s: got \"%s\"", path, err.text);
        assert_ptr_equal(strstr(err.text, path), err.text);
        free(path);
    }
}

static void a_folder_is_an_error(void **state)
{
    (void)state;
    struct err err = {""};
    assert_null(dataset_open("tests", &err));
    assert_non_null(strstr(err.text, "tests"));
}

/* The real file through a pipe, unpacked on the fly: its known counts and its known repetitions. */
static void fer2013_is_what_it_is_known_to_be(void **state)
{
    (void)state;
    NEED_SHARED("fer2013.csv.zst");
    char dir[] = "/tmp/moodtop-test-XXXXXX";
    assert_non_null(mkdtemp(dir));
    char *fifo = file_join(dir, "fer2013.csv");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    char command[512];
    snprintf(command, sizeof command, "zstd -dc " SHARED_DATA "fer2013.csv.zst >%s/fer2013.csv &",
             dir);
    assert_int_equal(system(command), 0);
    struct err err = {""};
    struct dataset *ds = dataset_open(fifo, &err);
    unlink(fifo);
    rmdir(dir);
    free(fifo);
    assert_string_equal(err.text, "");
    assert_int_equal(ds->count[SPLIT_TRAINING], 28709);
    assert_int_equal(ds->count[SPLIT_PUBLIC], 3589);
    assert_int_equal(ds->count[SPLIT_PRIVATE], 3589);
    static bool seen[28709];
    assert_int_equal(dataset_seen_before(ds, SPLIT_PRIVATE, seen), 314);
    assert_int_equal(dataset_seen_before(ds, SPLIT_PUBLIC, seen), 280);
    assert_int_equal(dataset_seen_before(ds, SPLIT_TRAINING, seen), 0);
    dataset_close(ds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_rows_are_read),
        cmocka_unit_test(damaged_rows_are_named),
        cmocka_unit_test(a_folder_is_an_error),
        cmocka_unit_test(fer2013_is_what_it_is_known_to_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
