/* run: see run.h. metrics.jsonl is read by nn/run_events.c. */
#include "nn/run.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "nn/classes.h"
#include "nn/dataset.h"
#include "nn/hash.h"
#include "nn/run_reader.h"
#include "nn/rundir.h"
#include "nn/runopts.h"

#define RUN_JSON_MAX ((size_t)64 << 20)
#define NOTE_MAX 4096

bool run_seen_changed(struct run_seen *seen, const char *path)
{
    struct stat st;
    struct run_seen now = {0};
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) /* a pipe would hold its reader */
        now = (struct run_seen){
            .dev = st.st_dev, .inode = st.st_ino, .size = st.st_size, .modified = st.st_mtim};
    bool same = now.dev == seen->dev && now.inode == seen->inode && now.size == seen->size &&
                now.modified.tv_sec == seen->modified.tv_sec &&
                now.modified.tv_nsec == seen->modified.tv_nsec;
    *seen = now;
    return !same;
}

/* ---- run.json ------------------------------------------------------------------------------ */

static void add_option(struct run *run, const char *name, json_t *value)
{
    char text[64];
    const char *word = runopts_text(name, value, text, sizeof text);
    if (word != NULL)
        run->option[run->options++] =
            (struct run_option){.name = mem_strdup(name), .value = mem_strdup(word)};
}

/* The classes by name; a run.json without them is of a build that knew FER2013's seven alone. */
static void take_labels(struct run *run, const json_t *labels)
{
    size_t n = json_array_size(labels), own = n > 0 && n <= RUNDIR_CLASSES_MAX ? n : 0;
    run->classes = own > 0 ? (int)own : DATASET_CLASSES;
    size_t classes = (size_t)run->classes;
    run->label = mem_zalloc(classes, sizeof *run->label);
    for (size_t i = 0; i < classes; i++) {
        const char *name =
            own > 0 ? json_string_value(json_array_get(labels, i)) : classes_names[i];
        run->label[i] = mem_strdup(name != NULL ? name : "?");
    }
    run->confusion = mem_zalloc(classes * classes, sizeof *run->confusion);
    run->reader->figures = mem_zalloc(classes + classes * classes, sizeof(double));
}

static void take_about(struct run *run, json_t *about)
{
    json_t *options = json_object_get(about, "options"), *value;
    const char *name, *version = json_string_value(json_object_get(about, "version"));
    run->option = mem_zalloc(json_object_size(options) + 1, sizeof *run->option);
    json_object_foreach(options, name, value) add_option(run, name, value);
    run->version = mem_strdup(version != NULL ? version : "");
    run->started = json_number_value(json_object_get(about, "started"));
    run->params = (long)json_integer_value(json_object_get(about, "params"));
    json_int_t epochs = json_integer_value(json_object_get(options, "epochs"));
    run->epochs_wanted = epochs > 0 && epochs <= INT_MAX ? (int)epochs : 0;
    run->measure = (int)json_integer_value(json_object_get(options, "measure"));
    take_labels(run, json_object_get(about, "labels"));
}

static int read_about(struct run *run, struct err *err)
{
    size_t size;
    char *path = file_join(run->path, "run.json"),
         *text = file_read(path, RUN_JSON_MAX, &size, err);
    json_error_t where;
    json_t *about = text != NULL ? json_loadb(text, size, 0, &where) : NULL;
    int rc = 0;
    if (about != NULL)
        take_about(run, about);
    else
        rc = text != NULL ? err_set(err, "%s:%d: %s", path, where.line, where.text) : -1;
    json_decref(about);
    free(text);
    free(path);
    return rc;
}

/* ---- the small files ----------------------------------------------------------------------- */

/* Reads at most the last size - 1 bytes of a file into out, ended by NUL; how many, or -1. */
static ssize_t read_end(const char *path, off_t file_size, char *out, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return -1;
    off_t from = file_size > (off_t)size - 1 ? file_size - (off_t)size + 1 : 0;
    ssize_t n = pread(fd, out, size - 1, from);
    close(fd);
    out[n > 0 ? n : 0] = '\0';
    return n;
}

static bool poll_log(struct run *run)
{
    char path[PATH_MAX];
    struct run_seen *seen = &run->reader->log;
    if (snprintf(path, sizeof path, "%s/log.txt", run->path) >= (int)sizeof path ||
        !run_seen_changed(seen, path) || seen->inode == 0)
        return false;
    ssize_t n = read_end(path, seen->size, run->log, sizeof run->log);
    char *line = n > 0 && seen->size >= (off_t)sizeof run->log ? strchr(run->log, '\n') : NULL;
    if (line != NULL) /* the first line is cut */
        memmove(run->log, line + 1, strlen(line + 1) + 1);
    return n >= 0;
}

