/*
 * The real "train", and what must not change a bit of its result: how many threads serve it, being
 * killed at any moment (MOODTOP_KILLS times, 20 without), a disk that was full for a while. Runs
 * $MOODTOP.
 */
#include "tests/unit/runs.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "nn/run.h"

#define EPOCHS "60"
enum { EPOCHS_MAX = 60 };

/* Starts "moodtop train" into folder/name, or going on with `resume`; file_max limits the size of
 * what it writes (0 = no limit); the child's pid. */
static pid_t spawn(const char *name, const char *resume, const char *threads, rlim_t file_max)
{
    char *out = file_join(folder, name), *log = file_join(folder, "err");
    const char *program = getenv("MOODTOP") != NULL ? getenv("MOODTOP") : "./moodtop";
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        const struct rlimit small = {.rlim_cur = file_max, .rlim_max = file_max};
        if (file_max > 0)
            setrlimit(RLIMIT_FSIZE, &small);
        dup2(fd, STDERR_FILENO);
        setenv("XDG_CONFIG_HOME", folder, 1);
        if (resume != NULL)
            execl(program, "moodtop", "train", "--resume", resume, "--threads", threads, NULL);
        else
            execl(program, "moodtop", "train", "--model", TINY, "--data", csv, "--out", out,
                  "--epochs", EPOCHS, "--batch", "6", "--lr", "0.02", "--mixup", "0.3",
                  "--schedule", "plateau", "--lr-every", "7", "--threads", threads, NULL);
        _exit(127);
    }
    free(out);
    free(log);
    return child;
}

