/* snapshot: see snapshot.h. */
#include "tui/snapshot.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#include "base/file.h"
#include "base/mem.h"

enum { CELL_ROOM = 96, NAMES_MAX = 999 }; /* bytes of a cell with all its colours */

struct snapshot {
    char *text;
    size_t used, room;
    bool direct;
    attr_t attr; /* of the last cell that was written */
    int pair;
};

static void add(struct snapshot *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add(struct snapshot *s, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(s->text + s->used, s->room - s->used, fmt, ap);
    va_end(ap);
    s->used += n > 0 && (size_t)n < s->room - s->used ? (size_t)n : 0;
}

/* "38;5;9", "48;2;255;0;0"; nothing for the terminal's own. */
static void add_color(struct snapshot *s, int ground, int color)
{
    if (color < 0)
        return;
    if (s->direct)
        add(s, ";%d;2;%d;%d;%d", ground, color >> 16 & 255, color >> 8 & 255, color & 255);
    else
        add(s, ";%d;5;%d", ground, color);
}

static void add_ink(struct snapshot *s, attr_t attr, int pair)
{
    static const struct {
        attr_t attr;
        int code;
    } codes[] = {{A_BOLD, 1}, {A_DIM, 2}, {A_UNDERLINE, 4}, {A_REVERSE, 7}};
    int fg = -1, bg = -1;
    attr &= A_ATTRIBUTES & ~(attr_t)A_COLOR;
    if (attr == s->attr && pair == s->pair)
        return;
    s->attr = attr;
    s->pair = pair;
    add(s, "\033[0");
    for (size_t i = 0; i < MEM_COUNT(codes); i++)
        if (attr & codes[i].attr)
            add(s, ";%d", codes[i].code);
    if (pair != 0 && extended_pair_content(pair, &fg, &bg) == OK) {
        add_color(s, 38, fg);
        add_color(s, 48, bg);
    }
    add(s, "m");
}

static void add_char(struct snapshot *s, const wchar_t *text)
{
    char bytes[MB_LEN_MAX];
    for (int i = 0; i < CCHARW_MAX && text[i] != L'\0'; i++) {
        mbstate_t state = {0};
        size_t n = wcrtomb(bytes, text[i], &state);
        if (n == (size_t)-1 || text[i] < L' ')
            add(s, "?");
        else
            add(s, "%.*s", (int)n, bytes);
    }
}

static void add_row(struct snapshot *s, WINDOW *win, int y, bool ansi)
{
    int cols = getmaxx(win);
    size_t start = s->used;
    for (int x = 0; x < cols; x++) {
        cchar_t cell;
        wchar_t text[CCHARW_MAX + 1] = L" ";
        attr_t attr = 0;
        short old;
        int pair = 0;
        if (mvwin_wch(win, y, x, &cell) != OK || getcchar(&cell, text, &attr, &old, &pair) != OK)
            continue;
        if (ansi)
            add_ink(s, attr, pair);
        add_char(s, text);
    }
    while (!ansi && s->used > start && s->text[s->used - 1] == ' ')
        s->used--;
    if (ansi)
        add_ink(s, 0, 0);
    add(s, "\n");
}

static void choose_name(char *path, size_t size, const char *end)
{
    char stem[64];
    time_t now = time(NULL);
    struct tm tm;
    localtime_r(&now, &tm);
    strftime(stem, sizeof stem, "moodtop-%Y%m%d-%H%M%S", &tm);
    snprintf(path, size, "%s.%s", stem, end);
    for (int i = 2; i <= NAMES_MAX && file_exists(path); i++)
        snprintf(path, size, "%s-%d.%s", stem, i, end);
}

int snapshot_write(WINDOW *win, bool ansi, bool direct, char *path, size_t size, struct err *err)
{
    int rows = getmaxy(win), cols = getmaxx(win), y, x;
    struct snapshot s = {.direct = direct};
    s.room = (size_t)rows * ((size_t)cols * CELL_ROOM + CELL_ROOM) + 1;
    s.text = mem_alloc(s.room);
    getyx(win, y, x);
    for (int row = 0; row < rows; row++)
        add_row(&s, win, row, ansi);
    wmove(win, y, x);
    choose_name(path, size, ansi ? "ans" : "txt");
    int status = file_write_atomic(path, s.text, s.used, err);
    free(s.text);
    return status;
}
