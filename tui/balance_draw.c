/* balance_draw: the panes of the balance view, see balance.h. UI thread; draws only. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "tui/balance.h"

enum {
    SIDE_COLS = 118, /* from here on panes lie side by side */
    NAME = 9,
    HEAD = 1,  /* title and column heads */
    SUMS = 3,  /* images, imbalance, effective */
    WORDS = 2, /* the test of the mix, in words and in numbers */
    FINDINGS = HEAD + DOCTOR_KINDS,
    SAMPLES = 10, /* lines that make images worth drawing */
    COUNT = 6,
    SHARE = 6,
    HISTOGRAM = 2 * STATS_BINS,
};

/* ---- layout ---------------------------------------------------------------------------------- */

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int most(int a, int b)
{
    return a > b ? a : b;
}

/* Beside one another: classes and findings above, weights and tones below. */
static struct balance_layout lay_out_wide(int rows, int cols, int classes)
{
    struct balance_layout l = {0};
    int left = (cols - 2) * 58 / 100, right = cols - 2 - left;
    int above = most(least(HEAD + classes + SUMS + WORDS, rows), FINDINGS);
    above = least(above, rows);
    l.pane[BALANCE_CLASSES] = (struct layout_rect){0, 0, above, left};
    l.pane[BALANCE_FINDINGS] = (struct layout_rect){0, left + 2, above, right};
    int rest = rows - above - 1;
    if (rest < HEAD + least(classes, 4))
        return l;
    int below = least(HEAD + classes + 1, rest);
    l.pane[BALANCE_TONES] = (struct layout_rect){above + 1, 0, below, left};
    l.pane[BALANCE_WEIGHTS] = (struct layout_rect){above + 1, left + 2, below, right};
    int at = above + below + 2;
    if (rows - at >= SAMPLES)
        l.pane[BALANCE_SAMPLES] = (struct layout_rect){at, 0, rows - at, cols};
    return l;
}

bool balance_is_wide(int cols)
{
    return cols >= SIDE_COLS;
}

struct balance_layout balance_lay_out(int rows, int cols, int classes, enum balance_pane lower)
{
    if (balance_is_wide(cols))
        return lay_out_wide(rows, cols, classes);
    struct balance_layout l = {0};
    int needed = lower == BALANCE_FINDINGS ? FINDINGS : HEAD + classes + 1;
    int above = least(HEAD + classes + SUMS + 1, rows);
    above += rows - above > needed;
    if (rows - above < needed)
        above = most(rows - needed, least(rows, HEAD + SUMS + 4));
    l.pane[BALANCE_CLASSES] = (struct layout_rect){0, 0, above, cols};
    l.pane[lower] = (struct layout_rect){above, 0, rows - above, cols};
    return l;
}

int balance_class_lines(const struct layout_rect *r)
{
    int lines = r->h - HEAD - SUMS - 1;
    return lines > 1 ? lines : 1;
}

/* ---- what panes are made of ------------------------------------------------------------------ */

/* Where the next line of a pane goes. */
struct pen {
    const struct balance *b;
    WINDOW *win;
    struct layout_rect r;
    int y;
};

static bool room(const struct pen *p)
{
    return p->y < p->r.h;
}

static void put(const struct pen *p, int x, int width, struct ink ink, const char *text)
{
    if (x < p->r.w)
        style_text(p->b->style, p->win, p->r.y + p->y, p->r.x + x, least(width, p->r.w - x), ink,
                   text);
}

static struct ink role(const struct pen *p, enum style_role r)
{
    return style_role(p->b->style, r);
}

/* The pane's name, at the left of the column heads. */
static void title(const struct pen *p, const char *text)
{
    put(p, 0, p->r.w, role(p, STYLE_TITLE), text);
}

