/* live_panes: see live_panes.h. */
#include "tui/live_panes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "tui/bars.h"
#include "tui/crop_pane.h"
#include "tui/history.h"
#include "tui/plot.h"
#include "tui/thrift.h"

enum {
    FACES_REMEMBERED = 16,
    POINTS = 4800,    /* of a face's LIVE_MEMORY_S: one each 125 ms */
    FACTS = 4,        /* rows of draw_facts */
    MARGIN_FROM = 22, /* columns of bars and history that can spare some */
    CROWD = 4,        /* more faces than this have short labels */
    ZOOM_BELOW = 100, /* columns of a picture pane that needs the zoom */
};

struct live_panes {
    const struct style *style;
    struct picture *picture;
    struct picture_zoom zoom;
    struct history *history;
    struct layout_panes layout;
    WINDOW *pane[LAYOUT_PANES]; /* without the title row; NULL = not there */
    int classes;
    double *x; /* (POINTS) */
    float *y;  /* (classes, POINTS) */
};

struct live_panes *live_panes_new(const struct style *style, const struct ui_opts *ui, int classes)
{
    struct live_panes *p = mem_zalloc(1, sizeof *p);
    p->style = style;
    p->classes = classes;
    p->picture = picture_new(style, ui);
    p->history = history_new(classes, FACES_REMEMBERED, LIVE_MEMORY_S, POINTS);
    p->x = mem_zalloc(POINTS, sizeof *p->x);
    p->y = mem_zalloc((size_t)classes * POINTS, sizeof *p->y);
    return p;
}

void live_panes_free(struct live_panes *p)
{
    if (p == NULL)
        return;
    live_panes_resize(p, NULL, LAYOUT_NONE);
    picture_free(p->picture);
    history_free(p->history);
    free(p->x);
    free(p->y);
    free(p);
}

struct picture *live_panes_picture(struct live_panes *p)
{
    return p->picture;
}

void live_panes_push(struct live_panes *p, const struct scene *scene)
{
    if (scene->classes != p->classes)
        return;
    for (int i = 0; i < scene->faces; i++)
        history_push(p->history, scene->face[i].id, scene->time, scene->face[i].p);
}

void live_panes_forget(struct live_panes *p)
{
    history_clear(p->history);
}

void live_panes_resize(struct live_panes *p, WINDOW *win, enum layout_pane maximised)
{
    for (int i = 0; i < LAYOUT_PANES; i++) {
        if (p->pane[i] != NULL)
            delwin(p->pane[i]);
        p->pane[i] = NULL;
    }
    if (win == NULL)
        return;
    p->layout = layout_panes(getmaxy(win), getmaxx(win), maximised);
    for (int i = 0; i < LAYOUT_PANES; i++) {
        struct layout_rect r = p->layout.pane[i];
        int margin = i != LAYOUT_PICTURE && r.w > MARGIN_FROM ? 1 : 0;
        if (r.h > 1 && r.w > 0)
            p->pane[i] = derwin(win, r.h - 1, r.w - 2 * margin, r.y + 1, r.x + margin);
    }
}

bool live_panes_has(const struct live_panes *p, enum layout_pane pane)
{
    return p->pane[pane] != NULL;
}

const struct scene_face *live_show_face(const struct live_show *show)
{
    for (int i = 0; i < show->scene.faces; i++)
        if (show->scene.face[i].id == show->selected)
            return &show->scene.face[i];
    return NULL;
}

enum layout_pane live_panes_at(const struct live_panes *p, const struct live_show *show, int y,
                               int x, int *face)
{
    *face = 0;
    for (int i = 0; i < LAYOUT_PANES; i++) {
        if (p->pane[i] == NULL || !wenclose(p->pane[i], y, x))
            continue;
        y -= getbegy(p->pane[i]);
        x -= getbegx(p->pane[i]);
        for (int f = 0; i == LAYOUT_PICTURE && f < show->scene.faces; f++) {
            struct picture_rect r = picture_map(p->picture, show->scene.face[f].box);
            if (y >= r.y && y < r.y + r.h && x >= r.x && x < r.x + r.w)
                *face = show->scene.face[f].id;
        }
        return (enum layout_pane)i;
    }
    return LAYOUT_NONE;
}

const char *live_show_mood(const struct live_show *show, const struct scene_face *f)
{
    return f->sure ? show->mood[f->mood].name : "not sure";
}

const char *live_show_source(const struct live_show *show)
{
    const char *label = show->status.source, *slash = strrchr(label, '/');
    bool path = strchr(label, '/') != NULL && strstr(label, "(/dev/") == NULL;
    return path && slash != NULL && slash[1] != '\0' ? slash + 1 : label;
}

