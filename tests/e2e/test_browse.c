/* The browser, driven as a user drives it, on small data sets made here. */
#include "tests/e2e/pty.h"
#include "tests/e2e/tiny_model.h"
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/mem.h"

enum { ROWS = 60, SIDE = 48 };

static char root[64], data[128], notes[160], cache[128], model[128];
static const char *environment[4];

/* Row i is of class i % 7; its picture is a disc before a ground, the brighter the larger
 * i * 37 % 60. The first 42 are of Training, then come 9 of each other split. */
static void write_data(void)
{
    FILE *f = fopen(data, "w");
    assert_non_null(f);
    fputs("emotion,pixels,Usage\n", f);
    for (int i = 0; i < ROWS; i++) {
        fprintf(f, "%d,", i % 7);
        for (int k = 0; k < SIDE * SIDE; k++) {
            int y = k / SIDE - SIDE / 2, x = k % SIDE - SIDE / 2;
            int level = i * 37 % ROWS * 3 + (x * x + y * y < 200 + i ? 60 : 0) + i % 7;
            fprintf(f, "%s%d", k > 0 ? " " : "", level);
        }
        fprintf(f, ",%s\n", i < 42 ? "Training" : i < 51 ? "PublicTest" : "PrivateTest");
    }
    assert_int_equal(fclose(f), 0);
}

static int set_up(void **state)
{
    static char xdg[160], logs[160];
    (void)state;
    snprintf(root, sizeof root, "/tmp/moodtop-browse-XXXXXX");
    assert_non_null(mkdtemp(root));
    chmod(root, 0777); /* for a program that is nobody */
    snprintf(data, sizeof data, "%s/faces.csv", root);
    snprintf(notes, sizeof notes, "%s.corrections", data);
    snprintf(cache, sizeof cache, "%s/cache", root);
    snprintf(model, sizeof model, "%s/model", root);
    snprintf(xdg, sizeof xdg, "XDG_CACHE_HOME=%s", cache);
    assert_int_equal(mkdir(cache, 0777), 0);
    chmod(cache, 0777);
    environment[0] = xdg;
    snprintf(logs, sizeof logs, "XDG_STATE_HOME=%s/state", root);
    environment[1] = logs;
    write_data();
    tiny_model_write(model);
    return 0;
}

static int tear_down(void **state)
{
    char *command = mem_printf("chmod -R u+w %s 2>/dev/null; rm -rf %s", root, root);
    (void)state;
    assert_int_equal(system(command), 0);
    free(command);
    return 0;
}

/* ---- manners ----------------------------------------------------------------------------------
 */

static struct pty *start_as(struct pty_opts o)
{
    static const char *args[] = {"browse", "--data", data, "--model", model, NULL};
    o.args = args;
    o.env = environment;
    return pty_open(&o);
}

static struct pty *start(void)
{
    struct pty *p = start_as((struct pty_opts){.rows = 48, .cols = 160});
    pty_see(p, "60 of 60");
    return p;
}

/* Types and waits for what must come of it. */
static void press(struct pty *p, const char *keys, const char *see)
{
    pty_keys(p, keys);
    pty_see(p, see);
}

/* ---- looking ----------------------------------------------------------------------------------
 */

static void filters(void **state)
{
    (void)state;
    struct pty *p = start();
    press(p, "f", "show only");
    press(p, "l", "42 of 60 faces");
    press(p, "l", "9 of 60 faces");
    press(p, "h", "42 of 60 faces");
    press(p, "jllll", "happy");
    press(p, "", "6 of 60 faces");
    pty_keys(p, "\r");
    pty_gone(p, "show only");
    pty_see(p, "Training, happy, by order");
    press(p, "fc", "60 of 60 faces");
    pty_keys(p, "q");
    pty_gone(p, "show only");
    pty_quit(p);
}

static void what_the_network_says_filters_too(void **state)
{
    (void)state;
    struct pty *p = start();
    pty_see(p, "loss");
    press(p, "fjjjl", "network    < right");
    press(p, "l", "network    < wrong");
    press(p, "jl", "finding    < in two splits");
    pty_gone(p, "doctor: ");
    press(p, "c\r", "60 of 60");
    pty_quit(p);
}

