/* watch: see watch.h. */
#include "tui/watch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "nn/rundir.h"
#include "tui/curves.h"
#include "tui/layout.h"

enum {
    HEAD = 3, /* rows of facts above the panes */
    WIDE = 110,
    HIGH = 34,    /* from here on all panes are seen at once */
    PAIR = 60,    /* columns for two panes side by side */
    LOG_ROWS = 6, /* its title counted; LOG_ROWS_LOW where there is little room */
    LOG_ROWS_LOW = 4,
    CURVES = WATCH_RECALL + 1,
    PAGE = 10,
};

struct watch {
    const struct style *style;
    const struct run *run; /* of the last watch_set */
    struct vitals vitals;
    double since;
    char name[256]; /* of the run that the curves show, */
    uint64_t print; /* and what it said then */
    struct curves *curves[CURVES];
    WINDOW *win;               /* borrowed */
    WINDOW *pane[WATCH_PANES]; /* without the title row; NULL = not seen */
    struct layout_rect rect[WATCH_PANES];
    enum watch_pane focus, maximised;
};

struct watch *watch_new(const struct style *style)
{
    struct watch *w = mem_zalloc(1, sizeof *w);
    w->style = style;
    w->maximised = WATCH_NONE;
    for (int i = 0; i < CURVES; i++) {
        w->curves[i] = curves_new();
        if (i != WATCH_LOSS)
            curves_format(w->curves[i], i == WATCH_ACCURACY ? "%.2f%%" : "%.0f%%", 100);
    }
    return w;
}

void watch_free(struct watch *w)
{
    if (w == NULL)
        return;
    watch_resize(w, NULL);
    for (int i = 0; i < CURVES; i++)
        curves_free(w->curves[i]);
    free(w);
}

/* ---- layout ----------------------------------------------------------------------------------*/

static void place(struct watch *w, enum watch_pane pane, int y, int x, int h, int width)
{
    w->rect[pane] = (struct layout_rect){y, x, h, width};
}

static void lay_out_all(struct watch *w, int rows, int cols)
{
    int body = rows - HEAD - LOG_ROWS, left = cols * 5 / 8, half = body / 2;
    int classes = w->run != NULL ? w->run->classes : 0;
    int matrix = classes + 4 < body / 2 ? classes + 4 : body / 2;
    place(w, WATCH_LOSS, HEAD, 0, half, left - 1);
    place(w, WATCH_ACCURACY, HEAD + half, 0, body - half, left - 1);
    place(w, WATCH_RECALL, HEAD, left, body - matrix, cols - left);
    place(w, WATCH_CONFUSION, HEAD + body - matrix, left, matrix, cols - left);
    place(w, WATCH_LOG, HEAD + body, 0, LOG_ROWS, cols);
}

/* Two panes at a time: curves, or classes. */
static void lay_out_pair(struct watch *w, int rows, int cols)
{
    bool classes = w->focus == WATCH_RECALL || w->focus == WATCH_CONFUSION;
    enum watch_pane a = classes ? WATCH_RECALL : WATCH_LOSS;
    enum watch_pane b = classes ? WATCH_CONFUSION : WATCH_ACCURACY;
    int head = rows > 12 ? HEAD : 2, log = rows - head >= 15 ? LOG_ROWS_LOW : 0;
    int body = rows - head - log;
    if (cols >= PAIR) {
        int left = classes ? cols - 38 > cols / 2 ? cols / 2 : cols - 38 : cols / 2;
        place(w, a, head, 0, body, left - 1);
        place(w, b, head, left, body, cols - left);
    } else {
        place(w, a, head, 0, body / 2, cols);
        place(w, b, head + body / 2, 0, body - body / 2, cols);
    }
    if (log > 0)
        place(w, WATCH_LOG, head + body, 0, log, cols);
}

