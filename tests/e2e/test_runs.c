/*
 * The real commands about training runs: detached trainers and what they survive, the queue, watch,
 * stop, resume, what is done to runs by hand. Runs $MOODTOP.
 */
#include "tests/unit/runs.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statfs.h>

#include "base/clock.h"
#include "base/mem.h"
#include "nn/runs.h"
#include "tests/e2e/shell.h"

#define LONG "--epochs 100000"
#define PATIENCE (120 * CLOCK_S) /* far longer than anything takes; a test never waits for it */

static void must(const char *line)
{
    int code = shell_run(line);
    if (code != 0)
        fail_msg("%s: exit code %d\n%s%s", line, code, shell_out, shell_err);
}

/* Opens the run of that name below `runs`. */
static struct run *open_named(const char *runs, const char *name)
{
    struct err why = {""};
    char *dir = file_join(folder, runs), *path = runs_path(dir, name, &why);
    if (path == NULL)
        fail_msg("%s", why.text);
    struct run *r = run_open(path, &why);
    if (r == NULL)
        fail_msg("%s", why.text);
    free(path);
    free(dir);
    return r;
}

/* Polls until the run has this state and so many epochs. */
static void wait_until(struct run *r, enum run_state state, int epochs)
{
    int64_t end = clock_now() + PATIENCE;
    while (r->state != state || r->epochs < epochs) {
        if (clock_now() > end)
            fail_msg("%s: %s, %d epochs; expected %s, %d; log:\n%s", r->name,
                     run_state_name(r->state), r->epochs, run_state_name(state), epochs, r->log);
        clock_sleep_until(clock_now() + 5 * CLOCK_MS);
        run_poll(r);
    }
}

static void a_detached_trainer_stops_and_resumes(void **state)
{
    (void)state;
    must("$M train $T " LONG
         " --name a --out one --nice 19 --detach; ps -o sid=,tty=,ni= -p $(cut -d' ' -f1 "
         "one/*-a/lock) >ps; cat /proc/$(cut -d' ' -f1 one/*-a/lock)/autogroup >group || true");
    shell_has(shell_out, "one/");
    assert_int_equal(strchr(shell_out, '\n') - shell_out,
                     strlen(shell_out) - 1); /* the directory, nothing else */
    char *ps = shell_read("ps");
    long session;
    char tty[32];
    int nice_level;
    assert_int_equal(sscanf(ps, "%ld %31s %d", &session, tty, &nice_level), 3);
    free(ps);
    assert_string_equal(tty, "?");
    assert_int_equal(nice_level, 19);
    char *group = shell_read("group"); /* "/autogroup-77 nice 19", or nothing */
    if (group[0] != '\0')
        shell_has(group, " nice 19\n");
    free(group);
    struct run *r = open_named("one", "-a");
    assert_int_equal(r->pid, session); /* leads its own */
    wait_until(r, RUN_RUNNING, 3);
    assert_true(r->step[0].memory > 1e6 && r->step[0].images_per_s > 0);
    long shown = 0;
    assert_int_equal(r->classes, DATASET_CLASSES);
    for (int i = 0; i < DATASET_CLASSES * DATASET_CLASSES; i++)
        shown += r->confusion[i];
    assert_int_equal(shown, IMAGES);
    assert_true(r->recall[0] >= 0 && r->epoch[0].seconds > 0);

    must("$M stop --out one");
    shell_has(shell_out, ": stopped after ");
    run_poll(r);
    assert_int_equal(r->state, RUN_STOPPED);
    int epochs = r->epochs;
    assert_int_equal(shell_run("$M stop --out one"), 1);
    shell_has(shell_err, "moodtop stop: one/");
    shell_has(shell_err, ": is not being trained\n");
    must("$M resume --out one --detach");
    wait_until(r, RUN_RUNNING, epochs + 2);
    assert_int_equal(shell_run("$M resume --out one --detach"), 1); /* two trainers on one run */
    shell_has(shell_err, ": is being trained by process ");
    must("$M stop --out one");
    run_close(r);
}

