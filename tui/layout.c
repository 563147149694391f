/* layout: see layout.h. */
#include "tui/layout.h"

enum {
    SIDE_MIN = 20,   /* columns of bars and history beside the picture */
    SIDE_MAX = 44,   /* more only makes the bars longer */
    BARS_ROWS = 8,   /* a title and seven bars */
    HISTORY_MIN = 5, /* a title and a graph that says something */
    HISTORY_MAX = 26,
    SPARE_ROWS = 10, /* that a 4:3 picture leaves: enough for the history below it */
    TALL_COLS = 56,  /* below this the panes are stacked, if there are rows enough */
    TALL_ROWS = 26,
};

static int clamp(int v, int lo, int hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

static struct layout_rect rect(int y, int x, int h, int w)
{
    return (struct layout_rect){.y = y, .x = x, .h = h > 0 ? h : 0, .w = w > 0 ? w : 0};
}

struct layout_frame layout_frame(int rows, int cols)
{
    struct layout_frame f = {.line = rows < LAYOUT_MIN_ROWS || cols < LAYOUT_MIN_COLS};
    if (f.line) {
        f.body = rect(0, 0, rows, cols);
        return f;
    }
    f.status = rect(0, 0, 1, cols);
    f.body = rect(1, 0, rows - 2, cols);
    f.hint = rect(rows - 1, 0, 1, cols);
    return f;
}

/* Narrow and high: picture, bars, history, one below the other. */
static struct layout_panes stacked(int rows, int cols)
{
    struct layout_panes p = {0};
    int history = clamp(rows / 5, HISTORY_MIN, 12);
    int picture = rows - BARS_ROWS - history;
    p.pane[LAYOUT_PICTURE] = rect(0, 0, picture, cols);
    p.pane[LAYOUT_BARS] = rect(picture, 0, BARS_ROWS, cols);
    p.pane[LAYOUT_HISTORY] = rect(picture + BARS_ROWS, 0, history, cols);
    return p;
}

/* High for its width: picture and bars side by side, the history below both. */
static struct layout_panes wide(int rows, int cols, int side)
{
    struct layout_panes p = {0};
    int history = clamp(rows / 4, SPARE_ROWS, HISTORY_MAX);
    int top = rows - history;
    p.pane[LAYOUT_PICTURE] = rect(0, 0, top, cols - side - 1);
    p.rule = rect(0, cols - side - 1, top, 1);
    p.pane[LAYOUT_BARS] = rect(0, cols - side, top, side);
    p.pane[LAYOUT_HISTORY] = rect(top, 0, history, cols);
    return p;
}

/* The rest: the picture has all rows, bars and history share the columns beside it. */
static struct layout_panes beside(int rows, int cols, int side)
{
    struct layout_panes p = {0};
    bool room = rows >= BARS_ROWS + HISTORY_MIN;
    int history = room ? clamp(rows - BARS_ROWS, HISTORY_MIN, HISTORY_MAX) : 0;
    p.pane[LAYOUT_PICTURE] = rect(0, 0, rows, cols - side - 1);
    p.rule = rect(0, cols - side - 1, rows, 1);
    p.pane[LAYOUT_BARS] = rect(0, cols - side, rows - history, side);
    if (room)
        p.pane[LAYOUT_HISTORY] = rect(rows - history, cols - side, history, side);
    return p;
}

struct layout_panes layout_panes(int rows, int cols, enum layout_pane maximised)
{
    struct layout_panes p = {0};
    if (rows <= 0 || cols <= 0)
        return p;
    int side = clamp(cols * 3 / 10, SIDE_MIN, SIDE_MAX);
    if (maximised != LAYOUT_NONE || cols < SIDE_MIN * 2) {
        p.pane[maximised == LAYOUT_NONE ? LAYOUT_PICTURE : maximised] = rect(0, 0, rows, cols);
        return p;
    }
    if (cols < TALL_COLS && rows >= TALL_ROWS)
        return stacked(rows, cols);
    int picture_rows = (cols - side - 1) * 3 / 8; /* of a 4:3 picture, cells being 1:2 */
    return rows >= picture_rows + SPARE_ROWS && rows >= BARS_ROWS + SPARE_ROWS
               ? wide(rows, cols, side)
               : beside(rows, cols, side);
}
