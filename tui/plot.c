/*
 * plot: see plot.h. UI thread; stateless: what it needs stands on the stack, which bounds its
 * size; on a larger terminal the graph keeps to the lower right.
 *
 * Each series is first sampled to one value per column of dots; then either runs of braille dots
 * or letters are drawn from those samples.
 */
#include "tui/plot.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
    COLS_MAX = 512, /* cells */
    DOTS_MAX = 2 * COLS_MAX,
    ROWS_MAX = 256,
    LEGEND_ROWS = 6, /* windows lower than this have no legend */
    LABEL_ROWS = 4,  /* ... no labels of x */
    LABEL_COLS = 24, /* windows narrower than this have no labels of y */
    AXIS_COLS = 12,  /* ... neither axis nor letters at the lines' ends */
};

/* Where the parts stand in the window, in cells. */
struct area {
    int y, x, h, w; /* of the graph */
    int axis;       /* column of the axis; -1 = none */
    int ends;       /* column of the letters at the lines' ends; -1 = none */
    int labels;     /* width of the labels of y */
    int legend;     /* row; -1 = none */
    int below;      /* row of the labels of x; -1 = none */
};

static bool dots_wanted(const struct style *s)
{
    return s->utf8 && s->colors > 0;
}

static struct area lay_out(const struct style *s, const struct plot *p, int rows, int cols)
{
    struct area a = {0, 0, rows, cols, -1, -1, 0, -1, -1};
    if (rows >= LEGEND_ROWS && p->count > 0) {
        a.legend = 0;
        a.y = 1;
        a.h--;
    }
    if (rows >= LABEL_ROWS && p->x_labels[0] != NULL)
        a.below = a.y + --a.h;
    if (cols >= LABEL_COLS) {
        for (int i = 0; i < 3; i++) {
            int n = p->y_labels[i] != NULL ? (int)strlen(p->y_labels[i]) : 0;
            a.labels = n > a.labels && n < cols / 2 ? n : a.labels;
        }
    }
    if (cols >= AXIS_COLS) {
        a.axis = a.labels;
        a.x = a.labels + 1;
        a.ends = dots_wanted(s) ? cols - 1 : -1;
    }
    a.w = cols - a.x - (a.ends >= 0);
    if (a.h > ROWS_MAX) {
        a.y += a.h - ROWS_MAX;
        a.h = ROWS_MAX;
    }
    if (a.w > COLS_MAX) {
        a.x += a.w - COLS_MAX;
        a.w = COLS_MAX;
    }
    return a;
}

/* The column of an x, -1 = none. Columns stand at multiples of the step: a graph that slides keeps
 * what falls into one. */
static int column(const struct plot *p, double x, int n)
{
    double step = (p->x_max - p->x_min) / (n > 1 ? n - 1 : 1);
    double k = floor(x / step + 0.5) - floor(p->x_max / step + 0.5) + (n - 1);
    if (k >= n)
        return -1;
    return k < 0 ? 0 : (int)k;
}