static void a_killed_trainer_has_crashed(void **state)
{
    (void)state;
    must("$M train $T " LONG " --name k --out killed --detach");
    struct run *r = open_named("killed", "-k");
    wait_until(r, RUN_RUNNING, 2);
    pid_t pid = r->pid;
    kill(pid, SIGKILL);
    int64_t end = clock_now() + 2 * CLOCK_S; /* the promise of the screen */
    while (r->state == RUN_RUNNING && clock_now() < end) {
        clock_sleep_until(clock_now() + CLOCK_MS);
        run_poll(r);
    }
    assert_int_equal(r->state, RUN_CRASHED);
    assert_int_equal(r->pid, 0);
    shell_has(r->log, " info: epoch ");
    assert_int_equal(shell_run("$M watch --out killed"), 1);
    shell_has(shell_out, ": crashed after ");
    assert_int_equal(shell_run("$M watch --out killed --json"), 1);
    shell_has(shell_out, "{\"event\":\"epoch\",\"epoch\":2,");
    shell_has(shell_out, "\n{\"event\":\"end\",\"state\":\"crashed\"}\n");
    must("$M runs --out killed --json");
    shell_has(shell_out, "\"state\": \"crashed\"");
    int epochs = r->epochs;
    must("$M resume --out killed --detach");
    wait_until(r, RUN_RUNNING, epochs + 1);
    must("$M stop --out killed");
    run_close(r);
}

/* After a restart the lock file names a process that is another one by now: it is no trainer, and
 * nothing is done to it. */
static void a_process_number_that_was_given_away_is_no_trainer(void **state)
{
    (void)state;
    must("$M train $T " LONG " --name r --out restart --detach");
    struct run *r = open_named("restart", "-r");
    wait_until(r, RUN_RUNNING, 2);
    kill(r->pid, SIGKILL);
    wait_until(r, RUN_CRASHED, 2);
    int epochs = r->epochs;
    must("sleep 1000 >/dev/null 2>&1 & echo $! >other; "
         "sed -i \"s/^[0-9]*/$(cat other)/\" restart/*-r/lock; head -n 1 restart/*-r/lock");
    run_poll(r);
    assert_int_equal(r->state, RUN_CRASHED);
    assert_int_equal(r->pid, 0);
    assert_int_equal(shell_run("$M stop --out restart"), 1);
    shell_has(shell_err, ": is not being trained\n");
    must("$M resume --out restart --detach");
    wait_until(r, RUN_RUNNING, epochs + 1);
    must("$M stop --out restart; kill -0 $(cat other) && kill $(cat other)");
    run_close(r);
}

static void runs_wait_for_each_other(void **state)
{
    (void)state;
    must("$M train $T " LONG " --name first --out q --detach");
    must("$M train $T --epochs 2 --name second --out q --detach");
    must("$M train $T --epochs 2 --name third --out q --detach");
    must("$M train $T --epochs 2 --name fourth --out q --detach");
    must("$M train $T --epochs 2 --name now --out q --now");
    shell_has(shell_err, "\ndone: best PublicTest accuracy ");
    struct run *first = open_named("q", "-first"), *second = open_named("q", "-second"),
               *third = open_named("q", "-third"), *fourth = open_named("q", "-fourth");
    wait_until(first, RUN_RUNNING, 1);
    wait_until(second, RUN_WAITING, 0);
    wait_until(third, RUN_WAITING, 0);
    wait_until(fourth, RUN_WAITING, 0);
    assert_true(second->ticket < third->ticket && third->ticket < fourth->ticket);
    must("$M runs --out q");
    shell_has(shell_out, "  waiting ");
    shell_has(shell_out, "  epochs=2");
    must("$M watch --out q >w & until grep -q '/100000 ' w; do sleep 0.05; done; "
         "kill $!"); /* without a name it is the one that is trained, not the newest */
    must("$M watch --out q -- -fourth >w & until grep -q 'fourth: waiting in the queue' w; do "
         "sleep 0.05; done; kill $!");
    must("$M stop --out q -- -third"); /* leaves the queue */
    wait_until(third, RUN_STOPPED, 0);
    kill(first->pid, SIGKILL); /* the next one goes on */
    wait_until(first, RUN_CRASHED, 1);
    must("$M watch --out q -- -fourth");
    shell_has(shell_out, "epoch 2/2  loss ");
    shell_has(shell_out, "-fourth: done after 2 of 2 epochs, best PublicTest accuracy ");
    wait_until(second, RUN_DONE, 2);
    run_poll(fourth);
    assert_true(second->epoch[1].time <= fourth->epoch[0].time);
    must("$M resume --out q"); /* the newest that is not done */
    wait_until(third, RUN_DONE, 2);
    run_close(first);
    run_close(second);
    run_close(third);
    run_close(fourth);
    assert_int_equal(shell_run("$M train $T --epochs 1 --queue --now"), 2);
    shell_has(shell_err, "expected --queue or --now, got both");
}