static void make_panes(struct watch *w)
{
    for (int i = 0; i < WATCH_PANES; i++) {
        if (w->pane[i] != NULL)
            delwin(w->pane[i]);
        w->pane[i] = NULL;
        w->rect[i] = (struct layout_rect){0};
    }
    if (w->win == NULL)
        return;
    int rows = getmaxy(w->win), cols = getmaxx(w->win);
    if (w->maximised != WATCH_NONE || (rows < 15 && w->focus == WATCH_LOG))
        place(w, w->maximised != WATCH_NONE ? w->maximised : WATCH_LOG, 1, 0, rows - 1, cols);
    else if (rows >= HIGH && cols >= WIDE)
        lay_out_all(w, rows, cols);
    else
        lay_out_pair(w, rows, cols);
    for (int i = 0; i < WATCH_PANES; i++) {
        struct layout_rect r = w->rect[i];
        if (r.h > 1 && r.w > 0)
            w->pane[i] = derwin(w->win, r.h - 1, r.w, r.y + 1, r.x);
    }
}

void watch_resize(struct watch *w, WINDOW *win)
{
    w->win = win;
    make_panes(w);
}

/* ---- data ------------------------------------------------------------------------------------*/

static struct ink color(const struct watch *w, int color256, int color16)
{
    const struct style *s = w->style;
    int fg = s->colors >= 256 ? s->colors == 256 ? color256 : STYLE_DEFAULT : color16;
    static const uint8_t level[] = {0, 95, 135, 175, 215, 255};
    if (s->colors == STYLE_DIRECT) {
        int c = color256 - 16;
        fg = style_rgb(s, level[c / 36], level[c / 6 % 6], level[c % 6]);
    }
    return style_ink(s, s->colors > 0 ? fg : STYLE_DEFAULT, STYLE_DEFAULT, A_NORMAL);
}

/* How far into its epoch a step is, epochs before it counted. */
static double step_x(const struct run_step *s)
{
    return s->epoch - 1 + (s->batches > 0 ? (double)s->batch / s->batches : 0);
}

/* The training figures: of each epoch, and of the steps of the one that is under way. */
static void add_training(struct curves *c, const struct run *run, bool loss)
{
    for (int i = 0; i < run->epochs; i++)
        curves_point(c, run->epoch[i].epoch, loss ? run->epoch[i].loss : run->epoch[i].accuracy);
    int from = run->steps, done = run->epochs > 0 ? run->epoch[run->epochs - 1].epoch : 0;
    while (from > 0 && run->step[from - 1].epoch == done + 1)
        from--;
    double before = done;
    for (int i = from; i < run->steps; i++) {
        double x = step_x(&run->step[i]);
        if (x > before)
            curves_point(c, x, loss ? run->step[i].loss : run->step[i].accuracy);
        before = fmax(before, x);
    }
}

static void set_pair(struct watch *w, enum watch_pane pane)
{
    struct curves *c = w->curves[pane];
    const struct run *run = w->run;
    bool loss = pane == WATCH_LOSS;
    curves_clear(c);
    curves_line(c, "training", 't', color(w, 33, 4));
    add_training(c, run, loss);
    curves_line(c, "validation", 'v', color(w, 208, 3));
    for (int i = 0; i < run->epochs; i++)
        curves_point(c, run->epoch[i].epoch,
                     loss ? run->epoch[i].val_loss : run->epoch[i].val_accuracy);
    if (run->best >= 0)
        curves_mark(c, run->epoch[run->best].epoch, style_role(w->style, STYLE_GOOD));
}

/* A line for each class, as far as lines can be told apart; the matrix has all. */
static void set_recall(struct watch *w)
{
    struct curves *c = w->curves[WATCH_RECALL];
    const struct run *run = w->run;
    struct style_mood mood[RUNDIR_CLASSES_MAX];
    style_moods(w->style, (const char *const *)run->label, run->classes, mood);
    curves_clear(c);
    for (int k = 0; k < run->classes && k < PLOT_SERIES_MAX; k++) {
        curves_line(c, mood[k].name, mood[k].letter, mood[k].ink);
        for (int i = 0; i < run->epochs; i++) {
            double recall = run->recall[(size_t)i * (size_t)run->classes + (size_t)k];
            if (isfinite(recall))
                curves_point(c, run->epoch[i].epoch, recall);
        }
    }
}

