/*
 * Tests of nn/run and nn/runs: what a watcher reads of a run directory while it grows, breaks,
 * shrinks and vanishes; the list; rename, note, delete.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <malloc.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "nn/rundir.h"
#include "nn/runs.h"

#define EPOCH_LINE                                                                                 \
    "{\"event\":\"epoch\",\"epoch\":%d,\"step\":%d,\"loss\":1.5,\"accuracy\":0.25,"                \
    "\"val_loss\":1.25,\"val_accuracy\":%g,\"val_macro_f1\":0.125,\"lr\":5e-02,\"time\":%d}\n"

static char out[64];

static int make_folder(void **state)
{
    (void)state;
    strcpy(out, "/tmp/moodtop-test-XXXXXX");
    return mkdtemp(out) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", out);
    return system(command);
}

static void write_text(const char *dir, const char *name, const char *text, const char *mode)
{
    char *path = file_join(dir, name);
    FILE *f = fopen(path, mode);
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
    free(path);
}

static void add_line(const char *dir, const char *text)
{
    write_text(dir, "metrics.jsonl", text, "a");
}

static void add_epoch(const char *dir, int epoch, double accuracy)
{
    char line[512];
    snprintf(line, sizeof line, EPOCH_LINE, epoch, epoch * 10, accuracy, 1000 + epoch * 7);
    add_line(dir, line);
}

static void add_step(const char *dir, int epoch, int step)
{
    char line[512];
    snprintf(line, sizeof line,
             "{\"event\":\"step\",\"epoch\":%d,\"step\":%d,\"batch\":%d,\"batches\":10,"
             "\"loss\":0.75,\"accuracy\":0.5,\"lr\":0.01,\"images_per_s\":321.5,"
             "\"memory\":123456789,\"time\":1000}\n",
             epoch, step, step % 10);
    add_line(dir, line);
}

/* A run directory as a trainer that is not there any more left it; the caller frees the path. */
static char *make_run(const char *name, const char *options)
{
    char *dir = file_join(out, name);
    char *about = mem_printf("{\"version\":\"0.1.0\",\"started\":1000,\"params\":77,"
                             "\"options\":{%s}}",
                             options);
    assert_int_equal(mkdir(dir, 0777), 0);
    write_text(dir, "run.json", about, "w");
    free(about);
    return dir;
}

static struct run *open_run(const char *dir)
{
    struct err err = {""};
    struct run *run = run_open(dir, &err);
    assert_string_equal(err.text, "");
    assert_non_null(run);
    return run;
}

static void a_run_is_read_as_it_grows(void **state)
{
    (void)state;
    char *dir = make_run("grows", "\"epochs\":40,\"optimizer\":1,\"lr\":0.05,\"flip\":true,"
                                  "\"name\":\"grows\",\"strange\":[1]");
    struct run *run = open_run(dir);
    assert_int_equal(run->state, RUN_STOPPED);
    assert_int_equal(run->epochs, 0);
    assert_int_equal(run->best, -1);
    assert_int_equal(run->epochs_wanted, 40);
    assert_int_equal(run->params, 77);
    assert_string_equal(run_option(run, "optimizer"), "sgd");
    assert_string_equal(run_option(run, "lr"), "0.05");
    assert_string_equal(run_option(run, "flip"), "true");
    assert_null(run_option(run, "strange"));
    assert_false(run_poll(run));

    add_line(dir, "{\"event\":\"start\",\"epoch\":0,\"step\":0,\"time\":1000}\n");
    add_epoch(dir, 1, 0.5);
    add_epoch(dir, 2, 0.75);
    add_epoch(dir, 3, 0.75);
    add_step(dir, 4, 31);
    write_text(dir, "log.txt", "one\ntwo\n", "w");
    uint64_t print = run->print;
    assert_true(run_poll(run));
    assert_true(run->print != print);
    assert_int_equal(run->epochs, 3);
    assert_int_equal(run->best, 1); /* the first of equals */
    assert_int_equal(run->epoch[2].epoch, 3);
    assert_int_equal(run->epoch[2].step, 30);
    assert_true(run->epoch[2].lr == 0.05 && run->epoch[2].val_loss == 1.25);
    assert_true(run->epoch[2].seconds == 7 && isnan(run->recall[2 * 7]));
    assert_int_equal(run->confusion_epoch, 0);
    assert_int_equal(run->steps, 1);
    assert_int_equal(run->step[0].batches, 10);
    assert_true(run->step[0].images_per_s == 321.5 && run->step[0].memory == 123456789);
    assert_string_equal(run->log, "one\ntwo\n");
    assert_int_equal(run->state, RUN_CRASHED); /* nobody holds the lock */
    assert_false(run_poll(run));
    add_line(dir, "{\"event\":\"error\",\"text\":\"disk \\\"full\\\"\",\"time\":1}\n");
    assert_true(run_poll(run));
    assert_string_equal(run->error, "disk \"full\"");
    assert_int_equal(run->state, RUN_CRASHED);
    add_line(dir, "{\"event\":\"stop\",\"epoch\":3,\"step\":31,\"time\":1}\n");
    assert_true(run_poll(run));
    assert_int_equal(run->state, RUN_STOPPED);
    add_line(dir, "{\"event\":\"done\",\"epoch\":3,\"step\":31,\"time\":1}\n");
    assert_true(run_poll(run));
    assert_int_equal(run->state, RUN_DONE);
    run_close(run);
    free(dir);
}

