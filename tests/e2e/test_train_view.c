/*
 * The screens of training as a user drives them, with keys alone: a run started from the form,
 * watched, outliving its screen, stopped, resumed, killed; runs compared and tidied up. Runs
 * $MOODTOP.
 */
#include "tests/e2e/pty.h"
#include "tests/e2e/shell.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "tests/unit/noise.h"

#define DOWN "j"
#define CLEAR "\025" /* ^U */
#define LIMIT_NS (PTY_LIMIT_S * CLOCK_S)
#define OPTIONS                                                                                    \
    "--data $D/data.csv --model tests/data/tiny --batch 16 --lr 0.02 --seed 5 --threads 1 "

enum { ROWS = 48, COLS = 160 };

static char *env_state, *env_out, *env_cache;

/* ---- the world of the tests ------------------------------------------------------------------*/

/* 64 noise pictures of Training and 16 each of the other splits. */
static int make_data(void **state)
{
    (void)state;
    static const char *const usage[] = {"Training", "Training",   "Training",
                                        "Training", "PublicTest", "PrivateTest"};
    if (shell_begin(false) != 0)
        return -1;
    env_state = mem_printf("XDG_STATE_HOME=%s/state", shell_dir);
    env_cache = mem_printf("XDG_CACHE_HOME=%s/cache", shell_dir);
    char *path = file_join(shell_dir, "data.csv");
    FILE *f = fopen(path, "w");
    free(path);
    if (f == NULL)
        return -1;
    fputs(NOISE_HEADER, f);
    for (int i = 0; i < 96; i++)
        noise_row(f, i, i % 7, usage[i / 16]);
    return fclose(f);
}

/* Ends the trainers that a failed test left behind: those whose locks lie in our folder. */
static int remove_all(void **state)
{
    (void)state;
    shell_run("for l in $D/*/*/lock; do kill -9 $(head -n 1 $l | cut -d' ' -f1); done");
    free(env_state);
    free(env_cache);
    free(env_out);
    return shell_end();
}

/* The only run of a folder; NULL while there is none. The caller frees it. */
static char *only_run(const char *out)
{
    glob_t found;
    char *pattern = mem_printf("%s/%s/*/run.json", shell_dir, out), *path = NULL;
    if (glob(pattern, 0, NULL, &found) == 0) {
        assert_int_equal(found.gl_pathc, 1);
        path = mem_strdup(found.gl_pathv[0]);
        *strrchr(path, '/') = '\0';
    }
    globfree(&found);
    free(pattern);
    return path;
}

static char *read_file(const char *folder, const char *name)
{
    size_t size;
    char *path = file_join(folder, name), *text = file_read(path, 1 << 26, &size, NULL);
    free(path);
    return text != NULL ? text : mem_strdup("");
}

/* How many epochs stand in metrics.jsonl. */
static int epochs_of(const char *path)
{
    int n = 0;
    char *text = read_file(path, "metrics.jsonl");
    for (const char *p = text; (p = strstr(p, "{\"event\":\"epoch\",")) != NULL; p++)
        n++;
    free(text);
    return n;
}

static pid_t trainer_of(const char *path)
{
    char *text = read_file(path, "lock");
    pid_t pid = (pid_t)strtol(text, NULL, 10);
    free(text);
    assert_true(pid > 1);
    return pid;
}

/* ---- the screen ------------------------------------------------------------------------------*/

static struct pty *open_screen(int rows, int cols, const char *out, bool beside)
{
    static const char *const args[] = {"live", "--capture-fps", "2", "demo:", NULL};
    free(env_out);
    env_out = mem_printf("MOODTOP_TRAIN_OUT=%s/%s", shell_dir, out);
    const char *env[] = {env_state, env_cache, env_out, "MOODTOP_LAUNCH_NICE=0", NULL};
    struct pty_opts o = {.rows = rows, .cols = cols, .args = args, .env = env, .beside = beside};
    struct pty *p = pty_open(&o);
    pty_see(p, "quit");
    return p;
}

