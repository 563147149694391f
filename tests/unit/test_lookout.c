/*
 * Tests of nn/lookout: a folder of runs read by a thread: what is new comes once, orders are
 * carried out, and a folder that does not answer holds nobody.
 */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "nn/lookout.h"
#include "nn/rundir.h"

#define PATIENCE (60 * CLOCK_S)
#define QUIET (1200 * CLOCK_MS) /* more than two readings */

static char out[64];
static _Atomic int gate = -1; /* whoever opens a folder first waits for a byte out of it */
static struct lookout *left;

/* Instead of the library's: a file system that does not answer, while there is a gate. */
DIR *opendir(const char *path)
{
    char byte;
    DIR *(*theirs)(const char *) = NULL;
    *(void **)&theirs = dlsym(RTLD_NEXT, "opendir");
    if (gate >= 0 && read(gate, &byte, 1) < 0)
        return NULL;
    return theirs(path);
}

static int make_folder(void **state)
{
    (void)state;
    strcpy(out, "/tmp/moodtop-test-XXXXXX");
    return mkdtemp(out) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char *command = mem_printf("rm -rf '%s'", out);
    int code = system(command);
    free(command);
    return code;
}

static void append(const char *dir, const char *name, const char *text)
{
    char *path = file_join(dir, name);
    FILE *f = fopen(path, "a");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
    free(path);
}

static char *make_run(const char *name)
{
    char *dir = file_join(out, name);
    assert_int_equal(mkdir(dir, 0777), 0);
    append(dir, "run.json", "{\"version\":\"0.1.0\",\"started\":1000,\"options\":{\"epochs\":9}}");
    return dir;
}

static struct lookout *begin(void)
{
    struct err err = {""};
    struct lookout *l = lookout_open(out, &err);
    assert_string_equal(err.text, "");
    return l;
}

/* The next news. */
static const struct sight *see(struct lookout *l)
{
    bool news = false;
    const struct sight *s = NULL;
    for (int64_t end = clock_now() + PATIENCE; !news;) {
        assert_true(clock_now() < end);
        s = lookout_see(l, clock_now() + 10 * CLOCK_MS, &news);
        clock_sleep_until(clock_now() + CLOCK_MS);
    }
    return s;
}

/* The answer to an order; what comes before it is passed over. */
static const struct sight *hear(struct lookout *l, unsigned number)
{
    const struct sight *s = see(l);
    assert_true(number > 0);
    while (s->answer.number != number)
        s = see(l);
    return s;
}

static void what_is_new_comes_once(void **state)
{
    (void)state;
    char *dir = make_run("2026-11-21-0930-a");
    struct lookout *l = begin();
    const struct sight *s = see(l), *before;
    assert_int_equal(s->runs->count, 1);
    assert_null(s->watched);
    for (int i = 1; i <= 3; i++) {
        char line[128];
        snprintf(line, sizeof line,
                 "{\"event\":\"epoch\",\"epoch\":%d,\"step\":%d,\"loss\":1,\"time\":1}\n", i, i);
        append(dir, "metrics.jsonl", line);
        before = s;
        s = see(l);
        assert_ptr_not_equal(s, before);
        assert_int_equal(s->runs->run[0]->epochs, i);
    }
    bool news = false;
    for (int64_t end = clock_now() + QUIET; clock_now() < end && !news;)
        assert_ptr_equal(lookout_see(l, 0, &news), s);
    assert_false(news);
    lookout_close(l);
    free(dir);
}

static void a_run_is_watched_by_its_path(void **state)
{
    (void)state;
    char *dir = make_run("2026-11-21-0931-b"), *none = file_join(out, "none");
    struct lookout *l = begin();
    see(l);
    lookout_watch(l, dir);
    const struct sight *s = see(l);
    assert_non_null(s->watched);
    assert_string_equal(s->watched->path, dir);
    lookout_watch(l, none); /* cannot be read: the other one stays, the reason is there */
    s = see(l);
    assert_string_equal(s->watch, none);
    assert_string_equal(s->watched->path, dir);
    if (strstr(s->trouble.text, "No such file") == NULL)
        fail_msg("%s", s->trouble.text);
    lookout_close(l);
    free(none);
    free(dir);
}