static void recall_and_confusion_of_the_last_epoch(void **state)
{
    (void)state;
    char *dir = make_run("confused", "\"epochs\":2,\"measure\":1");
    add_line(dir, "{\"event\":\"epoch\",\"epoch\":1,\"step\":5,\"val_accuracy\":0.5,"
                  "\"val_macro_f1\":0.4,\"recall\":[0.5,0,1,0.25,0.125,0,0.75],\"confusion\":"
                  "[[1,2,3,4,5,6,7],[0,0,0,0,0,0,0],[0,0,9,0,0,0,0],[0,0,0,0,0,0,0],"
                  "[0,0,0,0,0,0,0],[0,0,0,0,0,0,0],[0,0,0,0,0,0,8]],\"time\":1}\n"
                  "{\"event\":\"epoch\",\"epoch\":2,\"step\":9,\"val_accuracy\":0.6,"
                  "\"val_macro_f1\":0.3,\"recall\":[1],\"time\":1}\n");
    struct run *run = open_run(dir);
    assert_int_equal(run->epochs, 2);
    assert_int_equal(run->best, 0); /* measured by macro-F1 */
    assert_true(run->recall[3] == 0.25 && run->recall[6] == 0.75);
    assert_true(run->recall[7] == 1 && isnan(run->recall[8]));
    assert_int_equal(run->confusion_epoch, 1);
    assert_int_equal(run->confusion[6], 7);
    assert_int_equal(run->confusion[2 * 7 + 2], 9);
    assert_int_equal(run->confusion[6 * 7 + 6], 8);
    run_close(run);
    free(dir);
}

static void half_a_line_waits_for_its_end(void **state)
{
    (void)state;
    char *dir = make_run("half", "\"epochs\":2");
    struct run *run = open_run(dir);
    add_epoch(dir, 1, 0.5);
    char line[512];
    snprintf(line, sizeof line, EPOCH_LINE, 2, 20, 0.75, 1);
    for (const char *p = line; *p != '\0'; p++) {
        assert_int_equal(run->epochs, p == line ? 0 : 1);
        const char letter[] = {*p, '\0'};
        add_line(dir, letter);
        assert_true(run_poll(run));
        assert_false(run_poll(run));
    }
    assert_int_equal(run->epochs, 2);
    run_close(run);
    free(dir);
}

static void a_start_voids_what_was_lost(void **state)
{
    (void)state;
    char *dir = make_run("start", "\"epochs\":9");
    for (int i = 1; i <= 4; i++) {
        add_step(dir, i, i * 10);
        add_epoch(dir, i, 1.0 / i);
    }
    struct run *run = open_run(dir);
    assert_int_equal(run->epochs, 4);
    assert_int_equal(run->best, 0);
    add_line(dir, "{\"event\":\"start\",\"epoch\":2,\"step\":25,\"time\":1}\n");
    run_poll(run);
    assert_int_equal(run->epochs, 2);
    assert_int_equal(run->steps, 2);
    add_epoch(dir, 3, 2.0);
    add_epoch(dir, 3, 3.0); /* the later line of an epoch holds */
    run_poll(run);
    assert_int_equal(run->epochs, 3);
    assert_true(run->epoch[2].val_accuracy == 3.0);
    assert_int_equal(run->best, 2);
    add_line(dir, "{\"event\":\"start\",\"epoch\":0,\"step\":0,\"time\":1}\n");
    run_poll(run);
    assert_int_equal(run->epochs, 0);
    assert_int_equal(run->best, -1);
    run_close(run);
    free(dir);
}

