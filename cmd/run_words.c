/* run_words: see run_words.h. */
#include "cmd/run_words.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

const char *run_words_dir(const struct opts *opts)
{
    return opts->runs.dir[0] != '\0' ? opts->runs.dir : opts->train.out;
}

int run_words_alive(const struct run *run)
{
    return run->state == RUN_RUNNING ? 2 : run->state == RUN_WAITING;
}

int run_words_resumable(const struct run *run)
{
    return run->state == RUN_STOPPED || run->state == RUN_CRASHED;
}

/* The path of the newest run of the highest rank, NULL without runs; the caller frees. */
static char *first_of(const char *dir, int (*rank)(const struct run *run))
{
    struct runs *runs = runs_list(dir);
    const struct run *best = NULL;
    for (int i = 0; i < runs->count; i++)
        if (best == NULL || rank(runs->run[i]) > rank(best))
            best = runs->run[i];
    char *path = best != NULL ? mem_strdup(best->path) : NULL;
    runs_close(runs);
    return path;
}

char *run_words_path(const char *command, const struct opts *opts, int argc, char **argv,
                     int (*rank)(const struct run *run))
{
    struct err err = {""};
    char *path = argc == 0 ? first_of(run_words_dir(opts), rank) : NULL;
    if (argc > 1)
        err_set(&err, "expected one run, got %d", argc);
    else if (path == NULL)
        path = runs_path(run_words_dir(opts), argc == 1 ? argv[0] : "", &err);
    if (path == NULL)
        fprintf(stderr, "moodtop %s: %s\n", command, err.text);
    return path;
}

void run_words_seconds(double seconds, char *out, size_t size)
{
    long s = seconds >= 0.0 && seconds < 1e9 ? (long)(seconds + 0.5) : 0;
    if (s >= 3600)
        snprintf(out, size, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(out, size, "%ld:%02ld", s / 60, s % 60);
}

void run_words_epoch(const struct run *run, int i, char *out, size_t size)
{
    const struct run_epoch *e = &run->epoch[i];
    snprintf(out, size,
             "epoch %d/%d  loss %.4f  accuracy %.1f %%  PublicTest loss %.4f  accuracy %.2f %%%s",
             e->epoch, run->epochs_wanted, e->loss, 100.0 * e->accuracy, e->val_loss,
             100.0 * e->val_accuracy, i == run->best ? " (best)" : "");
}
