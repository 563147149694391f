/* runs_view: see runs_view.h. */
#include "tui/runs_view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "tui/child.h"
#include "tui/curves.h"
#include "tui/runs_table.h"

#define SAY_NS (8 * CLOCK_S)

enum { LIST_LEAST = 4, CURVES_LEAST = 7, ANSWER_MAX = 120, SIDE_BY_SIDE = 150 };

/* What is being asked on the status line. */
enum ask { ASK_NOTHING, ASK_NAME, ASK_NOTE, ASK_DELETE, ASK_STOP };

struct runs_view_state {
    struct curves *curves;
    struct child resume;
    char resumed[OPTS_TEXT_MAX]; /* the run that it is about */
    char chosen[256];            /* name of the run under the cursor, */
    int at;                      /* and its row */
    char marks[RUNS_MARKS_MAX][256];
    int mark_count;
    int top;
    bool pair;       /* the options of two runs instead of the curves */
    bool accuracy;   /* curves of validation accuracy, else of loss */
    uint64_t print;  /* of what the curves show, */
    bool stale;      /* or they are to be made anew anyway */
    unsigned serial; /* of what training had when it was drawn */
    enum ask ask;
    char asked[256]; /* about which run */
    unsigned order;  /* what is being done to a run, or 0, */
    enum ask doing;  /* and what that is */
    char answer[ANSWER_MAX];
    char said[ERR_TEXT_MAX];
    int64_t said_until, now;
};

static struct runs_view_state *state_of(const struct view *v)
{
    return v->state;
}

static struct training *training_of(const struct view *v)
{
    const struct runs_view_data *data = v->data;
    return data->training;
}

/* May be NULL. */
static const struct run *chosen(const struct view *v)
{
    return runs_find(training_of(v)->runs, state_of(v)->chosen);
}

static void say(struct view *v, const char *text)
{
    struct runs_view_state *s = state_of(v);
    snprintf(s->said, sizeof s->said, "%s", text);
    s->said_until = s->now + SAY_NS;
}

static int place_of(const struct view *v)
{
    const struct training *t = training_of(v);
    for (int i = 0; i < t->runs->count; i++)
        if (strcmp(t->runs->run[i]->name, state_of(v)->chosen) == 0)
            return i;
    return -1;
}

static void choose(struct view *v, int at)
{
    struct runs_view_state *s = state_of(v);
    const struct runs *runs = training_of(v)->runs;
    at = at >= runs->count ? runs->count - 1 : at;
    at = at < 0 ? 0 : at;
    s->at = at;
    if (runs->count > 0)
        snprintf(s->chosen, sizeof s->chosen, "%s", runs->run[at]->name);
    s->stale = true;
}

/* ---- life ------------------------------------------------------------------------------------*/

static int open_view(struct view *v, struct err *err)
{
    (void)err;
    struct runs_view_state *s = state_of(v);
    s->curves = curves_new();
    s->accuracy = true;
    s->now = clock_now();
    training_look(training_of(v), s->now);
    choose(v, 0);
    return 0;
}

static void close_view(struct view *v)
{
    struct runs_view_state *s = state_of(v);
    curves_free(s->curves);
    child_leave(&s->resume);
    s->curves = NULL;
}

static void resize_view(struct view *v, WINDOW *win)
{
    (void)v, (void)win;
}

/* ---- new data --------------------------------------------------------------------------------*/

static void add_curve(struct view *v, const struct run *run, int mark)
{
    struct runs_view_state *s = state_of(v);
    curves_line(s->curves, run->name, runs_table_letter(mark), runs_table_ink(v->style, mark));
    for (int i = 0; i < run->epochs; i++)
        curves_point(s->curves, run->epoch[i].epoch,
                     s->accuracy ? run->epoch[i].val_accuracy : run->epoch[i].val_loss);
}

