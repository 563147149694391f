/* train_view: see train_view.h. */
#include "tui/train_view.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "tui/launch.h"
#include "tui/watch.h"

#define VITALS_NS (2 * CLOCK_S)
#define DRAW_NS CLOCK_S       /* times that go on are drawn at least so often */
#define SURE_NS (4 * CLOCK_S) /* within which a stop is to be confirmed */

struct train_view_state {
    struct launch *launch;
    struct watch *watch;
    char asked[OPTS_TEXT_MAX]; /* the run that is to be shown once it is read, "" = none */
    bool choosing;             /* whether to show a run or the form is not known yet */
    bool form;                 /* the form is shown */
    unsigned serial;           /* of what training had when it was drawn */
    unsigned order;            /* a stop that is under way, or 0 */
    struct vitals vitals;
    int64_t drawn, now;
    int64_t stepped;    /* when the newest step was seen, */
    long step;          /* and which that was */
    int64_t sure_until; /* "x" once more stops the run */
    char trouble[ERR_TEXT_MAX];
    bool typing;
};

static struct train_view_state *state_of(const struct view *v)
{
    return v->state;
}

static struct training *training_of(const struct view *v)
{
    const struct train_view_data *data = v->data;
    return data->training;
}

/* The run that is watched; NULL = none yet. Of this moment: see training_look. */
static const struct run *run_of(const struct view *v)
{
    return training_of(v)->run;
}

static const struct view_key *form_table(void);

static void show_form(struct view *v, bool form)
{
    state_of(v)->form = form;
    v->keys = form ? form_table() : NULL;
}

/* Seconds since the newest step was first seen here. */
static double since_step(const struct train_view_state *s)
{
    return (double)(s->now - s->stepped) / CLOCK_S;
}

static void take_in(struct view *v)
{
    struct train_view_state *s = state_of(v);
    watch_set(s->watch, run_of(v), &s->vitals, since_step(s));
}

/* Has a run read, which is shown when that is done. */
static void watch_run(struct view *v, const char *path)
{
    struct train_view_state *s = state_of(v);
    snprintf(s->asked, sizeof s->asked, "%s", path);
    s->choosing = false;
    lookout_watch(training_of(v)->lookout, path);
}

/* Shows the run that was asked for; where it cannot be read, says why and leaves all as it is. */
static bool show_asked(struct view *v)
{
    struct train_view_state *s = state_of(v);
    const struct sight *sight = training_of(v)->sight;
    if (s->asked[0] == '\0' || sight == NULL || sight->watch == NULL ||
        strcmp(sight->watch, s->asked) != 0)
        return false;
    s->asked[0] = '\0';
    snprintf(s->trouble, sizeof s->trouble, "%s", sight->trouble.text);
    if (s->trouble[0] != '\0')
        return true;
    s->vitals = (struct vitals){0};
    s->stepped = s->now;
    s->sure_until = 0;
    show_form(v, false);
    return true;
}

/* ---- life ------------------------------------------------------------------------------------*/

static int open_view(struct view *v, struct err *err)
{
    (void)err;
    struct train_view_state *s = state_of(v);
    struct training *t = training_of(v);
    s->launch = launch_new(v->style, v->opts, t->dir);
    s->watch = watch_new(v->style);
    s->choosing = true;
    s->now = clock_now();
    show_form(v, true);
    training_look(t, s->now);
    return 0;
}

static void close_view(struct view *v)
{
    struct train_view_state *s = state_of(v);
    launch_free(s->launch);
    watch_free(s->watch);
    s->launch = NULL;
    s->watch = NULL;
}

static void resize_view(struct view *v, WINDOW *win)
{
    watch_resize(state_of(v)->watch, win);
}

/* ---- new data --------------------------------------------------------------------------------*/

/* Which run is to be shown, if another screen or the folder says so. */
static void choose_run(struct view *v)
{
    struct train_view_state *s = state_of(v);
    struct training *t = training_of(v);
    const struct run *alive = training_alive(t);
    if (t->watch[0] != '\0')
        watch_run(v, t->watch);
    else if (s->choosing && alive != NULL)
        watch_run(v, alive->path);
    t->watch[0] = '\0';
    s->choosing &= t->sight == NULL;
}

static bool look_at_run(struct view *v, int64_t now)
{
    struct train_view_state *s = state_of(v);
    const struct run *run = run_of(v);
    if (run == NULL)
        return false;
    long step = run->steps > 0 ? run->step[run->steps - 1].step : 0;
    if (step != s->step)
        s->stepped = now;
    s->step = step;
    if (!v->shown || s->form || now - s->vitals.looked < VITALS_NS)
        return false;
    vitals_look(&s->vitals, run->state == RUN_RUNNING ? run->pid : 0, now);
    return true;
}