static bool poll_note(struct run *run)
{
    char path[PATH_MAX], text[NOTE_MAX] = "";
    struct run_seen *seen = &run->reader->note;
    if (snprintf(path, sizeof path, "%s/note.txt", run->path) >= (int)sizeof path ||
        !run_seen_changed(seen, path))
        return false;
    if (seen->inode != 0)
        read_end(path, seen->size < NOTE_MAX ? seen->size : 0, text, sizeof text);
    text[strcspn(text, "\n")] = '\0';
    free(run->note);
    run->note = mem_strdup(text);
    return true;
}

/* ---- the state ----------------------------------------------------------------------------- */

static enum run_state state_of(const struct run *run, enum rundir_use use)
{
    if (use != RUNDIR_FREE)
        return use == RUNDIR_WAITING ? RUN_WAITING : RUN_RUNNING;
    switch (run->reader->last) {
    case RUN_LAST_START:
    case RUN_LAST_ERROR:
        return RUN_CRASHED;
    case RUN_LAST_DONE:
        return RUN_DONE;
    case RUN_LAST_NONE:
    case RUN_LAST_STOP:
        break;
    }
    return RUN_STOPPED;
}

static uint64_t print_seen(uint64_t print, const struct run_seen *seen)
{
    print = hash_number(hash_number(print, seen->dev), seen->inode);
    print = hash_number(print, (uint64_t)seen->size);
    print = hash_number(print, (uint64_t)seen->modified.tv_sec);
    return hash_number(print, (uint64_t)seen->modified.tv_nsec);
}

static uint64_t print_of(const struct run *run)
{
    uint64_t print = hash_text(HASH_START, run->path);
    print = print_seen(print, &run->reader->events);
    print = print_seen(print, &run->reader->log);
    print = print_seen(print, &run->reader->note);
    print = hash_number(hash_number(print, run->state), run->gone);
    return hash_number(hash_number(print, (uint64_t)run->pid), (uint64_t)run->ticket);
}

bool run_poll(struct run *run)
{
    pid_t pid;
    long ticket;
    bool gone = access(run->path, R_OK | X_OK) != 0;
    bool changed = gone != run->gone;
    run->gone = gone;
    if (!gone) {
        /* The lock first: a trainer that ends in between has then written its last line. One that
         * starts in between must not be taken for a dead one. */
        enum rundir_use use = rundir_probe(run->path, &pid, &ticket);
        changed |= run_events_poll(run);
        changed |= poll_log(run);
        changed |= poll_note(run);
        if (use == RUNDIR_FREE && run->state != RUN_CRASHED)
            use = rundir_probe(run->path, &pid, &ticket);
        enum run_state state = state_of(run, use);
        changed |= state != run->state || pid != run->pid || ticket != run->ticket;
        run->state = state;
        run->pid = pid;
        run->ticket = ticket;
    }
    run->print = print_of(run);
    return changed;
}

struct run *run_open(const char *path, struct err *err)
{
    struct run *run = mem_zalloc(1, sizeof *run);
    run->path = mem_strdup(path);
    for (size_t n = strlen(path); n > 1 && run->path[n - 1] == '/'; n--)
        run->path[n - 1] = '\0';
    run->name = file_base(run->path);
    run->note = mem_strdup("");
    run->best = -1;
    run->state = RUN_STOPPED;
    run->reader = mem_zalloc(1, sizeof *run->reader);
    if (read_about(run, err) != 0) {
        run_close(run);
        return NULL;
    }
    run_poll(run);
    return run;
}

void run_close(struct run *run)
{
    if (run == NULL)
        return;
    for (int i = 0; i < run->options; i++) {
        free(run->option[i].name);
        free(run->option[i].value);
    }
    free(run->option);
    for (int i = 0; i < run->classes; i++)
        free(run->label[i]);
    free(run->label);
    free(run->recall);
    free(run->confusion);
    free(run->version);
    free(run->note);
    free(run->epoch);
    free(run->step);
    free(run->reader->figures);
    free(run->reader);
    free(run->path);
    free(run);
}

const char *run_state_name(enum run_state state)
{
    static const char *const names[] = {"waiting", "running", "done", "stopped", "crashed"};
    return names[state];
}

bool run_alive(const struct run *run)
{
    return run->state == RUN_RUNNING || run->state == RUN_WAITING;
}

const char *run_option(const struct run *run, const char *name)
{
    for (int i = 0; i < run->options; i++)
        if (strcmp(run->option[i].name, name) == 0)
            return run->option[i].value;
    return NULL;
}