/* The marked runs, or the chosen one alone. Marks of runs that are gone go too. */
static void make_curves(struct view *v)
{
    struct runs_view_state *s = state_of(v);
    const struct runs *runs = training_of(v)->runs;
    int kept = 0;
    curves_clear(s->curves);
    curves_format(s->curves, s->accuracy ? "%.2f%%" : "%.4f", s->accuracy ? 100 : 1);
    for (int i = 0; i < s->mark_count; i++) {
        const struct run *run = runs_find(runs, s->marks[i]);
        if (run == NULL)
            continue;
        if (kept < i)
            memcpy(s->marks[kept], s->marks[i], sizeof s->marks[i]);
        add_curve(v, run, kept++);
    }
    s->mark_count = kept;
    const struct run *run = chosen(v);
    if (kept == 0 && run != NULL)
        add_curve(v, run, 0);
    s->print = runs->print;
    s->stale = false;
}

/* The cursor, and the screen that watches it, follow a run to its new name. */
static void follow_rename(struct view *v, const char *path)
{
    struct runs_view_state *s = state_of(v);
    struct training *t = training_of(v);
    const char *slash = strrchr(path, '/');
    if (t->run != NULL && strcmp(t->run->name, s->asked) == 0)
        lookout_watch(t->lookout, path);
    snprintf(s->chosen, sizeof s->chosen, "%s", slash != NULL ? slash + 1 : path);
    for (int i = 0; i < s->mark_count; i++)
        if (strcmp(s->marks[i], s->asked) == 0)
            memcpy(s->marks[i], s->chosen, sizeof s->marks[i]);
}

/* Says how it went; an error without the run's path, which would leave no room for the reason. */
static void hear_answer(struct view *v)
{
    static const char *const done[] = {[ASK_NAME] = "renamed",
                                       [ASK_NOTE] = "noted",
                                       [ASK_DELETE] = "moved to .trash in the folder of runs",
                                       [ASK_STOP] = "told to stop: it saves a checkpoint and ends"};
    struct runs_view_state *s = state_of(v);
    const struct lookout_answer *answer = training_answer(training_of(v), &s->order);
    if (answer == NULL)
        return;
    const char *name = strstr(answer->err.text, s->asked);
    const char *reason = name != NULL ? strstr(name, ": ") : NULL;
    s->stale = true;
    say(v, answer->ok ? done[s->doing] : reason != NULL ? reason + 2 : answer->err.text);
    if (answer->ok && s->doing == ASK_NAME)
        follow_rename(v, answer->path);
}

static void resumed(struct view *v)
{
    struct runs_view_state *s = state_of(v);
    char trouble[ERR_TEXT_MAX];
    if (s->resume.status == 0) {
        say(v, "resumed");
        return;
    }
    child_trouble(&s->resume, s->resumed, trouble, sizeof trouble);
    say(v, trouble);
}

/* The run under the cursor, or the one about which is being asked, may have been renamed or deleted
 * elsewhere: the cursor stays in its row, the question is withdrawn. */
static void keep_place(struct view *v)
{
    struct runs_view_state *s = state_of(v);
    int at = place_of(v);
    if (at >= 0)
        s->at = at;
    else
        choose(v, s->at);
    if (s->ask != ASK_NOTHING && runs_find(training_of(v)->runs, s->asked) == NULL) {
        s->ask = ASK_NOTHING;
        say(v, "that run is not there any more");
    }
}

static bool update_view(struct view *v, int64_t now)
{
    struct runs_view_state *s = state_of(v);
    struct training *t = training_of(v);
    s->now = now;
    training_look(t, now);
    bool news = s->serial != t->serial;
    s->serial = t->serial;
    if (news) {
        hear_answer(v);
        keep_place(v);
    }
    if (child_poll(&s->resume)) {
        resumed(v);
        news = true;
    }
    if (s->said_until != 0 && now > s->said_until) {
        s->said_until = 0;
        s->said[0] = '\0';
        news = true;
    }
    if (v->shown && (s->stale || s->print != t->runs->print)) {
        make_curves(v);
        news = true;
    }
    return news;
}

static int fd_of(const struct view *v)
{
    return child_fd(&state_of(v)->resume);
}

/* ---- words and drawing -----------------------------------------------------------------------*/

