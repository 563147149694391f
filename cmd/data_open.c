/* data_open: see data_open.h. */
#include "cmd/data_open.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "nn/corrections.h"
#include "nn/dataset_how.h"
#include "vision/crop.h"
#include "vision/detect.h"
#include "vision/folder.h"
#include "vision/media_picture.h"

enum { WORKERS = 64, TOLD = 5 };

/* What one of the threads that read pictures works with; made when it first does. */
struct worker {
    struct media_picture *reader;
    struct detector *detector;
};

struct data_tools {
    const struct opts *opts;
    struct dataset_how how;
    struct worker worker[WORKERS];
    bool (*progress)(void *ctx, const struct dataset_progress *p); /* a screen's, or NULL */
    void *ctx;
    bool terminal, told;
    bool listens;               /* to ^C and SIGTERM: */
    struct sigaction before[2]; /* what they did */
};

static const int signals[2] = {SIGINT, SIGTERM};

static volatile sig_atomic_t asked_to_stop; /* the signal that came, or 0 */

/* ---- pictures ------------------------------------------------------------------------------ */

/* The largest face of a picture, or the square in its middle. */
static struct crop_area choose_area(struct data_tools *t, struct worker *w, const uint8_t *grey,
                                    int width, int height)
{
    struct detection found;
    if (w->detector != NULL && detector_run(w->detector, grey, width, height, width, &found, 1) > 0)
        return crop_area(&found.box, t->opts->model.margin, DATASET_SIDE, DATASET_SIDE);
    int side = width < height ? width : height;
    struct box middle = {(width - side) / 2, (height - side) / 2, side, side};
    return crop_area(&middle, 0.0, DATASET_SIDE, DATASET_SIDE);
}

static int open_worker(struct data_tools *t, struct worker *w, struct err *err)
{
    if (w->reader == NULL)
        w->reader = media_picture_open();
    if (!t->how.crop_faces || w->detector != NULL)
        return 0;
    w->detector = detector_open(&t->opts->detect, err);
    return w->detector != NULL ? 0 : -1;
}

static int read_picture(void *ctx, int worker, const char *path, uint8_t *out, struct err *err)
{
    struct data_tools *t = ctx;
    struct worker *w = &t->worker[worker];
    int width, height;
    if (open_worker(t, w, err) != 0)
        return -1;
    const uint8_t *grey = media_picture_read(w->reader, path, &width, &height, err);
    if (grey == NULL)
        return -1;
    if (width == DATASET_SIDE && height == DATASET_SIDE && !t->how.crop_faces) {
        memcpy(out, grey, DATASET_PIXELS);
        return 0;
    }
    float small[DATASET_PIXELS];
    struct crop_area area = choose_area(t, w, grey, width, height);
    crop_scale(grey, width, height, &area, small, DATASET_SIDE, DATASET_SIDE);
    for (int i = 0; i < DATASET_PIXELS; i++)
        out[i] = (uint8_t)lrintf(fminf(fmaxf(small[i], 0.0f), 255.0f));
    return 0;
}

/* ---- progress ------------------------------------------------------------------------------ */

static void on_stop(int signal)
{
    asked_to_stop = signal;
}

static bool on_progress(void *ctx, const struct dataset_progress *p)
{
    struct data_tools *t = ctx;
    if (t->progress != NULL)
        return t->progress(t->ctx, p);
    if (t->terminal && p->seconds > 1.0) {
        fprintf(stderr, "\rreading %s: %.0f %%", file_base(p->what), 100.0 * p->done);
        if (p->left >= 0.0)
            fprintf(stderr, ", %.0f s left", ceil(p->left));
        fputs("\033[K", stderr);
        t->told = true;
    }
    return !asked_to_stop;
}

/* The first ^C ends a conversion, unless somebody else already listens; a second one kills. It also
 * ends what waits for a pipe to which nobody writes, so nothing is restarted. */
static void watch_signals(struct data_tools *t)
{
    struct sigaction action = {.sa_handler = on_stop, .sa_flags = (int)SA_RESETHAND};
    asked_to_stop = 0;
    t->listens = true;
    for (size_t i = 0; i < MEM_COUNT(signals); i++) {
        sigaction(signals[i], NULL, &t->before[i]);
        if (t->before[i].sa_handler == SIG_DFL)
            sigaction(signals[i], &action, NULL);
    }
}

