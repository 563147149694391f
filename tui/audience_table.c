/* audience_table: see audience.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/audience.h"

enum {
    NAME = 9,     /* columns of a mood's name */
    NUMBERS = 26, /* behind its bar: " 61% +-12%      4:05  40%" */
    BAR_MIN = 8,
    BAR_MAX = 80,
    SHOWN_MAX = 128, /* faces in the table */
};

/* "4:05", "1:02:03" or "12.3s", at most 8 columns. */
static void span(double s, char *text, size_t size)
{
    int whole = (int)s;
    if (whole >= 3600)
        snprintf(text, size, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
    else if (whole >= 60)
        snprintf(text, size, "%d:%02d", whole / 60, whole % 60);
    else
        snprintf(text, size, "%.1fs", s);
}

/* ---- together -------------------------------------------------------------------------------- */

/* A bar of the mean; what lies within the spread around it is marked. */
static void draw_mean(const struct style *s, WINDOW *win, int y, int x, int width, double mean,
                      double spread, struct ink ink)
{
    int end = (int)lround(mean * width);
    int lo = (int)lround(fmax(mean - spread, 0) * width);
    int hi = (int)lround(fmin(mean + spread, 1) * width);
    for (int i = 0; i < width; i++) {
        wchar_t ch = i < end ? (s->utf8 ? L'█' : L'#') : L' ';
        if (i >= lo && i < hi && hi - lo > 1)
            ch = i < end ? (s->utf8 ? L'▓' : L'=') : (s->utf8 ? L'░' : L'-');
        style_put(win, y, x + i, ch, ink);
    }
}

/* Columns for the bars; 0 = there is no room. */
static int bar_room(int cols)
{
    int bar = cols - NAME - NUMBERS - 2;
    return bar < BAR_MIN ? 0 : bar < BAR_MAX ? bar : BAR_MAX;
}

static void draw_class(const struct style *s, WINDOW *win, int y, const struct audience *a, int c)
{
    double mean, spread, all = tally_present(a->tally);
    char time[16];
    int cols = getmaxx(win), bar = bar_room(cols);
    tally_now(a->scene, c, &mean, &spread);
    span(a->tally->mood_s[c], time, sizeof time);
    style_print(s, win, y, 1, NAME, style_role(s, STYLE_TEXT), "%s", a->mood[c].name);
    if (bar > 0)
        draw_mean(s, win, y, NAME + 1, bar, mean, spread, a->mood[c].ink);
    style_print(s, win, y, NAME + 2 + bar, cols - NAME - 2 - bar, style_role(s, STYLE_TEXT),
                "%3.0f%% %s%2.0f%%  %8s %3.0f%%", 100 * mean, s->utf8 ? " ±" : "+-", 100 * spread,
                time, all > 0 ? 100 * a->tally->mood_s[c] / all : 0);
}

/* The rows of the upper half; returns the row after them. */
static int draw_together(const struct style *s, WINDOW *win, const struct audience *a)
{
    const struct scene *sc = a->scene;
    char nobody[16];
    double all = tally_present(a->tally);
    int cols = getmaxx(win), bar = bar_room(cols);
    span(a->tally->nobody_s, nobody, sizeof nobody);
    style_print(s, win, 0, 1, cols - 2, style_role(s, STYLE_TITLE),
                "together: %d face%s here, %d seen, at most %d; nobody for %s, not sure %.0f%%",
                sc->faces, sc->faces == 1 ? "" : "s", a->tally->faces, a->tally->most, nobody,
                all > 0 ? 100 * a->tally->unsure_s / all : 0);
    style_print(s, win, 1, NAME + 2 + bar, cols - NAME - 2 - bar, style_role(s, STYLE_DIM),
                "%4s %5s  %8s %4s", "mean", "dev", "as label", "");
    int rows = getmaxy(win), y = 2;
    for (int c = 0; c < a->classes && y < rows; c++)
        draw_class(s, win, y++, a, c);
    return y + 1;
}

/* ---- one by one ------------------------------------------------------------------------------ */

static const struct scene_face *here(const struct scene *s, int id)
{
    for (int i = 0; i < s->faces; i++) {
        if (s->face[i].id == id)
            return &s->face[i];
    }
    return NULL;
}

/* The labels that it had at least a tenth of its time, the longest first: "happy 61% sad 20%". */
static void moods_of(const struct audience *a, const struct tally_face *f, char *text, size_t size)
{
    bool said[SCENE_CLASSES_MAX] = {false};
    size_t n = 0;
    text[0] = '\0';
    for (int turn = 0; turn < a->classes && f->present_s > 0; turn++) {
        int best = -1;
        for (int c = 0; c < a->classes; c++) {
            if (!said[c] && (best < 0 || f->mood_s[c] > f->mood_s[best]))
                best = c;
        }
        double share = f->mood_s[best] / f->present_s;
        said[best] = true;
        if (share < 0.1 || n >= size)
            return;
        n += (size_t)snprintf(text + n, size - n, "%s %.0f%%  ", a->mood[best].name, 100 * share);
    }
}

static void draw_face(const struct style *s, WINDOW *win, int y, const struct audience *a,
                      const struct tally_face *f)
{
    const struct scene_face *now = here(a->scene, f->id);
    char state[32], there[16], looking[16], moods[96];
    const struct style_mood *m = &a->mood[now != NULL ? now->mood : f->mood];
    if (now == NULL)
        span(a->tally->clock - f->last, there, sizeof there);
    if (now == NULL)
        snprintf(state, sizeof state, "gone %s", there);
    else
        snprintf(state, sizeof state, "%s%s %.0f%%", m->name, now->sure ? "" : "?",
                 100 * (double)now->p[now->mood]);
    span(f->present_s, there, sizeof there);
    span(f->attention_s, looking, sizeof looking);
    moods_of(a, f, moods, sizeof moods);
    struct ink ink = now == NULL            ? style_role(s, STYLE_DIM)
                     : f->id == a->selected ? style_role(s, STYLE_SELECTED)
                                            : m->ink;
    double share = f->present_s > 0 ? 100 * f->attention_s / f->present_s : 0;
    int x = 1 + style_print(s, win, y, 1, 22, ink, "%4d %-16s", f->id, state);
    style_print(s, win, y, x + 1, getmaxx(win) - x - 2,
                style_role(s, now != NULL ? STYLE_TEXT : STYLE_DIM), "%8s %8s %3.0f%%  %s", there,
                looking, share, moods);
}

/* Faces that are here by number, then the others, the latest first. */
static int by_presence(const void *left, const void *right)
{
    const struct tally_face *a = *(const struct tally_face *const *)left;
    const struct tally_face *b = *(const struct tally_face *const *)right;
    if (a->last != b->last)
        return a->last > b->last ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

static void draw_faces(const struct style *s, WINDOW *win, int from, const struct audience *a)
{
    const struct tally_face *row[SHOWN_MAX];
    const struct tally *t = a->tally;
    int n = 0, chosen = 0, room = getmaxy(win) - from - 1;
    for (int i = t->faces > SHOWN_MAX ? t->faces - SHOWN_MAX : 0; i < t->faces; i++)
        row[n++] = &t->face[i];
    qsort(row, (size_t)n, sizeof row[0], by_presence);
    for (int i = 0; i < n; i++)
        chosen = row[i]->id == a->selected ? i : chosen;
    if (room <= 0)
        return;
    style_print(s, win, from, 1, getmaxx(win) - 2, style_role(s, STYLE_DIM),
                "%4s %-16s %8s %8s %4s  %s", "face", "now", "there", "attention", "",
                "most of its time");
    int first = chosen >= room ? chosen - room + 1 : 0;
    for (int i = first; i < n && i - first < room; i++)
        draw_face(s, win, from + 1 + i - first, a, row[i]);
    wmove(win, from + 1 + (n > 0 ? chosen - first : 0), 1);
}

void audience_table(const struct style *s, WINDOW *win, const struct audience *a)
{
    int from = draw_together(s, win, a);
    draw_faces(s, win, from, a);
}