/* ---- titles -----------------------------------------------------------------------------------
 */

static wchar_t line_char(const struct style *s, wchar_t line, wchar_t ascii)
{
    return s->utf8 ? line : ascii;
}

/* A rule with the pane's title in it, the first row of its rectangle. */
static void draw_title(const struct live_panes *p, WINDOW *win, const struct live_show *show,
                       enum layout_pane pane, const char *text)
{
    struct layout_rect r = p->layout.pane[pane];
    if (r.h == 0 || r.w == 0)
        return;
    struct ink rule = style_role(p->style, STYLE_BORDER);
    for (int x = 0; x < r.w; x++)
        style_put(win, r.y, r.x + x, line_char(p->style, L'─', L'-'), rule);
    enum style_role role = show->focus == pane ? STYLE_SELECTED : STYLE_TITLE;
    style_print(p->style, win, r.y, r.x + 1, r.w - 2, style_role(p->style, role), " %s ", text);
}

static void title_of_picture(const struct live_panes *p, const struct live_show *show, char *text,
                             size_t size)
{
    static const char *const zooms[] = {"", ", zoom", ""};
    const char *state = show->status.state == LIVE_PAUSED  ? ", PAUSED"
                        : show->status.state == LIVE_ENDED ? ", END"
                                                           : "";
    if (show->status.replay)
        snprintf(text, size, "faces (no picture is recorded)%s", state);
    else
        snprintf(text, size, "picture: %s%s%s", picture_renderer(p->picture), zooms[show->zoom],
                 state);
}

static void title_of_bars(const struct live_show *show, char *text, size_t size)
{
    static const char *const baselines[] = {[SCENE_BASELINE_NONE] = "",
                                            [SCENE_BASELINE_LOOKING] = ", look neutral",
                                            [SCENE_BASELINE_ON] = ", own base"};
    const struct scene_face *f = live_show_face(show);
    if (f == NULL)
        snprintf(text, size, "no face");
    else if (show->scene.faces > 1)
        snprintf(text, size, "face %d (of %d): %s%s", f->id, show->scene.faces,
                 live_show_mood(show, f), baselines[f->baseline]);
    else
        snprintf(text, size, "face %d: %s%s", f->id, live_show_mood(show, f),
                 baselines[f->baseline]);
}

static void title_of_history(const struct live_show *show, char *text, size_t size)
{
    if (show->crops)
        snprintf(text, size, "%s sees %dx%d", show->model->name, show->model->width,
                 show->model->height);
    else if (show->selected == 0)
        snprintf(text, size, "last %.0f s", LIVE_SPAN_S);
    else if (show->back_s > 0)
        snprintf(text, size, "face %d, %.0f s ago", show->selected, show->back_s);
    else
        snprintf(text, size, "face %d, last %.0f s", show->selected, LIVE_SPAN_S);
}

static void draw_titles(const struct live_panes *p, WINDOW *win, const struct live_show *show)
{
    char text[160];
    struct layout_rect rule = p->layout.rule;
    for (int y = 0; y < rule.h && rule.w > 0; y++)
        style_put(win, rule.y + y, rule.x, line_char(p->style, L'│', L'|'),
                  style_role(p->style, STYLE_BORDER));
    title_of_picture(p, show, text, sizeof text);
    draw_title(p, win, show, LAYOUT_PICTURE, text);
    title_of_bars(show, text, sizeof text);
    draw_title(p, win, show, LAYOUT_BARS, text);
    title_of_history(show, text, sizeof text);
    draw_title(p, win, show, LAYOUT_HISTORY, text);
}

/* ---- the picture ------------------------------------------------------------------------------
 */

static void centre(const struct style *s, WINDOW *win, int y, enum style_role role,
                   const char *text)
{
    int width = (int)strlen(text) + 2;
    int x = (getmaxx(win) - width) / 2;
    style_print(s, win, y, x > 0 ? x : 0, getmaxx(win), style_role(s, role), " %s ", text);
}

/* A sentence over as many rows as it needs, broken at blanks; returns the row after it. */
static int centre_wrapped(const struct style *s, WINDOW *win, int y, enum style_role role,
                          const char *text)
{
    char line[ERR_TEXT_MAX];
    size_t width = getmaxx(win) > 8 ? (size_t)getmaxx(win) - 4 : 4;
    while (*text != '\0' && y < getmaxy(win)) {
        size_t n = strlen(text);
        if (n > width) {
            for (n = width; n > 0 && text[n] != ' '; n--)
                continue;
            n = n > 0 ? n : width;
        }
        snprintf(line, sizeof line, "%.*s", (int)n, text);
        centre(s, win, y++, role, line);
        text += n;
        text += strspn(text, " ");
    }
    return y;
}