static void files_shrink_vanish_and_come_back(void **state)
{
    (void)state;
    char *dir = make_run("shrinks", "\"epochs\":9"), *away = file_join(out, "away");
    char *metrics = file_join(dir, "metrics.jsonl");
    for (int i = 1; i <= 5; i++)
        add_epoch(dir, i, 0.5);
    struct run *run = open_run(dir);
    assert_int_equal(run->epochs, 5);
    assert_int_equal(truncate(metrics, 0), 0);
    add_epoch(dir, 1, 0.25);
    assert_true(run_poll(run));
    assert_int_equal(run->epochs, 1);
    assert_int_equal(rename(dir, away), 0);
    assert_true(run_poll(run));
    assert_true(run->gone);
    assert_int_equal(run->epochs, 1);
    assert_false(run_poll(run));
    add_epoch(away, 2, 0.5);
    assert_int_equal(rename(away, dir), 0);
    assert_true(run_poll(run));
    assert_false(run->gone);
    assert_int_equal(run->epochs, 2);
    assert_int_equal(unlink(metrics), 0);
    run_poll(run);
    assert_int_equal(run->epochs, 2); /* what was seen stays */
    add_epoch(dir, 7, 0.5);
    run_poll(run);
    assert_int_equal(run->epochs, 1);
    assert_int_equal(run->epoch[0].epoch, 7);
    run_close(run);
    free(metrics);
    free(away);
    free(dir);
}

static void lines_that_make_no_sense_are_passed_over(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "nonsense",
        "{\"event\":\"epoch\"",
        "{\"event\":\"epoch\"}",
        "{\"event\":\"epoch\",\"epoch\":-1,\"step\":1}",
        "{\"event\":\"epoch\",\"epoch\":1e300,\"step\":1}",
        "{\"event\":\"epoch\",\"epoch\":1e999,\"step\":1}",
        "{\"event\":\"epoch\",\"epoch\":1,\"step\":}",
        "{\"event\":\"epoch\",\"epoch\":1,\"step\":nan}",
        "{\"event\":\"epoch\",\"epoch\":[1,\"step\":1}",
        "{\"event\":\"epoch\",\"epoch\":\"1\",\"step\":1}",
        "{\"event\":\"epoch\",\"epoch\":1,\"step\":1,\"recall\":[[[",
        "{\"event\":\"epoch\",\"epoch\":1,\"step\":1,\"x\\",
        "{\"event\":\"step\",\"epoch\":1,\"step\":1,\"batch\":-3,\"batches\":1}",
        "{\"event\":\"step\",\"epoch\":1,\"step\":1,\"batch\":3e9,\"batches\":1}",
        "{\"event\":\"start\",\"epoch\":-4,\"step\":0}",
        "{\"event\":\"error\",\"text\":7}",
    };
    char *dir = make_run("nonsense", "\"epochs\":9");
    char *metrics = file_join(dir, "metrics.jsonl");
    add_epoch(dir, 1, 0.5);
    for (size_t i = 0; i < MEM_COUNT(lines); i++) {
        add_line(dir, lines[i]);
        add_line(dir, "\n");
    }
    FILE *f = fopen(metrics, "a"); /* a NUL, and a line longer than any buffer */
    fputc('\0', f);
    for (int i = 0; i < 600000; i++)
        fputc('x', f);
    fputc('\n', f);
    fclose(f);
    add_epoch(dir, 2, 0.75);
    struct run *run = open_run(dir);
    assert_int_equal(run->epochs, 2);
    assert_int_equal(run->epoch[1].epoch, 2);
    assert_int_equal(run->steps, 0);
    run_close(run);
    struct err err = {""};
    write_text(dir, "run.json", "{\"options\":", "w");
    assert_null(run_open(dir, &err));
    assert_non_null(strstr(err.text, "run.json:1: "));
    write_text(dir, "run.json", "[]", "w");
    run_close(open_run(dir));
    free(metrics);
    free(dir);
}

