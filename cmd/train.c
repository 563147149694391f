/*
 * train: trains a network, in the foreground or (--detach, cmd/launch.h) by a process that is
 * started for it; there this file runs as well, as "train --resume". Main thread; SIGINT, SIGTERM
 * and SIGHUP only set a flag that the next batch sees, a second one kills.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "cmd/cmd.h"
#include "cmd/data_open.h"
#include "cmd/launch.h"
#include "cmd/run_words.h"
#include "nn/model.h"
#include "nn/queue.h"
#include "nn/train.h"

#define COMMAND_WORDS_MAX 256
#define ESTIMATE_S 4.0

static volatile sig_atomic_t asked_to_stop;

struct screen {
    bool terminal; /* the progress line is rewritten in place */
    bool quiet;    /* standard error is the log */
    int64_t next;  /* when the line is due again */
    int epochs;
    double images_per_s, eta_s;
};

static void on_stop(int signal)
{
    (void)signal;
    asked_to_stop = 1;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_stop, .sa_flags = (int)SA_RESETHAND | SA_RESTART};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGXFSZ, SIG_IGN); /* a limit on the size of files is told as a full disk is */
    struct sigaction before;
    sigaction(SIGHUP, NULL, &before);
    if (before.sa_handler != SIG_IGN) /* nohup */
        sigaction(SIGHUP, &action, NULL);
}

/* Width of the terminal: a longer line would wrap, and could not be rewritten in place. */
static int columns(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return 80;
    return size.ws_col;
}

static bool show_batch(void *ctx, const struct train_progress *p)
{
    struct screen *s = ctx;
    s->epochs = p->epochs;
    s->images_per_s = p->images_per_s;
    s->eta_s = p->eta_s;
    if (s->terminal && (clock_now() >= s->next || p->batch == p->batches)) {
        char eta[32], line[256];
        run_words_seconds(p->eta_s, eta, sizeof eta);
        snprintf(line, sizeof line,
                 "epoch %d/%d batch %d/%d  %.0f images/s  loss %.4f  accuracy %.1f %%  ETA %s",
                 p->epoch, p->epochs, p->batch, p->batches, p->images_per_s, p->loss,
                 100.0 * p->accuracy, eta);
        fprintf(stderr, "\r%.*s\033[K", columns() - 1, line);
        s->next = clock_now() + 100 * CLOCK_MS;
    }
    return !asked_to_stop;
}

static void show_epoch(void *ctx, const struct rundir_epoch *e, bool best)
{
    const struct screen *s = ctx;
    char eta[32], line[256];
    run_words_seconds(s->eta_s, eta, sizeof eta);
    snprintf(line, sizeof line,
             "epoch %d/%d  %.0f images/s  loss %.4f  accuracy %.1f %%  PublicTest loss %.4f  "
             "accuracy %.2f %%%s  ETA %s",
             e->epoch, s->epochs, s->images_per_s, e->loss, 100.0 * e->accuracy, e->val_loss,
             100.0 * e->val_accuracy, best ? " (best)" : "", eta);
    if (!s->quiet)
        fprintf(stderr, "%s%s%s\n", s->terminal ? "\r" : "", line, s->terminal ? "\033[K" : "");
    log_write(LOG_INFO, "%s", line);
}

/* Log lines of a run go into its log.txt, unless --log says otherwise. */
static void open_log(const struct opts *opts, const char *dir)
{
    if (opts->log[0] != '\0')
        return;
    struct err err = {""};
    char *path = file_join(dir, "log.txt");
    if (!launch_is_detached(dir) && log_to(path, &err) != 0)
        fprintf(stderr, "moodtop train: %s\n", err.text);
    else if (opts->verbose == 0)
        log_level(LOG_INFO);
    free(path);
}

static int fail(const char *text)
{
    fprintf(stderr, "moodtop train: %s\n", text);
    return EXIT_FAILED;
}

/* Starts a run, with the words of our own command line for its run.json. */
static struct train *start_run(const struct opts *all, const struct train_opts *opts,
                               struct err *err)
{
    struct data_tools *tools = data_tools_new(all, err);
    if (tools == NULL)
        return NULL;
    char *argv[COMMAND_WORDS_MAX];
    size_t size = 0;
    int argc = 0;
    char *text = file_read("/proc/self/cmdline", 1 << 20, &size, NULL);
    for (char *p = text; p != NULL && p < text + size && argc < COMMAND_WORDS_MAX;
         p += strlen(p) + 1)
        argv[argc++] = p;
    struct train *t = train_new(opts, data_tools_how(tools), argc, argv, err);
    free(text);
    data_tools_free(tools);
    if (t != NULL)
        data_tell(train_data(t), false);
    return t;
}