static void what_is_wrong_is_said_at_once(void **state)
{
    (void)state;
    assert_int_equal(shell_run("$M train $T --data none.csv --out bad --detach"), 1);
    shell_has(shell_err, "moodtop train: none.csv: No such file or directory\n");
    assert_string_equal(shell_out, "");
    assert_int_equal(shell_run("$M watch --out none"), 1);
    shell_has(shell_err, "moodtop watch: none: No such file or directory\n");
    assert_int_equal(shell_run("$M resume nothing/there"), 1);
    shell_has(shell_err, "not a run directory");
    must("$M runs --out none");
    shell_has(shell_err, "none: no runs\n");
    must("$M train $T --epochs 1 --name x --out bad2; mkdir -p moved; mv data.csv moved/");
    assert_int_equal(shell_run("$M resume --out bad2 --detach"), 1); /* the trainer's own words */
    shell_has(shell_err, "moodtop train: ");
    shell_has(shell_err, "data.csv: No such file or directory\n");
    must("mv moved/data.csv .");
}

static void runs_are_named_noted_and_deleted(void **state)
{
    (void)state;
    must("$M train $T --epochs 1 --name plain --out hand");
    must("$M runs rename plain --out hand better");
    shell_has(shell_out, "-better\n");
    must("$M runs --out hand note better 'with little data'");
    must("$M runs --out hand");
    shell_has(shell_out, "-better  done           1/1 ");
    shell_has(shell_out, "  # with little data\n");
    must("$M resume --out hand better"); /* is done, and stays so */
    must("$M runs --out hand delete better");
    must("$M runs --out hand; ls hand/.trash");
    shell_has(shell_err, "hand: no runs\n");
    shell_has(shell_out, "-better\n");
    assert_int_equal(shell_run("$M runs --out hand delete"), 2);
    assert_int_equal(shell_run("$M runs --out hand cook"), 2);
    assert_int_equal(shell_run("$M runs --out hand delete better"), 1);
}

/* A run.json that lacks options, as an older build wrote it. */
static void a_run_of_an_older_build_goes_on(void **state)
{
    (void)state;
    must("$M train $T --epochs 2 --name new --out old");
    must("$M train $T --epochs 2 --name old --out old --detach --now; $M watch --out old -- -old");
    must("cd old/*-old; rm metrics.jsonl epochs.csv; grep -vE '\"(mixup|patience)\"' "
         "run.json >r; mv r run.json; cd .. && $M resume --out . -- -old && cat *-old/log.txt");
    shell_has(shell_out,
              " warn: run.json has no option \"patience\", as it is of another build: it is "
              "\"0\"\n");
    must("printf '[train]\\ndata = none.csv\\n' >o.ini; export MOODTOP_TRAIN_TEACHER=none; "
         "$M --config o.ini resume --out old -- -old; $M --config o.ini resume --out old --detach "
         "-- -old"); /* what is set for new runs is not meant for it */
    struct run *whole = open_named("old", "-new"), *r = open_named("old", "-old");
    wait_until(r, RUN_DONE, 1); /* the detached one may not have ended yet */
    assert_same_file(whole->path, r->path, "last.ckpt");
    run_close(whole);
    run_close(r);
}

/* A hung-up terminal, and an interrupt of the whole foreground: the trainer goes on. */
static void the_end_of_the_terminal_does_not_reach_it(void **state)
{
    (void)state;
    must("cat >starter <<'END'\n$M train $T " LONG
         " --name t --out term --detach\nkill -HUP 0\nEND\n"
         "export M T; setsid script -qec 'sh ./starter' /dev/null || true");
    struct run *r = open_named("term", "-t");
    wait_until(r, RUN_RUNNING, 1);
    int epochs = r->epochs;
    wait_until(r, RUN_RUNNING, epochs + 3);
    must("$M stop --out term");
    run_close(r);
}

/* The folder is gone for a while, as a file system that was unmounted, and comes back. */
static void a_folder_that_vanishes_ends_the_trainer(void **state)
{
    (void)state;
    must("$M train $T --epochs 40 --name whole --out whole");
    must("$M train $T " LONG " --name v --out vanish --detach");
    must("$M train $T --epochs 40 --name late --out vanish --detach"); /* waits */
    struct run *r = open_named("vanish", "-v"), *waits = open_named("vanish", "-late");
    wait_until(r, RUN_RUNNING, 2);
    wait_until(waits, RUN_WAITING, 0);
    must("mv vanish away");
    run_poll(r);
    assert_true(r->gone);
    struct run *there = open_named("away", "-v"), *too = open_named("away", "-late");
    wait_until(there, RUN_CRASHED, 2);
    wait_until(too, RUN_STOPPED, 0);
    run_close(there);
    run_close(too);
    must("mv away vanish");
    run_poll(r);
    run_poll(waits);
    assert_int_equal(r->state, RUN_CRASHED);
    shell_has(r->error, "cannot write: No such file or directory");
    assert_int_equal(waits->state, RUN_STOPPED);
    must("$M resume --out vanish -- -late");
    wait_until(waits, RUN_DONE, 40);
    struct run *whole = open_named("whole", "-whole");
    assert_same_run(whole->path, waits->path);
    run_close(whole);
    run_close(waits);
    run_close(r);
}

