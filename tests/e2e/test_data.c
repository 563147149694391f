/*
 * The real program and its data sets: what stats and doctor say of fer2013.csv, exactly as
 * ../shared/data/README.md counted it; --fix and --undo; ^C. Runs $MOODTOP.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/mem.h"
#include "tests/e2e/pty.h"
#include "tests/e2e/shell.h"

/* As run, of a line that must succeed and print JSON; the caller frees. */
static json_t *run_json(const char *line)
{
    json_error_t why;
    if (shell_run(line) != 0)
        fail_msg("%s: %s", line, shell_err);
    json_t *json = json_loads(shell_out, 0, &why);
    if (json == NULL)
        fail_msg("%s: %s: %s", line, why.text, shell_out);
    return json;
}

static void assert_number(const json_t *json, const char *group, const char *key, long want)
{
    const json_t *at = json_object_get(json, group);
    at = key != NULL ? json_object_get(at, key) : at;
    if (!json_is_integer(at) || json_integer_value(at) != want)
        fail_msg("%s %s: expected %ld, got %lld", group, key != NULL ? key : "", want,
                 (long long)json_integer_value(at));
}

/* Unpacks fer2013.csv into the test's folder, once. */
static void unpack(void)
{
    char *path = file_join(shell_dir, "fer2013.csv");
    if (!file_exists(path)) {
        char *command = mem_printf("zstd -q -d " SHARED_DATA "fer2013.csv.zst -o %s && chmod +w %s",
                                   path, path);
        assert_int_equal(system(command), 0);
        free(command);
    }
    free(path);
}

static void stats_counts_the_classes(void **state)
{
    (void)state;
    NEED_SHARED("fer2013.csv.zst");
    unpack();
    static const char *const name[] = {"angry", "disgust",  "fear",   "happy",
                                       "sad",   "surprise", "neutral"};
    static const long count[] = {3995, 436, 4097, 7215, 4830, 3171, 4965};
    json_t *json = run_json("$M stats --data fer2013.csv --json");
    const json_t *splits = json_object_get(json, "splits");
    for (int c = 0; c < 7; c++)
        assert_number(splits, "Training", name[c], count[c]);
    static const char *const others[] = {"PublicTest", "PrivateTest"};
    for (int s = 0; s < 2; s++) {
        long sum = 0;
        for (int c = 0; c < 7; c++)
            sum += (long)json_integer_value(
                json_object_get(json_object_get(splits, others[s]), name[c]));
        assert_int_equal(sum, 3589);
    }
    json_decref(json);
    assert_int_equal(shell_run("$M stats --data fer2013.csv"), 0);
    shell_has(shell_out, "fer2013.csv: 35887 images, 7 classes\n");
    shell_has(shell_out, "angry        3995  13.9 %    467  13.0 %    491  13.7 %");
    shell_has(shell_out, "the splits have the same mix of classes");
    for (const char *line = shell_out, *end; *line != '\0'; line = end + 1) {
        end = strchr(line, '\n');
        assert_in_range(end - line, 0, 80);
    }
}

static void assert_known_faults(const json_t *json)
{
    assert_number(json, "leaks", "PrivateTest_in_Training", 288);
    assert_number(json, "leaks", "PublicTest_in_Training", 280);
    assert_number(json, "leaks", "PrivateTest_in_PublicTest", 44);
    assert_number(json, "leaks_of_other_label", "PrivateTest_in_Training", 9);
    assert_number(json, "leaks_of_other_label", "PublicTest_in_Training", 7);
    assert_number(json, "duplicates", "Training", 1234);
    assert_number(json, "conflicts", "Training", 39);
    assert_number(json, "blank", NULL, 12);
    assert_number(json, "rows", NULL, 35887);
}

