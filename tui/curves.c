/* curves: see curves.h. Lines are kept one behind the other and brought to a common x when drawn.
 */
#include "tui/curves.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { MARKS_MAX = 4, VALUE_TEXT = 24 };

#define LOG_LEAST 1e-9 /* smaller values stand here on a logarithmic scale */

struct line {
    char label[CURVES_LABEL];
    char letter;
    struct ink ink;
    int from, n; /* its points in px, py */
};

struct curves {
    struct line line[PLOT_SERIES_MAX];
    int count;
    double *px; /* points of all lines, [points] */
    float *py;
    int points, room;
    double *x; /* all x, ascending, none twice: [n] */
    float *y;  /* (count, n): what is drawn */
    int n, common_room;
    size_t y_room;
    bool stale; /* x and y are not those of the points */
    struct plot_mark mark[MARKS_MAX];
    int marks;
    const char *format;
    double scale, cursor;
    bool log;
    int smooth;
};

struct curves *curves_new(void)
{
    struct curves *c = mem_zalloc(1, sizeof *c);
    c->format = "%.4f";
    c->scale = 1;
    c->cursor = NAN;
    return c;
}

void curves_free(struct curves *c)
{
    if (c == NULL)
        return;
    free(c->px);
    free(c->py);
    free(c->x);
    free(c->y);
    free(c);
}

void curves_clear(struct curves *c)
{
    c->count = c->points = c->marks = 0;
    c->stale = true;
}

void curves_line(struct curves *c, const char *label, char letter, struct ink ink)
{
    assert(c->count < PLOT_SERIES_MAX);
    struct line *l = &c->line[c->count++];
    *l = (struct line){.letter = letter, .ink = ink, .from = c->points};
    snprintf(l->label, sizeof l->label, "%s", label);
    c->stale = true;
}

void curves_point(struct curves *c, double x, double y)
{
    assert(c->count > 0);
    struct line *l = &c->line[c->count - 1];
    assert(l->n == 0 || c->px[c->points - 1] <= x);
    if (c->points == c->room) {
        c->room = c->room > 0 ? 2 * c->room : 256;
        c->px = mem_realloc(c->px, (size_t)c->room, sizeof *c->px);
        c->py = mem_realloc(c->py, (size_t)c->room, sizeof *c->py);
    }
    c->px[c->points] = x;
    c->py[c->points++] = isfinite(y) ? (float)(y * c->scale) : NAN;
    l->n++;
    c->stale = true;
}

void curves_mark(struct curves *c, double x, struct ink ink)
{
    if (c->marks < MARKS_MAX)
        c->mark[c->marks++] = (struct plot_mark){x, ink};
}

void curves_format(struct curves *c, const char *format, double scale)
{
    c->format = format;
    c->scale = scale;
}

void curves_set_log(struct curves *c, bool log)
{
    c->log = log;
    c->stale = true;
}

bool curves_log(const struct curves *c)
{
    return c->log;
}

void curves_set_smooth(struct curves *c, int level)
{
    c->smooth = (level % CURVES_SMOOTH_LEVELS + CURVES_SMOOTH_LEVELS) % CURVES_SMOOTH_LEVELS;
    c->stale = true;
}

int curves_smooth(const struct curves *c)
{
    return c->smooth;
}

int curves_count(const struct curves *c)
{
    return c->count;
}

/* ---- to a common x ---------------------------------------------------------------------------*/

/* Merges a line's x into the common ones, from the end so that it happens in place. */
static void merge(struct curves *c, const struct line *l)
{
    const double *b = c->px + l->from;
    int fresh = 0, i = 0;
    for (int k = 0; k < l->n; k++) {
        while (i < c->n && c->x[i] < b[k])
            i++;
        fresh += (i == c->n || c->x[i] != b[k]) && (k == 0 || b[k] != b[k - 1]);
    }
    int at = c->n + fresh - 1;
    if (at >= c->common_room) {
        c->common_room = 2 * (at + 1);
        c->x = mem_realloc(c->x, (size_t)c->common_room, sizeof *c->x);
    }
    i = c->n - 1;
    for (int k = l->n - 1; k >= 0 && at > i; k--) {
        if (k < l->n - 1 && b[k] == b[k + 1])
            continue;
        while (i >= 0 && c->x[i] > b[k])
            c->x[at--] = c->x[i--];
        if (i < 0 || c->x[i] != b[k])
            c->x[at--] = b[k];
    }
    c->n += fresh;
}

/* Smooths and takes the logarithm of a line, and puts it where the common x has its points. */
static void spread(const struct curves *c, const struct line *l, float *y)
{
    static const double keep[CURVES_SMOOTH_LEVELS] = {0, 0.6, 0.87, 0.96};
    double mean = 0, weight = 0, share = keep[c->smooth];
    for (int i = 0; i < c->n; i++)
        y[i] = NAN;
    for (int k = 0, i = 0; k < l->n; k++) {
        float v = c->py[l->from + k];
        if (isnan(v))
            continue;
        mean = share * mean + (1 - share) * (double)v;
        weight = share * weight + (1 - share);
        double shown = mean / weight;
        while (c->x[i] < c->px[l->from + k])
            i++;
        y[i] = (float)(c->log ? log10(fmax(shown, LOG_LEAST)) : shown);
    }
}

static void freshen(struct curves *c)
{
    if (!c->stale)
        return;
    c->stale = false;
    c->n = 0;
    for (int i = 0; i < c->count; i++)
        merge(c, &c->line[i]);
    size_t room = (size_t)c->n * (size_t)c->count;
    if (room > c->y_room) {
        c->y_room = 2 * room;
        c->y = mem_realloc(c->y, c->y_room, sizeof *c->y);
    }
    for (int i = 0; i < c->count; i++)
        spread(c, &c->line[i], c->y + (size_t)i * (size_t)c->n);
}

