/* live: `moodtop live [SOURCE]`: the screen, or with --plain a line per result. Main thread. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cmd/cmd.h"
#include "cmd/views.h"
#include "tui/line_mode.h"
#include "tui/live_view.h"
#include "vision/live.h"

#define QUIET_NS CLOCK_S /* between two lines that say the same: no face */

struct plain {
    struct live *live;
    const struct infer_info *model;
    struct scene scene;
    struct live_status status;
    uint64_t seen;  /* seq of the last scene that was printed */
    int64_t silent; /* when "no face" was last said */
    int lines, limit;
    bool lost;
    int code;
};

static volatile sig_atomic_t stop;

static void on_stop(int sig)
{
    (void)sig;
    stop = 1;
}

/* One line, out at once. A reader that has gone away ends the program without a word. */
static void print_line(struct plain *p, const char *text)
{
    char clock[16];
    time_t t = time(NULL);
    struct tm tm;
    localtime_r(&t, &tm);
    strftime(clock, sizeof clock, "%H:%M:%S", &tm);
    if (printf("%s %s\n", clock, text) < 0 || fflush(stdout) != 0) {
        if (errno != EPIPE) {
            fprintf(stderr, "moodtop: cannot write: %s\n", strerror(errno));
            p->code = EXIT_FAILED;
        }
        clearerr(stdout);
        stop = 1;
    }
    if (++p->lines == p->limit)
        stop = 1;
}

static void print_scene(struct plain *p)
{
    char text[256];
    if (p->scene.faces == 0 && clock_now() - p->silent >= QUIET_NS) {
        p->silent = clock_now();
        print_line(p, "no face");
    }
    for (int i = 0; i < p->scene.faces && !stop; i++) {
        line_mode_face(&p->scene.face[i], p->model->labels, p->scene.classes, text, sizeof text);
        print_line(p, text);
    }
}

/* Says once that the camera went away, once that it is back; and what cannot be saved or read. */
static void print_state(struct plain *p)
{
    bool lost = p->status.state == LIVE_LOST, ended = p->status.state == LIVE_ENDED;
    if (lost && !p->lost)
        fprintf(stderr, "moodtop: %s: trying again every second\n", p->status.why);
    if (!lost && p->lost)
        fprintf(stderr, "moodtop: %s is back\n", p->status.source);
    p->lost = lost;
    const char *why = p->status.record_why[0] != '\0' ? p->status.record_why
                      : ended                         ? p->status.why
                                                      : "";
    if (why[0] != '\0' && p->code == EXIT_OK) {
        fprintf(stderr, "moodtop: %s\n", why);
        p->code = EXIT_FAILED;
    }
}

static int run_plain(const struct opts *opts, struct live *live)
{
    struct plain p = {.live = live,
                      .model = live_model(live),
                      .limit = opts->live.limit,
                      .silent = clock_now() - QUIET_NS};
    struct sigaction sa = {.sa_handler = on_stop};
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
    signal(SIGPIPE, SIG_IGN);
    while (!stop) {
        struct pollfd fd = {.fd = live_fd(live), .events = POLLIN};
        poll(&fd, 1, 500);
        live_update(live, &p.scene, &p.status, NULL);
        print_state(&p);
        if (p.scene.seq != p.seen) {
            p.seen = p.scene.seq;
            print_scene(&p);
        } else if (p.status.state == LIVE_ENDED) {
            break;
        }
    }
    return p.code;
}

/* The screen; where there is no terminal that could show it, lines. */
static int run_screen(const struct opts *opts, struct live *live)
{
    struct live_view_data data = {.live = live};
    struct err err = {""};
    bool screen;
    int code = views_run(opts, VIEWS_LIVE, &data, &screen, &err);
    if (screen)
        return code;
    fprintf(stderr, "moodtop: %s: lines of text instead (as with --plain)\n", err.text);
    return run_plain(opts, live);
}

/* The live screen shown from another one: opened then. */
static int prepare(struct views *views, void *data, struct err *err)
{
    struct live_view_data *d = data;
    d->training = &views->training;
    if (d->live == NULL)
        d->live = live_open(views->opts, views->opts->source.speed > 0, err);
    return d->live != NULL ? 0 : -1;
}

static void finish(void *data)
{
    struct live_view_data *d = data;
    live_close(d->live);
}

const struct view_row view_row_live = {
    .number = VIEWS_LIVE,
    .ops = &live_view,
    .data_size = sizeof(struct live_view_data),
    .prepare = prepare,
    .finish = finish,
};

/* The record's last lines may not find room either. */
static int end_record(struct live *live, int code)
{
    struct err err = {""};
    if (live_record(live, NULL, &err) == 0)
        return code;
    if (code == EXIT_OK)
        fprintf(stderr, "moodtop: %s\n", err.text);
    return EXIT_FAILED;
}

static int run_live(const struct opts *opts, int argc, char **argv)
{
    static struct opts mine; /* as given, with SOURCE in it; the view may open it again */
    struct err err = {""};
    mine = *opts;
    if (argc > 1 || (argc == 1 && strlen(argv[0]) >= sizeof mine.source.uri)) {
        fprintf(stderr, "moodtop live: one SOURCE expected, got %d\n", argc);
        return EXIT_USAGE;
    }
    if (argc == 1)
        snprintf(mine.source.uri, sizeof mine.source.uri, "%s", argv[0]);
    struct live *live = live_open(&mine, mine.source.speed > 0, &err);
    if (live == NULL) {
        fprintf(stderr, "moodtop: %s\n", err.text);
        return EXIT_FAILED;
    }
    mem_forget_loading();
    int code = mine.live.plain ? run_plain(&mine, live) : run_screen(&mine, live);
    code = end_record(live, code);
    live_close(live);
    return code;
}

const struct command cmd_live = {
    .name = "live",
    .args = "[SOURCE]",
    .summary = "the live screen: picture, faces, moods (what moodtop does without a command)",
    .sections = "source detect model live ui data",
    .examples = "moodtop                        the first camera, or the built-in performer\n"
                "moodtop live /dev/video2       a certain camera\n"
                "moodtop live film.mp4 --loop   a video, again and again\n"
                "moodtop live demo:happy        the performer, smiling\n"
                "moodtop live demo:two          two performers, who cross\n"
                "moodtop live --plain | grep happy\n",
    .run = run_live,
    .view = &live_view,
};
