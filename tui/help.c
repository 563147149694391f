/* help: see help.h. */
#include "tui/help.h"

#include <string.h>

enum { WIDTH = 78, LABEL = 17, FRAME = 5 /* rows: two borders, promise, blank, closers */ };

static const char promise[] = "Nothing leaves this machine; no picture of the camera is stored.";

void help_open(struct help *h)
{
    *h = (struct help){.open = true};
}

/* ---- keys -------------------------------------------------------------------------------------
 */

static bool filter_key(struct help *h, int key)
{
    size_t n = strlen(h->filter);
    h->top = 0;
    if (key == 27)
        h->filter[0] = '\0';
    if (key == 27 || key == '\r' || key == '\n' || key == KEY_ENTER)
        h->typing = false;
    else if ((key == KEY_BACKSPACE || key == 127 || key == 8) && n > 0)
        h->filter[n - 1] = '\0';
    else if (key >= ' ' && key < 127 && n + 1 < sizeof h->filter)
        h->filter[n] = (char)key, h->filter[n + 1] = '\0';
    return true;
}

bool help_key(struct help *h, int key)
{
    if (h->typing)
        return filter_key(h, key);
    switch (key) {
    case '?':
    case 'q':
    case KEY_F(1):
        h->open = false;
        return true;
    case 27: /* backs out of the filter first */
        h->open = h->filter[0] != '\0';
        h->filter[0] = '\0';
        return true;
    case '/':
        h->typing = true;
        h->filter[0] = '\0';
        return true;
    case KEY_UP:
    case 'k':
        h->top--;
        return true;
    case KEY_DOWN:
    case 'j':
        h->top++;
        return true;
    case KEY_PPAGE:
    case 'U' & 31:
        h->top -= h->page;
        return true;
    case KEY_NPAGE:
    case 'D' & 31:
        h->top += h->page;
        return true;
    case KEY_HOME:
    case 'g':
        h->top = 0;
        return true;
    case KEY_END:
    case 'G':
        h->top = 1 << 20; /* help_draw knows the end */
        return true;
    default:
        h->open = false;
        return false;
    }
}

/* ---- drawing ----------------------------------------------------------------------------------
 */

/* One line of the list: a section's title (row NULL) or a key. */
struct line {
    const char *title;
    const struct view_key *row;
};

/* Whether a table before the last of these has the row's key: that one gets it. */
static bool shadowed(const struct help_section *sections, int last, const struct view_key *row)
{
    for (int i = 0; i < last; i++)
        for (const struct view_key *k = sections[i].keys; k->act != NULL; k++)
            if (k->key == row->key || (k->twin != 0 && k->twin == row->key))
                return true;
    return false;
}

static bool shown(const struct help *h, const struct view_key *row)
{
    return row->label != NULL &&
           (h->filter[0] == '\0' || strcasestr(row->help, h->filter) != NULL ||
            strcasestr(row->label, h->filter) != NULL);
}

/* The lines that pass the filter; at most max. A section without any has no title either. */
static int collect(const struct help *h, const struct help_section *sections, int count,
                   struct line *out, int max)
{
    int n = 0;
    for (int i = 0; i < count; i++) {
        int title = n;
        for (const struct view_key *row = sections[i].keys; row->act != NULL; row++) {
            if (!shown(h, row) || shadowed(sections, i, row) || n + 2 > max)
                continue;
            if (n == title)
                out[n++] = (struct line){.title = sections[i].title};
            out[n++] = (struct line){.row = row};
        }
    }
    return n;
}

static void draw_line(const struct style *s, WINDOW *win, int y, int x, int width, struct line line)
{
    if (line.row == NULL) {
        style_text(s, win, y, x, width, style_role(s, STYLE_TITLE), line.title);
        return;
    }
    int label = width / 3 < LABEL ? width / 3 : LABEL;
    style_text(s, win, y, x + 1, label - 2, style_role(s, STYLE_KEY), line.row->label);
    style_text(s, win, y, x + label, width - label, style_role(s, STYLE_TEXT), line.row->help);
}

static void draw_foot(const struct help *h, const struct style *s, WINDOW *win, int y, int x,
                      int width, bool more)
{
    struct ink dim = style_role(s, STYLE_DIM);
    if (h->typing || h->filter[0] != '\0')
        style_print(s, win, y, x, width, style_role(s, STYLE_KEY), "/%s%s", h->filter,
                    h->typing ? "_" : "   Esc shows all");
    else
        style_text(s, win, y, x, width, dim,
                   more ? "q ? Esc close   / search   j k scroll" : "q ? Esc close   / search");
}

static int clamp(int v, int lo, int hi)
{
    return v > hi ? (hi > lo ? hi : lo) : v < lo ? lo : v;
}

/* As much of the list as a window without room for a frame can take. */
static void draw_bare(struct help *h, const struct style *s, WINDOW *win, const struct line *lines,
                      int n)
{
    int rows = getmaxy(win), cols = getmaxx(win);
    h->page = rows;
    h->top = clamp(h->top, 0, n - rows);
    for (int i = 0; i < rows && h->top + i < n; i++)
        draw_line(s, win, i, 0, cols, lines[h->top + i]);
    wmove(win, 0, 0);
}

void help_draw(struct help *h, const struct style *s, WINDOW *win,
               const struct help_section *sections, int count)
{
    struct line lines[96];
    int n = collect(h, sections, count, lines, (int)(sizeof lines / sizeof lines[0]));
    int rows = getmaxy(win), cols = getmaxx(win);
    if (rows < FRAME + 3 || cols < 24) {
        werase(win);
        draw_bare(h, s, win, lines, n);
        return;
    }
    int width = cols < WIDTH ? cols : WIDTH;
    int height = clamp(n + FRAME, FRAME + 1, rows);
    int y = (rows - height) / 2, x = (cols - width) / 2;
    h->page = height - FRAME;
    h->top = clamp(h->top, 0, n - h->page);
    for (int i = 0; i < height; i++)
        mvwprintw(win, y + i, x, "%*s", width, "");
    style_box(s, win, y, x, height, width, style_role(s, STYLE_BORDER));
    style_text(s, win, y, x + 2, width - 4, style_role(s, STYLE_TITLE), " keys ");
    style_text(s, win, y + 1, x + 2, width - 4, style_role(s, STYLE_GOOD), promise);
    for (int i = 0; i < h->page && h->top + i < n; i++)
        draw_line(s, win, y + 3 + i, x + 2, width - 4, lines[h->top + i]);
    if (n == 0)
        style_text(s, win, y + 3, x + 2, width - 4, style_role(s, STYLE_DIM), "no such key");
    draw_foot(h, s, win, y + height - 2, x + 2, width - 4, n > h->page);
    wmove(win, y + 3, x + 2);
}