/* A bar of `width` cells, the last one filled by eighths. */
static void bar(const struct pen *p, int x, int width, double share, struct ink ink)
{
    bool fine = p->b->style->utf8;
    int eighths = (int)lround(share * 8 * width);
    for (int i = 0; i < width && x + i < p->r.w; i++) {
        int fill = least(eighths - 8 * i, 8);
        wchar_t ch = L' ';
        if (fill > 0)
            ch = fine ? L"▏▎▍▌▋▊▉█"[fill - 1] : L"   #####"[fill - 1];
        style_put(p->win, p->r.y + p->y, p->r.x + x + i, ch, ink);
    }
}

/* Bins as columns, `wide` cells each; empty ones stay empty, the others show at least a trace. */
static void histogram(const struct pen *p, int x, int wide, const long *bin, struct ink ink)
{
    long top = 1;
    for (int i = 0; i < STATS_BINS; i++)
        top = bin[i] > top ? bin[i] : top;
    for (int i = 0; i < STATS_BINS * wide && x + i < p->r.w; i++) {
        long n = bin[i / wide];
        int level = n == 0 ? 0 : (int)((n * 7 + top - 1) / top);
        wchar_t ch = p->b->style->utf8 ? L" ▁▂▃▅▆▇█"[level] : L" .:-=+*#"[level];
        style_put(p->win, p->r.y + p->y, p->r.x + x + i, ch, ink);
    }
}

static const struct stats_mix *mix_of(const struct balance *b, int column)
{
    return column < SPLITS ? &b->stats.split[column] : &b->stats.all;
}

/* ---- classes --------------------------------------------------------------------------------- */

/* Columns of the table: all of them share the width. */
static int column_width(const struct pen *p)
{
    return (p->r.w - NAME) / (SPLITS + 1);
}

static void class_heads(struct pen *p)
{
    for (int i = 0; i <= SPLITS; i++) {
        const char *name = i < SPLITS ? split_name((enum split)i) : "all";
        int w = column_width(p), end = NAME + (i + 1) * w, n = (int)strlen(name);
        put(p, most(end - n, NAME + i * w + 1), w - 1, role(p, STYLE_DIM), name);
    }
    p->y++;
}

static void class_line(struct pen *p, int class, double longest)
{
    const struct balance *b = p->b;
    struct ink ink = b->mood[class].ink;
    char text[32];
    put(p, 0, NAME - 1, ink, b->ds->class_name[class]);
    for (int i = 0; i <= SPLITS; i++) {
        const struct stats_mix *m = mix_of(b, i);
        double share = m->n > 0 ? (double)m->count[class] / (double)m->n : 0;
        int w = column_width(p), x = NAME + i * w,
            numbers = w >= COUNT + SHARE + 4 ? COUNT + SHARE : COUNT + 1;
        snprintf(text, sizeof text, "%6ld%5.1f%%", m->count[class], 100 * share);
        if (w - numbers - 1 > 0)
            bar(p, x + 1, w - numbers - 1, longest > 0 ? share / longest : 0, ink);
        put(p, x + w - numbers, least(numbers, numbers > COUNT + 1 ? numbers : COUNT), ink, text);
    }
    p->y++;
}

static void sum_lines(struct pen *p)
{
    static const char *const name[SUMS] = {"images", "imbalance", "effective"};
    char text[32];
    for (int line = 0; line < SUMS && room(p); line++, p->y++) {
        put(p, 0, p->r.w, role(p, STYLE_DIM), name[line]);
        for (int i = 0; i <= SPLITS; i++) {
            const struct stats_mix *m = mix_of(p->b, i);
            double v = line == 1 ? m->imbalance : m->effective;
            if (line == 0)
                snprintf(text, sizeof text, "%ld", m->n);
            else
                snprintf(text, sizeof text, "%.2f", v);
            int end = NAME + (i + 1) * column_width(p), n = (int)strlen(text);
            put(p, end - n, n, role(p, STYLE_TEXT), text);
        }
    }
}