void watch_set(struct watch *w, const struct run *run, const struct vitals *vitals, double since)
{
    w->run = run;
    w->since = since;
    w->vitals = vitals != NULL ? *vitals : (struct vitals){.cpu = NAN, .memory = NAN};
    if (run == NULL || (strcmp(run->path, w->name) == 0 && run->print == w->print))
        return;
    if (strcmp(run->path, w->name) != 0) {
        for (int i = 0; i < CURVES; i++)
            curves_set_cursor(w->curves[i], NAN);
        make_panes(w); /* the matrix takes what its classes need */
    }
    snprintf(w->name, sizeof w->name, "%s", run->path);
    w->print = run->print;
    set_pair(w, WATCH_LOSS);
    set_pair(w, WATCH_ACCURACY);
    set_recall(w);
}

/* ---- keys ------------------------------------------------------------------------------------*/

/* One cursor for all curves: that of the losses leads. */
static void step_cursor(struct watch *w, int points)
{
    curves_step(w->curves[WATCH_LOSS], points);
    for (int i = 1; i < CURVES; i++)
        curves_set_cursor(w->curves[i], curves_cursor(w->curves[WATCH_LOSS]));
}

static void focus_step(struct watch *w, int step)
{
    w->focus = (enum watch_pane)(((int)w->focus + step + WATCH_PANES) % WATCH_PANES);
    if (w->maximised != WATCH_NONE)
        w->maximised = w->focus;
    make_panes(w);
}

static bool cursor_key(struct watch *w, int key)
{
    if (key == KEY_LEFT || key == 'h')
        step_cursor(w, -1);
    else if (key == KEY_RIGHT || key == 'l')
        step_cursor(w, 1);
    else if (key == KEY_PPAGE)
        step_cursor(w, -PAGE);
    else if (key == KEY_NPAGE)
        step_cursor(w, PAGE);
    else if (key == KEY_HOME || key == 'g')
        step_cursor(w, -(1 << 29));
    else if (key == KEY_END || key == 'G')
        step_cursor(w, 1 << 29);
    else
        return false;
    return true;
}

bool watch_key(struct watch *w, int key)
{
    bool reading = !isnan(curves_cursor(w->curves[WATCH_LOSS]));
    if (cursor_key(w, key))
        return true;
    switch (key) {
    case 27:
        for (int i = 0; i < CURVES; i++)
            curves_set_cursor(w->curves[i], NAN);
        if (!reading && w->maximised != WATCH_NONE) {
            w->maximised = WATCH_NONE;
            make_panes(w);
            return true;
        }
        return reading;
    case 'L':
        curves_set_log(w->curves[WATCH_LOSS], !curves_log(w->curves[WATCH_LOSS]));
        return true;
    case 's':
        for (int i = 0; i < CURVES; i++)
            curves_set_smooth(w->curves[i], curves_smooth(w->curves[i]) + 1);
        return true;
    case '\t':
    case KEY_BTAB:
        focus_step(w, key == '\t' ? 1 : -1);
        return true;
    case 'z':
    case '\r':
    case '\n':
    case KEY_ENTER:
        w->maximised = w->maximised == WATCH_NONE ? w->focus : WATCH_NONE;
        make_panes(w);
        return true;
    default:
        return false;
    }
}

/* ---- the facts above the panes ---------------------------------------------------------------*/

static enum style_role state_role(enum run_state state)
{
    return state == RUN_CRASHED ? STYLE_WARN : state == RUN_RUNNING ? STYLE_GOOD : STYLE_TITLE;
}

