/* style_text: characters, text and lines in a window; see style.h. UI thread, no state. */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <wchar.h>

#include "tui/style.h"

void style_put(WINDOW *win, int y, int x, wchar_t ch, struct ink ink)
{
    int rows, cols;
    getmaxyx(win, rows, cols);
    if (y < 0 || x < 0 || y >= rows || x >= cols)
        return;
    cchar_t cell;
    wchar_t text[2] = {ch, L'\0'};
    /* The pair goes through the last argument as an int: the third-last one is only a short. */
    if (setcchar(&cell, text, ink.attr, 0, &ink.pair) == OK)
        mvwadd_wch(win, y, x, &cell); /* ERR in the last cell, though it is drawn */
}

/* Takes one character from *at; damaged UTF-8 (RFC 3629) counts as '?', one byte at a time. */
static wchar_t next_char(const char **at)
{
    const unsigned char *s = (const unsigned char *)*at;
    int more = s[0] < 0x80                   ? 0
               : s[0] >= 0xc2 && s[0] < 0xe0 ? 1
               : (s[0] & 0xf0) == 0xe0       ? 2
               : s[0] >= 0xf0 && s[0] < 0xf5 ? 3
                                             : -1;
    uint32_t c = more == 0 ? s[0] : more > 0 ? s[0] & (0x3fu >> more) : '?';
    for (int i = 1; i <= more; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            more = -1;
            break;
        }
        c = c << 6 | (s[i] & 0x3f);
    }
    bool bad = more < 0 || (more == 2 && (c < 0x800 || (c >= 0xd800 && c < 0xe000))) ||
               (more == 3 && (c < 0x10000 || c > 0x10ffff));
    *at += bad ? 1 : more + 1;
    return bad ? L'?' : (wchar_t)c;
}

/* The character as it may be shown, and how many columns it takes. */
static wchar_t show_char(const struct style *s, wchar_t c, int *width)
{
    *width = 1;
    if (c >= ' ' && c < 127)
        return c;
    int w = c > 0x9f && s->utf8 ? wcwidth(c) : -1;
    if (w < 0)
        return L'?';
    *width = w;
    return c;
}

static int text_width(const struct style *s, const char *text)
{
    int sum = 0, w;
    while (*text != '\0') {
        show_char(s, next_char(&text), &w);
        sum += w;
    }
    return sum;
}

int style_text(const struct style *s, WINDOW *win, int y, int x, int width, struct ink ink,
               const char *text)
{
    int cols = getmaxx(win), used = 0, w;
    if (width > cols - x)
        width = cols - x;
    if (width <= 0)
        return 0;
    int room = text_width(s, text) > width ? width - 1 : width; /* a cut leaves room for its mark */
    while (*text != '\0') {
        wchar_t c = show_char(s, next_char(&text), &w);
        if (used + w > room)
            break;
        if (w > 0) /* combining marks are left out */
            style_put(win, y, x + used, c, ink);
        used += w;
    }
    if (room < width)
        style_put(win, y, x + used++, s->utf8 ? L'…' : L'~', ink);
    return used;
}

int style_print(const struct style *s, WINDOW *win, int y, int x, int width, struct ink ink,
                const char *fmt, ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return style_text(s, win, y, x, width, ink, text);
}

void style_box(const struct style *s, WINDOW *win, int y, int x, int rows, int cols, struct ink ink)
{
    const wchar_t *line = s->utf8 ? L"─│┌┐└┘" : L"-|++++";
    int bottom = y + rows - 1, right = x + cols - 1;
    if (rows < 1 || cols < 1)
        return;
    for (int i = x + 1; i < right; i++) {
        style_put(win, y, i, line[0], ink);
        style_put(win, bottom, i, line[0], ink);
    }
    for (int i = y + 1; i < bottom; i++) {
        style_put(win, i, x, line[1], ink);
        style_put(win, i, right, line[1], ink);
    }
    style_put(win, y, x, line[2], ink);
    style_put(win, y, right, line[3], ink);
    style_put(win, bottom, x, line[4], ink);
    style_put(win, bottom, right, line[5], ink);
}
