/* Tests of config/: the table itself, precedence, every error's sentence, the way back. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/config.h"
#include "config/flags.h"
#include "config/value.h"
#include "tests/unit/folder.h"

#define BAD "tests/data/bad/"

/* ---- words ---- */

static void distance_counts_changes_and_swaps(void **state)
{
    (void)state;
    assert_int_equal(text_distance("train", "train"), 0);
    assert_int_equal(text_distance("trian", "train"), 1);
    assert_int_equal(text_distance("kitten", "sitting"), 3);
    assert_int_equal(text_distance("", "abc"), 3);
    assert_int_equal(text_distance("EVAL", "eval"), 0);
}

static void nearest_says_nothing_about_strangers(void **state)
{
    (void)state;
    const char *best = NULL;
    text_nearer("zebra", "train", &best);
    text_nearer("xx", "eval", &best);
    assert_null(best);
    text_nearer("pred", "predict", &best);
    assert_string_equal(best, "predict");
}

static void list_knows_whole_words(void **state)
{
    (void)state;
    int at = -1;
    assert_true(text_in_list("source detect ui", "ui", &at));
    assert_int_equal(at, 2);
    assert_false(text_in_list("source detect ui", "tect", NULL));
    assert_false(text_in_list("", "ui", NULL));
}

/* ---- the table ---- */

static void every_default_is_allowed_and_fits_its_field(void **state)
{
    (void)state;
    for (int i = 0; i < table_count; i++) {
        const struct table_row *row = &table_rows[i];
        struct err err = {""};
        struct opts opts;
        char text[VALUE_TEXT_MAX];
        memset(&opts, 0, sizeof opts);
        if (value_parse(row, row->def, &opts, &err) != 0)
            fail_msg("[%s] %s: default %s: %s", row->section, row->key, row->def, err.text);
        value_format(row, &opts, text);
        assert_string_equal(text, row->def);
        switch (row->type) {
        case TABLE_BOOL:
            assert_int_equal(row->size, sizeof(bool));
            break;
        case TABLE_INT:
        case TABLE_ENUM:
            assert_int_equal(row->size, sizeof(int));
            break;
        case TABLE_REAL:
            assert_int_equal(row->size, sizeof(double));
            break;
        case TABLE_TEXT:
        case TABLE_PATH:
            assert_true(row->size >= 32);
            break;
        }
        assert_true(row->offset + row->size <= sizeof opts);
    }
}

static void names_are_unique_and_sections_known(void **state)
{
    (void)state;
    for (int i = 0; i < table_count; i++) {
        const struct table_row *a = &table_rows[i];
        char mine[TABLE_FLAG_MAX], other[TABLE_FLAG_MAX];
        assert_non_null(table_section(a->section));
        assert_non_null(a->help);
        assert_true(strchr("hV", a->letter) == NULL || a->letter == 0);
        table_flag(a, mine);
        for (int j = 0; j < i; j++) {
            const struct table_row *b = &table_rows[j];
            assert_ptr_not_equal(table_find(a->section, a->key), b);
            assert_false(a->offset < b->offset + b->size && b->offset < a->offset + a->size);
            table_flag(b, other);
            assert_false(strcmp(a->section, b->section) == 0 && strcmp(mine, other) == 0);
        }
    }
}

static void every_byte_of_the_options_has_a_row(void **state)
{
    (void)state;
    size_t covered = 0;
    for (int i = 0; i < table_count; i++)
        covered += table_rows[i].size;
    /* What is left is padding: less than 8 bytes for each change of alignment. */
    assert_true(sizeof(struct opts) - covered < 160);
}

/* ---- values ---- */

static void check(const char *section, const char *key, const char *text, const char *want)
{
    const struct table_row *row = table_find(section, key);
    struct err err = {""};
    assert_non_null(row);
    int result = value_parse(row, text, NULL, &err);
    assert_int_equal(result, want == NULL ? 0 : -1);
    assert_string_equal(err.text, want == NULL ? "" : want);
}

