/*
 * runs: lists the training runs of a folder with their state, their best epoch and the options in
 * which they differ; renames, notes, deletes one. Main thread.
 */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cmd/cmd.h"
#include "cmd/run_words.h"

/* ---- as a table ---------------------------------------------------------------------------- */

/* Options that say where a run lies or how it is computed, not what it is. */
static bool is_beside(const char *option)
{
    static const char *const beside[] = {"data", "model", "out", "name", "threads"};
    for (size_t i = 0; i < MEM_COUNT(beside); i++)
        if (strcmp(option, beside[i]) == 0)
            return true;
    return false;
}

/* Whether not all runs of the list have the same value. */
static bool differs(const struct runs *runs, const char *option, const char *value)
{
    for (int i = 0; i < runs->count; i++) {
        const char *other = run_option(runs->run[i], option);
        if (other == NULL || strcmp(other, value) != 0)
            return true;
    }
    return false;
}

static void print_options(const struct runs *runs, const struct run *run)
{
    for (int i = 0; i < run->options; i++) {
        const struct run_option *o = &run->option[i];
        if (!is_beside(o->name) && differs(runs, o->name, o->value))
            printf("  %s=%s", o->name, o->value);
    }
}

static void print_run(const struct runs *runs, const struct run *run, int width)
{
    char best[32] = "", place[32] = "";
    if (run->best >= 0)
        snprintf(best, sizeof best, "%.2f %% at %d", 100.0 * run->epoch[run->best].val_accuracy,
                 run->epoch[run->best].epoch);
    if (run->state == RUN_WAITING)
        snprintf(place, sizeof place, " %ld", run->ticket);
    printf("%-*s  %s%-*s  %5d/%-5d  %-15s", width, run->name, run_state_name(run->state),
           (int)(9 - strlen(run_state_name(run->state))), place, run->epochs, run->epochs_wanted,
           best);
    print_options(runs, run);
    printf("%s%s\n", run->note[0] != '\0' ? "  # " : "", run->note);
}

static void print_table(const struct runs *runs)
{
    int width = 4;
    for (int i = 0; i < runs->count; i++)
        width = (int)strlen(runs->run[i]->name) > width ? (int)strlen(runs->run[i]->name) : width;
    if (runs->count == 0)
        fprintf(stderr, "%s: no runs\n", runs->dir);
    else
        printf("%-*s  %-9s  %-11s  %-15s  options that differ\n", width, "run", "state", "epochs",
               "best PublicTest");
    for (int i = 0; i < runs->count; i++)
        print_run(runs, runs->run[i], width);
}

/* ---- as JSON ------------------------------------------------------------------------------- */

/* A number, or null where it is not known. */
static json_t *number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

static json_t *epoch_json(const struct run_epoch *e)
{
    return json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "epoch", e->epoch, "loss",
                     number(e->loss), "accuracy", number(e->accuracy), "val_loss",
                     number(e->val_loss), "val_accuracy", number(e->val_accuracy), "val_macro_f1",
                     number(e->val_macro_f1), "lr", number(e->lr));
}

static json_t *run_json(const struct run *run)
{
    json_t *options = json_object();
    for (int i = 0; i < run->options; i++)
        json_object_set_new(options, run->option[i].name, json_string(run->option[i].value));
    json_t *o =
        json_pack("{s:s, s:s, s:s, s:I, s:i, s:i, s:s, s:s, s:s, s:o}", "name", run->name, "path",
                  run->path, "state", run_state_name(run->state), "pid", (json_int_t)run->pid,
                  "epochs", run->epochs, "epochs_wanted", run->epochs_wanted, "version",
                  run->version, "note", run->note, "error", run->error, "options", options);
    if (run->epochs > 0)
        json_object_set_new(o, "last", epoch_json(&run->epoch[run->epochs - 1]));
    if (run->best >= 0)
        json_object_set_new(o, "best", epoch_json(&run->epoch[run->best]));
    return o;
}

static void print_json(const struct runs *runs)
{
    json_t *list = json_array();
    for (int i = 0; i < runs->count; i++)
        json_array_append_new(list, run_json(runs->run[i]));
    char *text = json_dumps(list, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    puts(text);
    free(text);
    json_decref(list);
}

/* ---- by hand ------------------------------------------------------------------------------- */

static int do_rename(char **path, const char *words, struct err *err)
{
    return runs_rename(path, words, err);
}

static int do_note(char **path, const char *words, struct err *err)
{
    return runs_note(*path, words, err);
}

static int do_delete(char **path, const char *words, struct err *err)
{
    (void)words;
    return runs_delete(*path, err);
}

static const struct action {
    const char *name, *after; /* after: what stands behind RUN, "" = nothing */
    int (*run)(char **path, const char *words, struct err *err);
} actions[] = {
    {"rename", "NAME", do_rename},
    {"note", "TEXT", do_note},
    {"delete", "", do_delete},
};

static int act(const struct action *a, const struct opts *opts, int argc, char **argv)
{
    struct err err = {""};
    int want = a->after[0] != '\0' ? 2 : 1;
    if (argc != want || argv[0][0] == '\0') {
        fprintf(stderr, "moodtop runs %s: expected RUN%s%s\n", a->name, want == 2 ? " " : "",
                a->after);
        return EXIT_USAGE;
    }
    char *path = runs_path(run_words_dir(opts), argv[0], &err);
    if (path == NULL || a->run(&path, want == 2 ? argv[1] : "", &err) != 0) {
        fprintf(stderr, "moodtop runs %s: %s\n", a->name, err.text);
        free(path);
        return EXIT_FAILED;
    }
    if (a->run != do_delete)
        puts(path);
    free(path);
    return EXIT_OK;
}

static int runs_run(const struct opts *opts, int argc, char **argv)
{
    for (size_t i = 0; argc > 0 && i < MEM_COUNT(actions); i++)
        if (strcmp(argv[0], actions[i].name) == 0)
            return act(&actions[i], opts, argc - 1, argv + 1);
    if (argc > 0) {
        fprintf(stderr, "moodtop runs: %s: expected rename, note, delete or nothing\n", argv[0]);
        return EXIT_USAGE;
    }
    struct runs *runs = runs_list(run_words_dir(opts));
    if (opts->runs.json)
        print_json(runs);
    else
        print_table(runs);
    runs_close(runs);
    return EXIT_OK;
}

const struct command cmd_runs = {
    .name = "runs",
    .args = "[rename RUN NAME | note RUN TEXT | delete RUN]",
    .summary = "list training runs; rename, note, delete one",
    .sections = "runs",
    .examples = "moodtop runs\n"
                "moodtop runs note 2026-11-21-0930-emotion \"twice the data\"\n"
                "moodtop runs delete 2026-11-21-0930-emotion\n",
    .run = runs_run,
};