static void sorts(void **state)
{
    (void)state;
    struct pty *p = start();
    press(p, "s", "by class");
    press(p, "G", "row 55 ");
    press(p, "s", "by most wrong first");
    press(p, "s", "by confidence");
    press(p, "s", "by brightness");
    pty_see(p, "row 0 ");
    press(p, "l", "row 13 "); /* 13 * 37 % 60 is 1 */
    press(p, "G", "row 47 ");
    press(p, "S", "reversed");
    pty_see(p, "row 47 ");
    press(p, "a", "by brightness, reversed");
    press(p, "r", "by random");
    press(p, "s", "by order");
    pty_see(p, "row 0 ");
    pty_quit(p);
}

static void moves_and_searches(void **state)
{
    (void)state;
    struct pty *p = start();
    press(p, "ll", "row 2 ");
    press(p, "h", "row 1 ");
    press(p, "G", "row 59 ");
    press(p, "\033OH", "row 0 ");
    press(p, "g17\r", "row 17 ");
    press(p, "g1x\r", "expected a row from 0 to 59");
    press(p, "/csv:33\r", "row 31 ");
    press(p, "/PrivateTest\r", "row 51 ");
    press(p, "n", "row 52 ");
    press(p, "N", "row 51 ");
    press(p, "/nowhere\r", "not among the 60");
    pty_see(p, "row 51 ");
    pty_quit(p);
}

static void zooms(void **state)
{
    (void)state;
    struct pty *p = start();
    pty_see(p, "disgust");
    press(p, "g1\r", "row 1 ");
    pty_keys(p, "\r");
    pty_gone(p, "fear \xe2\x89\xa0"); /* no captions of a grid */
    press(p, "l", "row 2 ");
    press(p, "\r", "row 2 ");
    for (int i = 0; i < 30; i++)
        pty_keys(p, i < 15 ? "+" : "-");
    static const char *const looks[] = {"half-block colour", "braille", "ramp", "libcaca"};
    for (size_t i = 0; i < MEM_COUNT(looks); i++)
        press(p, "v", looks[i]);
    pty_quit(p);
}

static void sheet_of_classes(void **state)
{
    (void)state;
    struct pty *p = start();
    press(p, "c", "angry 9");
    pty_see(p, "the source calls angry");
    press(p, "j", "the source calls disgust");
    press(p, "l", "row 1 ");
    press(p, "l", "row 8 ");
    press(p, "\r", "9 of 60");
    pty_see(p, "disgust, by order");
    pty_see(p, "row 8 ");
    pty_quit(p);
}

static void small_terminals(void **state)
{
    (void)state;
    static const int sizes[][2] = {{24, 80}, {12, 40}, {30, 200}, {11, 59}, {60, 61}};
    struct pty *p = start();
    for (size_t i = 0; i < MEM_COUNT(sizes); i++) {
        pty_resize(p, sizes[i][0], sizes[i][1]);
        pty_see(p, "60 of 60");
        press(p, "jlc", "60 by class");
        pty_keys(p, "c");
        pty_gone(p, "60 by class");
    }
    pty_resize(p, 4, 60);
    pty_see(p, "faces.csv:");
    pty_quit(p);
}

/* ---- correcting -------------------------------------------------------------------------------
 */

static int lines_of(const char *path)
{
    struct err err = {""};
    size_t size;
    int lines = 0;
    char *text = file_read(path, 1 << 20, &size, &err);
    if (text == NULL)
        return -1;
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n';
    free(text);
    return lines;
}