/* A real full file system: told, the last good checkpoint stays, and with room it goes on. */
static void a_full_file_system_is_told_and_survived(void **state)
{
    (void)state;
    must("$M train $T --epochs 40 --name whole --out roomy; mkdir -p full");
    char *mount_point = file_join(folder, "full");
    if (mount("tmpfs", mount_point, "tmpfs", 0, "size=2m") != 0) {
        printf("SKIP: %s: nothing can be mounted here\n", __func__);
        free(mount_point);
        skip();
    }
    must("$M train $T " LONG " --name f --out full/runs --detach");
    struct run *r = open_named("full/runs", "-f");
    wait_until(r, RUN_RUNNING, 2);
    int code = shell_run("cat /dev/zero >full/ballast"); /* until it is full */
    wait_until(r, RUN_CRASHED, 2);
    char *log = strdup(r->log);
    must("rm full/ballast; $M runs --out full/runs --json");
    must("$M train $T --epochs 40 --name g --out full/runs --detach");
    struct run *g = open_named("full/runs", "-g");
    wait_until(g, RUN_RUNNING, 2);
    shell_run("cat /dev/zero >full/ballast");
    while (run_alive(g)) {
        clock_sleep_until(clock_now() + 5 * CLOCK_MS);
        run_poll(g);
    }
    int epochs = g->epochs;
    must("rm full/ballast; $M resume --out full/runs -- -g");
    wait_until(g, RUN_DONE, 40);
    struct run *whole = open_named("roomy", "-whole");
    char *copy = file_join(folder, "copy");
    must("cp -r full/runs/*-g copy");
    int unmounted = umount2(mount_point, MNT_DETACH);
    assert_same_run(whole->path, copy);
    assert_int_equal(unmounted, 0);
    assert_int_equal(code, 1);
    assert_true(epochs >= 2);
    if (strstr(log, "No space left on device") == NULL && log[0] != '\0')
        shell_has(r->error, "No space left on device");
    free(log);
    free(copy);
    free(mount_point);
    run_close(whole);
    run_close(g);
    run_close(r);
}

/* Ends the trainers that a failed test left. */
static int clean_up(void **state)
{
    glob_t found;
    char *pattern = file_join(folder, "*/"), *full = file_join(folder, "full");
    if (glob(pattern, 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++) {
            struct runs *runs = runs_list(found.gl_pathv[i]);
            for (int k = 0; k < runs->count; k++)
                if (runs->run[k]->pid > 0)
                    kill(runs->run[k]->pid, SIGKILL);
            runs_close(runs);
        }
        globfree(&found);
    }
    umount2(full, MNT_DETACH);
    free(pattern);
    free(full);
    shell_end();
    return remove_data(state);
}

/* $T: the flags of a small training. */
static int begin(void **state)
{
    char *root = getcwd(NULL, 0);
    if (make_data(state) != 0 || root == NULL)
        return -1;
    char *flags = mem_printf("--model %s/" TINY " --data data.csv --batch 8 --lr 0.02", root);
    setenv("T", flags, 1);
    setenv("MOODTOP_LAUNCH_NICE", "0", 1); /* or the tests of a busy machine would wait for them */
    free(flags);
    free(root);
    shell_use(folder, true);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_detached_trainer_stops_and_resumes),
        cmocka_unit_test(a_killed_trainer_has_crashed),
        cmocka_unit_test(a_process_number_that_was_given_away_is_no_trainer),
        cmocka_unit_test(runs_wait_for_each_other),
        cmocka_unit_test(what_is_wrong_is_said_at_once),
        cmocka_unit_test(runs_are_named_noted_and_deleted),
        cmocka_unit_test(a_run_of_an_older_build_goes_on),
        cmocka_unit_test(the_end_of_the_terminal_does_not_reach_it),
        cmocka_unit_test(a_folder_that_vanishes_ends_the_trainer),
        cmocka_unit_test(a_full_file_system_is_told_and_survived),
    };
    return cmocka_run_group_tests(tests, begin, clean_up);
}
