/* launch: see launch.h. */
#include "tui/launch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "config/table.h"
#include "config/value.h"
#include "tui/child.h"
#include "tui/form.h"

enum { WORDS_MAX = 96, ASIDE = 34 /* columns of the explanations beside the form */, BELOW = 4 };

static const struct form_field fields[] = {
    {"train", "data", "data", "What"},
    {"train", "model", "model", NULL},
    {"train", "name", "name", NULL},
    {"train", "epochs", "epochs", "How long"},
    {"train", "batch", "batch", NULL},
    {"train", "patience", "patience", NULL},
    {"train", "limit", "limit", NULL},
    {"train", "seed", "seed", NULL},
    {"train", "threads", "threads", NULL},
    {"train", "lr", "learning rate", "How"},
    {"train", "schedule", "schedule", NULL},
    {"train", "warmup_epochs", "warm-up", NULL},
    {"train", "optimizer", "optimizer", NULL},
    {"train", "weight_decay", "weight decay", NULL},
    {"train", "label_smoothing", "smooth labels", NULL},
    {"train", "ema", "mean of weights", NULL},
    {"train", "class_weight", "class weights", "Balance"},
    {"train", "sampler", "sampler", NULL},
    {"train", "flip", "mirror", "Augmentation"},
    {"train", "shift", "shift", NULL},
    {"train", "rotate", "rotate", NULL},
    {"train", "zoom", "zoom", NULL},
    {"train", "brightness", "brightness", NULL},
    {"train", "contrast", "contrast", NULL},
    {"train", "erasing", "erase", NULL},
    {"train", "mixup", "mixup", NULL},
    {"train", "ferplus", "FER+ votes", "Teachers"},
    {"train", "ferplus_weight", "weight of votes", NULL},
    {"train", "teacher", "teacher", NULL},
};

struct launch {
    const struct style *style;
    const struct opts *opts;
    const char *dir;
    struct form *form;
    struct child estimate, start;
    bool resuming;
    char path[OPTS_TEXT_MAX];
    char said[ERR_TEXT_MAX];
    bool wrong; /* what is said is a failure */
};

/* ---- life ------------------------------------------------------------------------------------*/

/* Where the last values are kept; NULL if there is no such place. */
static char *state_path(void)
{
    char *dir = file_state_dir();
    char *path = dir != NULL ? file_join(dir, "train") : NULL;
    free(dir);
    return path;
}

struct launch *launch_new(const struct style *style, const struct opts *opts, const char *dir)
{
    struct launch *l = mem_zalloc(1, sizeof *l);
    l->style = style;
    l->opts = opts;
    l->dir = dir;
    l->form = form_new(fields, MEM_COUNT(fields));
    form_set(l->form, opts);
    char *path = state_path();
    if (path != NULL)
        form_load(l->form, path);
    free(path);
    return l;
}

static void say(struct launch *l, bool wrong, const char *text)
{
    snprintf(l->said, sizeof l->said, "%s", text);
    l->wrong = wrong;
}

static void keep_values(struct launch *l)
{
    struct err err = {""};
    char *path = state_path();
    if (path != NULL && form_save(l->form, path, &err) != 0)
        say(l, true, err.text);
    free(path);
}

void launch_free(struct launch *l)
{
    if (l == NULL)
        return;
    keep_values(l);
    child_kill(&l->estimate);
    child_leave(&l->start);
    form_free(l->form);
    free(l);
}

bool launch_typing(const struct launch *l)
{
    return form_typing(l->form);
}

bool launch_key(struct launch *l, int key)
{
    bool taken = form_key(l->form, key);
    if (taken)
        l->said[0] = '\0';
    return taken;
}

void launch_hush(struct launch *l)
{
    if (l->start.pid == 0)
        l->said[0] = '\0';
}

void launch_reset(struct launch *l)
{
    form_free(l->form);
    l->form = form_new(fields, MEM_COUNT(fields));
}

const char *launch_said(const struct launch *l)
{
    return l->said;
}

const char *launch_path(const struct launch *l)
{
    return l->path;
}

int launch_fd(const struct launch *l)
{
    return l->start.pid != 0 ? child_fd(&l->start) : child_fd(&l->estimate);
}

/* ---- starting --------------------------------------------------------------------------------*/

/* A command line that is built up; its words are its own. */
struct words {
    char *word[WORDS_MAX];
    int count;
};

static void add(struct words *w, char *word)
{
    if (w->count < WORDS_MAX - 1)
        w->word[w->count++] = word;
    else
        free(word);
}

static void words_free(struct words *w)
{
    for (int i = 0; i < w->count; i++)
        free(w->word[i]);
}