/* True if a stop that was asked for has been told to the trainer, or not. */
static bool hear_answer(struct view *v)
{
    struct train_view_state *s = state_of(v);
    const struct lookout_answer *answer = training_answer(training_of(v), &s->order);
    if (answer == NULL)
        return false;
    if (!answer->ok)
        snprintf(s->trouble, sizeof s->trouble, "%s", answer->err.text);
    return true;
}

static bool update_view(struct view *v, int64_t now)
{
    struct train_view_state *s = state_of(v);
    struct training *t = training_of(v);
    s->now = now;
    training_look(t, now);
    choose_run(v);
    enum launch_news launch = launch_poll(s->launch);
    if (launch == LAUNCH_STARTED)
        watch_run(v, launch_path(s->launch));
    bool news = s->serial != t->serial || launch != LAUNCH_NOTHING;
    s->serial = t->serial;
    news |= show_asked(v);
    news |= look_at_run(v, now);
    news |= hear_answer(v);
    if (s->sure_until != 0 && now > s->sure_until) {
        s->sure_until = 0;
        news = true;
    }
    const struct run *run = run_of(v);
    bool going = run != NULL && run->state == RUN_RUNNING && !s->form;
    news |= going && now - s->drawn >= DRAW_NS;
    if (news)
        s->drawn = now;
    return news;
}

static int fd_of(const struct view *v)
{
    return launch_fd(state_of(v)->launch);
}

/* ---- words and drawing -----------------------------------------------------------------------*/

static void status_of(const struct view *v, char *text, size_t size)
{
    const struct train_view_state *s = state_of(v);
    const struct run *run = run_of(v);
    const char *said = launch_said(s->launch), *silent = training_of(v)->trouble;
    if (s->trouble[0] != '\0')
        snprintf(text, size, "%s", s->trouble);
    else if (s->sure_until != 0)
        snprintf(text, size, "stop this run? x once more stops it; r resumes it later");
    else if (silent[0] != '\0')
        snprintf(text, size, "%s", silent);
    else if (said[0] != '\0')
        snprintf(text, size, "%s", said);
    else if (s->form)
        snprintf(text, size, "new run in %s", training_of(v)->dir);
    else if (run != NULL)
        snprintf(text, size, "%s%s%s%s", run->name, run->gone ? "  THE FOLDER IS GONE" : "",
                 run->note[0] != '\0' ? ": " : "", run->note);
}

static void line_of(const struct view *v, char *text, size_t size)
{
    const struct train_view_state *s = state_of(v);
    if (run_of(v) == NULL || s->form)
        status_of(v, text, size);
    else
        watch_line(run_of(v), since_step(s), text, size);
}

static void draw_view(struct view *v, WINDOW *win)
{
    struct train_view_state *s = state_of(v);
    if (s->form || run_of(v) == NULL) {
        launch_draw(s->launch, win, training_alive(training_of(v)));
        return;
    }
    take_in(v); /* the run of the last drawing may be gone */
    watch_draw(s->watch, win);
}

/* ---- keys ------------------------------------------------------------------------------------*/

static bool grab_key(struct view *v, int key)
{
    struct train_view_state *s = state_of(v);
    s->trouble[0] = '\0';
    s->choosing = false; /* the form is in use */
    if (!s->form)
        launch_hush(s->launch);
    return s->form && launch_typing(s->launch) && launch_key(s->launch, key);
}

static void key_form(struct view *v, int key)
{
    launch_key(state_of(v)->launch, key);
}

static void key_start(struct view *v, int key)
{
    launch_start(state_of(v)->launch, key == 'S');
}

static void key_estimate(struct view *v, int key)
{
    (void)key;
    launch_estimate(state_of(v)->launch);
}

static void key_reset(struct view *v, int key)
{
    (void)key;
    launch_reset(state_of(v)->launch);
}

/* From the form to the run that was watched, or else to the one that is being trained. */
static void key_watch(struct view *v, int key)
{
    (void)key;
    struct train_view_state *s = state_of(v);
    const struct run *alive = training_alive(training_of(v));
    if (run_of(v) != NULL)
        show_form(v, false);
    else if (alive != NULL)
        watch_run(v, alive->path);
    else
        snprintf(s->trouble, sizeof s->trouble, "no run to watch: s starts one");
}

static void key_new(struct view *v, int key)
{
    (void)key;
    show_form(v, true);
}

static void key_pane(struct view *v, int key)
{
    watch_key(state_of(v)->watch, key);
}

/* A stop is asked for, then told to whoever holds the run's lock. */
static void key_stop(struct view *v, int key)
{
    (void)key;
    struct train_view_state *s = state_of(v);
    const struct run *run = run_of(v);
    if (run == NULL || !run_alive(run)) {
        snprintf(s->trouble, sizeof s->trouble, "this run is not being trained");
    } else if (s->sure_until == 0) {
        s->sure_until = s->now + SURE_NS;
    } else {
        s->sure_until = 0;
        s->order = training_ask(training_of(v), LOOKOUT_STOP, run->path, "");
        if (s->order == 0)
            snprintf(s->trouble, sizeof s->trouble, TRAINING_BUSY);
    }
}