/* What has to be said where a picture is missing, stands still, or shows no face. */
static void draw_words(const struct live_panes *p, WINDOW *win, const struct live_show *show)
{
    const struct live_status *st = &show->status;
    int middle = getmaxy(win) / 2, bottom = getmaxy(win) - 1;
    char text[ERR_TEXT_MAX + 32];
    if (st->state == LIVE_LOST) {
        snprintf(text, sizeof text, "%s is lost", st->source);
        centre(p->style, win, middle - 1, STYLE_WARN, text);
        int next = centre_wrapped(p->style, win, middle, STYLE_WARN, st->why);
        int64_t left = st->retry - show->now;
        if (st->retry > 0 && left > 0)
            snprintf(text, sizeof text, "trying again in %.1f s", (double)left / 1e9);
        else
            snprintf(text, sizeof text, "trying again now");
        centre(p->style, win, next, STYLE_TEXT, text);
    } else if (st->state == LIVE_ENDED) {
        centre_wrapped(p->style, win, middle, STYLE_WARN, st->why);
        snprintf(text, sizeof text, "end of %s: r replays, q quits", live_show_source(show));
        centre(p->style, win, bottom, STYLE_WARN, text);
    } else if (show->frame == NULL) {
        snprintf(text, sizeof text, "opening %s", st->source);
        centre(p->style, win, middle, STYLE_TEXT, text);
    } else if (show->scene.seq > 0 && show->scene.faces == 0) {
        centre(p->style, win, bottom, STYLE_WARN, "no face");
    }
}

static int marks_of(const struct live_show *show, struct picture_mark *marks, char (*labels)[32])
{
    const struct scene *sc = &show->scene;
    if (show->frame == NULL || sc->width != show->frame->width || sc->height != show->frame->height)
        return 0; /* boxes of another picture */
    for (int i = 0; i < sc->faces; i++) {
        const struct scene_face *f = &sc->face[i];
        const struct style_mood *m = &show->mood[f->mood];
        if (sc->faces > CROWD && f->id != show->selected)
            snprintf(labels[i], sizeof labels[i], "%d %c", f->id, f->sure ? m->letter : '?');
        else if (!f->sure)
            snprintf(labels[i], sizeof labels[i], "%d not sure", f->id);
        else
            snprintf(labels[i], sizeof labels[i], "%d %s %.0f%%", f->id, m->name,
                     100 * (double)f->p[f->mood]);
        marks[i] = (struct picture_mark){.box = f->box,
                                         .label = labels[i],
                                         .color = f->sure ? m->color : STYLE_DEFAULT,
                                         .selected = f->id == show->selected};
    }
    return sc->faces;
}

static bool zoomed(const struct live_panes *p, const struct live_show *show)
{
    int cols = p->layout.pane[LAYOUT_PICTURE].w;
    return show->zoom == LIVE_ZOOM_ON || (show->zoom == LIVE_ZOOM_AUTO && cols < ZOOM_BELOW);
}

static void draw_picture(struct live_panes *p, const struct live_show *show)
{
    struct picture_mark marks[SCENE_FACES_MAX];
    char labels[SCENE_FACES_MAX][32];
    WINDOW *win = p->pane[LAYOUT_PICTURE];
    struct picture_view view = {.frame = show->frame,
                                .mirror = show->mirror,
                                .now = show->now,
                                .marks = marks,
                                .hold = show->hold,
                                .small = show->thrift >= THRIFT_SIZE,
                                .plain = show->thrift >= THRIFT_PLAIN};
    view.count = marks_of(show, marks, labels);
    if (show->frame != NULL) {
        const struct scene_face *f = zoomed(p, show) ? live_show_face(show) : NULL;
        view.zoom = picture_follow(&p->zoom, f != NULL ? &f->box : NULL, show->frame->width,
                                   show->frame->height, getmaxy(win), getmaxx(win), show->now);
    }
    picture_draw(p->picture, win, &view);
    draw_words(p, win, show);
}

/* ---- bars and history ---------------------------------------------------------------------------
 */

/* The other faces, a line each, below the bars; scrolled so that the chosen one is there. */
static void draw_faces(const struct live_panes *p, WINDOW *win, const struct live_show *show,
                       int from)
{
    const struct scene *sc = &show->scene;
    int room = getmaxy(win) - from, chosen = 0;
    for (int i = 0; i < sc->faces; i++)
        chosen = sc->face[i].id == show->selected ? i : chosen;
    int first = chosen >= room ? chosen - room + 1 : 0;
    for (int i = first; i < sc->faces && i - first < room; i++) {
        const struct scene_face *f = &sc->face[i];
        struct ink ink = f->id == show->selected ? style_role(p->style, STYLE_SELECTED)
                         : f->sure               ? show->mood[f->mood].ink
                                                 : style_role(p->style, STYLE_DIM);
        style_print(p->style, win, from + i - first, 0, getmaxx(win), ink, "%3d %-9s %3.0f%%",
                    f->id, live_show_mood(show, f), 100 * (double)f->p[f->mood]);
    }
}