static void status_of(const struct view *v, char *text, size_t size)
{
    const struct runs_view_state *s = state_of(v);
    const struct training *t = training_of(v);
    const struct run *run = chosen(v);
    static const char *const questions[] = {
        [ASK_NAME] = "new name: %s_",
        [ASK_NOTE] = "note: %s_",
        [ASK_DELETE] = "%smove %s to the trash folder? y deletes, any other key keeps it",
        [ASK_STOP] = "%sstop %s? y stops it; r resumes it later"};
    if (s->ask == ASK_NAME || s->ask == ASK_NOTE)
        snprintf(text, size, questions[s->ask], s->answer);
    else if (s->ask != ASK_NOTHING)
        snprintf(text, size, questions[s->ask], "", s->asked);
    else if (s->said[0] != '\0')
        snprintf(text, size, "%s", s->said);
    else if (t->trouble[0] != '\0')
        snprintf(text, size, "%s", t->trouble);
    else if (t->runs->gone && t->runs->count > 0)
        snprintf(text, size, "%s is gone; this is what was read last", t->dir);
    else
        snprintf(text, size, "%d run%s in %s%s%s", t->runs->count, t->runs->count == 1 ? "" : "s",
                 t->dir, run != NULL && run->note[0] != '\0' ? ": " : "",
                 run != NULL ? run->note : "");
}

static void line_of(const struct view *v, char *text, size_t size)
{
    const struct run *run = chosen(v);
    if (run == NULL)
        snprintf(text, size, "no runs in %s", training_of(v)->dir);
    else
        snprintf(text, size, "%s %s %d/%d best %.2f%%", run->name, run_state_name(run->state),
                 run->epochs, run->epochs_wanted,
                 run->best >= 0 ? 100 * run->epoch[run->best].val_accuracy : 0);
}

static void rule(const struct style *s, WINDOW *win, int y, const char *title)
{
    for (int x = 0; x < getmaxx(win); x++)
        style_put(win, y, x, s->utf8 ? L'─' : L'-', style_role(s, STYLE_BORDER));
    style_print(s, win, y, 1, getmaxx(win) - 2, style_role(s, STYLE_TITLE), " %s ", title);
}

/* Below the list: the curves, or what two runs were told differently. */
static void draw_below(struct view *v, WINDOW *win, int y)
{
    struct runs_view_state *s = state_of(v);
    const struct runs *runs = training_of(v)->runs;
    const struct run *a = s->mark_count > 0 ? runs_find(runs, s->marks[0]) : NULL;
    const struct run *b = s->mark_count > 1 ? runs_find(runs, s->marks[1]) : chosen(v);
    bool pair = s->pair && a != NULL && b != NULL && a != b;
    char title[96];
    snprintf(title, sizeof title, "%s%s", s->accuracy ? "validation accuracy" : "validation loss",
             curves_log(s->curves) ? ", log" : "");
    rule(v->style, win, y, pair ? "options that differ" : title);
    WINDOW *part = derwin(win, getmaxy(win) - y - 1, getmaxx(win), y + 1, 0);
    if (part == NULL)
        return;
    if (pair)
        runs_table_draw_pair(v->style, part, a, b);
    else
        curves_draw(s->curves, v->style, part);
    delwin(part);
}

static void draw_view(struct view *v, WINDOW *win)
{
    struct runs_view_state *s = state_of(v);
    const struct runs *runs = training_of(v)->runs;
    int rows = getmaxy(win), y = 0, x = 0, at = place_of(v);
    if (runs->count == 0) {
        style_print(v->style, win, rows / 2, 2, getmaxx(win) - 4, style_role(v->style, STYLE_DIM),
                    training_of(v)->sight != NULL ? "no runs in %s yet; n starts one"
                                                  : "reading %s",
                    training_of(v)->dir);
        return;
    }
    int list = runs->count + 1 > LIST_LEAST ? runs->count + 1 : LIST_LEAST;
    list = list > rows / 2 ? rows / 2 : list;
    list = rows - list < CURVES_LEAST ? rows : list;
    if (at >= 0 && at < s->top)
        s->top = at;
    if (at >= s->top + list - 1)
        s->top = at - list + 2;
    WINDOW *part = derwin(win, list, getmaxx(win), 0, 0);
    if (part == NULL)
        return;
    runs_table_draw(v->style, part, runs, s->top, at, s->marks, s->mark_count);
    getyx(part, y, x);
    delwin(part);
    if (list < rows)
        draw_below(v, win, list);
    touchwin(win);
    wmove(win, y, x);
}

/* ---- what is done to a run -------------------------------------------------------------------*/

