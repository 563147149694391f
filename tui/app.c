/* app: see app.h. */
#include "tui/app.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "tui/help.h"
#include "tui/layout.h"
#include "tui/screen.h"
#include "tui/signals.h"
#include "tui/snapshot.h"
#include "tui/style.h"

#define TICK_NS (250 * CLOCK_MS) /* how often views look at the clock when nothing happens */
#define NOTICE_NS (6 * CLOCK_S)

enum { FPS_MIN = 1, FPS_MAX = 60 };
enum { TABS_COLS = 120 /* fewer, and the status line names the current view alone */ };

struct app {
    struct view self; /* so that the app's keys are rows like any other; state = this */
    const struct opts *opts;
    struct style *style;
    WINDOW *win;  /* the whole terminal */
    WINDOW *body; /* the current view's part of it, or NULL in line mode */
    struct layout_frame frame;
    const struct app_view *rows; /* (count) the table of views */
    struct view view[APP_VIEWS_MAX];
    bool open[APP_VIEWS_MAX];
    struct view_key digits[APP_VIEWS_MAX + 1]; /* the keys that switch, for the help */
    char digit[APP_VIEWS_MAX][2], ends[4];
    struct view_key span[2]; /* "1-5 views", for the bottom line of narrow terminals */
    int count, current;
    struct help help;
    bool quit, dirty, urgent, mouse;
    int signal;
    double fps;
    int64_t slot; /* when the next drawing may go out */
    char notice[160];
    int64_t notice_until;
    char trouble[ERR_TEXT_MAX]; /* why a view did not open; until the next key */
};

static struct app *app_of(struct view *v)
{
    return v->state;
}

static void notice(struct app *a, const char *text)
{
    snprintf(a->notice, sizeof a->notice, "%s", text);
    a->notice_until = clock_now() + NOTICE_NS;
}

/* ---- keys -------------------------------------------------------------------------------------
 */

static void key_quit(struct view *v, int key)
{
    (void)key;
    app_of(v)->quit = true;
}

static void key_help(struct view *v, int key)
{
    (void)key;
    help_open(&app_of(v)->help);
}

static void key_redraw(struct view *v, int key)
{
    (void)v, (void)key;
    screen_redraw();
}

static void key_mouse(struct view *v, int key)
{
    (void)key;
    struct app *a = app_of(v);
    a->mouse = !a->mouse;
    screen_mouse(a->mouse);
    notice(a, a->mouse ? "mouse on: click selects; with Shift the terminal selects text"
                       : "mouse off");
}

static void key_fps(struct view *v, int key)
{
    struct app *a = app_of(v);
    double step = a->fps >= 10 ? 5 : 1;
    if (key == '-' || key == '_')
        step = a->fps > 10 ? -5 : -1;
    a->fps += step;
    a->fps = a->fps < FPS_MIN ? FPS_MIN : a->fps > FPS_MAX ? FPS_MAX : a->fps;
    char text[64];
    snprintf(text, sizeof text, "at most %.0f drawings a second", a->fps);
    notice(a, text);
}

static void show_number(struct app *a, int number);

static void key_show(struct view *v, int key)
{
    show_number(app_of(v), key - '0');
}

/* What the screen shows, into a file. */
static void key_snapshot(struct view *v, int key)
{
    struct app *a = app_of(v);
    struct err err = {""};
    char path[128], text[160];
    if (snapshot_write(a->win, key == 's', a->style->colors == STYLE_DIRECT, path, sizeof path,
                       &err) == 0)
        snprintf(text, sizeof text, "this screen is in %s", path);
    else
        snprintf(text, sizeof text, "%.150s", err.text);
    notice(a, text);
}