static void values_are_judged_by_their_row(void **state)
{
    (void)state;
    const char *number = "expected a number above 1 and at most 2";
    check("detect", "scale_factor", "1.05", NULL);
    check("detect", "scale_factor", "2", NULL);
    static const char *const bad[] = {"1",   "2.0001",  "",      " 1.5", "1.5x", "nan",
                                      "inf", "0x1.8p0", "1e999", "1,5",  "--1",  "."};
    for (size_t i = 0; i < MEM_COUNT(bad); i++)
        check("detect", "scale_factor", bad[i], number);
    check("train", "epochs", "1e2", NULL);
    check("train", "epochs", "0", "expected a whole number from 1 to 100000");
    check("train", "seed", "2147483647", NULL);
    check("train", "seed", "2147483648", "expected a whole number of at least 0");
    check("train", "seed", "-1", "expected a whole number of at least 0");
    check("source", "loop", "ON", NULL);
    check("source", "loop", "2", "expected true or false");
    check("ui", "color", "256", NULL);
    check("train", "optimizer", "adm", "expected one of adam, sgd, adamw; did you mean adam?");
    check("train", "name", "a\tb", "expected at most 63 bytes, without control characters");
}

static void paths_begin_at_home(void **state)
{
    (void)state;
    struct opts opts;
    setenv("HOME", "/home/u", 1);
    assert_int_equal(value_parse(table_find("train", "out"), "~/runs", &opts, NULL), 0);
    assert_string_equal(opts.train.out, "/home/u/runs");
    assert_int_equal(value_parse(table_find("train", "out"), "~other/runs", &opts, NULL), 0);
    assert_string_equal(opts.train.out, "~other/runs");
    assert_int_equal(value_parse(table_find("train", "name"), "~/x", &opts, NULL), 0);
    assert_string_equal(opts.train.name, "~/x"); /* not a path */
}

static void reals_come_back_as_the_same_number(void **state)
{
    (void)state;
    static const char *const numbers[] = {"0.1",   "10",     "0.3333333333333333",
                                          "1e-09", "5e-324", "99.99999999999999"};
    for (size_t i = 0; i < MEM_COUNT(numbers); i++) {
        struct opts a, b;
        char text[VALUE_TEXT_MAX];
        const struct table_row *row = table_find("train", "shift");
        assert_int_equal(value_parse(row, numbers[i], &a, NULL), 0);
        value_format(row, &a, text);
        assert_int_equal(value_parse(row, text, &b, NULL), 0);
        assert_memory_equal(&a.train.shift, &b.train.shift, sizeof a.train.shift);
    }
}

/* ---- files, environment, flags ---- */

/* Writes a file of the test's folder; the name is freed by the next call. */
static const char *write_file(const char *name, const char *text)
{
    static char *path;
    struct err err;
    free(path);
    path = file_join(dir, name);
    assert_int_equal(file_write_atomic(path, text, strlen(text), &err), 0);
    return path;
}

static void added_text_ends_where_the_room_ends(void **state)
{
    (void)state;
    char text[8] = "";
    text_add(text, sizeof text, "%s", "");
    text_add(text, sizeof text, "%d, ", 12);
    assert_string_equal(text, "12, ");
    text_add(text, sizeof text, "%d", 345678);
    assert_string_equal(text, "12, 345");
    text_add(text, sizeof text, "%d", 9);
    assert_string_equal(text, "12, 345");
}

static const char *origin(const struct config *c, const char *section, const char *key)
{
    return c->origin[table_find(section, key) - table_rows];
}

/* The words of a text, between bars, as an argv that the next call overwrites. */
static char **words(const char *text, int *count)
{
    static char copy[512];
    static char *argv[32];
    int n = 0;
    assert_true(text_copy(copy, sizeof copy, text));
    for (char *p = strtok(copy, "|"); p != NULL; p = strtok(NULL, "|"))
        argv[n++] = p;
    argv[n] = NULL;
    if (count != NULL)
        *count = n;
    return argv;
}