static void key_resume(struct view *v, int key)
{
    (void)key;
    struct train_view_state *s = state_of(v);
    const struct run *run = run_of(v);
    if (run == NULL || run_alive(run) || run->state == RUN_DONE)
        snprintf(s->trouble, sizeof s->trouble,
                 run != NULL && run->state == RUN_DONE ? "this run is done"
                                                       : "this run is being trained");
    else
        launch_resume(s->launch, run->path);
}

static void key_live(struct view *v, int key)
{
    (void)key;
    struct train_view_state *s = state_of(v);
    struct training *t = training_of(v);
    const struct run *run = run_of(v);
    if (run == NULL || run->best < 0) {
        snprintf(s->trouble, sizeof s->trouble, "no weights before the first epoch is done");
    } else if (t->trouble[0] == '\0') { /* else its weights would be waited for */
        snprintf(t->model, sizeof t->model, "%s", run->path);
        v->go = t->view_live;
    }
}

static const struct view_key form_keys[] = {
    {'s', KEY_F(2), "s F2", "start", "start the run, behind one that is being trained", key_start},
    {'S', 0, "S", NULL, "start the run at once, also beside another one", key_start},
    {'e', 0, "e", "estimate", "try a few batches: time of an epoch, of all, memory", key_estimate},
    {'\r', ' ', "Enter Space", "edit",
     "type a value (Enter keeps, Esc drops it), or the next choice", key_form},
    {KEY_ENTER, '\n', NULL, NULL, NULL, key_form},
    {KEY_DOWN, 'j', "Up Down k j Tab", "field", "the previous or next field", key_form},
    {KEY_UP, 'k', NULL, NULL, NULL, key_form},
    {'\t', KEY_BTAB, NULL, NULL, NULL, key_form},
    {KEY_RIGHT, 'l', "Left Right h l", NULL, "the previous or next choice", key_form},
    {KEY_LEFT, 'h', NULL, NULL, NULL, key_form},
    {KEY_NPAGE, 'D' & 31, "PgUp PgDn g G", NULL, "a page, the first or last field", key_form},
    {KEY_PPAGE, 'U' & 31, NULL, NULL, NULL, key_form},
    {'g', KEY_HOME, NULL, NULL, NULL, key_form},
    {'G', KEY_END, NULL, NULL, NULL, key_form},
    {KEY_BACKSPACE, 127, "Backspace", NULL, "the field's default", key_form},
    {KEY_DC, 8, NULL, NULL, NULL, key_form},
    {'D', 0, "D", NULL, "all fields' defaults", key_reset},
    {'w', 27, "w Esc", "watch", "back to the run that is watched", key_watch},
    {0, 0, NULL, NULL, NULL, NULL},
};

static const struct view_key *form_table(void)
{
    return form_keys;
}

static const struct view_key watch_keys[] = {
    {'n', 0, "n", "new run", "the form that starts a run", key_new},
    {'x', 0, "x", "stop", "stop the run; it can be resumed to the same result", key_stop},
    {'r', 0, "r", "resume", "go on with a run that was stopped or has crashed", key_resume},
    {'u', 0, "u", "use live", "the live screen with this run's best weights", key_live},
    {KEY_RIGHT, 'l', "Left Right h l", "read", "the cursor that reads values; Esc takes it away",
     key_pane},
    {KEY_LEFT, 'h', NULL, NULL, NULL, key_pane},
    {KEY_NPAGE, 0, "PgUp PgDn g G", NULL, "the cursor ten points on, or to the ends", key_pane},
    {KEY_PPAGE, 0, NULL, NULL, NULL, key_pane},
    {'g', KEY_HOME, NULL, NULL, NULL, key_pane},
    {'G', KEY_END, NULL, NULL, NULL, key_pane},
    {'L', 0, "L", "log", "losses on a logarithmic scale, or plain", key_pane},
    {'s', 0, "s", "smooth", "curves smoother: four levels", key_pane},
    {'\t', 0, "Tab Shift-Tab", "pane", "the next or previous pane", key_pane},
    {KEY_BTAB, 0, NULL, NULL, NULL, key_pane},
    {'z', '\r', "z Enter Esc", NULL, "the focused pane alone, or all panes again", key_pane},
    {KEY_ENTER, '\n', NULL, NULL, NULL, key_pane},
    {27, 0, NULL, NULL, NULL, key_pane},
    {0, 0, NULL, NULL, NULL, NULL},
};

const struct view_ops train_view = {
    .name = "train",
    .summary = "start a training run and watch it",
    .state_size = sizeof(struct train_view_state),
    .keys = watch_keys,
    .open = open_view,
    .close = close_view,
    .resize = resize_view,
    .update = update_view,
    .draw = draw_view,
    .fd = fd_of,
    .status = status_of,
    .line = line_of,
    .grab = grab_key,
};
