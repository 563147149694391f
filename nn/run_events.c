/*
 * run_events: metrics.jsonl into epochs and steps, for nn/run.c. Lines that are not ours or make
 * no sense are passed over: a reader has nobody to complain to.
 */
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "nn/run_line.h"
#include "nn/run_reader.h"

#define CHUNK ((size_t)256 << 10)    /* longer lines are passed over */
#define STEP_WINDOW ((off_t)1 << 20) /* steps are looked for in so many last bytes of the file */
#define COUNT_MAX 1e15
#define EPOCH_MAX 1e8

static double figure(const struct run *run, const struct run_epoch *e)
{
    return run->measure == 1 ? e->val_macro_f1 : e->val_accuracy;
}

/* The first epoch with the best figure, as the trainer chooses it. */
static void find_best(struct run *run, int from)
{
    for (int i = from; i < run->epochs; i++)
        if (run->best < 0 || figure(run, &run->epoch[i]) > figure(run, &run->epoch[run->best]))
            run->best = i;
}

/* Forgets all epochs from that number on. */
static void drop_epochs(struct run *run, int epoch)
{
    int before = run->epochs;
    while (run->epochs > 0 && run->epoch[run->epochs - 1].epoch >= epoch)
        run->epochs--;
    if (run->epochs == before)
        return;
    if (run->confusion_epoch >= epoch)
        run->confusion_epoch = 0;
    if (run->best >= run->epochs) {
        run->best = -1;
        find_best(run, 0);
    }
}

static bool is_count(double x, double max)
{
    return x >= 0.0 && x <= max;
}

/* Appends an epoch and its recalls. */
static void add_epoch(struct run *run, const struct run_epoch *e, const double *recall)
{
    struct run_reader *r = run->reader;
    size_t classes = (size_t)run->classes;
    if (run->epochs == r->epochs_room) {
        r->epochs_room = run->epochs * 2 + 32;
        run->epoch = mem_realloc(run->epoch, (size_t)r->epochs_room, sizeof *e);
        run->recall = mem_realloc(run->recall, (size_t)r->epochs_room * classes, sizeof *recall);
    }
    memcpy(run->recall + (size_t)run->epochs * classes, recall, classes * sizeof *recall);
    run->epoch[run->epochs++] = *e;
    find_best(run, run->epochs - 1);
}

/* Takes the confusion of that epoch, if all of it was read. */
static void take_confusion(struct run *run, int epoch, const double *confusion)
{
    size_t n = (size_t)run->classes * (size_t)run->classes;
    if (isnan(confusion[n - 1]))
        return;
    run->confusion_epoch = epoch;
    for (size_t i = 0; i < n; i++)
        run->confusion[i] = is_count(confusion[i], COUNT_MAX) ? (long)confusion[i] : 0;
}

static void read_epoch(struct run *run, const char *line)
{
    double number = NAN, step = NAN;
    double *recall = run->reader->figures, *confusion = recall + run->classes;
    int counts = run->classes * run->classes;
    struct run_epoch e = {.time = 0};
    e.loss = e.accuracy = e.val_loss = e.val_accuracy = e.val_macro_f1 = e.lr = e.seconds = NAN;
    for (int i = 0; i < run->classes + counts; i++)
        recall[i] = NAN;
    const struct run_line_key keys[] = {
        {"epoch", &number, 1},
        {"step", &step, 1},
        {"loss", &e.loss, 1},
        {"accuracy", &e.accuracy, 1},
        {"val_loss", &e.val_loss, 1},
        {"val_accuracy", &e.val_accuracy, 1},
        {"val_macro_f1", &e.val_macro_f1, 1},
        {"lr", &e.lr, 1},
        {"seconds", &e.seconds, 1},
        {"recall", recall, run->classes},
        {"confusion", confusion, counts},
        {"time", &e.time, 1},
    };
    if (!run_line_read(line, keys, MEM_COUNT(keys)) || !is_count(number, EPOCH_MAX) ||
        !is_count(step, COUNT_MAX))
        return;
    e.epoch = (int)number;
    e.step = (long)step;
    if (isnan(e.seconds) && run->reader->mark > 0.0 && e.time >= run->reader->mark)
        e.seconds = e.time - run->reader->mark; /* of an older build */
    run->reader->mark = e.time;
    drop_epochs(run, e.epoch);
    add_epoch(run, &e, recall);
    take_confusion(run, e.epoch, confusion);
}

/* Makes room for one more step: the older half makes way where RUN_STEPS_MAX is reached. */
static struct run_step *add_step(struct run *run)
{
    struct run_reader *r = run->reader;
    if (run->steps == RUN_STEPS_MAX) {
        run->steps /= 2;
        memmove(run->step, run->step + RUN_STEPS_MAX - run->steps,
                (size_t)run->steps * sizeof *run->step);
    }
    if (run->steps == r->steps_room) {
        r->steps_room = r->steps_room == 0 ? 64 : r->steps_room * 2;
        run->step = mem_realloc(run->step, (size_t)r->steps_room, sizeof *run->step);
    }
    return &run->step[run->steps++];
}