static struct pty *start(int rows, int cols, const char *out)
{
    return open_screen(rows, cols, out, false);
}

/* Fills the form from its first field to the batch, and the seed and threads behind it. */
static void fill_form(struct pty *p, const char *data, const char *model, const char *name,
                      const char *epochs)
{
    char *keys = mem_printf("g\r" CLEAR "%s\r" DOWN "\r" CLEAR "%s\r" DOWN "\r" CLEAR "%s\r" DOWN
                            "\r" CLEAR "%s\r" DOWN "\r" CLEAR "16\r",
                            data, model, name, epochs);
    pty_see(p, "How long");
    pty_keys(p, keys);
    pty_keys(p, DOWN DOWN DOWN "\r" CLEAR "5\r" DOWN "\r" CLEAR "1\r" DOWN "\r" CLEAR "0.02\r");
    pty_see(p, " 0.02");
    free(keys);
}

static char *launch(struct pty *p, const char *out, const char *name, const char *epochs)
{
    char *data = mem_printf("%s/data.csv", shell_dir), *path = NULL;
    pty_keys(p, "4");
    fill_form(p, data, "tests/data/tiny", name, epochs);
    pty_keys(p, "s");
    pty_see(p, " loss ");
    assert_non_null(path = only_run(out));
    free(data);
    return path;
}

static void wait_epochs(struct pty *p, const char *path, int n)
{
    int64_t end = clock_now() + LIMIT_NS;
    while (epochs_of(path) < n) {
        if (clock_now() > end)
            fail_msg("no epoch %d in %s", n, path);
        pty_pump(p, 10);
    }
}

/* Whether curves are on the screen: cells with braille dots. */
static bool has_curves(struct pty *p, const void *ctx)
{
    int n = 0;
    (void)ctx;
    for (int y = 0; y < ROWS; y++)
        for (int x = 0; x < COLS; x++) {
            uint32_t ch = pty_cell(p, y, x).ch;
            n += ch > 0x2800 && ch <= 0x28ff;
        }
    return n > 20;
}

static void assert_same_file(const char *a, const char *b, const char *name)
{
    char *line = mem_printf("cmp %s/%s %s/%s", a, name, b, name);
    if (shell_run(line) != 0)
        fail_msg("%s and %s differ in %s", a, b, name);
    free(line);
}

/* ---- tests -----------------------------------------------------------------------------------*/

static void the_form_checks_and_estimates(void **state)
{
    (void)state;
    struct pty *p = start(24, 80, "form");
    pty_keys(p, "4");
    pty_see(p, "new run in ");
    pty_keys(p, "s");
    pty_see(p, "data: expected a file as");
    char *data = mem_printf("%s/data.csv", shell_dir);
    fill_form(p, data, "tests/data/tiny", "a", "0");
    pty_keys(p, "gjjj");
    pty_see(p, "expected a whole number");
    pty_keys(p, "G"); /* starting leads to what is wrong */
    pty_keys(p, "s");
    pty_see(p, "epochs \"0\": expected a whole number");
    pty_keys(p, "\r" CLEAR "12");
    pty_keys(p, "\r");
    pty_keys(p, "e");
    pty_see(p, "images/s, 4 batches");
    pty_see(p, "MB of memory");
    assert_null(only_run("form"));
    pty_quit(p);
    p = start(24, 80, "form"); /* the values are there again */
    pty_keys(p, "4");
    pty_see(p, "epochs          12");
    pty_see(p, "tests/data/tiny");
    pty_keys(p, "D");
    pty_see(p, "epochs          40");
    pty_quit(p);
    free(data);
}