static void corrections_stay(void **state)
{
    (void)state;
    struct pty *p = start();
    press(p, "g5\r", "row 5 ");
    press(p, "e", "this is");
    press(p, "hap\r", "row 5 is happy now");
    pty_see(p, "1 relabelled");
    press(p, "l", "row 6 ");
    press(p, "e0", "row 6 is angry now"); /* a digit is enough */
    press(p, "e0", "row 6 is angry already");
    press(p, "lx", "row 7 is left out");
    pty_see(p, "2 relabelled, 1 left out");
    pty_quit(p);
    assert_int_equal(lines_of(notes), 4);
    p = start();
    pty_see(p, "2 relabelled, 1 left out");
    press(p, "g5\r", "the source says surprise");
    press(p, "u", "row 7 is angry again");
    press(p, "u", "row 6 is neutral again");
    pty_see(p, "1 relabelled");
    press(p, "fjjjjjl", "1 of 60 faces");
    press(p, "\r", "relabelled, by order");
    pty_quit(p);
    p = start();
    pty_see(p, "1 relabelled");
    press(p, "u", "row 5 is surprise again");
    press(p, "u", "nothing to take back");
    pty_gone(p, "relabelled");
    pty_quit(p);
}

static void answers_that_mean_nothing(void **state)
{
    (void)state;
    struct pty *p = start();
    press(p, "es\r", "more than one class begins so");
    press(p, "exyz\r", "no such class");
    press(p, "ehappy\033", "60 of 60");
    press(p, "e\r", "60 of 60");
    assert_int_equal(lines_of(notes), -1);
    pty_quit(p);
}

/* The key that is being typed may be lost, those that were answered must not. */
static void killed_while_relabelling(void **state)
{
    (void)state;
    struct pty *p = start();
    for (int i = 0; i < 5; i++) {
        char see[40];
        snprintf(see, sizeof see, "row %d is surprise now", i);
        press(p, "e5", see);
        pty_keys(p, "l");
    }
    pty_keys(p, "e");
    pty_keys(p, "4");
    kill(pty_pid(p), SIGKILL);
    pty_end(p);
    pty_close(p);
    FILE *f = fopen(notes, "a"); /* and the disk kept half a line */
    assert_non_null(f);
    fputs("{\"row\":9,\"orig", f);
    fclose(f);
    p = start();
    for (int i = 0; i < 5; i++) {
        char go[16], see[40];
        snprintf(go, sizeof go, "g%d\r", i);
        snprintf(see, sizeof see, "row %d ", i);
        press(p, go, see);
        pty_see(p, "relabelled; the source says");
    }
    press(p, "g9\r", "row 9 ");
    pty_gone(p, "the source says");
    press(p, "e0", "row 9 is angry now");
    pty_quit(p);
}

/* ---- a world that does not help ---------------------------------------------------------------
 */