static struct ink mix_ink(const struct pen *p)
{
    const struct chisq *mix = &p->b->stats.mix;
    return role(p, mix->dof == 0 ? STYLE_DIM : mix->p < 0.05 ? STYLE_WARN : STYLE_GOOD);
}

static void draw_classes(struct pen *p)
{
    const struct balance *b = p->b;
    char text[256];
    double longest = 0;
    int lines = least(balance_class_lines(&p->r), b->ds->classes - b->class_top);
    for (int i = 0; i <= SPLITS; i++)
        for (int c = 0; c < b->ds->classes; c++)
            if (mix_of(b, i)->n > 0)
                longest = fmax(longest, (double)mix_of(b, i)->count[c] / (double)mix_of(b, i)->n);
    int hidden = b->ds->classes - lines;
    snprintf(text, sizeof text, hidden > 0 ? "%d of %d" : "Classes", lines, b->ds->classes);
    title(p, text);
    class_heads(p);
    for (int i = 0; i < lines && room(p); i++)
        class_line(p, b->class_top + i, longest);
    sum_lines(p);
    if (room(p))
        put(p, 0, p->r.w, mix_ink(p), stats_mix_words(&b->stats));
    p->y++;
    stats_mix_numbers(&b->stats, text, sizeof text);
    if (room(p) && b->stats.mix.dof > 0)
        put(p, 0, p->r.w, role(p, STYLE_DIM), text);
}

/* ---- findings -------------------------------------------------------------------------------- */

enum { FINDING = 22, SPLIT_COLS = 12 };

/* Why nothing is known of a kind: the doctor looks for faces and doubts labels when the network has
 * seen all images. */
static const char *unknown(const struct balance *b, enum doctor_kind kind)
{
    const struct study *s = b->study;
    bool waiting = s->news.trouble[0] == '\0' && s->survey != NULL && s->news.predicted < b->ds->n;
    if (kind == DOCTOR_FERPLUS && b->ds->votes == NULL)
        return " no votes";
    return s->diagnosing || waiting ? "  not yet" : "not asked";
}

static void finding_line(struct pen *p, enum doctor_kind kind)
{
    const struct doctor *d = p->b->study->doctor;
    bool chosen = (int)kind == p->b->kind;
    bool found = d != NULL && d->first[kind + 1] > d->first[kind];
    struct ink ink = role(p, chosen ? STYLE_SELECTED : found ? STYLE_TEXT : STYLE_DIM);
    char text[64];
    for (int x = 0; chosen && x < p->r.w; x++)
        style_put(p->win, p->r.y + p->y, p->r.x + x, L' ', ink);
    put(p, 1, FINDING, ink, doctor_title(kind));
    if (d == NULL || !d->asked[kind]) {
        put(p, FINDING, p->r.w, ink, d == NULL ? "" : unknown(p->b, kind));
        return;
    }
    snprintf(text, sizeof text, "%7d", d->first[kind + 1] - d->first[kind]);
    put(p, FINDING, 8, ink, text);
    for (int s = 0; s < SPLITS; s++) {
        int x = FINDING + 8 + s * SPLIT_COLS;
        snprintf(text, sizeof text, "%*ld", SPLIT_COLS - 1, d->split[kind][s]);
        if (x + SPLIT_COLS <= p->r.w)
            put(p, x, SPLIT_COLS, ink, text);
    }
}

static void finding_heads(struct pen *p)
{
    char text[32];
    put(p, FINDING, 8, role(p, STYLE_DIM), " images");
    for (int s = 0; s < SPLITS; s++) {
        int x = FINDING + 8 + s * SPLIT_COLS;
        snprintf(text, sizeof text, "%*s", SPLIT_COLS - 1, split_name((enum split)s));
        if (x + SPLIT_COLS <= p->r.w)
            put(p, x, SPLIT_COLS, role(p, STYLE_DIM), text);
    }
}