/* The options of a new run: without a model the shipped one. */
static struct train_opts new_run(const struct opts *opts)
{
    struct train_opts train = opts->train;
    train.from = (struct data_from){opts->data.val, opts->data.val_seed, opts->data.strict,
                                    opts->data.crop_faces};
    if (train.model[0] == '\0') {
        char *dir = model_default_dir("emotion");
        snprintf(train.model, sizeof train.model, "%s", dir);
        free(dir);
    }
    return train;
}

/* What the run would cost, as the form on the screen shows it too. */
static int print_estimate(const struct opts *opts)
{
    struct err err = {""};
    struct train_estimate e;
    struct train_opts train = new_run(opts);
    struct data_tools *tools = data_tools_new(opts, &err);
    int rc =
        tools == NULL ? -1 : train_estimate(&train, data_tools_how(tools), ESTIMATE_S, &e, &err);
    data_tools_free(tools);
    if (rc != 0)
        return fail(err.text);
    char epoch[32], total[32];
    run_words_seconds(e.epoch_s, epoch, sizeof epoch);
    run_words_seconds(e.total_s, total, sizeof total);
    printf("%.0f images/s, %d batches an epoch\n%s an epoch, %s in all\n%.0f MB of memory\n",
           e.images_per_s, e.batches, epoch, total, (double)e.memory / 1e6);
    return EXIT_OK;
}

/* The run directory that is to be trained, to free: an old one, or a new one that is made and let
 * go again, so that whoever waits for it holds no memory but finds all that can be wrong right. */
static char *make_run(const struct opts *opts, struct err *err)
{
    if (opts->train.resume[0] != '\0')
        return mem_strdup(opts->train.resume);
    struct train_opts train = new_run(opts);
    struct train *t = start_run(opts, &train, err);
    char *dir = t != NULL ? mem_strdup(train_dir(t)) : NULL;
    train_close(t);
    return dir;
}

/* Waits for the run's turn; 0, 1 if a signal ended that, or -1. */
static int wait_for_turn(struct rundir *r, bool quiet, struct err *err)
{
    bool turn = false, told = false;
    while (!asked_to_stop) {
        if (queue_turn(r, &turn, err) != 0)
            return -1;
        if (turn)
            return 0;
        if (!told && !quiet)
            fputs("waiting for the other runs of this folder to end\n", stderr);
        if (!told)
            log_write(LOG_INFO, "waits in the queue");
        told = true;
        clock_sleep_until(clock_now() + QUEUE_LOOK_MS * CLOCK_MS);
    }
    return 1;
}

/* The lines of a run that is stopped before it was its turn. */
static int stop_waiting(struct rundir *r, bool quiet)
{
    log_write(LOG_INFO, "stopped on request while it waited");
    if (!quiet)
        fprintf(stderr, "stopped; go on with: moodtop resume %s\n", r->path);
    rundir_close(r);
    return EXIT_OK;
}

static int run_to_end(struct train *t, const struct opts *opts)
{
    struct err err = {""};
    bool quiet = launch_is_detached(train_dir(t));
    struct screen screen = {.terminal = !quiet && isatty(STDERR_FILENO), .quiet = quiet};
    struct train_hooks hooks = {.ctx = &screen, .batch = show_batch, .epoch = show_epoch};
    open_log(opts, train_dir(t));
    if (!quiet)
        fprintf(stderr, "%s\n", train_dir(t));
    catch_signals();
    log_write(LOG_INFO, "process %ld begins", (long)getpid());
    enum train_end end = train_run(t, &hooks, &err);
    if (screen.terminal)
        fputs("\r\033[K", stderr);
    double best;
    int epoch = train_best(t, &best);
    log_write(end == TRAIN_FAILED ? LOG_ERROR : LOG_INFO, "%s",
              end == TRAIN_FAILED    ? err.text
              : end == TRAIN_STOPPED ? "stopped on request"
                                     : "done");
    if (end == TRAIN_FAILED)
        log_write(LOG_INFO, "the last checkpoint is whole: moodtop resume goes on from there");
    if (quiet)
        return end == TRAIN_FAILED ? EXIT_FAILED : EXIT_OK;
    if (end == TRAIN_FAILED) {
        fail(err.text);
        fprintf(stderr, "the last checkpoint is whole; go on with: moodtop resume %s\n",
                train_dir(t));
        return EXIT_FAILED;
    }
    if (end == TRAIN_STOPPED)
        fprintf(stderr, "stopped; go on with: moodtop resume %s\n", train_dir(t));
    else
        fprintf(stderr, "done: best PublicTest accuracy %.2f %% at epoch %d\n", 100.0 * best,
                epoch);
    return EXIT_OK;
}