const struct view_key app_keys[] = {
    {'?', KEY_F(1), "? F1", "help", "this help", key_help},
    {'q', 'Q', "q Q ^C", "quit", "quit", key_quit},
    {'C' & 31, 0, NULL, NULL, NULL, key_quit},
    {'+', '=', "+ = - _", NULL, "more or fewer drawings a second", key_fps},
    {'-', '_', NULL, NULL, NULL, key_fps},
    {'m', 0, "m", NULL, "mouse on or off (off: the terminal selects text)", key_mouse},
    {'s', 'S', "s S", NULL, "this screen into a file: with colours, or as text", key_snapshot},
    {'R', KEY_F(5), "R F5 ^L", NULL, "draw the screen anew", key_redraw},
    {'L' & 31, 0, NULL, NULL, NULL, key_redraw},
    {0, 0, NULL, NULL, NULL, NULL},
};

/* The keys that the view listens to now. */
static const struct view_key *keys_of(const struct view *v)
{
    return v->keys != NULL ? v->keys : v->ops->keys;
}

static bool dispatch(struct view *v, const struct view_key *keys, int key)
{
    for (const struct view_key *row = keys; row->act != NULL; row++)
        if (app_key_matches(row, key)) {
            row->act(v, key);
            return true;
        }
    return false;
}

static void on_key(struct app *a, int key)
{
    a->dirty = a->urgent = true;
    a->notice_until = 0;
    a->trouble[0] = '\0';
    struct view *v = &a->view[a->current];
    if (a->help.open && help_key(&a->help, key))
        return;
    if (v->ops->grab != NULL && v->ops->grab(v, key))
        return;
    if (!dispatch(&a->self, a->digits, key) && !dispatch(v, keys_of(v), key))
        dispatch(&a->self, app_keys, key);
    if (v->notice[0] != '\0')
        notice(a, v->notice);
    v->notice[0] = '\0';
}

/* ---- drawing ----------------------------------------------------------------------------------
 */

static void fill(struct app *a, struct layout_rect r, struct ink ink)
{
    for (int x = 0; x < r.w; x++)
        style_put(a->win, r.y, r.x + x, L' ', ink);
}

/* The program's name and the views, all of them where there is room; returns the column behind. */
static int draw_tabs(struct app *a, struct ink ink)
{
    struct layout_rect r = a->frame.status;
    struct ink bold = {.attr = ink.attr | A_BOLD, .pair = ink.pair};
    int x = 1 + style_text(a->style, a->win, r.y, 1, r.w - 1, bold, "moodtop");
    for (int i = 0; a->count > 1 && i < a->count; i++)
        if (i == a->current || r.w >= TABS_COLS)
            x += 1 + style_print(a->style, a->win, r.y, x + 1, r.w - x - 1,
                                 i == a->current ? bold : ink,
                                 i == a->current ? "[%d %s]" : " %d %s ", a->rows[i].number,
                                 a->rows[i].ops->name);
    return x;
}

static void draw_status(struct app *a)
{
    struct layout_rect r = a->frame.status;
    struct ink ink = style_role(a->style, STYLE_STATUS);
    char text[512] = "";
    fill(a, r, ink);
    int x = draw_tabs(a, ink);
    struct view *v = &a->view[a->current];
    v->status_cols = r.w - x - 3;
    if (a->trouble[0] != '\0') {
        style_text(a->style, a->win, r.y, x + 2, v->status_cols, style_role(a->style, STYLE_WARN),
                   a->trouble);
        return;
    }
    char slow[64];
    screen_thrift_text(slow, sizeof slow);
    int n = (int)strlen(slow);
    if (n > 0 && n + 2 < v->status_cols) {
        v->status_cols -= n + 2;
        style_text(a->style, a->win, r.y, x + 4 + v->status_cols, n,
                   style_role(a->style, STYLE_WARN), slow);
    }
    v->ops->status(v, text, sizeof text);
    style_text(a->style, a->win, r.y, x + 2, v->status_cols, ink, text);
}

