/* Tests of what lies behind --data: packs, the CSV reader's patience, folders, several sets,
 * corrections. */
#include "tests/unit/unit.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/mem.h"
#include "nn/classes.h"
#include "nn/corrections.h"
#include "nn/csv_pixels.h"
#include "nn/dataset.h"
#include "nn/dataset_save.h"
#include "nn/pack.h"

static char folder[64], cache[96];

/* A path in the test's folder; valid until the fourth call after it. */
static const char *in(const char *name)
{
    static char path[4][256];
    static int at;
    at = (at + 1) % 4;
    snprintf(path[at], sizeof path[at], "%s/%s", folder, name);
    return path[at];
}

static FILE *begin(const char *name)
{
    FILE *f = fopen(in(name), "w");
    assert_non_null(f);
    return f;
}

/* A row whose pixels are `first` and then nines. */
static void add_row(FILE *f, int emotion, int first, const char *usage, const char *end)
{
    fprintf(f, "%d,%d", emotion, first);
    for (int i = 1; i < DATASET_PIXELS; i++)
        fputs(" 9", f);
    fprintf(f, ",%s%s", usage, end);
}

/* 20 rows: 16 of Training, 2 of each other split. */
static void write_sound(const char *name)
{
    FILE *f = begin(name);
    fputs("emotion,pixels,Usage\n", f);
    for (int i = 0; i < 20; i++)
        add_row(f, i % 7, i, i < 16 ? "Training" : i < 18 ? "PublicTest" : "PrivateTest", "\n");
    assert_int_equal(fclose(f), 0);
}

static struct dataset *open_sound(const char *name)
{
    struct err err = {""};
    struct dataset *ds = dataset_open(in(name), &err);
    assert_string_equal(err.text, "");
    assert_non_null(ds);
    return ds;
}

static void assert_text(const char *got, const char *want)
{
    if (got == NULL || strstr(got, want) == NULL)
        fail_msg("expected \"%s\", got \"%s\"", want, got != NULL ? got : "nothing");
}

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
    assert_int_equal(dataset_save_pack(ds, in("whole.pack"), &err), 0);
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

static bool give_up(void *ctx, const struct dataset_progress *p)
{
    (*(int *)ctx)++;
    assert_true(p->done >= 0.0 && p->done <= 1.0);
    return false;
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

/* ---- folders ------------------------------------------------------------------------------- */

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
    assert_int_equal(dataset_skipped(ds), 4);
    static const char *const want[] = {"stray.png: expected it in the folder of a class",
                                       "knot: Too many levels of symbolic links",
                                       "loop: leads back to the folder that it lies in",
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

/* ---- corrections --------------------------------------------------------------------------- */

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
    assert_int_equal(dataset_save_pack(ds, in("save.pack"), &err), 0);
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

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/moodtop-test-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(cache, sizeof cache, "%s/cache", folder);
    return setenv("XDG_CACHE_HOME", cache, 1);
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_readers_of_pixels_agree),
        cmocka_unit_test(foreign_forms_are_read),
        cmocka_unit_test(damaged_rows_are_left_out_and_listed),
        cmocka_unit_test(key_points_are_read),
        cmocka_unit_test(a_changed_source_is_noticed),
        cmocka_unit_test(those_who_convert_at_once_do_no_harm),
        cmocka_unit_test(damaged_packs_are_refused),
        cmocka_unit_test(a_full_disk_leaves_nothing_behind),
        cmocka_unit_test(several_sets_are_one),
        cmocka_unit_test(folders_of_splits_and_classes_are_read),
        cmocka_unit_test(changes_in_folders_are_noticed),
        cmocka_unit_test(a_share_of_each_class_becomes_the_validation),
        cmocka_unit_test(folders_without_pictures_are_an_error),
        cmocka_unit_test(names_of_classes_are_understood),
        cmocka_unit_test(decisions_last_and_can_be_undone),
        cmocka_unit_test(a_half_line_is_dropped),
        cmocka_unit_test(damaged_decisions_are_named),
        cmocka_unit_test(decisions_follow_their_image),
        cmocka_unit_test(a_full_disk_changes_no_decision),
        cmocka_unit_test(a_class_that_json_cannot_name_is_not_written),
        cmocka_unit_test(a_set_is_saved_as_corrected),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