/* Goes on with a run directory, after its turn has come if it is to wait. */
static int go_on(const struct opts *opts, const char *dir)
{
    struct err err = {""};
    struct rundir *r = rundir_reopen(dir, &err);
    if (r == NULL)
        return fail(err.text);
    bool quiet = launch_is_detached(dir);
    open_log(opts, dir);
    catch_signals();
    if (quiet)
        launch_give_way();
    int rc = opts->launch.queue ? wait_for_turn(r, quiet, &err) : 0;
    if (rc > 0)
        return stop_waiting(r, quiet);
    struct train *t = NULL;
    struct data_tools *tools = rc == 0 ? data_tools_new(opts, &err) : NULL;
    if (tools != NULL)
        t = train_go_on(r, &opts->train, data_tools_how(tools), &err);
    else
        rundir_close(r);
    data_tools_free(tools);
    if (t == NULL)
        return fail(err.text);
    int code = run_to_end(t, opts);
    train_close(t);
    return code;
}

/* Trains a new run at once, with what is read for it already. */
static int train_now(const struct opts *opts)
{
    struct err err = {""};
    struct train_opts train = new_run(opts);
    struct train *t = start_run(opts, &train, &err);
    if (t == NULL)
        return fail(err.text);
    int code = run_to_end(t, opts);
    train_close(t);
    return code;
}

/* A path of [train] that a resumed run is to have instead of its own must be meant for it: it
 * counts as a flag alone, not out of a file or the environment. */
static void keep_flag(const char *key, char *path)
{
    const struct table_row *row = table_find("train", key);
    if (command_config()->origin[row - table_rows][0] != '-')
        path[0] = '\0';
}

static int train_run_command(const struct opts *given, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct err err = {""};
    struct opts own = *given, *opts = &own;
    if (own.train.resume[0] != '\0') {
        keep_flag("data", own.train.data);
        keep_flag("ferplus", own.train.ferplus);
        keep_flag("teacher", own.train.teacher);
    }
    if (opts->train.data[0] == '\0' && (opts->train.resume[0] == '\0' || opts->train.estimate)) {
        fputs("moodtop train: which data? expected --data SET (fer2013.csv) or --resume RUNDIR\n",
              stderr);
        return EXIT_USAGE;
    }
    if (opts->train.estimate)
        return print_estimate(opts);
    if (opts->launch.queue && opts->launch.now) {
        fputs("moodtop train: expected --queue or --now, got both\n", stderr);
        return EXIT_USAGE;
    }
    if (!opts->launch.detach && !opts->launch.queue && opts->train.resume[0] == '\0')
        return train_now(opts);
    char *dir = make_run(opts, &err);
    if (dir == NULL)
        return fail(err.text);
    int code = EXIT_OK;
    if (!opts->launch.detach)
        code = go_on(opts, dir);
    else if (launch_detached(opts, dir, &err) != 0)
        code = fail(err.text);
    else
        puts(dir);
    free(dir);
    return code;
}

const struct command cmd_train = {
    .name = "train",
    .args = "",
    .summary = "train a network on fer2013.csv or any data set",
    .sections = "train data launch",
    .examples = "moodtop train --data fer2013.csv --model models/emotion --out runs\n"
                "moodtop train --data photos/ --data fer2013.csv --val 0.15\n"
                "moodtop train --data fer2013.csv --batch 128 --estimate\n"
                "moodtop train --data fer2013.csv --detach\n"
                "moodtop train --data fer2013.csv --optimizer adam --lr 0.001 --epochs 20\n",
    .run = train_run_command,
};