/* Adds the hinted keys of a table behind column x; returns the column after them. */
static int draw_hints(struct app *a, const struct view_key *keys, int x)
{
    struct layout_rect r = a->frame.hint;
    for (const struct view_key *row = keys; row->act != NULL; row++) {
        if (row->hint == NULL || row->label == NULL)
            continue;
        int key = (int)strcspn(row->label, " ");
        if (strchr(row->label, ']') != NULL) /* a pair of keys reads better whole */
            key = (int)strcspn(row->label, "]") + 1;
        int width = key + 1 + (int)strlen(row->hint);
        if (x + width + 1 > r.w)
            break;
        style_print(a->style, a->win, r.y, x, key, style_role(a->style, STYLE_KEY), "%.*s", key,
                    row->label);
        style_text(a->style, a->win, r.y, x + key + 1, width - key - 1,
                   style_role(a->style, STYLE_HINT), row->hint);
        x += width + 2;
    }
    return x;
}

static void draw_hint(struct app *a)
{
    struct layout_rect r = a->frame.hint;
    fill(a, r, style_role(a->style, STYLE_HINT));
    int x = draw_hints(a, app_keys, 1); /* the way out is always there */
    if (a->count > 1 && r.w < TABS_COLS)
        x = draw_hints(a, a->span, x);
    if (a->notice_until > 0)
        style_text(a->style, a->win, r.y, x + 1, r.w - x - 2, style_role(a->style, STYLE_GOOD),
                   a->notice);
    else
        draw_hints(a, keys_of(&a->view[a->current]), x);
}

/* One line of text, and a second one with the way out if there is room. */
static void draw_line(struct app *a)
{
    char text[512] = "";
    struct view *v = &a->view[a->current];
    v->ops->line(v, text, sizeof text);
    style_text(a->style, a->win, 0, 0, a->frame.body.w, style_role(a->style, STYLE_TEXT), text);
    if (a->frame.body.h > 1)
        style_text(a->style, a->win, a->frame.body.h - 1, 0, a->frame.body.w,
                   style_role(a->style, STYLE_DIM), "q quit  ? help");
    wmove(a->win, 0, 0);
}

static void draw(struct app *a)
{
    struct view *v = &a->view[a->current];
    werase(a->win);
    if (a->frame.line) {
        draw_line(a);
    } else {
        v->ops->draw(v, a->body);
        touchwin(a->win); /* the body's cells are the window's, but it was not told */
        draw_status(a);
        draw_hint(a);
        int y = 0, x = 0;
        getyx(a->body, y, x);
        wmove(a->win, a->frame.body.y + y, a->frame.body.x + x);
    }
    if (a->help.open) {
        const struct help_section sections[] = {
            {v->ops->name, keys_of(v)}, {"views", a->digits}, {"moodtop", app_keys}};
        help_draw(&a->help, a->style, a->win, sections, MEM_COUNT(sections));
    }
    wnoutrefresh(a->win);
}

/* ---- size -------------------------------------------------------------------------------------
 */

static void windows_free(struct app *a)
{
    for (int i = 0; i < a->count; i++)
        if (a->open[i])
            a->view[i].ops->resize(&a->view[i], NULL);
    if (a->body != NULL)
        delwin(a->body);
    if (a->win != NULL)
        delwin(a->win);
    a->body = a->win = NULL;
}

static void tell_size(struct app *a, int i)
{
    struct view *v = &a->view[i];
    v->rows = a->frame.body.h;
    v->cols = a->frame.body.w;
    v->status_cols = v->cols;
    v->ops->resize(v, a->body);
}

/* Makes the windows for the terminal's size and tells the views. */
static void windows_make(struct app *a)
{
    windows_free(a);
    a->win = newwin(0, 0, 0, 0);
    if (a->win == NULL)
        mem_panic("no window of %d x %d", LINES, COLS);
    a->frame = layout_frame(getmaxy(a->win), getmaxx(a->win));
    struct layout_rect r = a->frame.body;
    a->body = a->frame.line ? NULL : derwin(a->win, r.h, r.w, r.y, r.x);
    for (int i = 0; i < a->count; i++)
        if (a->open[i])
            tell_size(a, i);
    a->dirty = a->urgent = true;
}