static void later_sources_override_earlier_ones(void **state)
{
    (void)state;
    struct config c;
    struct err err = {""};
    char *home = file_join(dir, "moodtop");
    assert_int_equal(file_mkdirs(home, &err), 0);
    free(home);
    setenv("XDG_CONFIG_HOME", dir, 1);
    write_file("moodtop/config", "[detect]\nmin_size = 41\nmax_size = 401\n"
                                 "[ui]\nfps = 5\n[live]\nlimit = 1\n");
    char *given = mem_strdup(write_file("given.ini", "[detect]\n\nMax_Size = 402\n"
                                                     "[ui]\nfps = 6 # a comment\n"));
    setenv("MOODTOP_UI_FPS", "7", 1);
    setenv("MOODTOP_TRAIN_EPOCHS", "3", 1);
    int argc;
    char **argv = words("moodtop|a|--fps|8|b|--no-mirror", &argc);
    struct flags f;
    assert_int_equal(flags_parse(&f, "source ui", false, argc, argv, &err), 0);
    config_init(&c);
    if (config_load(&c, given, &err) != 0 || flags_apply(&f, &c, &err) != 0)
        fail_msg("%s", err.text);
    assert_string_equal(origin(&c, "detect", "min_neighbors"), "default");
    assert_int_equal(c.opts.detect.min_size, 41);
    assert_non_null(strstr(origin(&c, "detect", "min_size"), "/moodtop/config:2"));
    assert_int_equal(c.opts.detect.max_size, 402);
    assert_non_null(strstr(origin(&c, "detect", "max_size"), "/given.ini:3"));
    assert_int_equal(c.opts.train.epochs, 3);
    assert_string_equal(origin(&c, "train", "epochs"), "environment MOODTOP_TRAIN_EPOCHS");
    assert_true(c.opts.ui.fps == 8);
    assert_string_equal(origin(&c, "ui", "fps"), "--fps");
    assert_false(c.opts.ui.mirror);
    assert_int_equal(f.first, 4);
    assert_string_equal(argv[4], "a");
    assert_string_equal(argv[5], "b");
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("MOODTOP_UI_FPS");
    unsetenv("MOODTOP_TRAIN_EPOCHS");
    flags_free(&f);
    config_free(&c);
    free(given);
}

/* iniparser keeps "section:key", and a section may hold a colon of its own. */
static void a_section_with_a_long_name_and_a_colon_is_unknown(void **state)
{
    (void)state;
    char text[512];
    struct config c;
    struct err err = {""};
    snprintf(text, sizeof text, "[%0300d:a]\nmin_size = 41\n", 0);
    config_init(&c);
    assert_int_equal(config_read_file(&c, write_file("long.ini", text), &err), -1);
    assert_non_null(strstr(err.text, "/long.ini: [000"));
    config_free(&c);
}