static void draw_findings(struct pen *p)
{
    const struct study *s = p->b->study;
    int y = 0, rows = p->r.h - HEAD;
    int top = rows >= DOCTOR_KINDS ? 0 : most(p->b->kind - rows + 1, 0);
    title(p, s->doctor != NULL || !s->diagnosing ? "Findings" : "Findings: looking");
    finding_heads(p);
    p->y++;
    for (int k = top; k < DOCTOR_KINDS && room(p); k++, p->y++) {
        finding_line(p, (enum doctor_kind)k);
        if (k == p->b->kind)
            y = p->y;
    }
    wmove(p->win, p->r.y + y, p->r.x);
}

/* ---- weights --------------------------------------------------------------------------------- */

static void draw_weights(struct pen *p)
{
    const struct stats *s = &p->b->stats;
    char text[128];
    title(p, "Weights");
    put(p, NAME, p->r.w, role(p, STYLE_DIM),
        "balanced effective  sampler shows    each one  of class");
    p->y++;
    for (int c = p->b->class_top; c < s->classes && room(p); c++, p->y++) {
        put(p, 0, NAME - 1, p->b->mood[c].ink, p->b->ds->class_name[c]);
        snprintf(text, sizeof text, "%8.3f %9.3f  %6.0f images %5.2f times %7.1f%%",
                 s->weight_balanced[c], s->weight_effective[c], s->draw[c].shown, s->draw[c].times,
                 100 * s->draw[c].distinct);
        put(p, NAME, p->r.w, role(p, STYLE_TEXT), text);
    }
}

/* ---- tones ----------------------------------------------------------------------------------- */

static void draw_tones(struct pen *p)
{
    const struct balance *b = p->b;
    int half = (p->r.w - NAME) / 2, wide = half >= HISTOGRAM + 8 ? 2 : 1;
    char text[32];
    title(p, "Tones");
    put(p, NAME, half, role(p, STYLE_DIM), " brightness, 0 to 255");
    put(p, NAME + half, half, role(p, STYLE_DIM), " contrast, 0 to 128");
    p->y++;
    if (!b->toned) {
        put(p, NAME, p->r.w, role(p, STYLE_DIM), "  not measured yet");
        return;
    }
    for (int c = b->class_top; c <= b->ds->classes && room(p); c++, p->y++) {
        bool all = c == b->ds->classes;
        const struct stats_tones *t = all ? &b->stats.all_tones : &b->stats.tones[c];
        struct ink ink = all ? role(p, STYLE_TEXT) : b->mood[c].ink;
        put(p, 0, NAME - 1, ink, all ? "all" : b->ds->class_name[c]);
        snprintf(text, sizeof text, "%5.0f", t->brightness);
        put(p, NAME, 6, ink, text);
        histogram(p, NAME + 6, wide, t->brightness_bin, ink);
        snprintf(text, sizeof text, "%5.0f", t->contrast);
        put(p, NAME + half, 6, ink, text);
        histogram(p, NAME + half + 6, wide, t->contrast_bin, ink);
    }
}

static void (*const draw_pane[BALANCE_PANES])(struct pen *p) = {
    [BALANCE_CLASSES] = draw_classes,
    [BALANCE_WEIGHTS] = draw_weights,
    [BALANCE_TONES] = draw_tones,
    [BALANCE_FINDINGS] = draw_findings,
};

void balance_draw(const struct balance *b, WINDOW *win, const struct balance_layout *l)
{
    static const enum balance_pane order[] = {BALANCE_CLASSES, BALANCE_WEIGHTS, BALANCE_TONES,
                                              BALANCE_FINDINGS}; /* which ends with the cursor */
    wmove(win, 0, 0);
    if (l->pane[BALANCE_SAMPLES].h > 0)
        balance_samples_draw(b, win, &l->pane[BALANCE_SAMPLES]);
    for (size_t i = 0; i < MEM_COUNT(order); i++) {
        struct pen p = {b, win, l->pane[order[i]], 0};
        if (p.r.h > 0)
            draw_pane[order[i]](&p);
    }
}