/* A bar of so many columns, filled to a share. */
static void draw_bar(const struct style *s, WINDOW *win, int y, int x, int width, double share)
{
    int eighths = (int)(share * width * 8 + 0.5);
    for (int i = 0; i < width; i++) {
        int fill = eighths - 8 * i;
        wchar_t ch = s->utf8 ? L'·' : L'.';
        if (fill >= 8 || (fill >= 4 && !s->utf8))
            ch = s->utf8 ? L'█' : L'#';
        else if (fill > 0 && s->utf8)
            ch = L"▏▎▍▌▋▊▉"[fill - 1];
        style_put(win, y, x + i, ch, style_role(s, fill > 0 ? STYLE_GOOD : STYLE_DIM));
    }
}

/* "running  epoch 9/60 [####....] batch 230/449  640 images/s  epoch 0:21  run 38:32" */
static void draw_progress(struct watch *w, WINDOW *win, int y)
{
    const struct run *run = w->run;
    const struct style *s = w->style;
    int cols = getmaxx(win);
    double epoch_s, run_s;
    char a[32], b[32];
    struct ink text = style_role(s, STYLE_TEXT);
    watch_eta(run, w->since, &epoch_s, &run_s);
    int x = style_text(s, win, y, 0, cols, style_role(s, state_role(run->state)),
                       run_state_name(run->state));
    int under_way = run->epochs + (run->state == RUN_RUNNING && run->epochs < run->epochs_wanted);
    x += style_print(s, win, y, x, cols - x, text, "  epoch %d/%d ", under_way, run->epochs_wanted);
    if (run->steps == 0 || run->state != RUN_RUNNING)
        return;
    const struct run_step *step = &run->step[run->steps - 1];
    int batch = watch_batch(run);
    double share = step->batches > 0 ? (double)batch / step->batches : 0;
    int width = cols >= 120 ? 24 : cols >= 72 ? 10 : 0;
    draw_bar(s, win, y, x, width, share);
    x += width;
    x += style_print(s, win, y, x, cols - x, text, " %d/%d  %.0f images/s", batch, step->batches,
                     step->images_per_s);
    watch_seconds(epoch_s, a, sizeof a);
    watch_seconds(run_s, b, sizeof b);
    style_print(s, win, y, x, cols - x, text, "  ETA %s, run %s", a, b);
}

/* "best 60.38 % at epoch 8   last 59.9 %   learning rate 0.0487" */
static void draw_best(struct watch *w, WINDOW *win, int y)
{
    const struct run *run = w->run;
    const struct style *s = w->style;
    int cols = getmaxx(win), x = 0;
    if (run->best >= 0) {
        const struct run_epoch *e = &run->epoch[run->best];
        x += style_print(s, win, y, x, cols, style_role(s, STYLE_GOOD), "best %.2f %% at epoch %d",
                         100 * e->val_accuracy, e->epoch);
    }
    if (run->epochs > 0) {
        const struct run_epoch *e = &run->epoch[run->epochs - 1];
        x += style_print(s, win, y, x, cols - x, style_role(s, STYLE_TEXT),
                         "  last %.2f %%, macro-F1 %.3f", 100 * e->val_accuracy, e->val_macro_f1);
    }
    double lr = run->steps > 0    ? run->step[run->steps - 1].lr
                : run->epochs > 0 ? run->epoch[run->epochs - 1].lr
                                  : NAN;
    if (isfinite(lr))
        style_print(s, win, y, x, cols - x, style_role(s, STYLE_TEXT), "%slearning rate %.3g",
                    x > 0 ? "  " : "", lr);
}