/* Whether a user without rights may run the program; not so in a checkout below root's home. */
static bool anybody_may_run_it(void)
{
    const char *program = getenv("MOODTOP");
    pid_t child = fork();
    if (child == 0)
        _exit((geteuid() == 0 && setuid(65534) != 0) ||
              access(program != NULL ? program : "./moodtop", X_OK) != 0);
    int status = -1;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static void read_only_folder(void **state)
{
    (void)state;
    if (!anybody_may_run_it()) {
        printf("SKIP: %s: only root may run the program from here\n", __func__);
        skip();
    }
    pty_quit(start()); /* the pack is made */
    chmod(root, 0555);
    struct pty *p = start_as((struct pty_opts){.rows = 48, .cols = 160, .nobody = true});
    pty_see(p, "60 of 60");
    press(p, "e3", "not written: ");
    pty_see(p, "faces.csv.corrections");
    pty_gone(p, "relabelled");
    press(p, "l", "row 1 ");
    pty_quit(p);
    assert_int_equal(lines_of(notes), -1);
    chmod(root, 0777);
}

static void full_disk(void **state)
{
    (void)state;
    struct pty *p = start();
    press(p, "e3", "row 0 is happy now");
    pty_quit(p);
    struct stat st;
    assert_int_equal(stat(notes, &st), 0);
    struct pty_opts o = {.rows = 48, .cols = 160, .file_max = st.st_size + 10};
    p = start_as(o);
    pty_see(p, "1 relabelled");
    press(p, "g4\r", "row 4 ");
    press(p, "e3", "not written: ");
    pty_see(p, "1 relabelled");
    press(p, "x", "not written: ");
    pty_quit(p);
    assert_int_equal(lines_of(notes), 2);
    p = start();
    pty_see(p, "1 relabelled");
    pty_quit(p);
}

static void files_vanish_while_shown(void **state)
{
    (void)state;
    struct pty *p = start();
    press(p, "e3", "row 0 is happy now");
    char *command = mem_printf("rm -rf %s", root);
    assert_int_equal(system(command), 0);
    free(command);
    press(p, "G", "row 59 ");
    press(p, "s", "by class");
    press(p, "c", "angry 8");
    press(p, "c", "by class");
    press(p, "e6", "not written: ");
    pty_see(p, "No such file");
    pty_see(p, "1 relabelled");
    pty_quit(p);
}

static void no_such_data(void **state)
{
    (void)state;
    unlink(data);
    struct pty *p = start_as((struct pty_opts){.rows = 24, .cols = 200});
    int status = pty_end(p);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
    pty_see(p, "faces.csv: ");
    pty_see(p, "No such file");
    pty_close(p);
}

static void damaged_rows_are_counted(void **state)
{
    (void)state;
    FILE *f = fopen(data, "a");
    assert_non_null(f);
    fputs("3,1 2 3,Training\n9,1,Training\n", f);
    fclose(f);
    struct pty *p = start();
    pty_see(p, "2 damaged");
    pty_quit(p);
}

static void a_model_that_is_not_there(void **state)
{
    (void)state;
    char *command = mem_printf("rm -rf %s", model);
    assert_int_equal(system(command), 0);
    free(command);
    struct pty *p = start();
    pty_see(p, "model.json");
    press(p, "l", "row 1 ");
    pty_quit(p);
}

/* Puts a folder in the place of the data: two classes whose names, of 250 bytes, are longer than
 * any line of the screen has room for. */
static void write_long_names(void)
{
    char class[2][251];
    unlink(data);
    for (int c = 0; c < 2; c++) {
        memset(class[c], 'a' + c, sizeof class[c] - 1);
        class[c][250] = '\0';
        char *folder = mem_printf("%s/%s", data, class[c]);
        struct err err = {""};
        assert_int_equal(file_mkdirs(folder, &err), 0);
        for (int i = 0; i < 3; i++) {
            char *path = mem_printf("%s/%d.pgm", folder, i);
            FILE *f = fopen(path, "w");
            assert_non_null(f);
            fprintf(f, "P5 %d %d 255\n", SIDE, SIDE);
            for (int k = 0; k < SIDE * SIDE; k++)
                fputc((k * (i + 2) + 50 * c) % 200, f);
            fclose(f);
            free(path);
        }
        free(folder);
    }
}

static void names_longer_than_any_line(void **state)
{
    (void)state;
    write_long_names();
    struct pty *p = start_as((struct pty_opts){.rows = 48, .cols = 160});
    pty_see(p, "6 of 6");
    press(p, "e1", "1 relabelled");
    press(p, "x", "1 left out");
    press(p, "fjl", "2 of 6 faces");
    pty_keys(p, "\r");
    pty_gone(p, "show only");
    pty_see(p, "aaaaaaaa");
    pty_quit(p);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(filters),
        TEST(what_the_network_says_filters_too),
        TEST(sorts),
        TEST(moves_and_searches),
        TEST(zooms),
        TEST(sheet_of_classes),
        TEST(small_terminals),
        TEST(corrections_stay),
        TEST(answers_that_mean_nothing),
        TEST(killed_while_relabelling),
        TEST(read_only_folder),
        TEST(full_disk),
        TEST(files_vanish_while_shown),
        TEST(no_such_data),
        TEST(damaged_rows_are_counted),
        TEST(a_model_that_is_not_there),
        TEST(names_longer_than_any_line),
    };
    return cmocka_run_group_tests_name("browse", tests, NULL, NULL);
}