static void doctor_finds_what_is_known_and_mends_leaks(void **state)
{
    (void)state;
    NEED_SHARED("fer2013.csv.zst");
    unpack();
    json_t *json = run_json("$M doctor --data fer2013.csv --no-faces --no-labels --json");
    assert_known_faults(json);
    assert_true(json_is_null(json_object_get(json, "no_face")));
    json_decref(json);

    json = run_json("$M doctor --data fer2013.csv --no-faces --no-labels --json --fix");
    assert_known_faults(json); /* it says what it found, then mends */
    json_decref(json);
    shell_has(shell_err, "excluded 703 images of Training");
    shell_has(shell_err, "fer2013.csv.corrections");
    shell_has(shell_err, "--undo");

    json = run_json("$M doctor --data fer2013.csv --no-faces --no-labels --json");
    assert_number(json, "leaks", "PrivateTest_in_Training", 0);
    assert_number(json, "leaks", "PublicTest_in_Training", 0);
    assert_number(json, "leaks", "PrivateTest_in_PublicTest", 44);
    assert_number(json, "rows", NULL, 35887 - 703);
    json_decref(json);
    json = run_json("$M stats --data fer2013.csv --json");
    assert_number(json, "excluded", "Training", 703);
    json_decref(json);

    assert_int_equal(shell_run("$M doctor --data fer2013.csv --undo"), 0);
    shell_has(shell_err, "703 images are back in Training");
    json = run_json("$M doctor --data fer2013.csv --no-faces --no-labels --json");
    assert_known_faults(json);
    json_decref(json);
}

/* Each finding is a line that names its image; a cascade that is not there is said, not fatal. */
static void doctor_lists_its_findings(void **state)
{
    (void)state;
    NEED_SHARED("fer2013.csv.zst");
    unpack();
    assert_int_equal(
        shell_run("$M doctor --data fer2013.csv --no-labels --cascade no_such.xml --list"), 0);
    shell_has(shell_err, "moodtop doctor: no faces are looked for: ");
    shell_has(shell_err, "no_such.xml");
    shell_has(shell_out, "no face found          not asked");
    shell_has(shell_out, "\nblank          fer2013.csv:");
    shell_has(shell_out, "\nleak           fer2013.csv:");
    int lines = 0;
    for (const char *p = shell_out; (p = strstr(p, "\nblank          fer2013")) != NULL; p++)
        lines++;
    assert_int_equal(lines, 12);
}

static void wrong_use_is_told(void **state)
{
    (void)state;
    assert_int_equal(shell_run("$M stats"), 2);
    shell_has(shell_err, "moodtop stats: which data? expected --data");
    assert_int_equal(shell_run("$M doctor --json"), 2);
    shell_has(shell_err, "moodtop doctor: which data? expected --data");
    assert_int_equal(shell_run("$M doctor --data no_such.csv"), 1);
    shell_has(shell_err, "moodtop doctor: no_such.csv");
    assert_int_equal(shell_run("$M stats --data no_such.csv --json"), 1);
    assert_string_equal(shell_out, "");
}

/* A folder may be called anything: JSON keeps every class and names what no UTF-8 is in Latin-1, a
 * table is neither cut within a character nor steered by it. */
static void names_of_any_bytes_are_told(void **state)
{
    (void)state;
    assert_int_equal(
        shell_run(
            "rm -rf odd odd\xff; awk 'BEGIN { print \"emotion,pixels,Usage\"; for (i = 0; i < 21; "
            "i++) { printf \"%d,\", i % 7; for (k = 0; k < 2304; k++) printf \"%d%s\", "
            "(k * (i + 3)) % 251, k < 2303 ? \" \" : \",Training\\n\" } }' >odd.csv && "
            "$M export odd.csv odd && cd odd/Training && mv angry 'gr\xfcn' && "
            "mv sad 'Klasse 0 \xc3\xa4' && mv fear '\x1b[31mred' && cd ../.. && "
            "mv odd odd\xff"),
        0);
    json_t *json = run_json("$M stats --data odd\xff --json");
    const json_t *training = json_object_get(json_object_get(json, "splits"), "Training");
    assert_number(training, "gr\xc3\xbcn", NULL, 3);
    assert_number(training, "Klasse 0 \xc3\xa4", NULL, 3);
    assert_number(training, "\x1b[31mred", NULL, 3);
    json_decref(json);
    json_decref(run_json("$M doctor --data odd\xff --list --no-labels --json"));
    assert_int_equal(shell_run("$M stats --data odd\xff"), 0);
    shell_has(shell_out, "\nKlasse 0 \xc3\xa4      3  14.3 %");
    shell_has(shell_out, "\n?[31mred        3");
    assert_null(strchr(shell_out, '\x1b'));
    assert_int_equal(shell_run("$M doctor --data odd\xff --list --no-labels"), 0);
    assert_null(strchr(shell_out, '\x1b'));
}

