/*
 * predict: `moodtop predict FILE...`: pictures and videos in batch, a line of text or JSON for
 * each. Main thread.
 */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "cmd/cmd.h"
#include "cmd/predict.h"
#include "vision/analyze.h"
#include "vision/source.h"

struct run {
    const struct opts *opts;
    struct analyzer *analyzer;
    const struct infer_info *model;
    struct frame_pool *pool;
    struct marked *marked; /* where marked pictures go; NULL = nowhere */
    bool progress;         /* say on stderr how far a long video is */
    bool failed;           /* something could not be read or written */
    bool closed;           /* whoever read our output has gone */
    long done;             /* pictures */
};

/* One file on its way through. */
struct item {
    const char *path;
    long frame; /* 0, 1, ... */
    int64_t start, said;
    struct scene scene;
};

static volatile sig_atomic_t stop;
static struct source *volatile reading; /* what a signal must stop */

static void on_stop(int sig)
{
    (void)sig;
    stop = 1;
    if (reading != NULL)
        source_stop(reading);
}

static void complain(struct run *r, const char *text)
{
    fprintf(stderr, "%smoodtop predict: %s\n", r->progress ? "\r\033[K" : "", text);
    r->failed = true;
}

/* ---- output ---------------------------------------------------------------------------------- */

/* A file's name as JSON; it need not be UTF-8. */
static json_t *name_json(const char *name)
{
    char *sound = text_utf8(name);
    json_t *j = json_string(sound);
    free(sound);
    return j;
}

static json_t *rounded(double x, double steps)
{
    return json_real(rint(x * steps) / steps);
}

static json_t *face_json(const struct scene_face *f, const struct infer_info *model)
{
    json_t *p = json_object();
    for (int c = 0; c < model->classes; c++)
        json_object_set_new(p, model->labels[c], rounded((double)f->p[c], 1e4));
    return json_pack("{s:i, s:[iiii], s:s, s:o}", "id", f->id, "box", f->box.x, f->box.y, f->box.w,
                     f->box.h, "mood", model->labels[f->mood], "p", p);
}

static void print_json(const struct run *r, const struct item *item)
{
    const struct scene *s = &item->scene;
    json_t *faces = json_array();
    for (int i = 0; i < s->faces; i++)
        json_array_append_new(faces, face_json(&s->face[i], r->model));
    json_t *line = json_pack("{s:o, s:I, s:o, s:i, s:i, s:o}", "file", name_json(item->path),
                             "frame", (json_int_t)item->frame, "time_s", rounded(s->pts, 1e3),
                             "width", s->width, "height", s->height, "faces", faces);
    json_dumpf(line, stdout, JSON_COMPACT | JSON_REAL_PRECISION(12));
    putchar('\n');
    json_decref(line);
}

static void print_text(const struct run *r, const struct item *item)
{
    const struct scene *s = &item->scene;
    char at[32] = "";
    if (item->frame > 0)
        snprintf(at, sizeof at, " %d:%06.3f", (int)(s->pts / 60), fmod(s->pts, 60));
    if (s->faces == 0)
        printf("%s%s: no face\n", item->path, at);
    for (int i = 0; i < s->faces; i++) {
        const struct scene_face *f = &s->face[i];
        printf("%s%s: face %d at %d,%d size %dx%d: %s %d %%\n", item->path, at, f->id, f->box.x,
               f->box.y, f->box.w, f->box.h, r->model->labels[f->mood],
               (int)lrintf(f->p[f->mood] * 100));
    }
}

/* Prints the frame's line at once. A reader that has gone away ends the run without a word. */
static void print_item(struct run *r, const struct item *item)
{
    if (r->opts->predict.json)
        print_json(r, item);
    else
        print_text(r, item);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return;
    r->closed = true;
    if (errno != EPIPE) {
        struct err err = {""};
        err_errno(&err, "cannot write to standard output");
        complain(r, err.text);
    }
    clearerr(stdout); /* it is dealt with */
}

static void print_progress(struct item *item)
{
    int64_t now = clock_now();
    if (now - item->start < CLOCK_S || now - item->said < CLOCK_S / 2)
        return;
    item->said = now;
    fprintf(stderr, "\r\033[K%s: %ld frames, %.1f s, %.1f frames/s", file_base(item->path),
            item->frame + 1, item->scene.pts,
            (double)(item->frame + 1) * CLOCK_S / (double)(now - item->start));
}

/* ---- one file after the other ---------------------------------------------------------------- */

static void do_frame(struct run *r, struct item *item, const struct frame *frame)
{
    struct err err = {""};
    analyzer_run(r->analyzer, frame, &item->scene);
    print_item(r, item);
    if (r->marked != NULL && !r->closed &&
        marked_write(r->marked, item->path, item->frame, frame, &item->scene, r->model->labels,
                     &err) != 0) {
        complain(r, err.text); /* once: the next one would fail for the same reason */
        marked_close(r->marked);
        r->marked = NULL;
    }
    if (r->progress)
        print_progress(item);
    item->frame++;
    r->done++;
}