static void bad_files_are_named_with_line_and_remedy(void **state)
{
    (void)state;
    static const struct {
        const char *file, *want; /* what follows the file's name */
    } bad[] = {
        {BAD "range.ini",
         ":3: [detect] scale_factor = 0.9: expected a number above 1 and at most 2"},
        {BAD "comma.ini",
         ":2: [detect] scale_factor = 1,2: expected a number above 1 and at most 2"},
        {BAD "whole.ini", ":2: [live] limit = 2.5: expected a whole number of at least 0"},
        {BAD "bool.ini", ":2: [live] plain = maybe: expected true or false"},
        {BAD "enum.ini", ":2: [ui] renderer = cacca: expected one of caca, half-grey, half-color, "
                         "braille, ramp; did you mean caca?"},
        {BAD "key.ini", ":2: [detect] scale_facter: no such key; did you mean scale_factor?"},
        {BAD "section.ini", ":3: [detekt]: no such section; did you mean [detect]?"},
        {BAD "elsewhere.ini", ":2: [live] scale_factor: no such key; it belongs to [detect]"},
        {BAD "nosection.ini", ":1: min_size: expected a [section] before the first key"},
        {BAD "noname.ini",
         ":1: []: no such section; expected one of source detect model live ui predict report "
         "replay data export train launch runs eval stats doctor browse weights bench config "
         "general"},
        {BAD "flagonly.ini", ":2: [config] json: only a flag, not for a file"},
        {BAD "twice.ini", ":4: [detect] min_size stands on line 2 too; expected it once"},
        {BAD "syntax.ini", ":2: expected [section], key = value or a comment"},
        {BAD "joined.ini", ":5: [train] btach: no such key; did you mean batch?"},
        {BAD "line.ini", ":2: line too long"},
        {BAD "zero.ini", ": expected text, found a zero byte at offset 16"},
        {BAD "none.ini", ": No such file or directory"},
        {"tests/data/bad", ": cannot read: Is a directory"},
    };
    for (size_t i = 0; i < MEM_COUNT(bad); i++) {
        struct config c;
        struct err err = {""};
        config_init(&c);
        assert_int_equal(config_read_file(&c, bad[i].file, &err), -1);
        assert_memory_equal(err.text, bad[i].file, strlen(bad[i].file));
        assert_string_equal(err.text + strlen(bad[i].file), bad[i].want);
        config_free(&c);
    }
}

static void files_of_other_systems_are_read(void **state)
{
    (void)state;
    struct config c;
    struct err err = {""};
    config_init(&c);
    const char *path =
        write_file("bom.ini", "\xef\xbb\xbf[ui]\r\nfps = 9\r\n[train]\r\nout = 'a;b#c'\r\n");
    if (config_read_file(&c, path, &err) != 0)
        fail_msg("%s", err.text);
    assert_true(c.opts.ui.fps == 9);
    assert_string_equal(c.opts.train.out, "a;b#c");
    assert_int_equal(config_read_file(&c, write_file("empty.ini", ""), &err), 0);
    config_free(&c);
}

static void environment_is_judged_too(void **state)
{
    (void)state;
    static const struct {
        const char *entry;
        const char *want;
    } bad[] = {
        {"MOODTOP_UI_FPS=0", "environment MOODTOP_UI_FPS=0: expected a number above 0 and at most "
                             "240"},
        {"MOODTOP_UI_FSP=9", "environment MOODTOP_UI_FSP: no such key in [ui]; did you mean "
                             "MOODTOP_UI_FPS?"},
        {"MOODTOP_UI_ZZZZ=9", "environment MOODTOP_UI_ZZZZ: no such key in [ui]"},
    };
    struct config c;
    struct err err = {""};
    config_init(&c);
    for (size_t i = 0; i < MEM_COUNT(bad); i++) {
        assert_int_equal(config_read_environment(&c, words(bad[i].entry, NULL), &err), -1);
        assert_string_equal(err.text, bad[i].want);
    }
    char **others = words("MOODTOP_MODELS=/x|MOODTOP=./moodtop|UI_FPS=0|MOODTOP_UI_FPS", NULL);
    assert_int_equal(config_read_environment(&c, others, &err), 0);
    config_free(&c);
}

static void printed_configuration_reads_back(void **state)
{
    (void)state;
    struct config a, b;
    struct err err = {""};
    char **environment = words("MOODTOP_TRAIN_DATA=/tmp/a;b #1.csv|MOODTOP_TRAIN_NAME=it's|"
                               "MOODTOP_SOURCE_URI=say \"x\"|MOODTOP_TRAIN_LR=0.0123456789|"
                               "MOODTOP_UI_RENDERER=braille|MOODTOP_UI_ACK=no|"
                               "MOODTOP_EVAL_SPLIT= a = b |MOODTOP_PREDICT_ANNOTATE=back\\slash",
                               NULL);
    config_init(&a);
    config_init(&b);
    assert_int_equal(config_read_environment(&a, environment, &err), 0);
    char *text = config_to_ini(&a);
    assert_non_null(strstr(text, "verbose = 0  ; default\n"));
    assert_non_null(strstr(text, "renderer = braille  ; environment MOODTOP_UI_RENDERER\n"));
    if (config_read_file(&b, write_file("printed.ini", text), &err) != 0)
        fail_msg("%s", err.text);
    for (int i = 0; i < table_count; i++) {
        char x[VALUE_TEXT_MAX], y[VALUE_TEXT_MAX];
        value_format(&table_rows[i], &a.opts, x);
        value_format(&table_rows[i], &b.opts, y);
        assert_string_equal(x, y);
    }
    free(text);
    config_free(&a);
    config_free(&b);
}

