/*
 * The live screen for long: pictures of the performer as fast as they come, faces and moods and a
 * record of them, while keys are typed and the terminal changes its size. Memory stays as it is, no
 * descriptor and no thread is left behind. The bound is a fixed number of bytes: the more pictures,
 * the finer. MOODTOP_ENDURANCE_FRAMES=1000000 makes it a long run, which prints a line a minute.
 */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "tests/e2e/pty.h"
#include "tests/unit/folder.h"

enum {
    FEW = 10000,
    STEP_MS = 50, /* between two samples */
    STEPS = 4,    /* between two keys */
    SAMPLES_MAX = 1 << 18,
    GROWTH_MAX = 2048,  /* KiB, from the second quarter to the last one */
    STATE_WORDS = 4096, /* bytes of /proc/PID/status */
    RECORD_END = 16384, /* bytes of a record that hold its last line */
    RATE = 1000,        /* pictures a second that are asked for, where not all are analysed */
};

struct sample {
    long rss; /* KiB */
    int fds, threads;
};

/* Everything that a user can do at the live screen but write files, switch screens, and quit. What
 * is held goes on with the next key; what is opened is closed in the same breath, by a key that
 * means nothing else there (a lone Escape is not told from the start of a sequence by a program
 * that reads late). */
static const char *const keys[] = {"v", "v", "v", "v", "v",  "i",  "e",  "(", ")", "H", "L", "u",
                                   "e", "i", "b", "z", "\r", "\t", "f",  "f", "f", "c", "c", "[",
                                   "]", "g", "G", "h", "l",  "a",  "a",  "a", "?", "?", "+", "-",
                                   "R", "b", "p", "p", "C",  "C",  "\t", "m", "m", "\f"};
static const int sizes[][2] = {{24, 80}, {5, 20},   {48, 160}, {12, 60},
                               {1, 40},  {60, 200}, {24, 80}};

static long frames(void)
{
    const char *text = getenv("MOODTOP_ENDURANCE_FRAMES");
    return text != NULL ? atol(text) : FEW;
}

/* Pictures captured so far, by what the last line of the record says that has come: its second. */
static long captured(const char *record)
{
    char text[RECORD_END];
    FILE *f = fopen(record, "r");
    if (f == NULL)
        return 0;
    if (fseek(f, -(long)sizeof text + 1, SEEK_END) != 0)
        rewind(f);
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    while (n > 0 && text[n - 1] != '\n')
        n--;
    text[n > 0 ? n - 1 : 0] = '\0';
    const char *line = strrchr(text, '\n');
    double time, pts;
    return line != NULL && sscanf(line, "%lf,%lf,", &time, &pts) == 2 ? lround(pts * RATE) + 1 : 0;
}

static long number_behind(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    return at != NULL ? atol(at + strlen(name)) : -1;
}

/* False once the program has ended. */
static bool take(pid_t pid, struct sample *s)
{
    char path[64], text[STATE_WORDS];
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *f = fopen(path, "r");
    size_t n = f != NULL ? fread(text, 1, sizeof text - 1, f) : 0;
    if (f != NULL)
        fclose(f);
    text[n] = '\0';
    s->rss = number_behind(text, "VmRSS:");
    s->threads = (int)number_behind(text, "Threads:");
    s->fds = 0;
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *d = opendir(path);
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
        s->fds += e->d_name[0] != '.';
    if (d != NULL)
        closedir(d);
    return s->rss > 0 && s->fds > 0;
}

/* Lets it run for a step, types the next key, and now and then changes the terminal's size. */
static void use(struct pty *p, int n)
{
    int64_t until = clock_now() + STEP_MS * CLOCK_MS;
    while (clock_now() < until)
        pty_pump(p, STEP_MS);
    pty_forget(p);
    if (n % STEPS != 0)
        return;
    n /= STEPS;
    pty_keys(p, keys[n % (int)MEM_COUNT(keys)]);
    if (n % (int)MEM_COUNT(keys) == 0) {
        int size = n / (int)MEM_COUNT(keys) % (int)MEM_COUNT(sizes);
        pty_resize(p, sizes[size][0], sizes[size][1]);
    }
}

/* Watches until the program ends by itself, or so many pictures were captured: how many samples. */
static int watch(struct pty *p, struct sample *s, const char *record, long enough)
{
    int64_t start = clock_now(), said = start;
    int n = 0;
    for (; n < SAMPLES_MAX && take(pty_pid(p), &s[n]); n++) {
        long count = captured(record);
        if (count >= enough)
            break;
        use(p, n);
        if (clock_now() - said < 60 * CLOCK_S)
            continue;
        said = clock_now();
        printf("%5.0f s, %ld pictures: %ld KiB, %d descriptors, %d threads\n",
               (double)(said - start) / 1e9, count, s[n].rss, s[n].fds, s[n].threads);
        fflush(stdout);
    }
    return n;
}

static struct sample most(const struct sample *s, int from, int to)
{
    struct sample m = {0, 0, 0};
    for (int i = from; i < to; i++) {
        m.rss = s[i].rss > m.rss ? s[i].rss : m.rss;
        m.fds = s[i].fds > m.fds ? s[i].fds : m.fds;
        m.threads = s[i].threads > m.threads ? s[i].threads : m.threads;
    }
    return m;
}

/* Fails unless the last quarter needs no more than the second one did. */
static void check(const struct sample *s, int n)
{
    struct sample early = most(s, n / 4, n / 2), late = most(s, n - n / 4, n);
    const char *sanitize = getenv("SANITIZE");
    printf("at most %ld KiB, %d descriptors, %d threads in the second quarter, %ld, %d, %d in the "
           "last\n",
           early.rss, early.fds, early.threads, late.rss, late.fds, late.threads);
    assert_true(n >= 4);
    assert_true(late.fds <= early.fds);
    assert_true(late.threads <= early.threads);
    if (sanitize == NULL || sanitize[0] == '\0') /* a sanitizer keeps what was freed */
        assert_true(late.rss <= early.rss + GROWTH_MAX);
}

/* Runs it until so many pictures were captured, or, if that is 0, until it ends by itself. */
static void endure(const char *const *args, const char *record, long enough)
{
    struct pty_opts o = {.rows = 24, .cols = 80, .args = args};
    struct sample *s = mem_zalloc(SAMPLES_MAX, sizeof *s);
    struct pty *p = pty_open(&o);
    int n = watch(p, s, record, enough > 0 ? enough : LONG_MAX);
    long count = captured(record);
    if (enough > 0)
        pty_keys(p, "\003");
    int status = pty_end(p);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    if (enough > 0)
        assert_true(count >= enough);
    printf("%ld pictures: ", count);
    check(s, n);
    free(s);
    pty_close(p);
}

static void pictures_come_as_fast_as_they_can(void **state)
{
    (void)state;
    char *record = file_join(dir, "fast.csv");
    const char *const args[] = {"live", "--capture-fps", "1000", "--width", "64", "--height",
                                "64",   "--record",      record, "demo:",   NULL};
    endure(args, record, frames());
    free(record);
}

/* A tenth as many. */
static void every_picture_is_analysed(void **state)
{
    (void)state;
    char *record = file_join(dir, "all.csv");
    char *limit = mem_printf("--limit=%ld", frames() / 10);
    const char *const args[] = {"live",  "--speed",  "0",  "--capture-fps", "1000", "--width",
                                "64",    "--height", "64", "--record",      record, limit,
                                "demo:", NULL};
    endure(args, record, 0);
    free(limit);
    free(record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_come_as_fast_as_they_can),
        cmocka_unit_test(every_picture_is_analysed),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
