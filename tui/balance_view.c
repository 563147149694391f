/* balance_view: see balance_view.h. UI thread. */
#include "tui/balance_view.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/balance.h"

static struct balance *of(const struct view *v)
{
    return v->state;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void key_move(struct view *v, int key)
{
    struct balance *b = of(v);
    int kind = b->kind + (key == KEY_DOWN || key == 'j' ? 1 : -1);
    if (kind >= 0 && kind < DOCTOR_KINDS)
        b->kind = kind;
    b->sample = 0;
}

static void key_sample(struct view *v, int key)
{
    struct balance *b = of(v);
    const struct doctor *d = b->study->doctor;
    if (d == NULL || b->ds == NULL)
        return;
    struct balance_layout l = balance_lay_out(v->rows, v->cols, b->ds->classes, b->lower);
    int page = balance_samples_count(b, &l.pane[BALANCE_SAMPLES]);
    int sample = b->sample + (key == KEY_RIGHT || key == 'l' ? page : -page);
    if (sample < d->first[b->kind + 1] - d->first[b->kind])
        b->sample = sample > 0 ? sample : 0;
}

/* To the browser, which then shows the images of the chosen finding alone. */
static void key_open(struct view *v, int key)
{
    (void)key;
    struct balance *b = of(v);
    const struct balance_view_data *data = v->data;
    const struct doctor *d = b->study->doctor;
    if (d == NULL || d->first[b->kind + 1] == d->first[b->kind])
        return;
    b->study->go = d->finding[d->first[b->kind] + b->sample].row;
    b->study->kind = b->kind;
    v->go = data->browser;
}

static void key_pane(struct view *v, int key)
{
    (void)key;
    struct balance *b = of(v);
    b->lower = b->lower < BALANCE_TONES ? b->lower + 1 : BALANCE_FINDINGS;
}

static void key_page(struct view *v, int key)
{
    struct balance *b = of(v);
    if (b->ds == NULL)
        return;
    struct balance_layout l = balance_lay_out(v->rows, v->cols, b->ds->classes, b->lower);
    int lines = balance_class_lines(&l.pane[BALANCE_CLASSES]), last = b->ds->classes - lines;
    int top = b->class_top + (key == KEY_NPAGE ? lines : -lines);
    top = top > last ? last : top;
    b->class_top = top > 0 ? top : 0;
}

static const struct view_key keys[BALANCE_KEYS] = {
    {KEY_DOWN, 'j', "Up/Down k j", "finding", "the previous or next finding", key_move},
    {KEY_UP, 'k', NULL, NULL, NULL, key_move},
    {KEY_RIGHT, 'l', "Left/Right h l", "images", "other images of the chosen finding", key_sample},
    {KEY_LEFT, 'h', NULL, NULL, NULL, key_sample},
    {'\n', KEY_ENTER, "Enter", "show", "show the images of the chosen finding in the browser",
     key_open},
    {'\r', 0, NULL, NULL, NULL, key_open},
    {'\t', 0, "Tab", "pane", "findings, weights or tones, where there is no room for all",
     key_pane},
    {KEY_NPAGE, 0, "PgUp PgDn", NULL, "other classes, where there is no room for all", key_page},
    {KEY_PPAGE, 0, NULL, NULL, NULL, key_page},
    {0, 0, NULL, NULL, NULL, NULL},
};

/* The bottom line names only what has an effect here: another pane, or other images. */
static void choose_hints(struct view *v)
{
    struct balance *b = of(v);
    bool wide = balance_is_wide(v->cols);
    memcpy(b->keys, keys, sizeof keys);
    for (int i = 0; i < BALANCE_KEYS; i++)
        if (keys[i].act == (wide ? key_pane : key_sample))
            b->keys[i].hint = NULL;
    v->keys = b->keys;
}

/* ---- life ------------------------------------------------------------------------------------ */

static int open_view(struct view *v, struct err *err)
{
    struct balance *b = of(v);
    const struct balance_view_data *data = v->data;
    (void)err;
    b->study = data->study;
    b->style = v->style;
    b->lower = BALANCE_FINDINGS;
    b->tile = tile_new(v->style, UI_HALF_GREY);
    return 0;
}

static void close_view(struct view *v)
{
    tile_free(of(v)->tile);
    of(v)->tile = NULL;
}

static void resize_view(struct view *v, WINDOW *win)
{
    (void)win; /* panes are laid out as they are drawn */
    choose_hints(v);
}

/* Counts anew; no image is looked at, so it takes no time that could be felt. */
static void count(struct balance *b)
{
    const struct study *s = b->study;
    b->ds = s->ds;
    b->changes = s->changes;
    b->toned = s->news.brightness != NULL && s->news.contrast != NULL;
    stats_of_known(s->ds, b->toned ? s->news.brightness : NULL, b->toned ? s->news.contrast : NULL,
                   &b->stats);
}

static bool update_view(struct view *v, int64_t now)
{
    (void)now;
    struct balance *b = of(v);
    struct study *s = b->study;
    bool news = study_follow(s, &b->turns);
    if (s->ds == NULL)
        return news;
    if (b->ds == NULL)
        style_moods(v->style, s->ds->class_name, s->ds->classes, b->mood);
    if (b->ds == NULL || b->changes != s->changes || b->toned != (s->news.brightness != NULL)) {
        count(b);
        news = true;
    }
    if (v->shown && s->doctor == NULL && !s->diagnosing)
        s->diagnose(s);
    if (s->doctor != b->doctor) {
        b->doctor = s->doctor;
        b->sample = 0;
        news = true;
    }
    return news;
}

static int fd_of(const struct view *v)
{
    return of(v)->study->fd;
}

/* ---- words ----------------------------------------------------------------------------------- */

static void status_of(const struct view *v, char *text, size_t size)
{
    const struct balance *b = of(v);
    const struct study *s = b->study;
    long relabelled = 0, excluded = 0;
    if (b->ds == NULL) {
        snprintf(text, size, "%s", s->trouble[0] != '\0' ? s->trouble : s->what);
        return;
    }
    for (int i = 0; i < SPLITS; i++) {
        relabelled += b->stats.relabelled[i];
        excluded += b->stats.excluded[i];
    }
    snprintf(text, size, "%s  %ld images", s->name, b->stats.all.n);
    if (relabelled > 0)
        text_add(text, size, "  %ld relabelled", relabelled);
    if (excluded > 0)
        text_add(text, size, "%s %ld left out", relabelled > 0 ? "," : " ", excluded);
    if (s->what[0] != '\0')
        text_add(text, size, "  %s", s->what);
}

static void line_of(const struct view *v, char *text, size_t size)
{
    const struct balance *b = of(v);
    if (b->ds == NULL) {
        status_of(v, text, size);
        return;
    }
    const struct stats_mix *m = &b->stats.all;
    snprintf(text, size, "%ld images, imbalance %.1f", m->n, m->imbalance);
    const struct doctor *d = b->study->doctor;
    if (d != NULL)
        text_add(text, size, ", %d in two splits",
                 d->first[DOCTOR_LEAK + 1] - d->first[DOCTOR_LEAK]);
}

/* Nothing to look at yet, or never: says so in the middle. */
static void draw_waiting(const struct balance *b, WINDOW *win)
{
    const struct study *s = b->study;
    bool bad = s->trouble[0] != '\0';
    style_text(b->style, win, getmaxy(win) / 2, 2, getmaxx(win) - 4,
               style_role(b->style, bad ? STYLE_WARN : STYLE_TITLE), bad ? s->trouble : s->what);
}

static void draw_view(struct view *v, WINDOW *win)
{
    const struct balance *b = of(v);
    style_tick(b->style);
    if (b->ds == NULL) {
        draw_waiting(b, win);
        return;
    }
    struct balance_layout l = balance_lay_out(getmaxy(win), getmaxx(win), b->ds->classes, b->lower);
    balance_draw(b, win, &l);
}

const struct view_ops balance_view = {
    .name = "balance",
    .summary = "a data set's classes, and what is wrong with it",
    .state_size = sizeof(struct balance),
    .keys = keys,
    .open = open_view,
    .close = close_view,
    .resize = resize_view,
    .update = update_view,
    .draw = draw_view,
    .fd = fd_of,
    .status = status_of,
    .line = line_of,
};