/* Every option of a training run that is not as the program has it by itself: "--train-epochs=3".
 * The configuration is read by the child too, so that options which differ from it must be said
 * even where they are the default. */
static void add_options(struct words *w, const struct opts *mine, const struct opts *opts)
{
    char text[VALUE_TEXT_MAX], before[VALUE_TEXT_MAX], flag[TABLE_FLAG_MAX];
    for (int i = 0; i < table_count; i++) {
        const struct table_row *row = &table_rows[i];
        if (strcmp(row->section, "train") != 0 || row->flag_only)
            continue;
        value_format(row, mine, text);
        value_format(row, opts, before);
        if (strcmp(text, row->def) == 0 && strcmp(text, before) == 0)
            continue;
        table_long_flag(row, flag);
        add(w, mem_printf("--%s=%s", flag, text));
    }
}

/* The command line for what stands in the form; -1 and said if it is not right. */
static int command(struct launch *l, struct words *w, const char *verb)
{
    struct err err = {""};
    struct opts *mine = mem_alloc(sizeof *mine);
    *mine = *l->opts;
    int rc = form_get(l->form, mine, &err);
    if (rc == 0 && mine->train.data[0] == '\0') {
        rc = err_set(&err, "data: expected a file as fer2013.csv");
        form_choose(l->form, "train", "data");
    }
    snprintf(mine->train.out, sizeof mine->train.out, "%s", l->dir);
    *w = (struct words){.count = 0};
    if (rc == 0) {
        add(w, mem_strdup("moodtop"));
        add(w, mem_strdup("train"));
        add(w, mem_strdup(verb));
        add_options(w, mine, l->opts);
    } else {
        say(l, true, err.text);
    }
    free(mine);
    return rc;
}

void launch_start(struct launch *l, bool now)
{
    struct words w;
    struct err err = {""};
    if (l->start.pid != 0 || command(l, &w, "--detach") != 0)
        return;
    if (now)
        add(&w, mem_strdup("--now"));
    child_kill(&l->estimate); /* its time is better spent on the run */
    l->estimate.text[0] = '\0';
    l->resuming = false;
    if (child_start(&l->start, w.word, &err) == 0)
        say(l, false, "starting: reading the data");
    else
        say(l, true, err.text);
    keep_values(l);
    words_free(&w);
}

void launch_resume(struct launch *l, const char *path)
{
    struct err err = {""};
    char *word[] = {mem_strdup("moodtop"), mem_strdup("resume"), mem_strdup("--detach"),
                    mem_strdup(path), NULL};
    if (l->start.pid == 0) {
        l->resuming = true;
        snprintf(l->path, sizeof l->path, "%s", path);
        if (child_start(&l->start, word, &err) == 0)
            say(l, false, "resuming: reading the data");
        else
            say(l, true, err.text);
    }
    for (int i = 0; word[i] != NULL; i++)
        free(word[i]);
}

void launch_estimate(struct launch *l)
{
    struct words w;
    struct err err = {""};
    bool busy = l->estimate.pid != 0;
    child_kill(&l->estimate);
    l->estimate.text[0] = l->estimate.errors[0] = '\0';
    if (busy || command(l, &w, "--estimate") != 0)
        return;
    if (child_start(&l->estimate, w.word, &err) != 0)
        say(l, true, err.text);
    words_free(&w);
}

/* The child that hands over has ended: the run's directory is what it printed. */
static enum launch_news started(struct launch *l)
{
    char trouble[ERR_TEXT_MAX];
    size_t n = strcspn(l->start.text, "\n");
    if (l->start.status == 0 && n > 0 && n < sizeof l->path) {
        snprintf(l->path, sizeof l->path, "%.*s", (int)n, l->start.text);
        say(l, false, "");
        return LAUNCH_STARTED;
    }
    child_trouble(&l->start, l->resuming ? l->path : NULL, trouble, sizeof trouble);
    say(l, true, trouble[0] != '\0' ? trouble : "the trainer did not start");
    return LAUNCH_CHANGED;
}

enum launch_news launch_poll(struct launch *l)
{
    bool over = child_poll(&l->estimate);
    if (over && l->estimate.status != 0) {
        char trouble[ERR_TEXT_MAX];
        child_trouble(&l->estimate, NULL, trouble, sizeof trouble);
        say(l, true, trouble);
    }
    if (child_poll(&l->start))
        return started(l);
    return over ? LAUNCH_CHANGED : LAUNCH_NOTHING;
}

/* ---- drawing ---------------------------------------------------------------------------------*/

