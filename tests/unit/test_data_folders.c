/* Tests of folders of pictures behind --data. */
#include "tests/unit/data_kit.h"

#include "base/file.h"
#include "base/mem.h"
#include "nn/classes.h"
#include "nn/corrections.h"
#include "nn/dataset_how.h"
#include "nn/pack.h"

static bool give_up(void *ctx, const struct dataset_progress *p)
{
    (*(int *)ctx)++;
    assert_true(p->done >= 0.0 && p->done <= 1.0);
    return false;
}

static bool is_picture(const char *name)
{
    return strstr(name, ".png") != NULL;
}

/* A picture is a file whose first byte is its grey; an empty one is damaged. */
static int read_picture(void *ctx, int worker, const char *path, uint8_t *out, struct err *err)
{
    FILE *f = fopen(path, "r");
    int c = f != NULL ? fgetc(f) : EOF;
    (void)ctx;
    (void)worker;
    if (f != NULL)
        fclose(f);
    if (c == EOF)
        return err_set(err, "%s: expected a picture, got an empty file", path);
    memset(out, c, DATASET_PIXELS);
    return 0;
}

static const struct dataset_how pictures = {.is_picture = is_picture, .picture = read_picture};

static void put_picture(const char *dir, const char *name, const char *text)
{
    struct err err = {""};
    char *path = file_join(in(dir), name);
    assert_int_equal(file_mkdirs(in(dir), &err), 0);
    assert_int_equal(file_write_atomic(path, text, strlen(text), &err), 0);
    free(path);
}

static struct dataset *open_tree(const char *name)
{
    struct err err = {""};
    struct dataset *ds = dataset_open_how(in(name), &pictures, &err);
    assert_string_equal(err.text, "");
    assert_non_null(ds);
    return ds;
}

static void folders_of_splits_and_classes_are_read(void **state)
{
    (void)state;
    put_picture("tree/train/Happiness", "img10.png", "b");
    put_picture("tree/train/Happiness", "img2.png", "a");
    put_picture("tree/train/0_Angry", "x.png", "c");
    put_picture("tree/valid/joy", "x.png", "d");
    put_picture("tree/test/bored", "x.png", "e");
    put_picture("tree/test/bored", "empty.png", "");
    put_picture("tree/test/bored", "notes.txt", "no picture");
    put_picture("tree", "stray.png", "f");
    put_picture("tree/test/bored/deeper", "x.png", "g");
    assert_int_equal(symlink("..", in("tree/train/loop")), 0);
    assert_int_equal(symlink("knot", in("tree/train/knot")), 0);
    struct dataset *ds = open_tree("tree");
    char origin[64];
    assert_int_equal(ds->n, 5);
    assert_int_equal(ds->classes, 8);
    assert_string_equal(ds->class_name[7], "bored");
    assert_int_equal(ds->count[SPLIT_PUBLIC], 1);
    assert_int_equal(ds->label[ds->row[SPLIT_PUBLIC][0]], 3);
    assert_int_equal(ds->label[ds->row[SPLIT_PRIVATE][0]], 7);
    dataset_origin(ds, ds->row[SPLIT_TRAINING][1], origin, sizeof origin);
    assert_string_equal(origin, "train/Happiness/img2.png"); /* 2 before 10 */
    assert_int_equal(dataset_image(ds, ds->row[SPLIT_TRAINING][2])[5], 'b');
    assert_int_equal(dataset_skipped(ds), 5);
    static const char *const want[] = {"stray.png: expected it in the folder of a class",
                                       "knot: Too many levels of symbolic links",
                                       "loop: leads back to the folder that it lies in",
                                       "test/bored/deeper: expected pictures in the folder of a "
                                       "class, got a folder, which is left out",
                                       "empty.png: expected a picture, got an empty file"};
    for (size_t k = 0; k < MEM_COUNT(want); k++) {
        bool said = false;
        for (int i = 0; dataset_damage(ds, i) != NULL; i++)
            said |= strstr(dataset_damage(ds, i), want[k]) != NULL;
        if (!said)
            fail_msg("nothing said \"%s\"", want[k]);
    }
    dataset_close(ds);
}

static void changes_in_folders_are_noticed(void **state)
{
    (void)state;
    struct err err = {""};
    put_picture("grow/sad", "1.png", "a");
    put_picture("grow/fear", "2.png", "b");
    struct dataset *ds = open_tree("grow");
    assert_true(pack_fresh(ds->pack));
    assert_int_equal(corrections_exclude(ds->corrections, 0, true, "blurred", &err), 0);
    assert_true(pack_fresh(ds->pack)); /* corrections do not count as a change */
    put_picture("grow/fear", "3.png", "c");
    assert_false(pack_fresh(ds->pack));
    dataset_close(ds);
    ds = open_tree("grow");
    assert_int_equal(ds->n, 3);
    assert_true(ds->excluded[0] && ds->label[0] == 4);
    assert_string_equal(corrections_reason(ds->corrections, 0), "blurred");
    dataset_close(ds);
}

