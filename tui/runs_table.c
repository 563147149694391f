/* runs_table: see runs_table.h. */
#include "tui/runs_table.h"

#include <stdio.h>
#include <string.h>

enum {
    NAME_LEAST = 20,
    STATE_COLS = 8,
    EPOCHS_COLS = 9,
    BEST_COLS = 14,
    FACTS = STATE_COLS + EPOCHS_COLS + BEST_COLS,
};

char runs_table_letter(int mark)
{
    return (char)('a' + mark);
}

struct ink runs_table_ink(const struct style *s, int mark)
{
    static const uint8_t rgb[RUNS_MARKS_MAX][3] = {{0, 135, 255}, {255, 135, 0}, {0, 175, 95},
                                                   {215, 0, 175}, {215, 175, 0}, {135, 95, 255},
                                                   {255, 95, 95}, {0, 175, 175}};
    const uint8_t *c = rgb[mark % RUNS_MARKS_MAX];
    return style_ink(s, style_rgb(s, c[0], c[1], c[2]), STYLE_DEFAULT, A_NORMAL);
}

/* Options that say where a run is and on what machine, not what it is. */
static bool counts(const char *option)
{
    static const char *const no[] = {"out", "name", "resume", "threads"};
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (strcmp(option, no[i]) == 0)
            return false;
    return true;
}

const char *runs_table_usual(const struct runs *runs, const char *option)
{
    const char *best = NULL;
    int most = 0;
    for (int i = 0; i < runs->count; i++) {
        const char *value = run_option(runs->run[i], option);
        int n = 0;
        for (int k = 0; value != NULL && k < runs->count; k++) {
            const char *other = run_option(runs->run[k], option);
            n += other != NULL && strcmp(other, value) == 0;
        }
        if (n > most) {
            most = n;
            best = value;
        }
    }
    return most > 1 || runs->count == 1 ? best : NULL;
}

/* Paths are named by their last part. */
static const char *brief(const char *value)
{
    const char *slash = strrchr(value, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : value[0] != '\0' ? value : "none";
}

void runs_table_differences(const struct runs *runs, const struct run *run, const struct run *from,
                            char *text, size_t size)
{
    size_t n = 0;
    text[0] = '\0';
    for (int i = 0; i < run->options && n < size; i++) {
        const char *name = run->option[i].name, *value = run->option[i].value;
        const char *other = from != NULL ? run_option(from, name) : runs_table_usual(runs, name);
        if (!counts(name) || (other != NULL && strcmp(other, value) == 0))
            continue;
        n += (size_t)snprintf(text + n, size - n, "%s%s %s", n > 0 ? ", " : "", name, brief(value));
    }
}

/* ---- the list --------------------------------------------------------------------------------*/

static enum style_role state_role(enum run_state state)
{
    static const enum style_role roles[] = {[RUN_WAITING] = STYLE_TITLE,
                                            [RUN_RUNNING] = STYLE_GOOD,
                                            [RUN_DONE] = STYLE_TEXT,
                                            [RUN_STOPPED] = STYLE_TEXT,
                                            [RUN_CRASHED] = STYLE_WARN};
    return roles[state];
}

static int name_cols(const struct runs *runs, int cols)
{
    int width = NAME_LEAST, room = cols - 2 - FACTS;
    for (int i = 0; i < runs->count; i++) {
        int n = (int)strlen(runs->run[i]->name) + 1;
        width = n > width ? n : width;
    }
    if (cols >= 100 && width > room - 30)
        width = room - 30;
    return width < room ? width : room;
}

static int mark_of(const char *name, char (*marks)[256], int count)
{
    for (int i = 0; i < count; i++)
        if (strcmp(marks[i], name) == 0)
            return i;
    return -1;
}

static void draw_row(const struct style *s, WINDOW *win, int y, const struct runs *runs,
                     const struct run *run, bool here, int mark, int name_width)
{
    int cols = getmaxx(win), x = 2;
    char best[32] = "-", more[512];
    struct ink text = style_role(s, here ? STYLE_SELECTED : STYLE_TEXT);
    for (int i = 0; here && i < cols; i++)
        style_put(win, y, i, L' ', text);
    if (mark >= 0)
        style_put(win, y, 0, (wchar_t)runs_table_letter(mark), runs_table_ink(s, mark));
    style_text(s, win, y, x, name_width - 1, text, run->name);
    x += name_width;
    style_text(s, win, y, x, STATE_COLS, here ? text : style_role(s, state_role(run->state)),
               run->gone ? "gone" : run_state_name(run->state));
    x += STATE_COLS;
    style_print(s, win, y, x, EPOCHS_COLS, text, "%4d/%d", run->epochs, run->epochs_wanted);
    x += EPOCHS_COLS;
    if (run->best >= 0)
        snprintf(best, sizeof best, "%6.2f%% (%d)", 100 * run->epoch[run->best].val_accuracy,
                 run->epoch[run->best].epoch);
    style_text(s, win, y, x, BEST_COLS, text, best);
    x += BEST_COLS;
    runs_table_differences(runs, run, NULL, more, sizeof more);
    style_print(s, win, y, x, cols - x, here ? text : style_role(s, STYLE_DIM), "%s%s%s", run->note,
                run->note[0] != '\0' && more[0] != '\0' ? "; " : "", more);
}

void runs_table_draw(const struct style *s, WINDOW *win, const struct runs *runs, int top,
                     int chosen, char (*marks)[256], int count)
{
    int rows = getmaxy(win), cols = getmaxx(win), width = name_cols(runs, cols);
    struct ink title = style_role(s, STYLE_TITLE);
    werase(win);
    style_text(s, win, 0, 2, width - 1, title, "run");
    style_text(s, win, 0, 2 + width, STATE_COLS, title, "state");
    style_text(s, win, 0, 2 + width + STATE_COLS, EPOCHS_COLS, title, "epochs");
    style_text(s, win, 0, 2 + width + STATE_COLS + EPOCHS_COLS, BEST_COLS, title, "best (at)");
    style_text(s, win, 0, 2 + width + FACTS, cols, title, "note; what differs");
    for (int y = 1; y < rows && top + y - 1 < runs->count; y++) {
        const struct run *run = runs->run[top + y - 1];
        draw_row(s, win, y, runs, run, top + y - 1 == chosen, mark_of(run->name, marks, count),
                 width);
    }
    wmove(win, chosen - top + 1 < rows ? chosen - top + 1 : 0, 0);
}

void runs_table_draw_pair(const struct style *s, WINDOW *win, const struct run *a,
                          const struct run *b)
{
    int rows = getmaxy(win), cols = getmaxx(win), y = 1, third = cols / 3;
    werase(win);
    style_text(s, win, 0, third, third - 1, runs_table_ink(s, 0), a->name);
    style_text(s, win, 0, 2 * third, cols - 2 * third, runs_table_ink(s, 1), b->name);
    for (int i = 0; i < a->options && y < rows; i++) {
        const char *name = a->option[i].name, *other = run_option(b, name);
        if (!counts(name) || (other != NULL && strcmp(other, a->option[i].value) == 0))
            continue;
        style_text(s, win, y, 0, third - 1, style_role(s, STYLE_TITLE), name);
        style_text(s, win, y, third, third - 1, style_role(s, STYLE_TEXT),
                   brief(a->option[i].value));
        style_text(s, win, y++, 2 * third, cols - 2 * third, style_role(s, STYLE_TEXT),
                   other != NULL ? brief(other) : "-");
    }
    if (y == 1)
        style_text(s, win, 1, 0, cols, style_role(s, STYLE_DIM), "the options are the same");
}