/* A text over as many rows as it needs, broken at blanks and line ends; returns the row after it.
 */
static int wrap(const struct style *s, WINDOW *win, int y, int x, int width, enum style_role role,
                const char *text)
{
    while (*text != '\0' && y < getmaxy(win) && width > 0) {
        size_t line = strcspn(text, "\n"), n = line;
        if (n > (size_t)width) {
            for (n = (size_t)width; n > 0 && text[n] != ' '; n--)
                continue;
            n = n > 0 ? n : (size_t)width;
        }
        style_print(s, win, y++, x, width, style_role(s, role), "%.*s", (int)n, text);
        text += n;
        text += *text == '\n' ? 1 : strspn(text, " ");
    }
    return y;
}

/* What is wrong with the field, or what it means. */
static int draw_field_help(struct launch *l, WINDOW *win, int y, int x, int width)
{
    const struct table_row *row = form_row(l->form);
    char allowed[ERR_TEXT_MAX], flag[TABLE_FLAG_MAX];
    if (form_trouble(l->form)[0] != '\0')
        return wrap(l->style, win, y, x, width, STYLE_WARN, form_trouble(l->form));
    y = wrap(l->style, win, y, x, width, STYLE_TEXT, row->help);
    value_allowed(row, allowed, sizeof allowed);
    table_flag(row, flag);
    if (row->type != TABLE_TEXT && row->type != TABLE_PATH)
        y = wrap(l->style, win, y, x, width, STYLE_DIM, allowed);
    if (y < getmaxy(win))
        style_print(l->style, win, y++, x, width, style_role(l->style, STYLE_DIM), "--%s%s%s", flag,
                    row->def[0] != '\0' ? ", by default " : "", row->def);
    return y;
}

static int draw_estimate(struct launch *l, WINDOW *win, int y, int x, int width)
{
    if (l->estimate.pid != 0)
        return wrap(l->style, win, y, x, width, STYLE_DIM, "estimating: trying a few batches");
    if (l->estimate.text[0] == '\0')
        return wrap(l->style, win, y, x, width, STYLE_DIM, "e estimates time and memory");
    return wrap(l->style, win, y, x, width, STYLE_GOOD, l->estimate.text);
}

static int draw_said(struct launch *l, WINDOW *win, int y, int x, int width)
{
    return wrap(l->style, win, y, x, width, l->wrong ? STYLE_WARN : STYLE_GOOD, l->said);
}

static void draw_aside(struct launch *l, WINDOW *win, int x, const struct run *alive)
{
    int width = getmaxx(win) - x - 1, y = draw_field_help(l, win, 1, x, width) + 1;
    char text[512];
    y = draw_estimate(l, win, y, x, width) + 1;
    if (alive != NULL) {
        snprintf(text, sizeof text, "%.200s is %s: s waits for it, S starts at once", alive->name,
                 alive->state == RUN_RUNNING ? "being trained" : "waiting");
        y = wrap(l->style, win, y, x, width, STYLE_TEXT, text) + 1;
    } else {
        y = wrap(l->style, win, y, x, width, STYLE_DIM,
                 "s starts the run; it goes on when this screen is closed") +
            1;
    }
    draw_said(l, win, y, x, width);
}

static void draw_form(struct launch *l, WINDOW *win, int rows, int cols)
{
    int y = 0, x = 0;
    WINDOW *part = derwin(win, rows, cols, 0, 0);
    if (part == NULL)
        return;
    form_draw(l->form, l->style, part);
    getyx(part, y, x);
    delwin(part);
    wmove(win, y, x);
}

void launch_draw(struct launch *l, WINDOW *win, const struct run *alive)
{
    int rows = getmaxy(win), cols = getmaxx(win), y, x;
    bool beside = cols >= 2 * ASIDE;
    int form_cols = beside ? cols - ASIDE > 64 ? 64 : cols - ASIDE : cols;
    int form_rows = beside ? rows : rows - BELOW > 3 ? rows - BELOW : rows;
    if (beside)
        draw_aside(l, win, form_cols + 1, alive);
    else if (form_rows < rows && l->said[0] != '\0')
        draw_said(l, win, form_rows + 1, 1, cols - 2);
    else if (form_rows < rows && (l->estimate.pid != 0 || l->estimate.text[0] != '\0'))
        draw_estimate(l, win, form_rows + 1, 1, cols - 2);
    else if (form_rows < rows)
        draw_field_help(l, win, form_rows + 1, 1, cols - 2);
    draw_form(l, win, form_rows, form_cols);
    getyx(win, y, x);
    touchwin(win);
    wmove(win, y, x);
}
