/* Tests of what lies behind --data: the CSV reader's patience, packs, several sets. */
#include "tests/unit/data_kit.h"

#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "nn/corrections.h"
#include "nn/csv_pixels.h"
#include "nn/dataset_how.h"
#include "nn/lessons.h"
#include "nn/dataset_save.h"
#include "nn/pack.h"

/* ---- CSV ----------------------------------------------------------------------------------- */

static void both_readers_of_pixels_agree(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool sound;
    } cases[] = {
        {"1 2 3", true},          {"0 0 0", true},   {"255 255 255", true}, {"10 0 200", true},
        {"256 1 2", false},       {"1 2", false},    {"1 2 3 4", false},    {"1 -2 3", false},
        {"1 2 3 ", false},        {" 1 2 3", false}, {"1  2 3", false},     {"", false},
        {"1000 2 3", false},      {"1 2 3x", false}, {"1,2 3 4", false},    {"001 02 3", true},
        {"999999999 1 2", false},
    };
    for (size_t i = 0; i < MEM_COUNT(cases); i++) {
        char block[256];
        uint8_t fast[128], slow[128];
        memset(block, '7', sizeof block); /* what stands around it must not matter */
        char *text = block + CSV_PIXELS_SLACK;
        size_t size = strlen(cases[i].text);
        memcpy(text, cases[i].text, size);
        bool is = csv_pixels_fast(text, text + size, 3, fast);
        if (is != cases[i].sound)
            fail_msg("\"%s\": got %d", cases[i].text, is);
        if (is) {
            assert_int_equal(csv_pixels_slow(text, text + size, 3, slow, NULL), 0);
            assert_memory_equal(fast, slow, 3);
        }
    }
}

static void foreign_forms_are_read(void **state)
{
    (void)state;
    FILE *f = begin("foreign.csv"); /* byte order mark, CRLF, other order, quotes, names */
    fputs("\xef\xbb\xbf\"Usage\", emotion ,\"pixels\"\r\n", f);
    fputs("Training,\"Happiness\",\"7", f);
    for (int i = 1; i < DATASET_PIXELS; i++)
        fputs(" 8", f);
    fputs("\"\r\nPublicTest,0,  1", f);
    for (int i = 1; i < DATASET_PIXELS; i++)
        fputs("   3", f);
    fputs("\r\n", f);
    assert_int_equal(fclose(f), 0);
    struct dataset *ds = open_sound("foreign.csv");
    assert_int_equal(ds->n, 2);
    assert_int_equal(ds->label[0], 3);
    assert_int_equal(dataset_image(ds, 0)[0], 7);
    assert_int_equal(dataset_image(ds, 0)[DATASET_PIXELS - 1], 8);
    assert_int_equal(dataset_image(ds, 1)[1], 3);
    assert_int_equal(ds->split[1], SPLIT_PUBLIC);
    dataset_close(ds);
}

static void damaged_rows_are_left_out_and_listed(void **state)
{
    (void)state;
    FILE *f = begin("nasty.csv");
    fputs("emotion,pixels,Usage\n", f);
    add_row(f, 1, 1, "Training", "\n"); /* line 2 */
    fputs("3,", f);
    for (int i = 0; i < DATASET_PIXELS - 47; i++)
        fputs(i > 0 ? " 5" : "5", f);
    fputs(",Training\n", f);
    for (int i = 0; i < 1000000; i++) /* line 4 */
        fputc('1', f);
    fputs("\n3,-3", f); /* line 5 */
    for (int i = 1; i < DATASET_PIXELS; i++)
        fputs(" 5", f);
    fputs(",Training\n", f);
    add_row(f, 2, 2, "Validation", "\n"); /* line 6 */
    for (int i = 0; i < 9 << 20; i++)     /* line 7: longer than what is read at once, twice */
        fputc(i % 2 ? ' ' : '8', f);
    fputs("\n", f);
    add_row(f, 6, 3, "PublicTest", ""); /* line 8 */
    assert_int_equal(fclose(f), 0);
    struct dataset *ds = open_sound("nasty.csv");
    static const char *const want[] = {
        ":3: expected 2304 pixels, got 2257",
        ":4: expected a row of at most 65536 bytes, got a longer one",
        ":5: expected grey levels 0 to 255, got \"-3\" as pixel 1",
        ":6: expected Usage Training, PublicTest or PrivateTest, got \"Validation\"",
        ":7: expected a row of at most 65536 bytes, got a longer one",
    };
    char origin[64];
    assert_int_equal(ds->n, 2);
    assert_int_equal(dataset_skipped(ds), 5);
    for (int i = 0; i < 5; i++)
        assert_text(dataset_damage(ds, i), want[i]);
    assert_null(dataset_damage(ds, 5));
    dataset_origin(ds, 1, origin, sizeof origin);
    assert_string_equal(origin, "nasty.csv:8");
    dataset_close(ds);
    struct err err = {""};
    const struct dataset_how strict = {.strict = true};
    assert_null(dataset_open_how(in("nasty.csv"), &strict, &err));
    assert_text(err.text, want[0]);
}

