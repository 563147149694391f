/* browse_grid: the tiles of the browser, see browse.h. UI thread. */
#include <string.h>

#include "tui/browse.h"

enum {
    TILE_LEAST = 3,
    DETAIL_FROM = 60,  /* columns of a body that has room for the large face beside the grid */
    DETAIL_LEAST = 28, /* columns of that */
    DETAIL_MOST = 56,
    WORDS_LEAST = 42, /* columns for what is known of a face beside its picture alone */
    TEXT_ROWS = 5,
    FACES_DOWN = 4, /* tiles of a high pane, in the mean */
    LOW = 30,       /* rows of a pane that shows fewer */
};

/* ---- where things lie ------------------------------------------------------------------------ */

static int clamp(int v, int lo, int hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Rows of the bars: those of the network, of the votes, and a title. */
static int bar_rows(const struct browse *b)
{
    const struct dataset *ds = b->study->ds;
    int n = b->study->news.p != NULL || b->study->ds->votes == NULL ? ds->classes : 0;
    int votes = ds->votes != NULL ? DATASET_VOTES : 0;
    return 1 + (n > votes ? n : votes);
}

static void lay_out_detail(struct browse *b, struct layout_rect r)
{
    struct browse_layout *l = &b->layout;
    int bars = clamp(bar_rows(b), 0, r.h < LOW ? r.h * 2 / 5 : r.h / 2);
    int text = clamp(r.h / 5, 1, TEXT_ROWS);
    int picture = r.h - bars - text;
    if (2 * picture > r.w)
        picture = r.w / 2;
    l->picture = (struct layout_rect){r.y, r.x, picture, r.w};
    l->text = (struct layout_rect){r.y + picture, r.x, text, r.w};
    l->bars = (struct layout_rect){r.y + picture + text, r.x, r.h - picture - text, r.w};
}

/* The chosen face alone: as large as there is room for, and beside it, or below in a narrow body,
 * what is known of it. */
static void lay_out_alone(struct browse *b, struct layout_rect r)
{
    struct browse_layout *l = &b->layout;
    int side = r.h < (r.w - WORDS_LEAST) / 2 ? r.h : (r.w - WORDS_LEAST) / 2;
    if (2 * side < r.h) {
        lay_out_detail(b, r);
        return;
    }
    struct layout_rect words = {r.y, r.x + 2 * side + 2, r.h, r.w - 2 * side - 2};
    int text = clamp(r.h / 4, 1, TEXT_ROWS);
    l->picture = (struct layout_rect){r.y, r.x, r.h, 2 * side};
    l->text = (struct layout_rect){words.y, words.x, text, words.w};
    l->bars =
        (struct layout_rect){words.y + text, words.x, least(words.h - text, bar_rows(b)), words.w};
}

/* The height of tiles in a pane: as the user wants it, else such that faces can be told and lines
 * of tiles fill the pane. */
static int tile_height(const struct browse *b, int rows, int cols)
{
    int most = clamp((cols - 1) / 2, TILE_LEAST, rows - 1 > TILE_LEAST ? rows - 1 : TILE_LEAST);
    int lines = rows / (tile_legible(b->small) + 1);
    int suggested = rows / clamp(lines, rows < LOW ? 2 : 1, rows) - 1;
    suggested = clamp(suggested, TILE_LEAST, tile_legible(b->small) + 1);
    return clamp(b->tile_h > 0 ? b->tile_h : suggested, TILE_LEAST, most);
}

/* The grid gets whole columns of tiles in about its share of the body, the detail what is left. */
static int lay_out_grid(struct browse *b, int rows, int cols, int share)
{
    struct browse_layout *l = &b->layout;
    l->tile_h = tile_height(b, rows - 1, share);
    l->tile_w = 2 * l->tile_h;
    l->across = clamp((share - 1 + l->tile_w / 2) / (l->tile_w + 1), 1, share);
    while (l->across > 1 &&
           1 + l->across * (l->tile_w + 1) > cols - (share < cols ? DETAIL_LEAST : 0))
        l->across--;
    l->down = clamp((rows - 1) / (l->tile_h + 1), 1, rows);
    int width = share < cols ? 1 + l->across * (l->tile_w + 1) : cols;
    l->grid = (struct layout_rect){1, 0, rows - 1, width};
    return width;
}

static void windows(struct browse *b, WINDOW *win)
{
    if (b->votes != NULL)
        delwin(b->votes);
    if (b->words != NULL)
        delwin(b->words);
    b->votes = b->words = NULL;
    struct layout_rect r = b->layout.bars;
    if (win == NULL || r.h < 2 || r.w < 10)
        return;
    int half = b->study->ds->votes != NULL ? (r.w - 2) / 2 : 0;
    if (half > 0)
        b->votes = derwin(win, r.h - 1, half, r.y + 1, r.x);
    int x = half > 0 ? half + 2 : 0;
    b->words = derwin(win, r.h - 1, r.w - x, r.y + 1, r.x + x);
}

void browse_lay_out(struct browse *b, WINDOW *win)
{
    struct browse_layout *l = &b->layout;
    memset(l, 0, sizeof *l);
    if (win == NULL || !b->ready) {
        windows(b, NULL);
        return;
    }
    int rows, cols;
    getmaxyx(win, rows, cols);
    l->head = (struct layout_rect){0, 0, 1, cols};
    int detail = cols >= DETAIL_FROM ? clamp(cols * 3 / 8, DETAIL_LEAST, DETAIL_MOST) : 0;
    int width = b->alone ? 0 : lay_out_grid(b, rows, cols, cols - detail);
    if (b->alone)
        lay_out_alone(b, (struct layout_rect){1, 0, rows - 1, cols});
    else if (detail > 0)
        lay_out_detail(b, (struct layout_rect){1, width + 1, rows - 1, cols - width - 1});
    windows(b, win);
    browse_scroll(b);
}

void browse_scroll(struct browse *b)
{
    const struct browse_layout *l = &b->layout;
    if (l->across == 0)
        return;
    int line = b->at / l->across, top = b->top / l->across;
    top = clamp(top, line - l->down + 1, line);
    b->top = (top < 0 ? 0 : top) * l->across;
    b->class_top = clamp(b->class_top, b->class - l->down + 1, b->class);
    b->class_top = b->class_top < 0 ? 0 : b->class_top;
    int faces = l->across > 1 ? l->across - 1 : 1; /* the mean face always stands first */
    if (b->column > 0)
        b->from = clamp(b->from, b->column - faces, b->column - 1);
    b->from = b->from < 0 || b->column == 0 ? 0 : b->from;
}

/* ---- how they look --------------------------------------------------------------------------- */

/* The caption of a row: its class, what the network says instead, "x" where it is left out. */
static void draw_caption(struct browse *b, WINDOW *win, int y, int x, int row, bool chosen)
{
    const struct dataset *ds = b->study->ds;
    const struct style_mood *mood = &b->mood[ds->label[row]];
    int width = b->layout.tile_w, best = survey_best(&b->study->news, ds, row), n;
    struct ink ink = chosen ? style_role(b->style, STYLE_SELECTED) : mood->ink;
    struct ink other = chosen ? ink : style_role(b->style, STYLE_DIM);
    struct ink mark = chosen ? ink : style_role(b->style, STYLE_WARN);
    n = style_print(b->style, win, y, x, width, mark, "%s%s", ds->excluded[row] ? "x " : "",
                    ds->label[row] != ds->given[row] ? "*" : "");
    n += style_text(b->style, win, y, x + n, width - n, ink, mood->name);
    if (best >= 0 && best != ds->label[row] && width - n > 4)
        n += style_print(b->style, win, y, x + n, width - n, other, " %s%s",
                         b->style->utf8 ? "≠" : "!", b->mood[best].name);
    for (; chosen && n < width; n++)
        style_put(win, y, x + n, L' ', ink);
}

/* Lines in the columns beside the chosen tile. */
static void draw_frame(struct browse *b, WINDOW *win, int y, int x)
{
    struct ink ink = style_role(b->style, STYLE_SELECTED);
    for (int i = 0; i <= b->layout.tile_h; i++) {
        style_put(win, y + i, x - 1, L' ', ink);
        style_put(win, y + i, x + b->layout.tile_w, L' ', ink);
    }
    wmove(win, y + b->layout.tile_h, x);
}

static void draw_row(struct browse *b, WINDOW *win, int y, int x, int row, bool chosen)
{
    const struct browse_layout *l = &b->layout;
    tile_draw(b->small, win, y, x, l->tile_h, l->tile_w, dataset_image(b->study->ds, row),
              DATASET_SIDE);
    draw_caption(b, win, y + l->tile_h, x, row, chosen);
    if (chosen)
        draw_frame(b, win, y, x);
}

/* Upper left cell of a tile's picture. */
static int tile_y(const struct browse_layout *l, int line)
{
    return l->grid.y + line * (l->tile_h + 1);
}

static int tile_x(const struct browse_layout *l, int column)
{
    return l->grid.x + 1 + column * (l->tile_w + 1);
}

static void draw_wall(struct browse *b, WINDOW *win)
{
    const struct browse_layout *l = &b->layout;
    for (int i = 0; i < l->across * l->down && b->top + i < b->list.count; i++)
        if (b->top + i != b->at)
            draw_row(b, win, tile_y(l, i / l->across), tile_x(l, i % l->across),
                     b->list.row[b->top + i], false);
    int i = b->at - b->top; /* last, as the cursor stays there */
    if (b->at < b->list.count)
        draw_row(b, win, tile_y(l, i / l->across), tile_x(l, i % l->across), b->list.row[b->at],
                 true);
}

static void draw_mean(struct browse *b, WINDOW *win, int line, int class)
{
    const struct browse_layout *l = &b->layout;
    const struct survey_news *news = &b->study->news;
    int y = tile_y(l, line), x = tile_x(l, 0);
    bool chosen = class == b->class && b->column == 0;
    int count = b->list.class_first[class + 1] - b->list.class_first[class];
    struct ink ink =
        chosen ? style_role(b->style, STYLE_SELECTED) : style_role(b->style, STYLE_TITLE);
    if (news->mean != NULL)
        tile_draw(b->small, win, y, x, l->tile_h, l->tile_w,
                  news->mean + (size_t) class * DATASET_PIXELS, DATASET_SIDE);
    style_print(b->style, win, y + l->tile_h, x, l->tile_w, ink, "%s %d", b->mood[class].name,
                count);
    if (chosen)
        draw_frame(b, win, y, x);
}

static void draw_sheet(struct browse *b, WINDOW *win)
{
    const struct browse_layout *l = &b->layout;
    for (int turn = 0; turn < 2; turn++) /* the chosen line last */
        for (int line = 0; line < l->down && b->class_top + line < b->list.classes; line++) {
            int c = b->class_top + line, first = b->list.class_first[c];
            int count = b->list.class_first[c + 1] - first, from = c == b->class ? b->from : 0;
            if ((c == b->class) != (turn == 1))
                continue;
            for (int k = 1; k < l->across && from + k - 1 < count; k++)
                if (c != b->class || from + k != b->column)
                    draw_row(b, win, tile_y(l, line), tile_x(l, k),
                             b->list.class_row[first + from + k - 1], false);
            draw_mean(b, win, line, c);
            int k = b->column - from;
            if (c == b->class && b->column > 0 && b->column <= count && k < l->across)
                draw_row(b, win, tile_y(l, line), tile_x(l, k),
                         b->list.class_row[first + b->column - 1], true);
        }
}

void browse_grid_draw(struct browse *b, WINDOW *win)
{
    const struct browse_layout *l = &b->layout;
    if (l->grid.h <= l->tile_h || l->grid.w <= l->tile_w)
        return;
    if (b->sheet)
        draw_sheet(b, win);
    else if (b->list.count > 0)
        draw_wall(b, win);
    else
        style_text(b->style, win, l->grid.y + 1, 2, l->grid.w - 2, style_role(b->style, STYLE_DIM),
                   "no such face: f changes what is shown");
}

bool browse_grid_click(struct browse *b, int y, int x)
{
    const struct browse_layout *l = &b->layout;
    if (l->across == 0 || y < l->grid.y || x < l->grid.x + 1 || x >= l->grid.x + l->grid.w)
        return false;
    int line = (y - l->grid.y) / (l->tile_h + 1), column = (x - l->grid.x - 1) / (l->tile_w + 1);
    if (line >= l->down || column >= l->across)
        return false;
    if (!b->sheet) {
        if (b->top + line * l->across + column < b->list.count)
            browse_choose(b, b->top + line * l->across + column);
        return true;
    }
    int c = b->class_top + line;
    if (c >= b->list.classes)
        return true;
    int count = b->list.class_first[c + 1] - b->list.class_first[c];
    int at = column == 0 ? 0 : column + (c == b->class ? b->from : 0);
    b->class = c;
    b->column = clamp(at, 0, count);
    browse_scroll(b);
    return true;
}