/* "trainer 1.9 CPU, 350 MB   machine load 2.1 of 2, 5.1 GB free, 62 °C", or what is wrong. */
static void draw_machine(struct watch *w, WINDOW *win, int y)
{
    const struct style *s = w->style;
    const struct vitals *v = &w->vitals;
    int cols = getmaxx(win), x = 0, over = watch_overfit(w->run);
    struct ink dim = style_role(s, STYLE_DIM);
    if (w->run->state == RUN_CRASHED) {
        style_print(s, win, y, 0, cols, style_role(s, STYLE_WARN), "crashed; r resumes it: %s",
                    w->run->error[0] != '\0' ? w->run->error : "the trainer is gone");
        return;
    }
    if (over > 0)
        x += style_print(s, win, y, x, cols, style_role(s, STYLE_WARN),
                         "overfitting? validation loss up for %d epochs   ", over);
    if (isfinite(v->cpu))
        x += style_print(s, win, y, x, cols - x, dim, "trainer %.1f CPU", v->cpu);
    if (isfinite(v->memory))
        x += style_print(s, win, y, x, cols - x, dim, "%s%.0f MB", isfinite(v->cpu) ? ", " : "",
                         v->memory / 1e6);
    if (v->looked == 0)
        return;
    x += style_print(s, win, y, x, cols - x, dim, "%sload %.1f of %d, %.1f GB free",
                     x > 0 ? "   " : "", v->load, v->cpus, v->memory_free / 1e9);
    if (isfinite(v->celsius))
        style_print(s, win, y, x, cols - x, dim, s->utf8 ? ", %.0f °C" : ", %.0f C", v->celsius);
}

/* ---- panes -----------------------------------------------------------------------------------*/

static void draw_title(struct watch *w, WINDOW *win, enum watch_pane pane)
{
    static const char *const names[WATCH_PANES] = {"loss", "accuracy", "recall of each class",
                                                   "confusion", "log.txt"};
    static const char *const smooth[CURVES_SMOOTH_LEVELS] = {"", ", smooth", ", smoother",
                                                             ", smoothest"};
    struct layout_rect r = w->rect[pane];
    const struct style *s = w->style;
    for (int x = 0; x < r.w; x++)
        style_put(win, r.y, r.x + x, s->utf8 ? L'─' : L'-', style_role(s, STYLE_BORDER));
    struct curves *c = (int)pane < CURVES ? w->curves[pane] : NULL;
    char at[64] = "";
    if (pane == WATCH_CONFUSION && w->run->confusion_epoch > 0)
        snprintf(at, sizeof at, " at %d: rows are true", w->run->confusion_epoch);
    style_print(s, win, r.y, r.x + 1, r.w - 2,
                style_role(s, w->focus == pane ? STYLE_SELECTED : STYLE_TITLE), " %s%s%s%s ",
                names[pane], at, c != NULL && curves_log(c) ? ", log" : "",
                c != NULL ? smooth[curves_smooth(c)] : "");
}

static struct ink cell_ink(const struct style *s, bool diagonal, double share)
{
    if (share < 0.1)
        return style_role(s, STYLE_DIM);
    struct ink ink = style_role(s, diagonal ? STYLE_GOOD : STYLE_WARN);
    ink.attr = share >= 0.5 ? A_BOLD : A_NORMAL;
    return ink;
}

/* How the matrix fits into a pane: with whole names and counts, or with less. */
struct matrix {
    int rows, cols; /* classes that are shown of each side */
    int label;      /* columns for the names of the rows */
    int width;      /* of a cell */
    bool percent;
};

static struct matrix matrix_in(int rows, int cols, int classes)
{
    struct matrix m = {.label = cols >= 10 + 5 * classes ? 9 : 2, .width = 6};
    m.percent = cols < m.label + 6 * classes;
    if (m.percent)
        m.width = (cols - m.label) / classes < 5 ? 4 : 5;
    m.rows = classes < rows - 1 ? classes : rows - 1;
    m.cols = classes < (cols - m.label) / m.width ? classes : (cols - m.label) / m.width;
    return m;
}