static void a_missing_file_is_told_in_the_form(void **state)
{
    (void)state;
    struct pty *p = start(ROWS, COLS, "missing");
    pty_keys(p, "4");
    fill_form(p, "/nowhere/fer.csv", "tests/data/tiny", "a", "3");
    pty_keys(p, "s");
    pty_see(p, "/nowhere/fer.csv: No such file or directory");
    assert_null(only_run("missing"));
    pty_quit(p);
}

static void a_run_outlives_its_screen_and_ends_to_the_same_bytes(void **state)
{
    (void)state;
    assert_int_equal(shell_run("$M train " OPTIONS "--out $D/whole --name w --epochs 300"), 0);
    struct pty *p = start(ROWS, COLS, "kept");
    char *path = launch(p, "kept", "one", "300");
    pid_t trainer = trainer_of(path);
    wait_epochs(p, path, 3);
    pty_see(p, "running");
    pty_see(p, "/300");
    int before = epochs_of(path);
    assert_int_equal(kill(trainer, SIGSTOP), 0); /* so that the test sees the middle of the run */
    pty_see(p, "best ");
    if (!pty_wait(p, has_curves, NULL)) {
        pty_dump(p);
        fail_msg("no curves");
    }
    pty_hang_up(p);
    pty_end(p);
    pty_close(p);
    assert_int_equal(kill(trainer, SIGCONT), 0);
    int64_t end = clock_now() + LIMIT_NS;
    while (epochs_of(path) < before + 3) { /* nobody watches, and it goes on */
        assert_true(clock_now() < end);
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    assert_int_equal(kill(trainer, SIGSTOP), 0);
    int now = epochs_of(path);
    char *under_way = mem_printf("epoch %d/300", now + 1);
    p = start(ROWS, COLS, "kept");
    pty_keys(p, "4");
    pty_see(p, under_way);
    pty_see(p, path + strlen(shell_dir) + strlen("/kept/"));
    assert_int_equal(kill(pty_pid(p), SIGKILL), 0); /* the screen; the trainer is not told */
    pty_end(p);
    pty_close(p);
    p = start(ROWS, COLS, "kept");
    pty_keys(p, "4");
    pty_see(p, under_way);
    assert_int_equal(kill(trainer, SIGCONT), 0);
    pty_keys(p, "x");
    pty_see(p, "stop this run?");
    pty_keys(p, "x");
    pty_see(p, "stopped");
    pty_keys(p, "r");
    pty_see(p, "done");
    assert_int_equal(epochs_of(path), 300);
    char *whole = only_run("whole");
    assert_same_file(whole, path, "last.ckpt");
    assert_same_file(whole, path, "best.safetensors");
    assert_same_file(whole, path, "epochs.csv");
    pty_quit(p);
    free(under_way);
    free(whole);
    free(path);
}

static void a_killed_trainer_is_seen_and_resumed(void **state)
{
    (void)state;
    struct pty *p = start(24, 80, "killed");
    char *path = launch(p, "killed", "k", "90000");
    wait_epochs(p, path, 2);
    pty_see(p, "running");
    assert_int_equal(kill(trainer_of(path), SIGKILL), 0);
    int64_t from = clock_now();
    pty_see(p, "crashed");
    printf("crash seen after %.2f s\n", (double)(clock_now() - from) / CLOCK_S);
    pty_see(p, "r resumes it");
    pty_see(p, "info: epoch "); /* the log's last lines */
    pty_keys(p, "r");
    pty_see(p, "running");
    pty_gone(p, "crashed");
    wait_epochs(p, path, epochs_of(path) + 2);
    pty_keys(p, "x");
    pty_see(p, "stop this run?");
    pty_keys(p, "x");
    pty_see(p, "stopped");
    pty_quit(p);
    free(path);
}

static void a_second_run_waits_or_does_not(void **state)
{
    (void)state;
    struct pty *p = start(ROWS, COLS, "queue");
    char *path = launch(p, "queue", "first", "90000");
    pid_t first = trainer_of(path);
    pty_see(p, "running");
    pty_keys(p, "n");
    pty_see(p, "waits for it, S starts at once");
    pty_keys(p, "gjj\r" CLEAR "second\r");
    pty_keys(p, "s");
    pty_see(p, "waiting");
    pty_see(p, "-second");
    assert_int_equal(kill(first, SIGTERM), 0);
    pty_see(p, "running");
    pty_keys(p, "x");
    pty_see(p, "stop this run?");
    pty_keys(p, "x");
    pty_see(p, "stopped");
    pty_quit(p);
    free(path);
}

static void runs_are_compared_used_and_tidied_up(void **state)
{
    (void)state;
    assert_int_equal(shell_run("$M train " OPTIONS "--out $D/list --name aa --epochs 4 && "
                               "$M train " OPTIONS "--out $D/list --name bb --epochs 6 --no-flip"),
                     0);
    struct pty *p = start(ROWS, COLS, "list");
    pty_keys(p, "5");
    pty_see(p, "2 runs in ");
    pty_see(p, "4/4");
    pty_see(p, "6/6");
    pty_keys(p, "g j ");
    pty_see(p, "validation accuracy");
    pty_keys(p, "d");
    pty_see(p, "options that differ");
    pty_see(p, "flip");
    pty_keys(p, "dgN");
    pty_see(p, "new name:");
    pty_keys(p, "better\r");
    pty_see(p, "renamed");
    pty_see(p, "-better");
    pty_keys(p, "o");
    pty_see(p, "note:");
    pty_keys(p, "without mirror\r");
    pty_see(p, "noted");
    pty_see(p, "without mirror");
    pty_keys(p, "D");
    pty_see(p, "to the trash folder?");
    pty_keys(p, "n"); /* kept */
    pty_see(p, "2 runs in ");
    pty_keys(p, "D");
    pty_see(p, "to the trash folder?");
    pty_keys(p, "y");
    pty_see(p, "moved to .trash");
    pty_gone(p, "-better");
    assert_int_equal(shell_run("ls $D/list/.trash/*-better/run.json"), 0);
    pty_keys(p, "\r");
    pty_see(p, "[1 live]");
    char *path = only_run("list"), *name = strrchr(path, '/') + 1;
    pty_see(p, name); /* the model's name on the live screen */
    pty_quit(p);
    free(path);
}

/* On a terminal the screen, into a pipe lines; the same run. */
static void watch_shows_the_screen_where_there_is_one(void **state)
{
    (void)state;
    assert_int_equal(shell_run("$M train " OPTIONS "--out $D/watch --name w --epochs 3"), 0);
    char *path = only_run("watch");
    const char *args[] = {"watch", path, NULL}, *env[] = {env_state, env_cache, NULL};
    struct pty_opts o = {.rows = 24, .cols = 80, .args = args, .env = env};
    struct pty *p = pty_open(&o);
    pty_see(p, "[4 train]");
    pty_see(p, "epoch 3/3");
    pty_keys(p, "x");
    pty_see(p, "this run is not being trained");
    pty_keys(p, "r");
    pty_see(p, "this run is done");
    pty_keys(p, "hhL");
    pty_see(p, "loss, log");
    pty_see(p, "at 2");
    pty_resize(p, 8, 30);
    pty_see(p, "done epoch 3/3 best");
    pty_resize(p, 1, 1);
    pty_resize(p, 48, 160);
    pty_see(p, "recall of each class");
    pty_quit(p);
    assert_int_equal(shell_run("$M watch $D/watch/* | grep 'done after 3 of 3 epochs'"), 0);
    free(path);
}

/* The folder of a run that is watched vanishes and comes back. */
static void a_vanished_folder_is_told(void **state)
{
    (void)state;
    struct pty *p = start(24, 80, "gone");
    char *path = launch(p, "gone", "g", "90000");
    pty_see(p, "running");
    pid_t trainer = trainer_of(path);
    assert_int_equal(kill(trainer, SIGSTOP), 0); /* it would fail at its next checkpoint */
    assert_int_equal(shell_run("mv $D/gone $D/elsewhere"), 0);
    pty_see(p, "THE FOLDER IS GONE");
    assert_int_equal(shell_run("mv $D/elsewhere $D/gone"), 0);
    pty_gone(p, "THE FOLDER IS GONE");
    assert_int_equal(kill(trainer, SIGCONT), 0);
    pty_see(p, "running");
    pty_keys(p, "5");
    pty_see(p, "1 run in");
    pty_keys(p, "D");
    pty_see(p, "to the trash folder?");
    pty_keys(p, "y"); /* not while it is trained */
    pty_see(p, "is being trained");
    pty_keys(p, "x");
    pty_see(p, "y stops it");
    pty_keys(p, "y");
    pty_see(p, "stopped");
    pty_keys(p, "w"); /* watched from the list */
    pty_see(p, "[4 train]");
    pty_see(p, "stopped  epoch");
    pty_quit(p);
    free(path);
}

/* Two screens on one run: what one does the other shows; what is asked about a run that the other
 * one takes away is not done to its neighbour. */
static void two_screens_show_one_run(void **state)
{
    (void)state;
    assert_int_equal(shell_run("$M train " OPTIONS "--out $D/two --name neighbour --epochs 2"), 0);
    struct pty *a = start(ROWS, COLS, "two");
    pty_keys(a, "4");
    char *data = mem_printf("%s/data.csv", shell_dir);
    fill_form(a, data, "tests/data/tiny", "shared", "90000");
    pty_keys(a, "s");
    pty_see(a, " loss ");
    pty_see(a, "running");
    struct pty *b = open_screen(24, 80, "two", true);
    pty_keys(b, "4");
    pty_see(b, "running");
    pty_see(b, "-shared");
    pty_keys(b, "x");
    pty_see(b, "stop this run?");
    pty_keys(b, "x");
    pty_see(a, "stopped  epoch");
    pty_see(b, "stopped  epoch");
    pty_keys(a, "r"); /* both ask for it: one trainer starts */
    pty_keys(b, "r");
    pty_see(a, "running  epoch");
    pty_see(b, "running  epoch");
    assert_int_equal(shell_run("test $(grep -c 'event\":\"start' $D/two/*-shared/metrics.jsonl) "
                               "= 2"),
                     0);
    pty_keys(a, "x");
    pty_see(a, "stop this run?");
    pty_keys(a, "x");
    pty_see(b, "stopped  epoch");
    pty_see(a, "stopped  epoch");
    pty_keys(a, "5");
    pty_see(a, "2 runs in ");
    pty_keys(a, "g");
    pty_keys(b, "5");
    pty_see(b, "2 runs in ");
    pty_keys(b, "gD");
    pty_see(b, "-shared to the trash folder?");
    pty_keys(a, "N");
    pty_see(a, "new name:");
    pty_keys(a, "turned\r");
    pty_see(a, "renamed");
    pty_see(b, "that run is not there any more");
    pty_keys(b, "y");
    pty_see(b, "-turned");
    pty_keys(b, "4"); /* where the run was watched by its old name */
    pty_see(b, "THE FOLDER IS GONE");
    pty_keys(b, "5");
    pty_keys(a, "4"); /* and here by its new one */
    pty_see(a, "-turned");
    pty_keys(a, "5gD");
    pty_see(a, "-turned to the trash folder?");
    pty_keys(a, "y");
    pty_see(a, "1 run in ");
    pty_gone(b, "-turned");
    pty_see(b, "-neighbour");
    pty_quit(a);
    pty_quit(b);
    char *path = only_run("two");
    assert_non_null(strstr(path, "-neighbour"));
    free(path);
    free(data);
}

/* Makes whoever opens the run's run.json wait, for at most 45 s (the kernel's lease-break-time).
 * The descriptor, whose end ends that; or -1. */
static int hold(const char *run)
{
    char *path = file_join(run, "run.json");
    int fd = open(path, O_RDWR | O_CLOEXEC);
    free(path);
    signal(SIGIO, SIG_IGN); /* told that somebody waits */
    if (fd >= 0 && fcntl(fd, F_SETLEASE, F_WRLCK) == 0)
        return fd;
    close(fd);
    return -1;
}

/* A file system that does not answer, as a lost server's. */
static void a_folder_that_does_not_answer_holds_nobody(void **state)
{
    (void)state;
    assert_int_equal(shell_run("$M train " OPTIONS "--out $D/hung --name h --epochs 2"), 0);
    char *path = only_run("hung");
    int fd = hold(path);
    if (fd < 0) {
        printf("SKIP: %s: no leases on this file system\n", __func__);
        free(path);
        skip();
    }
    struct pty *p = start(24, 80, "hung");
    pty_keys(p, "5");
    pty_see(p, "reading ");
    pty_see(p, "no answer for ");
    pty_keys(p, "4");
    pty_see(p, "How long"); /* the form, and its keys */
    pty_see(p, "no answer for ");
    pty_keys(p, "G\r" CLEAR "/tmp\r");
    pty_see(p, "teacher         /tmp");
    pty_keys(p, "D5?");
    pty_see(p, "trash folder"); /* of the help */
    pty_keys(p, "?");
    close(fd);
    pty_see(p, "1 run in ");
    pty_see(p, "2/2");
    pty_quit(p);
    fd = hold(path);
    assert_true(fd >= 0);
    p = start(24, 80, "hung");
    pty_keys(p, "5");
    pty_see(p, "no answer for ");
    int64_t from = clock_now();
    pty_quit(p); /* leaves the thread that waits */
    assert_true(clock_now() - from < 30 * CLOCK_S);
    close(fd);
    free(path);
}

/* The real thing: FER2013 and the shipped network, a few images of it. */
static void fer2013_is_trained_from_the_form(void **state)
{
    (void)state;
    NEED_SHARED("fer2013.csv.zst");
    assert_int_equal(shell_run("zstd -q -d " SHARED_DATA "fer2013.csv.zst -o $D/fer2013.csv"), 0);
    struct pty *p = start(ROWS, COLS, "real");
    char *data = mem_printf("%s/fer2013.csv", shell_dir), *keys;
    pty_keys(p, "4");
    fill_form(p, data, "tests/data/tiny", "real", "2");
    keys = mem_printf("gjjjjjj\r" CLEAR "640\r");
    pty_keys(p, keys);
    pty_see(p, "640 images");
    pty_keys(p, "s");
    pty_see(p, "done");
    pty_see(p, "epoch 2/2");
    pty_see(p, "confusion");
    char *path = only_run("real"), *about = read_file(path, "run.json");
    assert_non_null(strstr(about, "\"limit\": 640"));
    assert_int_equal(epochs_of(path), 2);
    pty_quit(p);
    free(about);
    free(path);
    free(keys);
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_form_checks_and_estimates),
        cmocka_unit_test(a_missing_file_is_told_in_the_form),
        cmocka_unit_test(a_run_outlives_its_screen_and_ends_to_the_same_bytes),
        cmocka_unit_test(a_killed_trainer_is_seen_and_resumed),
        cmocka_unit_test(a_second_run_waits_or_does_not),
        cmocka_unit_test(runs_are_compared_used_and_tidied_up),
        cmocka_unit_test(a_vanished_folder_is_told),
        cmocka_unit_test(two_screens_show_one_run),
        cmocka_unit_test(a_folder_that_does_not_answer_holds_nobody),
        cmocka_unit_test(watch_shows_the_screen_where_there_is_one),
        cmocka_unit_test(fer2013_is_trained_from_the_form),
    };
    return cmocka_run_group_tests(tests, make_data, remove_all);
}