static void read_all(struct run *r, struct item *item, struct source *source)
{
    while (!stop && !r->closed) {
        struct frame *frame = NULL;
        struct err err = {""};
        enum source_status got = source_next(source, &frame, &err);
        if (got == SOURCE_FRAME) {
            do_frame(r, item, frame);
            frame_unref(frame);
        } else if (got != SOURCE_AGAIN) {
            if (got == SOURCE_LOST)
                complain(r, err.text);
            break;
        }
    }
}

static void do_file(struct run *r, const char *path)
{
    struct source_opts opts = r->opts->source;
    struct err err = {""};
    if (strlen(path) >= sizeof opts.uri) {
        err_set(&err, "%.40s...: a name of %zu bytes, %zu at most", path, strlen(path),
                sizeof opts.uri - 1);
        complain(r, err.text);
        return;
    }
    strcpy(opts.uri, path);
    opts.loop = false;
    opts.speed = 0;
    struct source *source = source_open(&opts, r->pool, &err);
    if (source == NULL) {
        complain(r, err.text);
        return;
    }
    struct item *item = mem_zalloc(1, sizeof *item);
    item->path = path;
    item->start = clock_now();
    analyzer_reset(r->analyzer);
    reading = source;
    read_all(r, item, source);
    reading = NULL;
    if (item->said != 0)
        fputs("\r\033[K", stderr);
    free(item);
    source_close(source);
}

static void do_folder(struct run *r, const char *path)
{
    struct err err = {""};
    struct listing list = {0};
    if (listing_read(&list, path, &err) != 0)
        complain(r, err.text);
    else if (list.count == 0) {
        err_set(&err, "%s: no picture or video in this folder", path);
        complain(r, err.text);
    }
    for (int i = 0; i < list.count && !stop && !r->closed; i++)
        do_file(r, list.path[i]);
    listing_free(&list);
}

/* ---- the run --------------------------------------------------------------------------------- */

/* Every picture stands for itself: nothing is smoothed, and every face that is found counts. */
static int open_run(struct run *r, int files, char **file, struct err *err)
{
    struct live_opts live = r->opts->live;
    live.half_life_s = 0;
    live.max_faces = SCENE_FACES_MAX;
    r->analyzer = analyzer_open(&r->opts->detect, &r->opts->model, &live, err);
    if (r->analyzer == NULL)
        return -1;
    r->model = analyzer_model(r->analyzer);
    r->pool = frame_pool_new(4);
    r->progress = isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO);
    if (r->opts->predict.annotate[0] == '\0')
        return 0;
    bool one = files == 1 && !file_is_dir(file[0]);
    r->marked = marked_open(r->opts->predict.annotate, one, err);
    return r->marked == NULL ? -1 : 0;
}

static void close_run(struct run *r)
{
    marked_close(r->marked);
    analyzer_close(r->analyzer);
    frame_pool_free(r->pool);
}

static void catch_signals(void)
{
    /* The second ^C ends the program at once, in case opening a source hangs. */
    struct sigaction sa = {.sa_handler = on_stop, .sa_flags = SA_RESETHAND};
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
    sigaction(SIGHUP, &sa, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static int run_predict(const struct opts *opts, int argc, char **argv)
{
    struct run r = {.opts = opts};
    struct err err = {""};
    if (argc == 0) {
        fputs("moodtop predict: which files? See \"moodtop predict --help\".\n", stderr);
        return EXIT_USAGE;
    }
    catch_signals();
    if (open_run(&r, argc, argv, &err) != 0) {
        complain(&r, err.text);
        close_run(&r);
        return EXIT_FAILED;
    }
    for (int i = 0; i < argc && !stop && !r.closed; i++) {
        if (file_is_dir(argv[i]))
            do_folder(&r, argv[i]);
        else
            do_file(&r, argv[i]);
    }
    close_run(&r);
    if (stop) {
        fprintf(stderr, "moodtop predict: stopped after %ld picture%s\n", r.done,
                r.done == 1 ? "" : "s");
        return EXIT_FAILED;
    }
    return r.failed ? EXIT_FAILED : EXIT_OK;
}

const struct command cmd_predict = {
    .name = "predict",
    .args = "FILE...",
    .summary = "faces and moods of pictures and videos, a line each",
    .sections = "predict detect model source",
    .examples = "moodtop predict photos/*.jpg\n"
                "moodtop predict --json clip.mp4 >moods.jsonl\n"
                "moodtop predict --annotate marked/ photos/\n",
    .run = run_predict,
};