static void flags_of_several_sections_keep_apart(void **state)
{
    (void)state;
    struct config c;
    struct flags f;
    struct err err = {""};
    int argc;
    char **argv =
        words("moodtop|-d|t.csv|--eval-data=e.csv|--loop=off|-vv|--model-dir|net|--|--x", &argc);
    assert_int_equal(flags_parse(&f, "train eval source model", false, argc, argv, &err), 0);
    config_init(&c);
    assert_int_equal(flags_apply(&f, &c, &err), 0);
    assert_string_equal(c.opts.train.data, "t.csv");
    assert_string_equal(c.opts.eval.data, "e.csv");
    assert_string_equal(c.opts.model.dir, "net");
    assert_false(c.opts.source.loop);
    assert_int_equal(c.opts.verbose, 2);
    assert_string_equal(origin(&c, "eval", "data"), "--eval-data");
    assert_string_equal(argv[f.first], "--x");
    flags_free(&f);
    config_free(&c);
}

static void bad_flags_are_named_with_a_remedy(void **state)
{
    (void)state;
    static const struct {
        const char *line, *want;
    } bad[] = {
        {"m|--scale-fatcor|2", "--scale-fatcor: no such option; did you mean --scale-factor?"},
        {"m|--zzz=4", "--zzz: no such option"},
        {"m|--epochs|4", "--epochs: an option of the section [train], which this command does not "
                         "use"},
        {"m|--min|4", "--min: more than one option begins so: --min-neighbors, --min-size"},
        {"m|--max-size", "--max-size: expected a value after it"},
        {"m|a|--no-loop=1", "--no-loop=1: expected no value"},
        {"m|--loop|-x", "-x: no such option"},
        {"m|-hx", "-x: no such option"},
        {"m|--loop|-m", "-m: expected a value after it"},
    };
    for (size_t i = 0; i < MEM_COUNT(bad); i++) {
        int argc;
        struct flags f;
        struct err err = {""};
        char **argv = words(bad[i].line, &argc);
        assert_int_equal(flags_parse(&f, "source detect model", false, argc, argv, &err), -1);
        assert_string_equal(err.text, bad[i].want);
        flags_free(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distance_counts_changes_and_swaps),
        cmocka_unit_test(nearest_says_nothing_about_strangers),
        cmocka_unit_test(list_knows_whole_words),
        cmocka_unit_test(added_text_ends_where_the_room_ends),
        cmocka_unit_test(every_default_is_allowed_and_fits_its_field),
        cmocka_unit_test(names_are_unique_and_sections_known),
        cmocka_unit_test(every_byte_of_the_options_has_a_row),
        cmocka_unit_test(values_are_judged_by_their_row),
        cmocka_unit_test(paths_begin_at_home),
        cmocka_unit_test(reals_come_back_as_the_same_number),
        cmocka_unit_test(later_sources_override_earlier_ones),
        cmocka_unit_test(a_section_with_a_long_name_and_a_colon_is_unknown),
        cmocka_unit_test(bad_files_are_named_with_line_and_remedy),
        cmocka_unit_test(files_of_other_systems_are_read),
        cmocka_unit_test(environment_is_judged_too),
        cmocka_unit_test(printed_configuration_reads_back),
        cmocka_unit_test(flags_of_several_sections_keep_apart),
        cmocka_unit_test(bad_flags_are_named_with_a_remedy),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