/* A file with a class by name in each row. */
static void write_named(const char *file, const char *const *names, int n)
{
    FILE *f = begin(file);
    fputs("class,pixels,Usage\n", f);
    for (int i = 0; i < n; i++) {
        fprintf(f, "%s,%d", names[i], i);
        for (int k = 1; k < DATASET_PIXELS; k++)
            fputs(" 9", f);
        fputs(i % 2 ? ",PublicTest\n" : ",Training\n", f);
    }
    assert_int_equal(fclose(f), 0);
}

static void classes_of_any_name_are_read_and_written(void **state)
{
    (void)state;
    static const char *const names[] = {"bored", "Happiness", "two words", "bored", "7", "a/b"};
    struct err err = {""};
    write_named("named.csv", names, 6);
    struct dataset *ds = open_sound("named.csv");
    assert_int_equal(ds->n, 5);
    assert_int_equal(ds->classes, 10);
    assert_string_equal(ds->class_name[ds->label[0]], "bored");
    assert_string_equal(ds->class_name[ds->label[1]], "happy");
    assert_string_equal(ds->class_name[ds->label[2]], "two words");
    assert_int_equal(ds->label[3], ds->label[0]);
    assert_string_equal(ds->class_name[ds->label[4]], "7");
    assert_text(dataset_damage(ds, 0), ":7: expected the name of a class, got \"a/b\"");
    assert_int_equal(dataset_save_csv(ds, in("named2.csv"), NULL, NULL, &err), 0);
    struct dataset *again = open_sound("named2.csv");
    assert_true(again->hash == ds->hash);
    assert_memory_equal(again->pixels, ds->pixels, (size_t)ds->n * DATASET_PIXELS);
    dataset_close(again);
    dataset_close(ds);
    write_named("own.csv", names + 2, 3); /* none of the seven */
    ds = open_sound("own.csv");
    assert_int_equal(ds->classes, 3);
    assert_string_equal(ds->class_name[0], "two words");
    dataset_close(ds);
    static char many[60][8];
    const char *too_many[60];
    for (int i = 0; i < 60; i++) {
        snprintf(many[i], sizeof many[i], "c%d", i);
        too_many[i] = many[i];
    }
    write_named("many.csv", too_many, 60);
    assert_null(dataset_open(in("many.csv"), &err));
    assert_text(err.text, "many.csv: more than 64 classes");
    FILE *f = begin("plain.csv");
    fputs("emotion,pixels,Usage\nbored,1 2,Training\n", f);
    assert_int_equal(fclose(f), 0);
    assert_null(dataset_open(in("plain.csv"), &err));
    assert_text(err.text, "expected an emotion 0 to 6, got \"bored\"; other classes stand in a "
                          "column called class");
}