/* A set may come through a pipe, which is read once and kept nowhere. */
static void a_pipe_is_a_set(void **state)
{
    (void)state;
    NEED_SHARED("fer2013.csv.zst");
    unpack();
    assert_int_equal(shell_run("head -101 fer2013.csv | $M stats --data /dev/stdin"), 0);
    shell_has(shell_out, "stdin: 100 images, 6 classes\n");
}

/* On a terminal there is progress; ^C ends it, wipes the line, and the shell learns of the signal.
 */
static void an_interrupt_is_clean(void **state)
{
    (void)state;
    NEED_SHARED("fer2013.csv.zst");
    unpack();
    char *data = file_join(shell_dir, "fer2013.csv"),
         *cache = mem_printf("XDG_CACHE_HOME=%s/cache", shell_dir);
    struct pty *p = pty_open(&(struct pty_opts){
        .rows = 24,
        .cols = 80,
        .args = (const char *const[]){"doctor", "--data", data, "--threads", "1", NULL},
        .env = (const char *const[]){cache, NULL},
    });
    pty_see(p, "%");
    pty_keys(p, "\003");
    int status = pty_end(p);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGINT);
    pty_gone(p, "%");
    pty_close(p);
    free(data);
    free(cache);
}

static struct pty *browse(const char *name)
{
    char *data = file_join(shell_dir, name),
         *cache = mem_printf("XDG_CACHE_HOME=%s/cache", shell_dir);
    struct pty *p = pty_open(&(struct pty_opts){
        .rows = 24,
        .cols = 80,
        .args = (const char *const[]){"browse", "--data", data, NULL},
        .env = (const char *const[]){cache, NULL},
    });
    free(data);
    free(cache);
    return p;
}

/* The screen: classes and findings, and from a finding to its images. */
static void findings_lead_to_their_images(void **state)
{
    (void)state;
    NEED_SHARED("fer2013.csv.zst");
    unpack();
    struct pty *p = browse("fer2013.csv");
    pty_see(p, "1/35887");
    pty_keys(p, "3");
    pty_see(p, "3995 13.9%");
    pty_see(p, "repeated in its split   1277        1234          26          17");
    pty_see(p, "blank                     12          11           1           0");
    pty_keys(p, "jjjj\r");
    pty_see(p, "12 of 35887  blank");
    pty_keys(p, "3");
    pty_see(p, "3995 13.9%");
    pty_keys(p, "kkkk\r");
    pty_see(p, "594 of 35887  in two splits"); /* and their twins in Training are not among them */
    pty_see(p, "PublicTest fer2013.csv:28727");
    pty_keys(p, "o");
    pty_see(p, "the other face of this finding, row 28448");
    pty_see(p, "Training fer2013.csv:28450");
    pty_keys(p, "o");
    pty_see(p, "PublicTest fer2013.csv:28727");
    pty_keys(p, "ol");
    pty_gone(p, "Training fer2013.csv:28450");
    pty_quit(p);
}

/* When the network has seen all images the doctor comes again, for faces and labels. */
static void the_doctor_comes_again(void **state)
{
    (void)state;
    NEED_SHARED("fer2013.csv.zst");
    unpack();
    assert_int_equal(shell_run("head -61 fer2013.csv >small.csv"), 0);
    struct pty *p = browse("small.csv");
    pty_see(p, "1/60");
    pty_keys(p, "3");
    pty_see(p, "no votes");
    pty_gone(p, "not yet");
    assert_false(pty_find(p, "not asked", NULL, NULL));
    pty_quit(p);
    assert_int_equal(shell_run("ls cache/moodtop/faces-*.memo cache/moodtop/moods-*.memo"), 0);
}

static int make_dir(void **state)
{
    (void)state;
    return shell_begin(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stats_counts_the_classes),
        cmocka_unit_test(doctor_finds_what_is_known_and_mends_leaks),
        cmocka_unit_test(doctor_lists_its_findings),
        cmocka_unit_test(wrong_use_is_told),
        cmocka_unit_test(names_of_any_bytes_are_told),
        cmocka_unit_test(a_pipe_is_a_set),
        cmocka_unit_test(an_interrupt_is_clean),
        cmocka_unit_test(findings_lead_to_their_images),
        cmocka_unit_test(the_doctor_comes_again),
    };
    return cmocka_run_group_tests(tests, make_dir, shell_teardown);
}