static void draw_confusion_row(struct watch *w, WINDOW *win, const struct matrix *m, int i,
                               const struct style_mood *mood)
{
    const struct style *s = w->style;
    const long *count = w->run->confusion + (size_t)i * (size_t)w->run->classes;
    long sum = 0;
    for (int k = 0; k < w->run->classes; k++)
        sum += count[k];
    style_text(s, win, i + 1, 0, m->label - 1, mood->ink,
               m->label > 2 ? mood->name : (char[]){mood->letter, 0});
    for (int k = 0; k < m->cols; k++) {
        double share = sum > 0 ? (double)count[k] / (double)sum : 0;
        struct ink ink = cell_ink(s, i == k, share);
        int x = m->label + k * m->width;
        if (m->percent)
            style_print(s, win, i + 1, x, m->width, ink, "%*.0f", m->width, 100 * share);
        else
            style_print(s, win, i + 1, x, m->width, ink, "%*ld", m->width, count[k]);
    }
}

static void draw_confusion(struct watch *w, WINDOW *win)
{
    const struct style *s = w->style;
    const struct run *run = w->run;
    struct style_mood mood[RUNDIR_CLASSES_MAX];
    struct matrix m = matrix_in(getmaxy(win), getmaxx(win), run->classes);
    werase(win);
    if (run->confusion_epoch == 0) {
        style_text(s, win, getmaxy(win) / 2, 1, getmaxx(win) - 2, style_role(s, STYLE_DIM),
                   "no validation yet");
        return;
    }
    style_moods(s, (const char *const *)run->label, run->classes, mood);
    for (int k = 0; k < m.cols; k++)
        style_print(s, win, 0, m.label + k * m.width, m.width, style_role(s, STYLE_DIM), "%*.*s",
                    m.width, m.width - 1, mood[k].name);
    for (int i = 0; i < m.rows; i++)
        draw_confusion_row(w, win, &m, i, &mood[i]);
    style_text(s, win, run->classes + 1, 0, getmaxx(win), style_role(s, STYLE_DIM),
               m.percent ? "per cent of each row" : "images");
}

/* "2026-11-21 15:34:59 info: epoch" is shown from its time on. */
static const char *without_date(const char *line)
{
    int n = 0;
    sscanf(line, "%*4d-%*2d-%*2d %n", &n);
    return line + (n == 11 ? n : 0);
}

/* The last lines of the log that fit, each cut to the width. */
static void draw_log(struct watch *w, WINDOW *win)
{
    const struct style *s = w->style;
    const char *text = w->run->log, *end = text + strlen(text);
    int rows = getmaxy(win);
    werase(win);
    const char *line[64];
    int n = 0;
    rows = rows > 64 ? 64 : rows;
    for (const char *p = end; p > text && n < rows;) {
        const char *from = p - 1;
        while (from > text && from[-1] != '\n')
            from--;
        line[n++] = from;
        p = from;
    }
    for (int i = 0; i < n; i++) {
        const char *from = without_date(line[n - 1 - i]);
        int size = (int)strcspn(from, "\n");
        bool bad = memmem(from, (size_t)size, " error: ", 8) != NULL;
        style_print(s, win, i, 0, getmaxx(win), style_role(s, bad ? STYLE_WARN : STYLE_DIM), "%.*s",
                    size, from);
    }
}

void watch_draw(struct watch *w, WINDOW *win)
{
    int rows = getmaxy(win);
    if (w->run == NULL)
        return;
    bool alone = w->maximised != WATCH_NONE;
    draw_progress(w, win, 0);
    if (!alone && rows > 4)
        draw_best(w, win, 1);
    if (!alone && rows > 12)
        draw_machine(w, win, 2);
    for (int i = 0; i < WATCH_PANES; i++) {
        if (w->pane[i] == NULL)
            continue;
        draw_title(w, win, (enum watch_pane)i);
        if (i < CURVES)
            curves_draw(w->curves[i], w->style, w->pane[i]);
        else if (i == WATCH_CONFUSION)
            draw_confusion(w, w->pane[i]);
        else
            draw_log(w, w->pane[i]);
    }
    touchwin(win); /* the panes' cells are the window's */
    wmove(win, 0, 0);
}