static void key_points_are_read(void **state)
{
    (void)state;
    FILE *f = begin("points.csv");
    for (int i = 0; i < DATASET_POINTS; i++)
        fprintf(f, "p%d_%c,", i / 2, "xy"[i % 2]);
    fputs("Image\n", f);
    for (int row = 0; row < 3; row++) {
        for (int i = 0; i < DATASET_POINTS; i++)
            fputs(i == 4 ? "," : row == 2 && i == 5 ? "far," : "12.25,", f);
        for (int i = 0; i < DATASET_WIDE; i++)
            fprintf(f, i > 0 ? " %d" : "%d", i / 96 % 2 * 200);
        fputs("\n", f);
    }
    assert_int_equal(fclose(f), 0);
    struct dataset *ds = open_sound("points.csv");
    assert_int_equal(ds->n, 2);
    assert_int_equal(ds->classes, 1);
    assert_true(isnan(ds->points[4]) && ds->points[5] == 12.25f);
    assert_int_equal(ds->wide[96], 200);
    assert_int_equal(dataset_image(ds, 1)[7], 100); /* the mean of four */
    assert_text(dataset_damage(ds, 0), ":4: expected a coordinate in a picture of 96x96, got "
                                       "\"far\" in column 6");
    struct err err = {""};
    assert_int_equal(dataset_save_csv(ds, in("points2.csv"), NULL, NULL, &err), 0);
    struct dataset *again = open_sound("points2.csv");
    assert_memory_equal(ds->wide, again->wide, (size_t)ds->n * DATASET_WIDE);
    assert_memory_equal(ds->points, again->points, sizeof(float) * 2 * DATASET_POINTS);
    dataset_close(again);
    dataset_close(ds);
    write_sound("faces.csv");
    char *both = mem_printf("%s,%s", in("faces.csv"), in("points.csv"));
    assert_null(dataset_open(both, &err));
    assert_text(err.text,
                "faces.csv holds faces with labels, points.csv key points: they cannot be "
                "one data set");
    free(both);
    both = mem_printf("%s,%s", in("points.csv"), in("faces.csv"));
    assert_null(dataset_open(both, &err));
    assert_text(err.text,
                "points.csv holds key points, faces.csv faces with labels: they cannot be "
                "one data set");
    free(both);
}

/* ---- packs --------------------------------------------------------------------------------- */

/* How many files there are in the cache whose names begin so. */
static int kept(const char *name)
{
    char command[256];
    snprintf(command, sizeof command, "ls '%s'/moodtop | grep -c '^%s'", cache, name);
    FILE *f = popen(command, "r");
    int n = -1;
    assert_int_equal(fscanf(f, "%d", &n), 1);
    pclose(f);
    return n;
}

static void a_changed_source_is_noticed(void **state)
{
    (void)state;
    write_sound("change.csv");
    struct dataset *ds = open_sound("change.csv");
    uint64_t hash = ds->hash;
    assert_int_equal(ds->n, 20);
    assert_true(pack_fresh(ds->pack));
    dataset_close(ds);
    FILE *f = fopen(in("change.csv"), "r+"); /* another label, the same size */
    fseek(f, 21, SEEK_SET);
    fputc('5', f);
    fclose(f);
    ds = open_sound("change.csv");
    assert_int_equal(ds->label[0], 5);
    assert_true(ds->hash != hash);
    dataset_close(ds);
    assert_int_equal(kept("change.csv"), 1);
}

/* Makes a file of the cache as old as that. */
static void age(const char *name, int days)
{
    char command[256];
    snprintf(command, sizeof command, "touch -d '%d days ago' '%s'/moodtop/%s", days, cache, name);
    assert_int_equal(system(command), 0);
}

static void packs_that_are_of_no_use_any_more_are_removed(void **state)
{
    (void)state;
    static const char *const names[] = {"gone.csv", "old.csv", "used.csv", "young.csv"};
    for (size_t i = 0; i < MEM_COUNT(names); i++) {
        write_sound(names[i]);
        dataset_close(open_sound(names[i]));
    }
    unlink(in("gone.csv"));
    age("old.csv*", 91);
    age("used.csv*", 91);
    age("young.csv*", 89);
    struct err err = {""};
    assert_int_equal(file_write_atomic(in("cache/moodtop/killed-0.pack.7.tmp"), "half", 4, &err),
                     0);
    assert_int_equal(file_write_atomic(in("cache/moodtop/now-0.pack.8.tmp"), "half", 4, &err), 0);
    assert_int_equal(file_write_atomic(in("cache/moodtop/notes.txt"), "kept", 4, &err), 0);
    age("killed*", 2);
    age("notes*", 1000);
    dataset_close(open_sound("used.csv")); /* from now on it is young */
    for (size_t i = 0; i < MEM_COUNT(names); i++)
        assert_int_equal(kept(names[i]), 1); /* nothing is removed when nothing is written */
    write_sound("new.csv");
    dataset_close(open_sound("new.csv"));
    assert_int_equal(kept("gone.csv"), 0);
    assert_int_equal(kept("old.csv"), 0);
    assert_int_equal(kept("used.csv"), 1);
    assert_int_equal(kept("young.csv"), 1);
    assert_int_equal(kept("new.csv"), 1);
    assert_int_equal(kept("killed"), 0);
    assert_int_equal(kept("now"), 1);
    assert_int_equal(kept("notes.txt"), 1);
}

