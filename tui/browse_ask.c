/* browse_ask: what the browser asks for, and the line at its top, see browse.h. UI thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "tui/browse.h"

enum { ESC = 27, MENU_WIDTH = 40 };

void browse_ask(struct browse *b, enum browse_asking what)
{
    b->asking = what;
    b->answer[0] = '\0';
}

/* ---- answers --------------------------------------------------------------------------------- */

static void go_to_row(struct browse *b)
{
    char *end;
    long row = strtol(b->answer, &end, 10);
    if (b->answer[0] == '\0')
        browse_choose(b, 0);
    else if (*end != '\0' || row < 0 || row >= b->list.n)
        browse_say(b, "%s: expected a row from 0 to %d", b->answer, b->list.n - 1);
    else
        browse_show_row(b, (int)row);
}

/* The class that a number or the start of a name means; -1 and a word about it. */
static int class_of(struct browse *b)
{
    const struct dataset *ds = b->study->ds;
    char *end;
    long number = strtol(b->answer, &end, 10);
    size_t n = strlen(b->answer);
    int found = -1;
    if (n > 0 && *end == '\0' && number >= 0 && number < ds->classes)
        return (int)number;
    for (int c = 0; n > 0 && c < ds->classes; c++) {
        if (strcasecmp(ds->class_name[c], b->answer) == 0)
            return c;
        if (strncasecmp(ds->class_name[c], b->answer, n) == 0)
            found = found == -1 ? c : -2;
    }
    if (found < 0)
        browse_say(b, found == -2 ? "%s: more than one class begins so" : "%s: no such class",
                   b->answer);
    return found;
}

static void answered(struct browse *b)
{
    enum browse_asking what = b->asking;
    b->asking = BROWSE_ASK_NOTHING;
    if (what == BROWSE_ASK_ROW)
        go_to_row(b);
    if (what == BROWSE_ASK_WORD && b->answer[0] != '\0') {
        memcpy(b->word, b->answer, sizeof b->word);
        browse_search(b, 1);
    }
    if (what == BROWSE_ASK_LABEL && b->answer[0] != '\0') {
        int label = class_of(b);
        if (label >= 0)
            browse_relabel(b, label);
    }
}

/* One digit is a whole answer where there are no classes of two. */
static bool complete(const struct browse *b)
{
    return b->asking == BROWSE_ASK_LABEL && b->study->ds->classes <= 10 && b->answer[0] >= '0' &&
           b->answer[0] <= '9';
}

static void type(struct browse *b, int key)
{
    size_t n = strlen(b->answer);
    if (key == KEY_BACKSPACE || key == 127 || key == 8) {
        if (n == 0)
            b->asking = BROWSE_ASK_NOTHING;
        else
            b->answer[n - 1] = '\0';
    } else if (key == ('U' & 31)) {
        b->answer[0] = '\0';
    } else if (key >= ' ' && key < 127 && n + 1 < sizeof b->answer) {
        b->answer[n] = (char)key;
        b->answer[n + 1] = '\0';
        if (complete(b))
            answered(b);
    }
}

/* ---- the menu of filters --------------------------------------------------------------------- */

static void turn_field(struct browse *b, int step)
{
    int *want = &b->list.filter.want[b->field];
    int n = browse_field_values((enum browse_field)b->field, b->study->ds) + 1;
    *want = (*want + 1 + step + n) % n - 1;
    if (b->field == BROWSE_FINDING && *want >= 0 && b->study->doctor == NULL)
        b->study->diagnose(b->study);
    browse_relist(b, b->made);
}

static void clear_filter(struct browse *b)
{
    for (int f = 0; f < BROWSE_FIELDS; f++)
        b->list.filter.want[f] = -1;
    browse_relist(b, b->made);
}

static bool menu_key(struct browse *b, int key)
{
    switch (key) {
    case KEY_UP:
    case 'k':
        b->field = (b->field + BROWSE_FIELDS - 1) % BROWSE_FIELDS;
        return true;
    case KEY_DOWN:
    case 'j':
    case '\t':
        b->field = (b->field + 1) % BROWSE_FIELDS;
        return true;
    case KEY_LEFT:
    case 'h':
        turn_field(b, -1);
        return true;
    case KEY_RIGHT:
    case 'l':
    case ' ':
        turn_field(b, 1);
        return true;
    case KEY_BACKSPACE:
    case 127:
    case 8:
    case KEY_DC:
    case 'c':
        clear_filter(b);
        return true;
    case '\r':
    case '\n':
    case KEY_ENTER:
    case ESC:
    case 'f':
    case 'q':
        b->asking = BROWSE_ASK_NOTHING;
        return true;
    default:
        return key < KEY_MIN; /* keys of the terminal (its size, the mouse) are for others */
    }
}

bool browse_ask_key(struct browse *b, int key)
{
    if (b->asking == BROWSE_ASK_NOTHING)
        return false;
    if (b->asking == BROWSE_ASK_FILTER)
        return menu_key(b, key);
    if (key == ESC || key == ('C' & 31) || key == ('G' & 31))
        b->asking = BROWSE_ASK_NOTHING;
    else if (key == '\r' || key == '\n' || key == KEY_ENTER)
        answered(b);
    else
        type(b, key);
    return true;
}