/* Begins what was answered. */
static void answered(struct view *v, bool yes)
{
    static const enum lookout_order orders[] = {[ASK_NAME] = LOOKOUT_RENAME,
                                                [ASK_NOTE] = LOOKOUT_NOTE,
                                                [ASK_DELETE] = LOOKOUT_DELETE,
                                                [ASK_STOP] = LOOKOUT_STOP};
    struct runs_view_state *s = state_of(v);
    const struct run *run = runs_find(training_of(v)->runs, s->asked);
    s->doing = s->ask;
    s->ask = ASK_NOTHING;
    if (!yes || run == NULL)
        return;
    s->order = training_ask(training_of(v), orders[s->doing], run->path, s->answer);
    if (s->order == 0)
        say(v, TRAINING_BUSY);
}

/* While something is asked all keys are the answer. */
static bool grab_key(struct view *v, int key)
{
    struct runs_view_state *s = state_of(v);
    size_t n = strlen(s->answer);
    if (s->ask == ASK_NOTHING)
        return false;
    bool enter = key == '\r' || key == '\n' || key == KEY_ENTER;
    if (s->ask == ASK_DELETE || s->ask == ASK_STOP)
        answered(v, key == 'y' || key == 'Y');
    else if (key == 27 || enter)
        answered(v, enter);
    else if ((key == KEY_BACKSPACE || key == 127 || key == 8) && n > 0)
        while (n > 0 && ((unsigned char)s->answer[--n] & 0xc0) == 0x80)
            s->answer[n] = '\0';
    if ((key == KEY_BACKSPACE || key == 127 || key == 8) && s->ask != ASK_NOTHING)
        s->answer[n] = '\0';
    else if (key == ('U' & 31))
        s->answer[0] = '\0';
    else if (key >= ' ' && key < 256 && key != 127 && s->ask != ASK_NOTHING &&
             n + 1 < sizeof s->answer)
        s->answer[n] = (char)key, s->answer[n + 1] = '\0';
    return true;
}

/* ---- keys ------------------------------------------------------------------------------------*/

static void key_move(struct view *v, int key)
{
    int at = place_of(v), count = training_of(v)->runs->count;
    choose(v, key == KEY_DOWN || key == 'j'   ? at + 1
              : key == KEY_UP || key == 'k'   ? at - 1
              : key == KEY_NPAGE              ? at + 10
              : key == KEY_PPAGE              ? at - 10
              : key == 'g' || key == KEY_HOME ? 0
                                              : count - 1);
}

static void key_mark(struct view *v, int key)
{
    (void)key;
    struct runs_view_state *s = state_of(v);
    s->stale = true;
    for (int i = 0; i < s->mark_count; i++)
        if (strcmp(s->marks[i], s->chosen) == 0) {
            memmove(s->marks[i], s->marks[i + 1],
                    (size_t)(s->mark_count - i - 1) * sizeof s->marks[0]);
            s->mark_count--;
            return;
        }
    if (s->mark_count == RUNS_MARKS_MAX) {
        say(v, "eight runs at most lie over each other");
        return;
    }
    snprintf(s->marks[s->mark_count++], sizeof s->marks[0], "%s", s->chosen);
}

static void key_pair(struct view *v, int key)
{
    (void)key;
    struct runs_view_state *s = state_of(v);
    s->pair = !s->pair;
    if (s->pair && s->mark_count == 0)
        say(v, "mark one run with Space and choose another: their options are compared");
}

static void key_what(struct view *v, int key)
{
    struct runs_view_state *s = state_of(v);
    if (key == 'a')
        s->accuracy = !s->accuracy;
    else if (key == 'L')
        curves_set_log(s->curves, !curves_log(s->curves));
    else
        curves_set_smooth(s->curves, curves_smooth(s->curves) + 1);
    s->stale = true;
}

static void key_read(struct view *v, int key)
{
    struct curves *c = state_of(v)->curves;
    if (key == 27)
        curves_set_cursor(c, NAN);
    else
        curves_step(c, key == KEY_LEFT || key == 'h' ? -1 : 1);
}

static void key_watch(struct view *v, int key)
{
    (void)key;
    struct training *t = training_of(v);
    const struct run *run = chosen(v);
    if (run == NULL)
        return;
    snprintf(t->watch, sizeof t->watch, "%s", run->path);
    v->go = t->view_train;
}