static void ten_thousand_epochs(void **state)
{
    (void)state;
    char *dir = make_run("long", "\"epochs\":10000"), *path = file_join(dir, "metrics.jsonl");
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    for (int e = 1; e <= 10000; e++) {
        for (int s = 1; s <= 45; s++)
            fprintf(f,
                    "{\"event\":\"step\",\"epoch\":%d,\"step\":%d,\"batch\":%d,\"batches\":450,"
                    "\"loss\":1.23456789,\"accuracy\":0.512345678,\"lr\":0.0123456789,"
                    "\"images_per_s\":1234.56789,\"memory\":123456789,\"eta_s\":1234.5,"
                    "\"time\":1763700000}\n",
                    e, (e - 1) * 450 + s * 10, s * 10);
        fprintf(
            f,
            "{\"event\":\"epoch\",\"epoch\":%d,\"step\":%d,\"loss\":1.23456789,"
            "\"accuracy\":0.512345678,\"val_loss\":1.23456789,\"val_accuracy\":0.612345678,"
            "\"val_macro_f1\":0.598765432,\"lr\":0.0123456789,\"seconds\":123.456789,\"recall\":"
            "[0.123456789,0.123456789,0.123456789,0.123456789,0.123456789,0.123456789,"
            "0.123456789],\"confusion\":[[100,20,30,40,50,60,70],[100,20,30,40,50,60,70],"
            "[100,20,30,40,50,60,70],[100,20,30,40,50,60,70],[100,20,30,40,50,60,70],"
            "[100,20,30,40,50,60,70],[100,20,30,40,50,60,70]],\"time\":1763700000}\n",
            e, e * 450);
    }
    fclose(f);
    int64_t begin = clock_cpu();
    struct run *run = open_run(dir);
    printf("10000 epochs, 450000 steps: %.1f ms of processor time\n",
           (double)(clock_cpu() - begin) / (double)CLOCK_MS);
    assert_int_equal(run->epochs, 10000);
    assert_in_range(run->steps, RUN_STEPS_MAX / 2, RUN_STEPS_MAX);
    assert_int_equal(run->step[run->steps - 1].step, 4500000);
    assert_true(run->epoch[9999].val_accuracy == 0.612345678);
    assert_int_equal(run->confusion[6 * 7 + 6], 70);
    struct mallinfo2 before = mallinfo2();
    begin = clock_cpu();
    for (int i = 0; i < 1000; i++)
        assert_false(run_poll(run));
    printf("a poll without news: %.1f us\n", (double)(clock_cpu() - begin) / 1e6);
    assert_int_equal(mallinfo2().uordblks, before.uordblks);
    run_close(run);
    unlink(path);
    free(path);
    free(dir);
}