void browse_menu_draw(struct browse *b, WINDOW *win)
{
    const struct style *s = b->style;
    int rows, cols, h = BROWSE_FIELDS + 4;
    getmaxyx(win, rows, cols);
    int w = cols < MENU_WIDTH ? cols : MENU_WIDTH, y = 1, x = 2 < cols - w ? 2 : 0;
    if (b->asking != BROWSE_ASK_FILTER)
        return;
    for (int i = 0; i < h && y + i < rows; i++)
        mvwprintw(win, y + i, x, "%*s", w, "");
    style_box(s, win, y, x, h, w, style_role(s, STYLE_BORDER));
    style_text(s, win, y, x + 2, w - 4, style_role(s, STYLE_TITLE), " show only ");
    for (int f = 0; f < BROWSE_FIELDS; f++) {
        int want = b->list.filter.want[f];
        enum style_role role = f == b->field ? STYLE_SELECTED : want >= 0 ? STYLE_KEY : STYLE_TEXT;
        style_print(s, win, y + 1 + f, x + 2, w - 4, style_role(s, role), "%-10s < %-*.*s >",
                    browse_field_name((enum browse_field)f), w - 19, w - 19,
                    browse_value_name((enum browse_field)f, b->study->ds, want));
    }
    style_print(s, win, y + h - 3, x + 2, w - 4, style_role(s, STYLE_GOOD), "%d of %d faces",
                b->list.count, b->list.n);
    style_text(s, win, y + h - 2, x + 2, w - 4, style_role(s, STYLE_DIM),
               "arrows choose  c clear  Esc close");
    wmove(win, y + 1 + b->field < rows ? y + 1 + b->field : rows - 1, x + 2);
}

/* ---- the line at the top --------------------------------------------------------------------- */

static const char *question(const struct browse *b)
{
    switch (b->asking) {
    case BROWSE_ASK_ROW:
        return "go to row: ";
    case BROWSE_ASK_WORD:
        return "search (a class, a file, a line): ";
    case BROWSE_ASK_LABEL:
        return "this is ";
    default:
        return "";
    }
}

/* "0 angry 1 disgust ...", as far as there is room. */
static void draw_classes(struct browse *b, WINDOW *win, int x)
{
    struct layout_rect r = b->layout.head;
    const struct dataset *ds = b->study->ds;
    for (int c = 0; c < ds->classes && x < r.w - 2; c++) {
        x += style_print(b->style, win, r.y, x, r.w - x, style_role(b->style, STYLE_KEY), "%d", c);
        x += 1 +
             style_print(b->style, win, r.y, x, r.w - x, b->mood[c].ink, " %s", ds->class_name[c]);
    }
}

/* "Training, happy, wrong by most wrong first" */
static void filter_text(const struct browse *b, char *text, size_t size)
{
    text[0] = '\0';
    for (int f = 0; f < BROWSE_FIELDS; f++)
        if (b->list.filter.want[f] >= 0)
            text_add(text, size, "%s%s%s", text[0] != '\0' ? ", " : "",
                     f == BROWSE_PREDICTED ? "taken for " : "",
                     browse_value_name((enum browse_field)f, b->study->ds, b->list.filter.want[f]));
    text_add(text, size, "%s, by %s%s", text[0] != '\0' ? "" : "all",
             browse_sort_names[b->list.sort], b->list.reverse ? ", reversed" : "");
}

void browse_head_draw(struct browse *b, WINDOW *win)
{
    struct layout_rect r = b->layout.head;
    char text[256];
    if (b->asking != BROWSE_ASK_NOTHING && b->asking != BROWSE_ASK_FILTER) {
        int x = style_print(b->style, win, r.y, 1, r.w - 1, style_role(b->style, STYLE_KEY),
                            "%s%s_", question(b), b->answer);
        if (b->asking == BROWSE_ASK_LABEL)
            draw_classes(b, win, x + 3);
        return;
    }
    if (b->trouble[0] != '\0' || b->notice[0] != '\0') {
        bool bad = b->trouble[0] != '\0';
        style_text(b->style, win, r.y, 1, r.w - 1,
                   style_role(b->style, bad ? STYLE_WARN : STYLE_GOOD),
                   bad ? b->trouble : b->notice);
        return;
    }
    filter_text(b, text, sizeof text);
    int x = 1 + style_print(b->style, win, r.y, 1, r.w - 1, style_role(b->style, STYLE_TITLE),
                            "%d of %d%s", b->list.count, b->list.n, b->sheet ? " by class" : "");
    x += 2 +
         style_text(b->style, win, r.y, x + 2, r.w - x - 2, style_role(b->style, STYLE_TEXT), text);
    if (b->stale)
        x += 2 + style_text(b->style, win, r.y, x + 2, r.w - x - 2, style_role(b->style, STYLE_DIM),
                            "a: with newer answers");
}