/* What a lone face leaves room for: what the numbers are, and where they come from. */
static void draw_facts(const struct live_panes *p, WINDOW *win, const struct live_show *show,
                       int from)
{
    const struct scene_face *f = live_show_face(show);
    const struct infer_info *m = show->model;
    struct ink dim = style_role(p->style, STYLE_DIM);
    int width = getmaxx(win);
    if (f == NULL)
        return;
    style_print(p->style, win, from, 0, width, dim, "%s smoothed  %s this frame",
                p->style->utf8 ? "■" : "#", p->style->utf8 ? "│" : "|");
    style_print(p->style, win, from + 1, 0, width, dim, "%d x %d pixels at %d, %d", f->box.w,
                f->box.h, f->box.x, f->box.y);
    style_print(p->style, win, from + 2, 0, width, dim, "%s sees %d x %d", m->name, m->width,
                m->height);
    style_print(p->style, win, from + 3, 0, width, dim, "through %.2f M parameters",
                (double)m->params / 1e6);
}

static void draw_bars(struct live_panes *p, const struct live_show *show)
{
    struct bar bars[SCENE_CLASSES_MAX];
    const struct scene_face *f = live_show_face(show);
    for (int c = 0; c < p->classes; c++)
        bars[c] = (struct bar){.label = show->mood[c].name,
                               .letter = show->mood[c].letter,
                               .value = f != NULL ? f->p[c] : 0,
                               .raw = f != NULL ? f->raw[c] : NAN,
                               .ink = show->mood[c].ink};
    WINDOW *win = p->pane[LAYOUT_BARS];
    bars_draw(p->style, win, bars, p->classes);
    int room = getmaxy(win) - p->classes - 1;
    if (show->scene.faces > 1 && room >= 2)
        draw_faces(p, win, show, p->classes + 1);
    else if (room >= FACTS)
        draw_facts(p, win, show, p->classes + 1);
}

static void draw_history(struct live_panes *p, const struct live_show *show)
{
    struct plot_series series[SCENE_CLASSES_MAX];
    const struct scene_face *f = live_show_face(show);
    double end = (double)show->now / 1e9 - show->back_s;
    int n = history_read(p->history, show->selected, show->now, p->x, p->y, POINTS);
    for (int c = 0; c < p->classes; c++)
        series[c] = (struct plot_series){.label = show->mood[c].name,
                                         .letter = show->mood[c].letter,
                                         .ink = show->mood[c].ink,
                                         .y = p->y + (size_t)c * POINTS};
    double fps = show->status.analysed_fps;
    bool past = show->back_s > 0;
    struct plot plot = {
        .x = p->x,
        .n = n,
        .x_min = end - LIVE_SPAN_S,
        .x_max = end,
        .y_min = 0,
        .y_max = 1,
        .gap = fps > 0 && 3 / fps > 2 ? 3 / fps : 2, /* slower analysis, wider steps */
        .x_labels = {past ? "" : "-60s", past ? "" : "-30s", past ? "" : "now"},
        .y_labels = {"0%", "50%", "100%"},
        .series = series,
        .count = p->classes,
        .top = f != NULL ? f->mood : -1,
    };
    plot_draw(p->style, p->pane[LAYOUT_HISTORY], &plot);
}

void live_panes_draw(struct live_panes *p, WINDOW *win, const struct live_show *show)
{
    if (p->pane[LAYOUT_PICTURE] != NULL)
        draw_picture(p, show);
    if (p->pane[LAYOUT_BARS] != NULL)
        draw_bars(p, show);
    if (p->pane[LAYOUT_HISTORY] != NULL && show->crops)
        crop_pane_draw(p->style, p->pane[LAYOUT_HISTORY], &show->seen, show->mood);
    else if (p->pane[LAYOUT_HISTORY] != NULL)
        draw_history(p, show);
    touchwin(win); /* the panes' cells are the window's, but it was not told */
    draw_titles(p, win, show);
    struct layout_rect r = p->layout.pane[LAYOUT_BARS];
    if (r.h == 0)
        r = p->layout.pane[show->focus];
    wmove(win, r.y, r.x + (r.w > 2 ? 2 : 0));
}