/* ---- views ------------------------------------------------------------------------------------
 */

static void view_close(struct app *a, int i)
{
    struct view *v = &a->view[i];
    v->ops->close(v);
    free(v->state);
    v->state = NULL;
    a->open[i] = false;
}

static int view_open(struct app *a, int i, struct err *err)
{
    const struct app_view *row = &a->rows[i];
    if (row->prepare != NULL && row->prepare(row, err) < 0)
        return -1;
    struct view *v = &a->view[i];
    *v = (struct view){.ops = row->ops, .data = row->data, .opts = a->opts, .style = a->style};
    v->state = mem_zalloc(1, v->ops->state_size);
    a->open[i] = true;
    if (v->ops->open(v, err) < 0) { /* close stands a half-open state */
        view_close(a, i);
        return -1;
    }
    tell_size(a, i);
    return 0;
}

/* The place in the table of the view of that number, or -1. */
static int find(const struct app *a, int number)
{
    for (int i = 0; i < a->count; i++)
        if (a->rows[i].number == number)
            return i;
    return -1;
}

/* Puts a view on the screen; where it cannot open, the one that is there stays. */
static int show(struct app *a, int i, struct err *err)
{
    if (!a->open[i] && view_open(a, i, err) < 0)
        return -1;
    a->view[a->current].shown = false;
    a->current = i;
    a->view[i].shown = true;
    a->dirty = a->urgent = true;
    return 0;
}

static void show_number(struct app *a, int number)
{
    struct err err = {""};
    int i = find(a, number);
    if (i >= 0 && show(a, i, &err) < 0)
        snprintf(a->trouble, sizeof a->trouble, "%s", err.text);
}

/* ---- the loop ---------------------------------------------------------------------------------
 */

static void on_signals(struct app *a, int bits)
{
    if (bits & (SIGNALS_TERM | SIGNALS_HUP))
        a->signal = bits & SIGNALS_TERM ? SIGTERM : SIGHUP;
    if (bits & (SIGNALS_TERM | SIGNALS_HUP | SIGNALS_INT)) {
        a->quit = true;
        return;
    }
    if (bits & SIGNALS_STOP)
        screen_suspend();
    else if (bits & SIGNALS_CONT)
        screen_retake();
    if (bits && screen_resized())
        windows_make(a);
    if (bits)
        a->dirty = a->urgent = true;
}

/*
 * When the next drawing may go out. A drawing that was late by less than half a period does not
 * delay those behind it: pictures that come at the wanted rate, but not like clockwork, are drawn
 * as they come.
 */
static int64_t next_slot(const struct app *a, int64_t now)
{
    int64_t period = (int64_t)(1e9 / a->fps), least = now - period / 2;
    return (a->slot < least ? least : a->slot > now ? now : a->slot) + period;
}

/* When the loop has to wake up even if nothing comes in. */
static int64_t next_wake(const struct app *a, int64_t now)
{
    int64_t wake = now + TICK_NS;
    if (!a->dirty)
        return wake;
    int64_t due = a->urgent ? now : a->slot;
    int64_t ready = screen_ready_at();
    due = ready > due ? ready : due;
    return due < wake ? due : wake;
}

/* Sleeps until something comes in; false if the terminal is gone. */
static bool wait(struct app *a)
{
    struct pollfd fds[2 + APP_VIEWS_MAX] = {{.fd = screen_input_fd(), .events = POLLIN},
                                            {.fd = signals_fd(), .events = POLLIN}};
    for (int i = 0; i < a->count; i++)
        fds[2 + i] = (struct pollfd){.fd = a->open[i] ? a->view[i].ops->fd(&a->view[i]) : -1,
                                     .events = POLLIN};
    int64_t now = clock_now();
    int64_t left = next_wake(a, now) - now;
    int ms = left <= 0 ? 0 : (int)((left + CLOCK_MS - 1) / CLOCK_MS);
    if (poll(fds, 2 + (nfds_t)a->count, ms) < 0)
        return errno == EINTR;
    return !(fds[0].revents & (POLLHUP | POLLERR | POLLNVAL));
}