static int wait_for(pid_t child)
{
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

/* A run left alone, into folder/name; its directory is the caller's to free. */
static char *left_alone(const char *name, const char *threads)
{
    int status = wait_for(spawn(name, NULL, threads, 0));
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    char *out = file_join(folder, name), *dir = only_run_below(out);
    free(out);
    return dir;
}

static void threads_make_the_same_bytes(void **state)
{
    (void)state;
    char *one = left_alone("one", "1"), *two = left_alone("two", "2");
    assert_same_run(one, two);
    free(one);
    free(two);
}

/* The run directory below folder/name if it can be resumed, or NULL; the caller frees it. */
static char *find_run(const char *name)
{
    glob_t found;
    char *pattern = mem_printf("%s/%s/*/run.json", folder, name);
    char *dir = NULL;
    if (glob(pattern, 0, NULL, &found) == 0) {
        dir = strdup(found.gl_pathv[0]);
        *strrchr(dir, '/') = '\0';
        globfree(&found);
    }
    free(pattern);
    return dir;
}

/* The same; what there is of a run that cannot be resumed is removed. */
static char *resumable(const char *name)
{
    char *dir = find_run(name);
    char *command = mem_printf("rm -rf '%s/%s'", folder, name);
    if (dir == NULL)
        assert_int_equal(system(command), 0);
    free(command);
    return dir;
}

/* Lets one trainer live for so many ns; true if it had to be killed, false if it was done. */
static bool live_and_die(const char *name, const char *threads, int64_t ns)
{
    char *dir = resumable(name);
    pid_t child = spawn(name, dir, threads, 0);
    free(dir);
    clock_sleep_until(clock_now() + ns);
    kill(child, SIGKILL);
    int status = wait_for(child);
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == SIGKILL;
    assert_int_equal(WEXITSTATUS(status), 0);
    return false;
}

/* What a dead trainer left can be read, nobody holds its lock, and no epoch that stood there before
 * is lost. How many there are now. */
static int check_dead(const char *name, int epochs)
{
    struct err err = {""};
    char *dir = find_run(name);
    if (dir == NULL)
        return 0;
    struct run *run = run_open(dir, &err);
    assert_string_equal(err.text, "");
    assert_false(run_alive(run));
    assert_int_equal(run->pid, 0);
    if (run->epochs < epochs)
        fail_msg("%s: %d epochs, of %d that stood there", dir, run->epochs, epochs);
    epochs = run->epochs;
    for (int i = 0; i < epochs; i++)
        assert_int_equal(run->epoch[i].epoch, i + 1);
    run_close(run);
    free(dir);
    return epochs;
}

/* The same epochs with the same figures in metrics.jsonl. */
static void assert_same_epochs(const char *dir_a, const char *dir_b)
{
    struct err err = {""};
    struct run *a = run_open(dir_a, &err), *b = run_open(dir_b, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(a->state, RUN_DONE);
    assert_int_equal(b->state, RUN_DONE);
    assert_int_equal(a->epochs, EPOCHS_MAX);
    assert_int_equal(b->epochs, EPOCHS_MAX);
    assert_int_equal(a->best, b->best);
    for (int i = 0; i < EPOCHS_MAX; i++) {
        const struct run_epoch *x = &a->epoch[i], *y = &b->epoch[i];
        assert_true(x->step == y->step && x->loss == y->loss && x->val_loss == y->val_loss);
    }
    assert_int_equal(a->classes, DATASET_CLASSES);
    assert_memory_equal(a->recall, b->recall, EPOCHS_MAX * DATASET_CLASSES * sizeof *a->recall);
    assert_int_equal(a->confusion_epoch, EPOCHS_MAX);
    assert_int_equal(b->confusion_epoch, EPOCHS_MAX);
    assert_memory_equal(a->confusion, b->confusion,
                        DATASET_CLASSES * DATASET_CLASSES * sizeof *a->confusion);
    run_close(a);
    run_close(b);
}

static int kills_wanted(void)
{
    const char *text = getenv("MOODTOP_KILLS");
    int n = text != NULL ? atoi(text) : 20;
    return n > 0 ? n : 20;
}

static void kills_change_nothing(void **state)
{
    (void)state;
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); /* whom a trainer leaves behind becomes ours */
    int64_t begin = clock_now();
    char *whole = left_alone("whole", "1");
    int64_t whole_ns = clock_now() - begin; /* moments are shares of it: any machine will do */
    struct rng r;
    rng_seed(&r, 20, 0);
    int kills = 0, want = kills_wanted(), runs = 0;
    for (; kills < want; runs++) {
        char name[32];
        snprintf(name, sizeof name, "killed%d", runs);
        bool alive = true;
        for (int epochs = 0; alive && kills < want; epochs = check_dead(name, epochs)) {
            int64_t ns = (int64_t)((double)rng_float(&r) * 0.25 * (double)whole_ns);
            alive = live_and_die(name, kills % 2 == 0 ? "1" : "2", ns);
            kills += alive;
        }
        char *dir = resumable(name);
        int status = wait_for(spawn(name, dir, "1", 0));
        assert_int_equal(status, 0);
        free(dir);
        dir = resumable(name);
        assert_same_run(whole, dir);
        assert_same_epochs(whole, dir);
        free(dir);
    }
    pid_t left;
    while ((left = waitpid(-1, NULL, WNOHANG)) > 0)
        continue; /* dead: a leak checker's helper outlives the trainer that is killed while it
                     looks */
    assert_int_equal(left, -1); /* nobody lives on */
    printf("%d kills in %d runs\n", kills, runs);
    free(whole);
}

static void a_full_disk_is_told_and_survived(void **state)
{
    (void)state;
    struct err err = {""};
    char *whole = left_alone("unfull", "1");
    pid_t child = spawn("full", NULL, "1", 0);
    char *dir;
    while ((dir = find_run("full")) == NULL)
        clock_sleep_until(clock_now() + CLOCK_MS);
    kill(child, SIGKILL);
    wait_for(child);
    int status = wait_for(spawn("full", dir, "1", 8192));
    char *log = file_join(folder, "err");
    size_t size;
    char *text = file_read(log, 1 << 20, &size, &err);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 1 || strstr(text, "cannot write") == NULL)
        fail_msg("status %d: %s", status, text);
    assert_int_equal(wait_for(spawn("full", dir, "1", 0)), 0);
    assert_same_run(whole, dir);
    free(text);
    free(log);
    free(dir);
    free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_make_the_same_bytes),
        cmocka_unit_test(kills_change_nothing),
        cmocka_unit_test(a_full_disk_is_told_and_survived),
    };
    return cmocka_run_group_tests(tests, make_data, remove_data);
}