static void orders_are_carried_out_one_at_a_time(void **state)
{
    (void)state;
    char *dir = make_run("2026-11-21-0932-c"), *now;
    struct lookout *l = begin();
    see(l);
    unsigned number = lookout_ask(l, LOOKOUT_NOTE, dir, "a note");
    assert_int_equal(lookout_ask(l, LOOKOUT_DELETE, dir, ""), 0); /* not yet */
    const struct sight *s = hear(l, number);
    assert_true(s->answer.ok);
    assert_string_equal(runs_find(s->runs, "2026-11-21-0932-c")->note, "a note");
    number = lookout_ask(l, LOOKOUT_RENAME, dir, "cc");
    lookout_watch(l, out); /* takes the place of the order's wish, and does not lose it */
    s = hear(l, number);
    assert_true(s->answer.ok);
    now = mem_strdup(s->answer.path);
    assert_non_null(strstr(now, "/2026-11-21-0932-cc"));
    assert_non_null(runs_find(s->runs, "2026-11-21-0932-cc"));
    s = hear(l, lookout_ask(l, LOOKOUT_STOP, now, ""));
    assert_false(s->answer.ok);
    assert_string_equal(s->answer.err.text, "this run is not being trained");
    s = hear(l, lookout_ask(l, LOOKOUT_DELETE, now, ""));
    assert_true(s->answer.ok);
    assert_null(runs_find(s->runs, "2026-11-21-0932-cc"));
    s = hear(l, lookout_ask(l, LOOKOUT_DELETE, now, ""));
    assert_false(s->answer.ok);
    lookout_close(l);
    free(now);
    free(dir);
}

static void the_holder_of_the_lock_is_told_to_stop(void **state)
{
    (void)state;
    char *dir = make_run("2026-11-21-0933-d");
    int ready[2], status;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) { /* a trainer, to whom nothing else has happened */
        struct rundir *r = rundir_reopen(dir, NULL);
        signal(SIGTERM, SIG_DFL);
        if (r == NULL || write(ready[1], "x", 1) != 1)
            _exit(1);
        pause();
        _exit(2);
    }
    char byte;
    assert_int_equal(read(ready[0], &byte, 1), 1);
    struct lookout *l = begin();
    see(l);
    assert_true(hear(l, lookout_ask(l, LOOKOUT_STOP, dir, ""))->answer.ok);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    lookout_close(l);
    close(ready[0]);
    close(ready[1]);
    free(dir);
}

static void silence_is_told_and_leaves_nobody_waiting(void **state)
{
    (void)state;
    int ends[2];
    bool news;
    assert_int_equal(pipe(ends), 0);
    gate = ends[0];
    struct lookout *l = left = begin();
    int64_t end = clock_now() + PATIENCE;
    while (lookout_silence(l, clock_now()) == 0) {
        assert_true(clock_now() < end);
        assert_null(lookout_see(l, clock_now() + 20 * CLOCK_MS, &news));
    }
    gate = -1;
    assert_int_equal(write(ends[1], "x", 1), 1); /* it answers again */
    assert_true(see(l)->runs->count > 0);
    while (lookout_silence(l, clock_now()) != 0)
        assert_true(clock_now() < end);
    lookout_close(l);

    gate = ends[0];
    left = begin(); /* and does not, to the end */
    while (lookout_silence(left, clock_now()) == 0)
        assert_true(clock_now() < end);
    lookout_close(left); /* comes back all the same */
    gate = -1;
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_new_comes_once),
        cmocka_unit_test(a_run_is_watched_by_its_path),
        cmocka_unit_test(orders_are_carried_out_one_at_a_time),
        cmocka_unit_test(the_holder_of_the_lock_is_told_to_stop),
        cmocka_unit_test(silence_is_told_and_leaves_nobody_waiting),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