static void update_views(struct app *a, int64_t now)
{
    int go = 0;
    for (int i = 0; i < a->count; i++) {
        struct view *v = &a->view[i];
        if (!a->open[i])
            continue;
        if (v->ops->update(v, now) && i == a->current)
            a->dirty = true;
        a->quit |= v->done;
        go = v->go != 0 ? v->go : go;
        v->go = 0;
    }
    if (go != 0)
        show_number(a, go);
}

static void step(struct app *a)
{
    on_signals(a, signals_take());
    for (int key; !a->quit && (key = screen_key()) != SCREEN_NO_KEY;)
        on_key(a, key);
    int64_t now = clock_now();
    if (a->notice_until > 0 && now > a->notice_until) {
        a->notice_until = 0;
        a->dirty = true;
    }
    update_views(a, now);
    bool due = a->urgent || now >= a->slot;
    if (a->quit || !a->dirty || !due || !screen_ready(a->urgent, now))
        return;
    struct view *v = &a->view[a->current];
    v->thrift = screen_thrift(a->fps);
    v->hold = a->urgent && v->thrift != THRIFT_FULL;
    draw(a);
    screen_flush(!v->hold, now);
    a->slot = next_slot(a, now);
    a->dirty = v->hold; /* the picture follows when its turn comes */
    a->urgent = false;
}

static void views_close(struct app *a)
{
    for (int i = 0; i < a->count; i++)
        if (a->open[i])
            view_close(a, i);
}

/* The rows of the table become views that are still closed, and the keys that show them. */
static void views_set(struct app *a, const struct app_view *rows, int count)
{
    a->rows = rows;
    a->count = count;
    for (int i = 0; i < count; i++) {
        assert(rows[i].number >= 1 && rows[i].number <= 9);
        a->digit[i][0] = (char)('0' + rows[i].number);
        if (count > 1)
            a->digits[i] = (struct view_key){a->digit[i][0],       0,       a->digit[i], NULL,
                                             rows[i].ops->summary, key_show};
    }
    snprintf(a->ends, sizeof a->ends, "%c-%c", a->digit[0][0], a->digit[count - 1][0]);
    a->span[0] = (struct view_key){a->digit[0][0], 0, a->ends, "views", "", key_show};
}

/* Runs until the end; the terminal and the style are there. */
static int run(struct app *a, int first, struct err *err)
{
    windows_make(a);
    if (show(a, find(a, first), err) < 0)
        return -1;
    notice(a, screen_note()[0] ? screen_note()
              : a->opts->live.save_faces[0] != '\0'
                  ? "nothing leaves this machine; pictures of faces are saved, as you asked"
                  : "nothing leaves this machine; no camera image kept");
    for (; !a->quit; step(a))
        if (!wait(a)) {
            a->signal = SIGHUP;
            break;
        }
    return 0;
}

int app_run(const struct opts *opts, const struct app_view *views, int count, int first,
            int *signal, bool *screen, struct err *err)
{
    assert(count >= 1 && count <= APP_VIEWS_MAX);
    struct app a = {.opts = opts, .mouse = opts->ui.mouse, .fps = opts->ui.fps};
    a.self = (struct view){.state = &a, .opts = opts};
    views_set(&a, views, count);
    assert(find(&a, first) >= 0);
    *signal = 0;
    *screen = screen_start(opts, err) == 0;
    if (!*screen)
        return -1;
    a.style = style_new(&opts->ui);
    int status = run(&a, first, err);
    windows_free(&a);
    views_close(&a);
    style_free(a.style);
    screen_end(err);
    *signal = a.signal;
    return status;
}