/* The first point that is not left of the window. */
static int first_point(const struct plot *p)
{
    int low = 0, high = p->n;
    while (low < high) {
        int middle = (low + high) / 2;
        if (p->x[middle] < p->x_min)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* One value for each of n columns: the mean of its points, a straight line between points that are
 * joined, else NAN. */
static void sample(const struct plot *p, const float *y, float *v, int n)
{
    int at = -1, from[DOTS_MAX], points = 0; /* from: the column that the line comes from */
    double last_x = 0;
    for (int k = 0; k < n; k++)
        v[k] = NAN;
    for (int i = first_point(p); i < p->n; i++) {
        int k = isnan(y[i]) ? -1 : column(p, p->x[i], n);
        if (k < 0)
            continue;
        if (k != at) {
            from[k] = at >= 0 && p->x[i] - last_x <= p->gap ? at : k;
            v[k] = 0;
            points = 0;
            at = k;
        }
        v[k] += (y[i] - v[k]) / (float)++points;
        last_x = p->x[i];
    }
    for (int k = n - 1; k >= 0; k--) {
        if (isnan(v[k]))
            continue;
        for (int i = from[k] + 1; i < k; i++)
            v[i] = v[from[k]] + (v[k] - v[from[k]]) * (float)(i - from[k]) / (float)(k - from[k]);
        k = from[k] < k - 1 ? from[k] + 1 : k;
    }
}

/* The row of a value out of h, 0 at the bottom. */
static int row_of(const struct plot *p, float v, int h)
{
    double r = ((double)v - p->y_min) / (p->y_max - p->y_min) * (h - 1) + 0.5;
    return r < 0 ? 0 : r > h - 1 ? h - 1 : (int)r;
}

/* The i-th series to draw: in their order, the top one last. */
static int turn(const struct plot *p, int i)
{
    if (p->top < 0 || i < p->top)
        return i;
    return i == p->count - 1 ? p->top : i + 1;
}

static struct ink ink_of(const struct plot *p, int i)
{
    struct ink ink = p->series[i].ink;
    ink.attr |= i == p->top ? A_BOLD : A_NORMAL;
    return ink;
}

/* ---- letters ---------------------------------------------------------------------------------*/

static void draw_letters(WINDOW *win, const struct plot *p, const struct area *a)
{
    float v[DOTS_MAX];
    for (int t = 0; t < p->count; t++) {
        int i = turn(p, t);
        sample(p, p->series[i].y, v, a->w);
        for (int x = 0; x < a->w; x++) {
            if (!isnan(v[x]))
                style_put(win, a->y + a->h - 1 - row_of(p, v[x], a->h), a->x + x,
                          (wchar_t)p->series[i].letter, ink_of(p, i));
        }
    }
}

/* ---- dots ------------------------------------------------------------------------------------*/

/* The rows of dots from *lo to *hi that column k of a line takes: steep lines are shared out
 * between neighbours. */
static void steep(const struct plot *p, const float *v, int n, int k, int h, int *lo, int *hi)
{
    int row = row_of(p, v[k], h);
    *lo = *hi = row;
    for (int side = -1; side <= 1; side += 2) {
        int other = k + side;
        if (other < 0 || other >= n || isnan(v[other]))
            continue;
        int to = row_of(p, v[other], h), middle = (row + to) >> 1;
        if (to > row + 1 && middle > *hi)
            *hi = middle;
        if (to < row - 1 && middle + 1 < *lo)
            *lo = middle + 1;
    }
}

struct cells {
    uint8_t dots[ROWS_MAX];
    int8_t owner[ROWS_MAX];
};

/* Puts a series into one column of cells. */
static void dot_column(const struct plot *p, const float *v, const struct area *a, int x, int i,
                       struct cells *c)
{
    static const uint8_t bit[2][4] = {{0x40, 0x04, 0x02, 0x01}, {0x80, 0x20, 0x10, 0x08}};
    int lo, hi;
    for (int half = 0; half < 2; half++) {
        int k = 2 * x + half;
        if (isnan(v[k]))
            continue;
        steep(p, v, 2 * a->w, k, 4 * a->h, &lo, &hi);
        for (int r = lo; r <= hi; r++) {
            int y = a->h - 1 - r / 4;
            c->dots[y] |= bit[half][r % 4];
            c->owner[y] = (int8_t)i;
        }
    }
}

/* Each line's letter behind its end, the highest of those that share a row, the top one first. */
static void draw_ends(WINDOW *win, const struct plot *p, const struct area *a, float (*v)[DOTS_MAX])
{
    int who[ROWS_MAX];
    float best[ROWS_MAX];
    for (int y = 0; y < a->h; y++)
        who[y] = -1;
    for (int i = 0; i < p->count; i++) {
        float last = v[i][2 * a->w - 1];
        if (isnan(last))
            last = v[i][2 * a->w - 2];
        if (isnan(last))
            continue;
        int y = a->h - 1 - row_of(p, last, 4 * a->h) / 4;
        if (who[y] < 0 || i == p->top || (who[y] != p->top && last > best[y])) {
            who[y] = i;
            best[y] = last;
        }
    }
    for (int y = 0; y < a->h; y++) {
        if (who[y] >= 0)
            style_put(win, a->y + y, a->ends, (wchar_t)p->series[who[y]].letter, ink_of(p, who[y]));
    }
}

static void draw_dots(WINDOW *win, const struct plot *p, const struct area *a)
{
    float v[PLOT_SERIES_MAX][DOTS_MAX];
    for (int i = 0; i < p->count; i++)
        sample(p, p->series[i].y, v[i], 2 * a->w);
    for (int x = 0; x < a->w; x++) {
        struct cells c;
        memset(&c, 0, sizeof c);
        for (int t = 0; t < p->count; t++)
            dot_column(p, v[turn(p, t)], a, x, turn(p, t), &c);
        for (int y = 0; y < a->h; y++) {
            if (c.dots[y] != 0)
                style_put(win, a->y + y, a->x + x, (wchar_t)(0x2800 + c.dots[y]),
                          ink_of(p, c.owner[y]));
        }
    }
    if (a->ends >= 0)
        draw_ends(win, p, a, v);
}

static void draw_marks(const struct style *s, WINDOW *win, const struct plot *p,
                       const struct area *a)
{
    for (int i = 0; i < p->mark_count; i++) {
        double x = p->marks[i].x;
        int k = x >= p->x_min && x <= p->x_max ? column(p, x, 2 * a->w) : -1;
        for (int y = 0; y < a->h && k >= 0; y++)
            style_put(win, a->y + y, a->x + k / 2, s->utf8 ? L'┊' : L':', p->marks[i].ink);
    }
}

/* ---- around the graph ------------------------------------------------------------------------*/

static void draw_axis(const struct style *s, WINDOW *win, const struct plot *p,
                      const struct area *a)
{
    struct ink dim = style_role(s, STYLE_DIM);
    const int at[3] = {a->h - 1, a->h / 2, 0}; /* rows of the labels: bottom, middle, top */
    const int least[3] = {2, 5, 1};            /* rows that they need */
    for (int y = 0; y < a->h && a->axis >= 0; y++)
        style_put(win, a->y + y, a->axis, s->utf8 ? L'│' : L'|', dim);
    for (int i = 0; i < 3 && a->labels > 0; i++) {
        if (p->y_labels[i] == NULL || a->h < least[i])
            continue;
        int n = (int)strlen(p->y_labels[i]);
        style_text(s, win, a->y + at[i], a->labels - n, n, dim, p->y_labels[i]);
        style_put(win, a->y + at[i], a->axis, s->utf8 ? L'┤' : L'+', dim);
    }
}

static void draw_below(const struct style *s, WINDOW *win, const struct plot *p,
                       const struct area *a)
{
    struct ink dim = style_role(s, STYLE_DIM);
    int n[3], free = a->w;
    for (int i = 0; i < 3; i++) {
        n[i] = p->x_labels[i] != NULL ? (int)strlen(p->x_labels[i]) : 0;
        free -= n[i] + 2;
    }
    const int at[3] = {0, (a->w - n[1]) / 2, a->w - n[2]};
    for (int i = 0; i < 3; i++) {
        bool room = i == 1 ? free >= 0 : n[0] + n[2] < a->w;
        if (n[i] > 0 && room)
            style_text(s, win, a->below, a->x + at[i], n[i], dim, p->x_labels[i]);
    }
}

/* "A angry  D disgust", or, of figures, "A12% D9%", or only the letters. */
static void draw_legend(const struct style *s, WINDOW *win, const struct plot *p,
                        const struct area *a)
{
    int full = -2, tight = -1, x = a->x, cols = getmaxx(win);
    for (int i = 0; i < p->count; i++) {
        int n = (int)strlen(p->series[i].label);
        full += n + 4;
        tight += n + 2;
    }
    bool names = x + full <= cols, figures = !names && p->figures && x + tight <= cols;
    if (!names && !figures && x + 2 * p->count - 1 > cols)
        return;
    for (int i = 0; i < p->count; i++) {
        style_put(win, a->legend, x, (wchar_t)p->series[i].letter, ink_of(p, i));
        x += figures ? 1 : 2;
        if (names || figures)
            x += (names ? 2 : 1) +
                 style_text(s, win, a->legend, x, cols - x,
                            i == p->top ? style_role(s, STYLE_TITLE) : style_role(s, STYLE_DIM),
                            p->series[i].label);
    }
}

static void check(const struct plot *p)
{
    assert(p->n >= 0 && p->count >= 0 && p->count <= PLOT_SERIES_MAX && p->top < p->count);
    assert(p->x_min < p->x_max && p->y_min < p->y_max);
    for (int i = 1; i < p->n; i++)
        assert(p->x[i - 1] <= p->x[i]);
}

void plot_draw(const struct style *s, WINDOW *win, const struct plot *p)
{
    int rows, cols;
    check(p);
    getmaxyx(win, rows, cols);
    werase(win);
    struct area a = lay_out(s, p, rows, cols);
    draw_axis(s, win, p, &a);
    if (a.below >= 0)
        draw_below(s, win, p, &a);
    if (a.legend >= 0)
        draw_legend(s, win, p, &a);
    draw_marks(s, win, p, &a);
    if (dots_wanted(s))
        draw_dots(win, p, &a);
    else
        draw_letters(win, p, &a);
}