/* A child that holds the run's lock until it is killed. */
static pid_t hold(const char *dir, long ticket)
{
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        struct rundir *r = rundir_reopen(dir, NULL);
        if (r == NULL || rundir_set_ticket(r, ticket, NULL) != 0 || write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return child;
}

static void end(pid_t child)
{
    int status;
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
}

static void the_lock_tells_who_lives(void **state)
{
    (void)state;
    struct err err = {""};
    char *dir = make_run("lives", "\"epochs\":9");
    struct run *run = open_run(dir);
    pid_t child = hold(dir, 7);
    assert_true(run_poll(run));
    assert_int_equal(run->state, RUN_WAITING);
    assert_int_equal(run->pid, child);
    assert_int_equal(run->ticket, 7);
    assert_null(rundir_reopen(dir, &err));
    assert_non_null(strstr(err.text, "is in the queue"));
    end(child);
    assert_true(run_poll(run));
    assert_int_equal(run->state, RUN_STOPPED); /* it never started */
    assert_int_equal(run->pid, 0);
    child = hold(dir, 0);
    add_line(dir, "{\"event\":\"start\",\"epoch\":0,\"step\":0,\"time\":1}\n");
    run_poll(run);
    assert_int_equal(run->state, RUN_RUNNING);
    char *path = strdup(dir);
    assert_int_equal(runs_rename(&path, "other", &err), -1);
    assert_int_equal(runs_delete(path, &err), -1);
    assert_non_null(strstr(err.text, "is being trained by process"));
    end(child);
    run_poll(run);
    assert_int_equal(run->state, RUN_CRASHED);
    run_close(run);
    free(path);
    free(dir);
}

/* A checkpoint that was put back by hand: later epochs are written again, in both files. */
static void a_rewound_run_writes_its_epochs_again(void **state)
{
    (void)state;
    struct err err = {""};
    char *dir = make_run("rewound", "\"epochs\":9");
    struct rundir *r = rundir_reopen(dir, &err);
    struct rundir_epoch e = {.loss = 1};
    for (e.epoch = 1; e.epoch <= 4; e.epoch++) {
        e.step = e.epoch * 10;
        assert_int_equal(rundir_add_epoch(r, &e, &err), 0);
    }
    rundir_close(r);
    r = rundir_reopen(dir, &err);
    assert_int_equal(rundir_rewind(r, 2, &err), 0);
    assert_int_equal(
        rundir_event(r, "start", json_pack("{s:i, s:i}", "epoch", 2, "step", 20), &err), 0);
    e = (struct rundir_epoch){.epoch = 3, .step = 30, .loss = 2};
    assert_int_equal(rundir_add_epoch(r, &e, &err), 0);
    rundir_close(r);
    struct run *run = open_run(dir);
    assert_int_equal(run->epochs, 3);
    assert_true(run->epoch[1].loss == 1 && run->epoch[2].loss == 2);
    char *path = file_join(dir, "epochs.csv");
    size_t size;
    char *csv = file_read(path, 4096, &size, &err);
    assert_string_equal(csv, "epoch,accuracy,loss,lr,val_accuracy,val_loss\n0,0,1,0,0,0\n"
                             "1,0,1,0,0,0\n2,0,2,0,0,0\n");
    run_close(run);
    free(csv);
    free(path);
    free(dir);
}

static void a_trainer_of_another_machine_has_no_pid_here(void **state)
{
    (void)state;
    pid_t pid;
    long ticket;
    struct err err = {""};
    char *dir = make_run("elsewhere", "\"epochs\":9");
    struct rundir *r = rundir_reopen(dir, &err);
    assert_int_equal(rundir_probe(dir, &pid, &ticket), RUNDIR_RUNNING);
    assert_int_equal(pid, getpid());
    write_text(dir, "lock", "4711 waiting 3 on another.machine  \n", "r+");
    assert_int_equal(rundir_probe(dir, &pid, &ticket), RUNDIR_WAITING);
    assert_int_equal(pid, 0);
    assert_int_equal(ticket, 3);
    write_text(dir, "lock", "4711\n", "w"); /* an older build's */
    assert_int_equal(rundir_probe(dir, &pid, &ticket), RUNDIR_RUNNING);
    assert_int_equal(pid, 4711);
    write_text(dir, "lock", "", "w");
    assert_int_equal(rundir_probe(dir, &pid, &ticket), RUNDIR_RUNNING);
    assert_int_equal(pid, 0);
    rundir_close(r);
    free(dir);
}

/* Whoever opens a pipe waits for somebody to write into it. */
static void pipes_are_no_files_of_a_run(void **state)
{
    (void)state;
    char *dir = make_run("pipes", ""), *no = file_join(out, "fifo"), *about, *events, *log, *note;
    assert_int_equal(mkdir(no, 0777), 0);
    about = file_join(no, "run.json");
    events = file_join(dir, "metrics.jsonl");
    log = file_join(dir, "log.txt");
    note = file_join(dir, "note.txt");
    char *pipes[] = {about, events, log, note};
    for (size_t i = 0; i < MEM_COUNT(pipes); i++)
        assert_int_equal(mkfifo(pipes[i], 0600), 0);
    struct runs *runs = runs_list(out);
    assert_non_null(runs_find(runs, "pipes"));
    assert_null(runs_find(runs, "fifo"));
    assert_int_equal(runs_find(runs, "pipes")->epochs, 0);
    runs_close(runs);
    assert_null(runs_path(out, "fifo", NULL));
    char *command = mem_printf("rm -rf '%s' '%s'", dir, no);
    assert_int_equal(system(command), 0);
    free(command);
    for (size_t i = 0; i < MEM_COUNT(pipes); i++)
        free(pipes[i]);
    free(dir);
    free(no);
}

static void the_list_keeps_up(void **state)
{
    (void)state;
    struct err err = {""};
    char *all = file_join(out, "list"), *aside = file_join(out, "aside");
    struct runs *runs = runs_list(all);
    assert_true(runs->gone);
    assert_int_equal(runs->count, 0);
    assert_int_equal(mkdir(all, 0777), 0);
    char *a = make_run("list/2026-11-21-0930-a", "\"epochs\":1");
    char *b = make_run("list/2026-11-22-0930-b", "\"epochs\":1");
    char *late = file_join(all, "2026-11-23-0930-late");
    assert_int_equal(mkdir(late, 0777), 0);
    assert_true(runs_poll(runs));
    assert_false(runs->gone);
    assert_int_equal(runs->count, 2);
    assert_string_equal(runs->run[0]->name, "2026-11-22-0930-b");
    assert_ptr_equal(runs_find(runs, "2026-11-21-0930-a"), runs->run[1]);
    assert_null(runs_find(runs, "2026"));
    write_text(late, "run.json", "{}", "w");
    assert_true(runs_poll(runs));
    assert_int_equal(runs->count, 3);

    char *path = runs_path(all, "", &err);
    assert_string_equal(path, late);
    free(path);
    path = runs_path(all, "-b", &err);
    assert_string_equal(path, b);
    free(path);
    assert_null(runs_path(all, "0930", &err));
    assert_non_null(strstr(err.text, "3 runs of "));
    assert_null(runs_path(all, "zebra", &err));
    assert_non_null(strstr(err.text, "no run there is called zebra"));

    assert_int_equal(runs_note(a, "my first", &err), 0);
    assert_true(runs_poll(runs));
    assert_string_equal(runs_find(runs, "2026-11-21-0930-a")->note, "my first");
    assert_int_equal(runs_note(a, "", &err), 0);
    assert_int_equal(runs_note(a, "", &err), 0);
    assert_true(runs_poll(runs));
    assert_string_equal(runs_find(runs, "2026-11-21-0930-a")->note, "");
    assert_int_equal(runs_rename(&a, "b/c", &err), -1);
    assert_int_equal(runs_rename(&a, "zoo", &err), 0);
    assert_string_equal(file_base(a), "2026-11-21-0930-zoo");
    assert_true(runs_poll(runs));
    assert_non_null(runs_find(runs, "2026-11-21-0930-zoo"));
    assert_int_equal(runs->count, 3);
    assert_int_equal(runs_rename(&a, "2026-11-22-0930-b", &err), -1); /* stands there */
    assert_int_equal(runs_delete(b, &err), 0);
    assert_true(runs_poll(runs));
    assert_int_equal(runs->count, 2);
    char *again = make_run("list/2026-11-22-0930-b", "\"epochs\":1");
    assert_int_equal(runs_delete(again, &err), 0); /* the trash has one of that name */
    char *trashed = file_join(all, ".trash/2026-11-22-0930-b-2/run.json");
    assert_true(file_exists(trashed));

    assert_int_equal(rename(all, aside), 0);
    assert_true(runs_poll(runs));
    assert_true(runs->gone);
    assert_int_equal(runs->count, 2);
    assert_true(runs->run[0]->gone);
    assert_int_equal(rename(aside, all), 0);
    assert_true(runs_poll(runs));
    assert_int_equal(runs->count, 2);
    assert_false(runs->run[0]->gone);
    runs_close(runs);
    free(trashed);
    free(again);
    free(late);
    free(a);
    free(b);
    free(aside);
    free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_read_as_it_grows),
        cmocka_unit_test(recall_and_confusion_of_the_last_epoch),
        cmocka_unit_test(half_a_line_waits_for_its_end),
        cmocka_unit_test(a_start_voids_what_was_lost),
        cmocka_unit_test(files_shrink_vanish_and_come_back),
        cmocka_unit_test(lines_that_make_no_sense_are_passed_over),
        cmocka_unit_test(ten_thousand_epochs),
        cmocka_unit_test(the_lock_tells_who_lives),
        cmocka_unit_test(a_rewound_run_writes_its_epochs_again),
        cmocka_unit_test(a_trainer_of_another_machine_has_no_pid_here),
        cmocka_unit_test(pipes_are_no_files_of_a_run),
        cmocka_unit_test(the_list_keeps_up),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
