/*
 * screen: a terminal without a terminal for tests of widgets: ncurses writes into a file, tests
 * read cells back.
 */
#ifndef TESTS_SCREEN_H
#define TESTS_SCREEN_H

#include "tests/unit/unit.h"

#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <wchar.h>

#include "base/mem.h"
#include "tui/style.h"

struct screen {
    SCREEN *term;
    FILE *out, *in;
    struct style *style;
};

/* A locale with UTF-8 for the whole test program. */
static inline void screen_locale(void)
{
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
        setlocale(LC_CTYPE, "en_US.UTF-8");
    assert_string_equal(nl_langinfo(CODESET), "UTF-8");
    unsetenv("NO_COLOR");
    unsetenv("COLORFGBG");
}

static inline void screen_open(struct screen *t, const char *term, const struct ui_opts *opts,
                               int rows, int cols)
{
    t->out = tmpfile();
    t->in = fopen("/dev/null", "r");
    assert_non_null(t->out);
    assert_non_null(t->in);
    t->term = newterm(term, t->out, t->in);
    assert_non_null(t->term);
    assert_int_equal(resize_term(rows, cols), OK);
    t->style = style_new(opts);
}

static inline void screen_close(struct screen *t)
{
    style_free(t->style);
    endwin();
    delscreen(t->term);
    fclose(t->out);
    fclose(t->in);
}

/* Draws what changed and says how many bytes that took. */
static inline long screen_flush(struct screen *t)
{
    struct stat before, after;
    fstat(fileno(t->out), &before);
    doupdate();
    fflush(t->out);
    fstat(fileno(t->out), &after);
    return (long)(after.st_size - before.st_size);
}

/* Character, attributes and pair of a cell. */
static inline wchar_t screen_cell(WINDOW *win, int y, int x, attr_t *attr, int *pair)
{
    cchar_t c;
    wchar_t text[CCHARW_MAX + 1] = L"";
    attr_t a;
    short narrow;
    int wide = 0;
    assert_int_equal(mvwin_wch(win, y, x, &c), OK);
    assert_int_equal(getcchar(&c, text, &a, &narrow, &wide), OK);
    if (attr != NULL)
        *attr = a & ~A_COLOR;
    if (pair != NULL)
        *pair = wide;
    return text[0];
}

/* The window's text as UTF-8, a line each, blanks at the ends of lines cut; in a static buffer. */
static inline const char *screen_text(WINDOW *win)
{
    static char text[300 * 200 * 4];
    int rows, cols;
    size_t n = 0, end = 0;
    getmaxyx(win, rows, cols);
    for (int y = 0; y < rows; y++) {
        for (int x = 0; x < cols; x++) {
            wchar_t ch = screen_cell(win, y, x, NULL, NULL);
            n += (size_t)wctomb(text + n, ch);
            if (ch != L' ')
                end = n;
        }
        n = end;
        text[n++] = '\n';
        end = n;
    }
    text[n] = '\0';
    return text;
}

#define GUARD L'~'

/* Whether (y, x) lies in the ring of two cells around a window of h x w at (2, 2) of a pad. */
static inline bool screen_on_ring(int y, int x, int h, int w)
{
    return y < 2 || y >= h + 2 || x < 2 || x >= w + 2;
}

/* Draws a ring of guards around the window. */
static inline void screen_guard(WINDOW *all, int h, int w)
{
    struct ink plain = {A_NORMAL, 0};
    for (int y = 0; y < h + 4; y++) {
        for (int x = 0; x < w + 4; x++) {
            if (screen_on_ring(y, x, h, w))
                style_put(all, y, x, GUARD, plain);
        }
    }
}

/* Asserts that the guards still stand. */
static inline void screen_check_guard(WINDOW *all, int h, int w)
{
    for (int y = 0; y < h + 4; y++) {
        for (int x = 0; x < w + 4; x++) {
            if (screen_on_ring(y, x, h, w) && screen_cell(all, y, x, NULL, NULL) != GUARD)
                fail_msg("a window of %dx%d was left, at line %d, column %d", w, h, y - 2, x - 2);
        }
    }
}

/* Calls draw(win, ctx) with windows of every small size and a sample of larger ones up to 60 lines
 * of 200, in a ring of guards. */
static inline void screen_all_sizes(void (*draw)(WINDOW *win, void *ctx), void *ctx)
{
    WINDOW *all = newpad(64, 204);
    assert_non_null(all);
    for (int h = 1; h <= 60; h += h < 14 ? 1 : 23) {
        for (int w = 1; w <= 200; w += w < 41 ? 1 : 53) {
            screen_guard(all, h, w);
            WINDOW *win = subpad(all, h, w, 2, 2);
            assert_non_null(win);
            draw(win, ctx);
            screen_check_guard(all, h, w);
            delwin(win);
        }
    }
    delwin(all);
}

#endif