static void those_who_convert_at_once_do_no_harm(void **state)
{
    (void)state;
    write_sound("race.csv");
    pid_t child[6];
    for (int i = 0; i < 6; i++)
        if ((child[i] = fork()) == 0) {
            struct dataset *ds = dataset_open(in("race.csv"), NULL);
            _exit(ds != NULL && ds->n == 20 ? 0 : 1);
        }
    for (int i = 0; i < 6; i++) {
        int status;
        assert_int_equal(waitpid(child[i], &status, 0), child[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(kept("race.csv"), 1);
    dataset_close(open_sound("race.csv"));
}

/* Opens the file that a damage was done to. */
static void assert_refused(const char *name, const char *why)
{
    struct err err = {""};
    assert_null(dataset_open(in(name), &err));
    assert_text(err.text, why);
}

static void damaged_packs_are_refused(void **state)
{
    (void)state;
    write_sound("whole.csv");
    struct err err = {""};
    struct dataset *ds = open_sound("whole.csv");
    assert_int_equal(dataset_save_pack(ds, in("whole.pack"), NULL, NULL, &err), 0);
    size_t size;
    char *bytes = file_read(in("whole.pack"), 1 << 24, &size, &err);
    struct pack_header *h = (struct pack_header *)(void *)bytes;
    struct dataset *copy = open_sound("whole.pack");
    assert_true(copy->hash == ds->hash);
    dataset_close(copy);
    dataset_close(ds);
    assert_int_equal(file_write_atomic(in("cut.pack"), bytes, size - 64, &err), 0);
    assert_refused("cut.pack", "cut.pack: expected 50");
    h->n++;
    assert_int_equal(file_write_atomic(in("n.pack"), bytes, size, &err), 0);
    assert_refused("n.pack", "n.pack: section 0 does not fit");
    h->n--;
    h->version++;
    assert_int_equal(file_write_atomic(in("new.pack"), bytes, size, &err), 0);
    assert_refused("new.pack", "expected a pack of version 1, got one of version 2");
    h->version--;
    bytes[h->section[PACK_LABEL].at] = 9;
    assert_int_equal(file_write_atomic(in("sum.pack"), bytes, size, &err), 0);
    assert_refused("sum.pack", "its sum is not right");
    h->sum = pack_sum(h);
    assert_int_equal(file_write_atomic(in("label.pack"), bytes, size, &err), 0);
    assert_refused("label.pack", "row 0: class 9");
    free(bytes);
}

/* A limit on the size of files stands for a full disk. */
static void a_full_disk_leaves_nothing_behind(void **state)
{
    (void)state;
    write_sound("full.csv");
    pid_t child = fork();
    if (child == 0) {
        struct err err = {""};
        const struct rlimit small = {10000, 10000};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &small);
        struct dataset *ds = dataset_open(in("full.csv"), &err);
        _exit(ds == NULL && strstr(err.text, "full.csv") != NULL &&
                      strstr(err.text, "File too large") != NULL
                  ? 0
                  : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(kept("full.csv"), 0);
    dataset_close(open_sound("full.csv"));
}

static void several_sets_are_one(void **state)
{
    (void)state;
    write_sound("a.csv");
    write_sound("b.csv");
    struct err err = {""};
    char *both = mem_printf("%s,%s", in("a.csv"), in("b.csv"));
    struct dataset *ds = dataset_open(both, &err);
    assert_string_equal(err.text, "");
    char origin[64];
    assert_int_equal(ds->n, 40);
    dataset_origin(ds, 25, origin, sizeof origin);
    assert_string_equal(origin, "b.csv:7");
    assert_int_equal(corrections_relabel(ds->corrections, 25, 0, &err), 0);
    assert_text(corrections_path(ds->corrections, 25), "b.csv.corrections");
    dataset_close(ds);
    ds = open_sound("b.csv");
    assert_int_equal(ds->label[5], 0);
    assert_int_equal(ds->given[5], 5);
    dataset_close(ds);
    free(both);
}

/* The votes of the 20 rows of write_sound: of row i, i for happiness. */
static void write_votes(const char *name)
{
    FILE *f = begin(name);
    fputs("Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,"
          "unknown,NF\n",
          f);
    for (int i = 0; i < 20; i++)
        fprintf(f, "%s,x.png,0,%d,0,0,0,0,0,0,0,0\n",
                i < 16   ? "Training"
                : i < 18 ? "PublicTest"
                         : "PrivateTest",
                i);
    assert_int_equal(fclose(f), 0);
}

/* Of the 16 training rows of votes_find_their_file the first is of a file without votes and the
 * second has none: they are learned by their label; the others are all for happiness. */
static void lessons_know_the_votes(const struct dataset *ds, const char *path)
{
    struct err err = {""};
    struct train_opts o = {.ferplus_weight = 1,
                           .ferplus_doubtful = TRAIN_DOUBTFUL_DROP,
                           .ferplus_target = TRAIN_TARGET_VOTES};
    assert_true(text_copy(o.ferplus, sizeof o.ferplus, path));
    struct lessons *l = lessons_open(ds, &o, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(l->n, 16);
    for (int i = 0; i < 16; i++)
        for (int c = 0; c < DATASET_CLASSES; c++)
            assert_true(l->target[i * DATASET_CLASSES + c] ==
                        (float)(c == (i < 2 ? ds->label[i] : 3)));
    lessons_close(l);
}

/* Of several sets that CSV file gets them for which they are, wherever it stands, and though a row
 * of it is damaged; the others have none. */
static void votes_find_their_file(void **state)
{
    (void)state;
    struct err err = {""};
    write_votes("ferplus.csv");
    FILE *f = begin("few.csv");
    fputs("emotion,pixels,Usage\n", f);
    add_row(f, 1, 77, "Training", "\n");
    assert_int_equal(fclose(f), 0);
    f = begin("voted.csv");
    fputs("emotion,pixels,Usage\n", f);
    for (int i = 0; i < 20; i++)
        add_row(f, i == 3 ? 9 : i % 7, i,
                i < 16   ? "Training"
                : i < 18 ? "PublicTest"
                         : "PrivateTest",
                "\n");
    assert_int_equal(fclose(f), 0);
    char *both = mem_printf("%s,%s", in("few.csv"), in("voted.csv"));
    const struct dataset_how how = {.votes = true};
    struct dataset *ds = dataset_open_how(both, &how, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(ds->n, 20);
    assert_non_null(ds->votes);
    assert_int_equal(ds->votes[1], 0);
    for (int i = 1; i < 20; i++)
        assert_int_equal(ds->votes[i * DATASET_VOTES + 1], i - 1 + (i > 3));
    lessons_know_the_votes(ds, in("ferplus.csv"));
    dataset_close(ds);
    free(both);
    const struct dataset_how asked = {.votes = true, .ferplus = in("none.csv")};
    write_votes("none.csv");
    f = begin("points.csv");
    for (int i = 0; i < DATASET_POINTS; i++)
        fprintf(f, "p%d,", i);
    fputs("Image\n", f);
    for (int i = 0; i < DATASET_POINTS; i++)
        fputs("1,", f);
    for (int i = 0; i < DATASET_WIDE; i++)
        fputs(i > 0 ? " 7" : "8", f);
    fputs("\n", f);
    assert_int_equal(fclose(f), 0);
    assert_null(dataset_open_how(in("points.csv"), &asked, &err));
    assert_non_null(strstr(err.text, "the data has none with faces and at most 20 rows"));
    unlink(in("ferplus.csv"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_readers_of_pixels_agree),
        cmocka_unit_test(foreign_forms_are_read),
        cmocka_unit_test(damaged_rows_are_left_out_and_listed),
        cmocka_unit_test(classes_of_any_name_are_read_and_written),
        cmocka_unit_test(key_points_are_read),
        cmocka_unit_test(a_changed_source_is_noticed),
        cmocka_unit_test(packs_that_are_of_no_use_any_more_are_removed),
        cmocka_unit_test(those_who_convert_at_once_do_no_harm),
        cmocka_unit_test(damaged_packs_are_refused),
        cmocka_unit_test(a_full_disk_leaves_nothing_behind),
        cmocka_unit_test(several_sets_are_one),
        cmocka_unit_test(votes_find_their_file),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