static void read_step(struct run *run, const char *line)
{
    double epoch = NAN, step = NAN, batch = 0, batches = 0;
    struct run_step s = {.time = 0};
    s.loss = s.accuracy = s.lr = s.images_per_s = s.memory = s.eta_s = NAN;
    const struct run_line_key keys[] = {
        {"epoch", &epoch, 1},     {"step", &step, 1},
        {"batch", &batch, 1},     {"batches", &batches, 1},
        {"loss", &s.loss, 1},     {"accuracy", &s.accuracy, 1},
        {"lr", &s.lr, 1},         {"images_per_s", &s.images_per_s, 1},
        {"memory", &s.memory, 1}, {"eta_s", &s.eta_s, 1},
        {"time", &s.time, 1},
    };
    if (!run_line_read(line, keys, MEM_COUNT(keys)) || !is_count(epoch, EPOCH_MAX) ||
        !is_count(step, COUNT_MAX) || !is_count(batch, INT_MAX) || !is_count(batches, INT_MAX))
        return;
    s.epoch = (int)epoch;
    s.step = (long)step;
    s.batch = (int)batch;
    s.batches = (int)batches;
    *add_step(run) = s;
}

/* A trainer goes on from there: what a dead one wrote beyond that is void. */
static void read_start(struct run *run, const char *line)
{
    double epoch = 0, step = 0, time = 0;
    const struct run_line_key keys[] = {
        {"epoch", &epoch, 1}, {"step", &step, 1}, {"time", &time, 1}};
    if (!run_line_read(line, keys, MEM_COUNT(keys)) || !is_count(epoch, EPOCH_MAX) ||
        !is_count(step, COUNT_MAX))
        return;
    drop_epochs(run, (int)epoch + 1);
    while (run->steps > 0 && run->step[run->steps - 1].step > (long)step)
        run->steps--;
    run->reader->last = RUN_LAST_START;
    run->reader->mark = time;
    run->error[0] = '\0';
}

static void read_error(struct run *run, const char *line)
{
    json_t *event = json_loads(line, 0, NULL);
    const char *text = json_string_value(json_object_get(event, "text"));
    run->reader->last = RUN_LAST_ERROR;
    text_copy(run->error, sizeof run->error, text != NULL ? text : "");
    json_decref(event);
}

static void read_stop(struct run *run, const char *line)
{
    (void)line;
    run->reader->last = RUN_LAST_STOP;
}

static void read_done(struct run *run, const char *line)
{
    (void)line;
    run->reader->last = RUN_LAST_DONE;
}

/* Takes one line, ended by NUL; late: it stands near the end of the file. */
static void take_line(struct run *run, const char *line, bool late)
{
    static const struct {
        const char *event;
        void (*read)(struct run *run, const char *line);
    } kinds[] = {
        {"step\"", read_step}, {"epoch\"", read_epoch}, {"start\"", read_start},
        {"stop\"", read_stop}, {"done\"", read_done},   {"error\"", read_error},
    };
    static const char opening[] = "{\"event\":\"";
    if (strncmp(line, opening, sizeof opening - 1) != 0)
        return;
    const char *name = line + sizeof opening - 1;
    for (size_t i = late ? 0 : 1; i < MEM_COUNT(kinds); i++)
        if (strncmp(name, kinds[i].event, strlen(kinds[i].event)) == 0) {
            kinds[i].read(run, line);
            return;
        }
}

/* Takes the whole lines of a chunk that starts at file offset `at`; how many bytes that were. */
static size_t take_chunk(struct run *run, char *text, size_t size, off_t at, off_t end)
{
    size_t used = 0;
    char *stop;
    while ((stop = memchr(text + used, '\n', size - used)) != NULL) {
        *stop = '\0';
        take_line(run, text + used, at + (off_t)used + STEP_WINDOW > end);
        used = (size_t)(stop - text) + 1;
    }
    return used;
}

static void start_over(struct run *run)
{
    run->reader->at = 0;
    run->reader->last = RUN_LAST_NONE;
    run->reader->mark = 0;
    run->epochs = run->steps = run->confusion_epoch = 0;
    run->best = -1;
    run->error[0] = '\0';
}

bool run_events_poll(struct run *run)
{
    struct run_reader *r = run->reader;
    struct run_seen before = r->events;
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/metrics.jsonl", run->path) >= (int)sizeof path ||
        !run_seen_changed(&r->events, path))
        return false;
    if (r->events.inode == 0) { /* gone: it may come back */
        r->events = (struct run_seen){.dev = before.dev, .inode = before.inode};
        return false;
    }
    if (r->events.dev != before.dev || r->events.inode != before.inode || r->events.size < r->at)
        start_over(run);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    char *text = mem_alloc(CHUNK);
    ssize_t n;
    while ((n = pread(fd, text, CHUNK, r->at)) > 0) {
        size_t used = take_chunk(run, text, (size_t)n, r->at, r->events.size);
        if (used == 0 && (size_t)n < CHUNK)
            break; /* half a line */
        r->at += (off_t)(used > 0 ? used : (size_t)n);
    }
    free(text);
    close(fd);
    return true;
}