static void a_share_of_each_class_becomes_the_validation(void **state)
{
    (void)state;
    char name[32];
    for (int i = 0; i < 60; i++) {
        snprintf(name, sizeof name, "p%d.png", i);
        put_picture(i < 40 ? "val/cat" : "val/dog", name, i % 2 ? "a" : "b");
    }
    struct err err = {""};
    struct dataset_how how = pictures;
    how.val = 0.2;
    how.seed = 3;
    struct dataset *ds = dataset_open_how(in("val"), &how, &err);
    int of[2] = {0};
    assert_int_equal(ds->classes, 2); /* none of the seven: only its own */
    assert_string_equal(ds->class_name[0], "cat");
    for (int i = 0; i < ds->count[SPLIT_PUBLIC]; i++)
        of[ds->label[ds->row[SPLIT_PUBLIC][i]]]++;
    assert_int_equal(of[0], 8);
    assert_int_equal(of[1], 4);
    uint64_t hash = ds->hash;
    dataset_close(ds);
    how.seed = 4;
    ds = dataset_open_how(in("val"), &how, &err);
    assert_true(ds->hash != hash);
    dataset_close(ds);
}

static void folders_without_pictures_are_an_error(void **state)
{
    (void)state;
    struct err err = {""};
    assert_int_equal(file_mkdirs(in("none/happy"), &err), 0);
    assert_null(dataset_open_how(in("none"), &pictures, &err));
    assert_text(err.text, "none: expected pictures in SPLIT/CLASS/ or CLASS/, got none");
    assert_null(dataset_open(in("none"), &err));
    assert_text(err.text, "expected a file, got a folder");
    int told = 0;
    struct dataset_how how = pictures;
    how.progress = give_up;
    how.ctx = &told;
    put_picture("none/happy", "1.png", "a");
    struct dataset *ds = dataset_open_how(in("none"), &how, &err);
    assert_non_null(ds); /* too quick to be told about */
    assert_int_equal(told, 0);
    dataset_close(ds);
}

static void names_of_classes_are_understood(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int class;
    } cases[] = {{"happy", 3},     {"HAPPINESS", 3},
                 {"Joy", 3},       {"anger", 0},
                 {"disgusted", 1}, {"Fear", 2},
                 {"sadness", 4},   {"suprise", -1},
                 {"surprised", 5}, {"03_sad", 4},
                 {"6-neutral", 6}, {"neutrality", 6},
                 {"contempt", -1}, {"", -1},
                 {"7", -1},        {"sadsadsadsadsadsadsadsadsadsadsadsadsad", -1}};
    for (size_t i = 0; i < MEM_COUNT(cases); i++)
        if (classes_find(cases[i].name) != cases[i].class)
            fail_msg("%s: got %d", cases[i].name, classes_find(cases[i].name));
}

static void a_class_that_json_cannot_name_is_not_written(void **state)
{
    (void)state;
    struct err err = {""};
    put_picture("latin/plain", "x.png", "a");
    put_picture("latin/bo\xf1", "x.png", "b");
    struct dataset *ds = open_tree("latin");
    int plain = strcmp(ds->class_name[0], "plain") == 0 ? 0 : 1;
    int row = ds->label[0] == plain ? 0 : 1;
    assert_int_equal(corrections_relabel(ds->corrections, row, 1 - plain, &err), -1);
    assert_text(err.text, "is not UTF-8");
    assert_int_equal(corrections_exclude(ds->corrections, 1 - row, true, NULL, &err), -1);
    assert_int_equal(corrections_exclude(ds->corrections, row, true, NULL, &err), 0);
    dataset_close(ds);
    ds = open_tree("latin");
    assert_int_equal(ds->label[row], plain);
    assert_true(ds->excluded[row]);
    dataset_close(ds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_of_splits_and_classes_are_read),
        cmocka_unit_test(changes_in_folders_are_noticed),
        cmocka_unit_test(a_share_of_each_class_becomes_the_validation),
        cmocka_unit_test(folders_without_pictures_are_an_error),
        cmocka_unit_test(names_of_classes_are_understood),
        cmocka_unit_test(a_class_that_json_cannot_name_is_not_written),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
