/*
 * Records of the real program: killed at any moment they can be read and lack at most the last
 * second; a full disk ends them with the reason and whole lines; the report says what a script of
 * its own computes from the file; a replay is moved, held and sped up by keys.
 * MOODTOP_RECORD_KILLS=50 makes the killing thorough.
 */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/rng.h"
#include "tests/e2e/pty.h"
#include "tests/e2e/tiny_model.h"
#include "tests/unit/folder.h"
#include "vision/record_read.h"

enum { SAID_MAX = 1 << 14 };

static int set_up(void **state)
{
    if (make_dir(state) != 0)
        return -1;
    tiny_model_home(dir);
    return 0;
}

static int shell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static int shell(const char *fmt, ...)
{
    va_list ap;
    char command[2048];
    va_start(ap, fmt);
    vsnprintf(command, sizeof command, fmt, ap);
    va_end(ap);
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Starts `live --plain --record path demo:`, its lines going into a pipe: the program, and the
 * pipe's end in *out. speed 0: every picture is analysed and said. file_limit: bytes that a file
 * may have; 0 = any. */
static pid_t start(const char *path, const char *speed, rlim_t file_limit, int *out)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        if (file_limit > 0) {
            struct rlimit limit = {file_limit, file_limit};
            signal(SIGXFSZ, SIG_IGN);
            setrlimit(RLIMIT_FSIZE, &limit);
        }
        execl(pty_program(), "moodtop", "live", "--plain", "--capture-fps", "30", "--speed", speed,
              "--record", path, "demo:", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    *out = ends[0];
    return child;
}

static double realtime(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Reads the record to its end: how many pictures; *last: when the last one was taken. */
static int read_back(const char *path, double *last)
{
    struct err err = {""};
    struct scene *s = mem_zalloc(1, sizeof *s);
    struct record_reader *r = record_read_open(path, &err);
    int n = 0, got = -1;
    while (r != NULL && (got = record_read_next(r, s, &err)) == 1) {
        *last = (double)s->time / 1e9;
        n++;
    }
    if (got != 0)
        fail_msg("%s", err.text);
    record_read_close(r);
    free(s);
    return n;
}

/* When the lines were said. */
struct said {
    int64_t at[SAID_MAX];
    int lines;
};

/* Lets it run until it has said so many lines, and some milliseconds more. */
static void let_run(int out, int lines, int more_ms, struct said *said)
{
    int64_t end = 0;
    said->lines = 0;
    while (end == 0 || clock_now() < end) {
        char text[4096];
        struct pollfd p = {.fd = out, .events = POLLIN};
        ssize_t got = poll(&p, 1, 5) > 0 ? read(out, text, sizeof text) : 0;
        for (ssize_t i = 0; i < got && said->lines < SAID_MAX; i++)
            if (text[i] == '\n')
                said->at[said->lines++] = clock_now();
        if (end == 0 && said->lines >= lines)
            end = clock_now() + more_ms * CLOCK_MS;
    }
}

/* Kills it at a random moment: how long ago the first line that is not in its record was said, s;
 * *age: how long ago the last picture in it was taken. */
static double kill_one(struct rng *rng, int i, double *age)
{
    static struct said said;
    char *path = mem_printf("%s/killed-%d.%s", dir, i, i % 2 ? "csv" : "jsonl");
    int out, status;
    double last = 0;
    pid_t child = start(path, i % 4 < 2 ? "1" : "0", 0, &out);
    let_run(out, 3 + (int)rng_below(rng, 20), (int)rng_below(rng, 1500), &said);
    int64_t now = clock_now();
    double at = realtime();
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
    int n = read_back(path, &last);
    *age = at - last;
    double lost = n < said.lines ? (double)(now - said.at[n]) / 1e9 : 0;
    if (lost > 1)
        fail_msg("%s: %d pictures; %d were known, the next one %.3f s before the end", path, n,
                 said.lines, lost);
    assert_int_equal(shell("%s report '%s' >/dev/null", pty_program(), path), 0);
    close(out);
    free(path);
    return lost;
}

static void killed_at_any_moment(void **state)
{
    (void)state;
    const char *text = getenv("MOODTOP_RECORD_KILLS");
    int kills = text != NULL ? atoi(text) : 4;
    struct rng rng;
    double oldest = 0, lost = 0;
    rng_seed(&rng, 7, 1);
    for (int i = 0; i < kills; i++) {
        double age, l = kill_one(&rng, i, &age);
        oldest = fmax(oldest, age);
        lost = fmax(lost, l);
    }
    printf("%d kills: of what had been found at most the last %.3f s are missing; the last picture "
           "in a record was taken at most %.3f s before\n",
           kills, lost, oldest);
}

static void a_full_disk_ends_the_record(void **state)
{
    (void)state;
    char *path = file_join(dir, "full.jsonl");
    int out, status;
    double last;
    static struct said said;
    pid_t child = start(path, "1", 8192, &out);
    let_run(out, 80, 0, &said); /* it goes on, without the record */
    kill(child, SIGTERM);
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    assert_true(read_back(path, &last) > 3);
    size_t size;
    struct err err = {""};
    char *all = file_read(path, 1 << 20, &size, &err);
    assert_true(size <= 8192 && all[size - 1] == '\n');
    free(all);
    close(out);
    free(path);
}

static void a_full_disk_is_said_on_the_screen(void **state)
{
    (void)state;
    if (access("/dev/full", W_OK) != 0)
        skip();
    char *path = file_join(dir, "screen.jsonl");
    const char *const args[] = {"live", "demo:", "--record", path, NULL};
    struct pty_opts o = {.rows = 24, .cols = 160, .args = args};
    struct rlimit before, limit = {6000, RLIM_INFINITY};
    getrlimit(RLIMIT_FSIZE, &before);
    limit.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    struct pty *p = pty_open(&o);
    setrlimit(RLIMIT_FSIZE, &before);
    pty_see(p, "record ended:");
    pty_see(p, "File too large");
    pty_frames(p, 2);
    pty_keys(p, "q");
    assert_int_equal(WEXITSTATUS(pty_end(p)),
                     1); /* it is said on standard error too, as without a screen */
    pty_close(p);
    double last;
    assert_true(read_back(path, &last) > 1);
    free(path);
    assert_int_equal(shell("ulimit -f 8; trap '' XFSZ; %s live --plain --limit 400 --speed 0 "
                           "--record %s/plain.jsonl demo: 2>%s/err >/dev/null",
                           pty_program(), dir, dir),
                     1);
    assert_int_equal(shell("grep -q 'plain.jsonl: cannot write: File too large' %s/err", dir), 0);
}

static void the_report_is_what_a_script_computes(void **state)
{
    (void)state;
    if (shell("python3 -c 'import json, csv' 2>/dev/null") != 0) {
        printf("SKIP: %s: no python3 here\n", __func__);
        skip();
    }
    static const char *const ends[] = {"jsonl", "csv"};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(shell("%s live --plain --limit 60 --speed 0 --record %s/r.%s demo: "
                               ">/dev/null",
                               pty_program(), dir, ends[i]),
                         0);
        assert_int_equal(
            shell("%s report --json %s/r.%s >%s/r.json", pty_program(), dir, ends[i], dir), 0);
        assert_int_equal(shell("python3 tests/e2e/report.py %s/r.%s %s/r.json", dir, ends[i], dir),
                         0);
    }
    /* A meeting of three with a gap, a jump back, a missed face and a line that is cut off. */
    assert_int_equal(
        shell("%s report --json tests/data/meeting.jsonl >%s/m.json", pty_program(), dir), 0);
    assert_int_equal(shell("python3 tests/e2e/report.py tests/data/meeting.jsonl %s/m.json", dir),
                     0);
}

static void what_cannot_be_read_is_said(void **state)
{
    (void)state;
    assert_int_equal(shell("%s report 2>/dev/null", pty_program()), 2);
    assert_int_equal(shell("%s report /dev/null/x 2>/dev/null", pty_program()), 1);
    assert_int_equal(shell("%s replay 2>/dev/null", pty_program()), 2);
    assert_int_equal(shell("%s replay README.md 2>%s/err", pty_program(), dir), 1);
    assert_int_equal(shell("grep -q 'README.md:1: no JSON' %s/err", dir), 0);
    assert_int_equal(
        shell("%s live --plain --limit 1 --record README.md demo: 2>%s/err", pty_program(), dir),
        1);
    assert_int_equal(shell("grep -q 'README.md: expected a name that ends in' %s/err", dir), 0);
}

static void a_replay_obeys_its_keys(void **state)
{
    (void)state;
    static const char *const args[] = {"replay", "tests/data/meeting.jsonl", NULL};
    struct pty_opts o = {.rows = 30, .cols = 120, .args = args};
    struct pty *p = pty_open(&o);
    pty_see(p, "meeting.jsonl");
    pty_see(p, "no picture is recorded");
    pty_keys(p, "p");
    pty_see(p, "PAUSED");
    pty_keys(p, "..");
    pty_see(p, "replay 0:2");
    pty_keys(p, "\033[5~"); /* PgUp: a minute back */
    pty_see(p, "replay 0:00.0");
    pty_see(p, "1 happy 80%");
    pty_keys(p, ">");
    pty_see(p, "x2");
    pty_keys(p, "<<");
    pty_see(p, "x0.5");
    pty_keys(p, "p");
    pty_gone(p, "PAUSED");
    pty_keys(p, "\033[6~"); /* PgDn */
    pty_see(p, "END");
    pty_keys(p, "p"); /* there is nothing to hold */
    pty_keys(p, "r");
    pty_gone(p, "END");
    pty_see(p, "replay 0:02.");
    pty_keys(p, "a");
    pty_see(p, "together:");
    pty_quit(p);
}

static int count_files(const char *folder, const char *end)
{
    DIR *d = opendir(folder);
    int n = 0;
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
        n += strstr(e->d_name, end) != NULL;
    if (d != NULL)
        closedir(d);
    return n;
}

static void recording_by_key(void **state)
{
    (void)state;
    char *path = file_join(dir, "key.csv"), *second = file_join(dir, "key-2.csv");
    const char *const args[] = {"live", "demo:", "--record", path, NULL};
    struct pty_opts o = {.rows = 24, .cols = 120, .args = args};
    struct pty *p = pty_open(&o);
    double last;
    pty_see(p, "REC ");
    pty_gone(p, "REC 0 "); /* a picture was analysed */
    pty_keys(p, "w");
    pty_gone(p, "REC ");
    pty_see(p, "lines in ");
    pty_keys(p, "w");
    pty_see(p, "what is found goes to ");
    pty_see(p, "REC ");
    pty_gone(p, "REC 0 "); /* a picture was analysed */
    pty_keys(p, "www");    /* at once: ended, begun, ended */
    pty_gone(p, "REC ");
    pty_frames(p, 3);
    pty_gone(p, "REC ");
    pty_quit(p);
    assert_true(read_back(path, &last) > 0);
    assert_true(read_back(second, &last) > 0);
    assert_int_equal(count_files(dir, "key-3.csv"), 1);
    assert_int_equal(count_files(dir, "key-4.csv"), 0);
    free(path);
    free(second);
}

/* Shown again at its end, a file goes on into the same record. */
static void a_record_goes_on_over_the_end_of_a_file(void **state)
{
    (void)state;
    NEED_SHARED("photos/astronaut.png");
    char *path = file_join(dir, "again.jsonl");
    const char *const args[] = {"live", SHARED_DATA "photos/astronaut.png", "--record", path, NULL};
    struct pty_opts o = {.rows = 24, .cols = 120, .args = args};
    struct pty *p = pty_open(&o);
    double last;
    pty_see(p, "r replays");
    pty_see(p, "REC 1 ");
    pty_keys(p, "r");
    pty_see(p, "REC 2 ");
    pty_see(p, "r replays");
    pty_quit(p);
    assert_true(read_back(path, &last) >= 2);
    free(path);
}

/* A film that is shown over and over and then is not there any more. */
static void why_a_film_ended_is_said(void **state)
{
    (void)state;
    NEED_SHARED("media/face_h264.mp4");
    char *film = file_join(dir, "film.mp4");
    const char *const args[] = {"live", film, "--loop", NULL};
    struct pty_opts o = {.rows = 24, .cols = 120, .args = args};
    assert_int_equal(shell("cp " SHARED_DATA "media/face_h264.mp4 %s", film), 0);
    struct pty *p = pty_open(&o);
    pty_frames(p, 3);
    assert_int_equal(unlink(film), 0);
    pty_see(p, "END");
    pty_see(p, "film.mp4: No such file or directory");
    pty_quit(p);
    free(film);
}

static void pictures_only_where_they_are_asked_for(void **state)
{
    (void)state;
    char *album = file_join(dir, "album");
    assert_int_equal(
        shell("cd %s && %s live --plain --limit 40 demo: >/dev/null", dir, pty_program()), 0);
    assert_int_equal(count_files(dir, ".png"), 0);
    assert_int_equal(
        shell("%s live --plain --limit 40 --save-faces %s demo: >/dev/null", pty_program(), album),
        0);
    assert_true(count_files(album, ".png") >= 1);
    assert_int_equal(shell("%s live --plain --limit 1 --save-faces /dev/null/x demo: 2>/dev/null",
                           pty_program()),
                     1);
    free(album);
}

/* The screen as text and with its colours, in the folder where the program was started. */
static void the_screen_goes_into_files(void **state)
{
    (void)state;
    static const char *const args[] = {"live", "demo:", NULL};
    struct pty_opts o = {.rows = 24, .cols = 80, .args = args};
    char here[1024];
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(dir), 0);
    struct pty *p = pty_open(&o);
    assert_int_equal(chdir(here), 0);
    pty_see_face(p);
    pty_keys(p, "S");
    pty_see(p, "this screen is in moodtop-");
    pty_keys(p, "s");
    pty_see(p, ".ans");
    pty_quit(p);
    assert_int_equal(shell("cd %s && test $(cat moodtop-*.txt | wc -l) = 24 && grep -q 'surprise' "
                           "moodtop-*.txt && ! grep -q '\033' moodtop-*.txt",
                           dir),
                     0);
    assert_int_equal(shell("cd %s && test $(cat moodtop-*.ans | wc -l) = 24 && grep -q 'surprise' "
                           "moodtop-*.ans && grep -q '\033\\[0;.*38;5;' moodtop-*.ans",
                           dir),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_at_any_moment),
        cmocka_unit_test(a_full_disk_ends_the_record),
        cmocka_unit_test(a_full_disk_is_said_on_the_screen),
        cmocka_unit_test(the_report_is_what_a_script_computes),
        cmocka_unit_test(what_cannot_be_read_is_said),
        cmocka_unit_test(a_replay_obeys_its_keys),
        cmocka_unit_test(recording_by_key),
        cmocka_unit_test(a_record_goes_on_over_the_end_of_a_file),
        cmocka_unit_test(why_a_film_ended_is_said),
        cmocka_unit_test(pictures_only_where_they_are_asked_for),
        cmocka_unit_test(the_screen_goes_into_files),
    };
    return cmocka_run_group_tests(tests, set_up, remove_dir);
}
