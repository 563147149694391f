/*
 * watch: follows a training run: on a terminal the training screen; elsewhere a line per epoch and,
 * while it trains, one now and then, with --json its events as they stand in metrics.jsonl, until
 * the run ends. Main thread.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "cmd/cmd.h"
#include "cmd/run_words.h"
#include "cmd/views.h"
#include "tui/train_view.h"

#define LOOK (250 * CLOCK_MS)
#define STEP_LINE_EVERY (10 * CLOCK_S)

struct watch {
    struct run *run;
    int epochs;  /* of these a line was printed */
    int64_t due; /* when a line about a step is due */
    enum run_state told;
    off_t copied; /* bytes of metrics.jsonl */
};

static void print_step(const struct run *run)
{
    char eta[32] = "?";
    const struct run_step *s = &run->step[run->steps - 1];
    if (s->eta_s >= 0.0)
        run_words_seconds(s->eta_s, eta, sizeof eta);
    printf("epoch %d/%d batch %d/%d  %.0f images/s  loss %.4f  accuracy %.1f %%  ETA %s\n",
           s->epoch, run->epochs_wanted, s->batch, s->batches, s->images_per_s, s->loss,
           100.0 * s->accuracy, eta);
}

static void print_news(struct watch *w)
{
    char line[256];
    const struct run *run = w->run;
    if (run->state == RUN_WAITING && w->told != RUN_WAITING)
        printf("%s: waiting in the queue\n", run->name);
    w->told = run->state;
    w->epochs = run->epochs < w->epochs ? run->epochs : w->epochs; /* a trainer began again */
    for (; w->epochs < run->epochs; w->epochs++) {
        run_words_epoch(run, w->epochs, line, sizeof line);
        puts(line);
    }
    bool ahead = run->steps > 0 && (run->epochs == 0 || run->step[run->steps - 1].step >
                                                            run->epoch[run->epochs - 1].step);
    if (run->state == RUN_RUNNING && ahead && clock_now() >= w->due) {
        print_step(run);
        w->due = clock_now() + STEP_LINE_EVERY;
    }
}

/* Copies the whole lines of metrics.jsonl that are new. */
static void copy_events(struct watch *w)
{
    char *path = file_join(w->run->path, "metrics.jsonl"), *text = mem_alloc(65536);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;
    while (fd >= 0 && (n = pread(fd, text, 65536, w->copied)) > 0) {
        char *end = memrchr(text, '\n', (size_t)n);
        if (end == NULL)
            break;
        fwrite(text, 1, (size_t)(end - text) + 1, stdout);
        w->copied += end - text + 1;
    }
    if (fd >= 0)
        close(fd);
    free(text);
    free(path);
}

static void print_end(const struct run *run, bool json)
{
    if (json) {
        printf("{\"event\":\"end\",\"state\":\"%s\"}\n", run_state_name(run->state));
        return;
    }
    if (run->state == RUN_CRASHED && run->log[0] != '\0')
        fputs(run->log, stdout);
    printf("%s: %s after %d of %d epochs", run->name, run_state_name(run->state), run->epochs,
           run->epochs_wanted);
    if (run->best >= 0)
        printf(", best PublicTest accuracy %.2f %% at epoch %d",
               100.0 * run->epoch[run->best].val_accuracy, run->epoch[run->best].epoch);
    printf("%s%s\n", run->error[0] != '\0' ? ": " : "", run->error);
}

static int follow(struct watch *w, bool json)
{
    for (;;) {
        if (json)
            copy_events(w);
        else
            print_news(w);
        fflush(stdout);
        if (w->run->gone) {
            fprintf(stderr, "moodtop watch: %s: cannot be read any more\n", w->run->path);
            return EXIT_FAILED;
        }
        if (ferror(stdout))
            return EXIT_FAILED;
        if (!run_alive(w->run))
            break;
        clock_sleep_until(clock_now() + LOOK);
        run_poll(w->run);
    }
    print_end(w->run, json);
    return w->run->state == RUN_CRASHED ? EXIT_FAILED : EXIT_OK;
}

/* The training screen; false where there is no terminal that could show it. */
static bool on_screen(const struct opts *opts, const char *dir, int *code)
{
    struct err err = {""};
    struct train_view_data data = {.training = NULL};
    bool screen = false;
    if (opts->runs.json || !isatty(STDOUT_FILENO) || !text_copy(data.run, sizeof data.run, dir))
        return false;
    *code = views_run(opts, VIEWS_TRAIN, &data, &screen, &err);
    if (!screen)
        fprintf(stderr, "moodtop watch: %s: lines of text instead\n", err.text);
    return screen;
}

static int watch_run(const struct opts *opts, int argc, char **argv)
{
    struct err err = {""};
    char *dir = run_words_path("watch", opts, argc, argv, run_words_alive);
    if (dir == NULL)
        return EXIT_FAILED;
    struct watch w = {.run = run_open(dir, &err), .told = RUN_DONE};
    int code = EXIT_FAILED;
    if (w.run != NULL && on_screen(opts, dir, &code)) {
        run_close(w.run);
        free(dir);
        return code;
    }
    if (w.run != NULL)
        code = follow(&w, opts->runs.json);
    else
        fprintf(stderr, "moodtop watch: %s\n", err.text);
    run_close(w.run);
    free(dir);
    return code;
}

const struct command cmd_watch = {
    .name = "watch",
    .args = "[RUN]",
    .summary = "follow a training run: on the screen, or as lines where there is none",
    .sections = "runs ui",
    .examples = "moodtop watch\n"
                "moodtop watch 2026-11-21-0930-emotion --json\n",
    .run = watch_run,
    .view = &train_view,
};