/* ---- the cursor ------------------------------------------------------------------------------*/

double curves_cursor(const struct curves *c)
{
    return c->cursor;
}

void curves_set_cursor(struct curves *c, double x)
{
    c->cursor = x;
}

double curves_last(const struct curves *c)
{
    double last = NAN;
    for (int i = 0; i < c->count; i++)
        if (c->line[i].n > 0)
            last = fmax(last, c->px[c->line[i].from + c->line[i].n - 1]);
    return last;
}

void curves_step(struct curves *c, int points)
{
    freshen(c);
    if (c->n == 0)
        return;
    int at = c->n - 1;
    if (!isnan(c->cursor)) {
        for (at = 0; at < c->n - 1 && c->x[at] < c->cursor; at++)
            continue;
        at += points < -c->n ? -c->n : points > c->n ? c->n : points;
    }
    c->cursor = c->x[at < 0 ? 0 : at >= c->n ? c->n - 1 : at];
}

/* The line's value at x, or its last one before; NAN if it begins later. */
static float value_at(const struct curves *c, const struct line *l, double x)
{
    int low = 0, high = l->n;
    const double *px = c->px + l->from;
    while (low < high) {
        int middle = (low + high) / 2;
        if (px[middle] <= x)
            low = middle + 1;
        else
            high = middle;
    }
    for (int k = low - 1; k >= 0; k--)
        if (!isnan(c->py[l->from + k]))
            return c->py[l->from + k];
    return NAN;
}

/* ---- drawing ---------------------------------------------------------------------------------*/

static void number(const struct curves *c, double v, char *out)
{
    if (isnan(v))
        snprintf(out, VALUE_TEXT, "-");
    else
        snprintf(out, VALUE_TEXT, c->format, c->log ? pow(10, v) : v);
}

/* The range of what is drawn, with a little air. */
static void range(const struct curves *c, double *lo, double *hi)
{
    size_t all = (size_t)c->n * (size_t)c->count;
    *lo = INFINITY;
    *hi = -INFINITY;
    for (size_t i = 0; i < all; i++) {
        if (isnan(c->y[i]))
            continue;
        *lo = fmin(*lo, (double)c->y[i]);
        *hi = fmax(*hi, (double)c->y[i]);
    }
    if (*lo > *hi)
        *lo = *hi = 0;
    double air = (*hi - *lo) * 0.03;
    if (*hi - *lo < 1e-12)
        air = fmax(fabs(*hi) * 0.05, 1e-6);
    *lo -= !c->log && *lo >= 0 && *lo < air ? *lo : air; /* nothing below 0 where nothing is */
    *hi += air;
}

static void draw_empty(const struct style *s, WINDOW *win)
{
    werase(win);
    style_text(s, win, getmaxy(win) / 2, 1, getmaxx(win) - 2, style_role(s, STYLE_DIM),
               "nothing to draw yet");
}

/* A whole epoch without decimals. */
static void x_label(double x, char *out)
{
    snprintf(out, VALUE_TEXT, x == floor(x) ? "%.0f" : "%.1f", x);
}

/* Whether the lines' names fit beside their values. */
static bool legend_fits(const struct curves *c, int cols)
{
    int width = 8;
    for (int i = 0; i < c->count; i++)
        width += (int)strlen(c->line[i].label) + 12;
    return width <= cols;
}

void curves_draw(struct curves *c, const struct style *s, WINDOW *win)
{
    freshen(c);
    if (c->n == 0) {
        draw_empty(s, win);
        return;
    }
    struct plot_series series[PLOT_SERIES_MAX];
    char label[PLOT_SERIES_MAX][CURVES_LABEL + VALUE_TEXT], text[6][VALUE_TEXT];
    double last = c->x[c->n - 1], read = isnan(c->cursor) ? last : c->cursor;
    bool names = legend_fits(c, getmaxx(win));
    for (int i = 0; i < c->count; i++) {
        const struct line *l = &c->line[i];
        double v = (double)value_at(c, l, read);
        snprintf(text[0], sizeof text[0], c->format, v);
        snprintf(label[i], sizeof label[i], "%s%s%s", names ? l->label : "", names ? " " : "",
                 isnan(v) ? "-" : text[0]);
        series[i] =
            (struct plot_series){label[i], l->letter, l->ink, c->y + (size_t)i * (size_t)c->n};
    }
    struct plot_mark mark[MARKS_MAX + 1];
    memcpy(mark, c->mark, sizeof c->mark);
    int marks = c->marks;
    if (!isnan(c->cursor))
        mark[marks++] = (struct plot_mark){c->cursor, style_role(s, STYLE_KEY)};
    struct plot p = {.x = c->x,
                     .n = c->n,
                     .x_min = c->x[0],
                     .x_max = last,
                     .gap = INFINITY,
                     .series = series,
                     .count = c->count,
                     .figures = !names,
                     .top = -1,
                     .marks = mark,
                     .mark_count = marks};
    if (p.x_max <= p.x_min)
        p.x_min = p.x_max - 1;
    range(c, &p.y_min, &p.y_max);
    for (int i = 0; i < 3; i++) {
        number(c, p.y_min + (p.y_max - p.y_min) * i / 2, text[i]);
        p.y_labels[i] = text[i];
        x_label(i == 1 ? read : i == 0 ? p.x_min : p.x_max, text[3 + i]);
        p.x_labels[i] = i == 1 && isnan(c->cursor) ? NULL : text[3 + i];
    }
    char at[VALUE_TEXT + 8];
    if (p.x_labels[1] != NULL) {
        snprintf(at, sizeof at, "at %s", text[4]);
        p.x_labels[1] = at;
    }
    plot_draw(s, win, &p);
}