static void unwatch_signals(const struct data_tools *t)
{
    for (size_t i = 0; i < MEM_COUNT(signals) && t->listens; i++)
        sigaction(signals[i], &t->before[i], NULL);
}

static struct data_tools *make_tools(const struct opts *opts,
                                     bool (*progress)(void *ctx, const struct dataset_progress *p),
                                     void *ctx, struct err *err)
{
    struct data_tools *t = mem_zalloc(1, sizeof *t);
    t->opts = opts;
    t->progress = progress;
    t->ctx = ctx;
    t->terminal = isatty(STDERR_FILENO);
    t->how = (struct dataset_how){.strict = opts->data.strict,
                                  .crop_faces = opts->data.crop_faces,
                                  .val = opts->data.val,
                                  .seed = opts->data.val_seed,
                                  .votes = true,
                                  .ferplus = opts->data.ferplus,
                                  .is_picture = folder_is_picture,
                                  .picture = read_picture,
                                  .progress = on_progress,
                                  .ctx = t};
    if (progress == NULL) /* a screen hears for itself */
        watch_signals(t);
    if (opts->data.crop_faces) { /* a cascade that is missing is told once, not for each file */
        t->worker[0].detector = detector_open(&opts->detect, err);
        if (t->worker[0].detector == NULL) {
            data_tools_free(t);
            return NULL;
        }
    }
    return t;
}

struct data_tools *data_tools_new(const struct opts *opts, struct err *err)
{
    return make_tools(opts, NULL, NULL, err);
}

void data_tools_free(struct data_tools *t)
{
    if (t == NULL)
        return;
    bool stopped = t->listens && asked_to_stop != 0;
    if (t->told)
        fputs("\r\033[K", stderr);
    unwatch_signals(t);
    for (int i = 0; i < WORKERS; i++) {
        media_picture_close(t->worker[i].reader);
        detector_close(t->worker[i].detector);
    }
    free(t);
    if (stopped)
        raise(asked_to_stop); /* whoever started us learns of it */
}

const struct dataset_how *data_tools_how(const struct data_tools *t)
{
    return &t->how;
}

struct dataset *data_open(const struct opts *opts,
                          bool (*progress)(void *ctx, const struct dataset_progress *p), void *ctx,
                          struct err *err)
{
    struct data_tools *t = make_tools(opts, progress, ctx, err);
    if (t == NULL)
        return NULL;
    struct dataset *ds = dataset_open_how(opts->data.set, &t->how, err);
    data_tools_free(t);
    if (ds != NULL)
        data_tell(ds, progress != NULL);
    return ds;
}

struct dataset *data_open_set(const struct opts *opts, const char *set, struct err *err)
{
    struct opts *own = mem_alloc(sizeof *own);
    *own = *opts;
    snprintf(own->data.set, sizeof own->data.set, "%s", set);
    struct dataset *ds = data_open(own, NULL, NULL, err);
    free(own);
    return ds;
}

/* A line for whoever looks: on stderr, or in the log while a screen has the terminal. */
static void tell(bool screen, const char *text)
{
    if (screen)
        log_write(LOG_WARN, "%s", text);
    else
        fprintf(stderr, "moodtop: %s\n", text);
}

void data_tell(const struct dataset *ds, bool screen)
{
    long skipped = dataset_skipped(ds);
    char text[256];
    for (int i = 0; i < TOLD && dataset_damage(ds, i) != NULL; i++)
        tell(screen, dataset_damage(ds, i));
    if (skipped > 0) {
        snprintf(text, sizeof text, "%ld damaged %s left out of %ld", skipped,
                 skipped == 1 ? "row or file was" : "rows and files were", ds->n + skipped);
        tell(screen, text);
    }
    int relabelled = 0, excluded = 0, stale = 0;
    if (ds->corrections != NULL)
        corrections_count(ds->corrections, &relabelled, &excluded, &stale);
    if (relabelled + excluded + stale == 0)
        return;
    snprintf(text, sizeof text, "corrections: %d relabelled, %d excluded%s", relabelled, excluded,
             stale > 0 ? "; some fit no row any more" : "");
    tell(screen, text);
}