static void key_live(struct view *v, int key)
{
    (void)key;
    struct training *t = training_of(v);
    const struct run *run = chosen(v);
    if (run == NULL || run->best < 0) {
        say(v, "no weights before the first epoch is done");
        return;
    }
    if (t->trouble[0] != '\0') /* its weights would be waited for */
        return;
    snprintf(t->model, sizeof t->model, "%s", run->path);
    v->go = t->view_live;
}

static void key_new(struct view *v, int key)
{
    (void)key;
    v->go = training_of(v)->view_train;
}

static void key_ask(struct view *v, int key)
{
    struct runs_view_state *s = state_of(v);
    const struct run *run = chosen(v);
    if (run == NULL)
        return;
    if (key == 'x' && !run_alive(run)) {
        say(v, "this run is not being trained");
        return;
    }
    snprintf(s->asked, sizeof s->asked, "%s", run->name);
    s->ask = key == 'N' ? ASK_NAME : key == 'o' ? ASK_NOTE : key == 'x' ? ASK_STOP : ASK_DELETE;
    snprintf(s->answer, sizeof s->answer, "%s", s->ask == ASK_NOTE ? run->note : "");
}

static void key_resume(struct view *v, int key)
{
    (void)key;
    struct runs_view_state *s = state_of(v);
    const struct run *run = chosen(v);
    struct err err = {""};
    if (run == NULL || s->resume.pid != 0)
        return;
    if (run_alive(run) || run->state == RUN_DONE) {
        say(v, run->state == RUN_DONE ? "this run is done" : "this run is being trained");
        return;
    }
    char *word[] = {mem_strdup("moodtop"), mem_strdup("resume"), mem_strdup("--detach"),
                    mem_strdup(run->path), NULL};
    snprintf(s->resumed, sizeof s->resumed, "%s", run->path);
    if (child_start(&s->resume, word, &err) == 0)
        say(v, "resuming: reading the data");
    else
        say(v, err.text);
    for (int i = 0; word[i] != NULL; i++)
        free(word[i]);
}

static const struct view_key keys[] = {
    {'\r', KEY_ENTER, "Enter u", "use live", "the live screen with this run's best weights",
     key_live},
    {'u', '\n', NULL, NULL, NULL, key_live},
    {'w', 0, "w", "watch", "watch this run", key_watch},
    {'n', 0, "n", NULL, "the screen that starts a new run", key_new},
    {' ', 0, "Space", "mark", "put this run's curve over those of the others", key_mark},
    {'d', 0, "d", "diff", "options in which two marked runs differ, or the curves", key_pair},
    {'x', 0, "x", "stop", "stop the run (asks)", key_ask},
    {'r', 0, "r", "resume", "go on with a run that was stopped or has crashed", key_resume},
    {'N', 0, "N", NULL, "give the run another name", key_ask},
    {'o', 0, "o", "note", "a note on the run", key_ask},
    {'D', KEY_DC, "D Del", NULL, "move the run to the trash folder (asks)", key_ask},
    {KEY_DOWN, 'j', "Up Down k j g G", NULL, "the previous or next run, the first or last",
     key_move},
    {KEY_UP, 'k', NULL, NULL, NULL, key_move},
    {KEY_NPAGE, KEY_PPAGE, NULL, NULL, NULL, key_move},
    {'g', KEY_HOME, NULL, NULL, NULL, key_move},
    {'G', KEY_END, NULL, NULL, NULL, key_move},
    {'a', 0, "a", NULL, "curves of validation accuracy, or of loss", key_what},
    {'L', 0, "L", NULL, "curves on a logarithmic scale, or plain", key_what},
    {'s', 0, "s", NULL, "curves smoother: four levels", key_what},
    {KEY_RIGHT, 'l', "Left Right h l", NULL, "the cursor that reads values; Esc takes it away",
     key_read},
    {KEY_LEFT, 'h', NULL, NULL, NULL, key_read},
    {27, 0, NULL, NULL, NULL, key_read},
    {0, 0, NULL, NULL, NULL, NULL},
};

const struct view_ops runs_view = {
    .name = "runs",
    .summary = "training runs: compare, use, tidy up",
    .state_size = sizeof(struct runs_view_state),
    .keys = keys,
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
