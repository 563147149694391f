/*
 * style: what the terminal can show, and how moodtop looks on it: colours, moods, text in a cell.
 *
 * One struct style is made after newterm() and handed to every widget; UI thread alone. Colours
 * are the terminal's own numbers, STYLE_DEFAULT being its default foreground or background;
 * without colours every ink falls back to bold, dim and reverse, so no caller asks.
 */
#ifndef TUI_STYLE_H
#define TUI_STYLE_H

#include <curses.h>
#include <stdbool.h>

#include "config/opts.h"

#define STYLE_DEFAULT (-1)
#define STYLE_DIRECT (1 << 24) /* style->colors where a colour number is 0xRRGGBB */

/* How a cell is inked; {0, 0} is plain text. */
struct ink {
    attr_t attr;
    int pair;
};

enum style_role {
    STYLE_TEXT,
    STYLE_DIM,      /* axes, units, what matters less */
    STYLE_TITLE,    /* of a pane */
    STYLE_BORDER,   /* lines between panes */
    STYLE_STATUS,   /* the status line */
    STYLE_HINT,     /* the key line at the bottom */
    STYLE_KEY,      /* the keys in it */
    STYLE_SELECTED, /* the chosen row */
    STYLE_WARN,     /* something is lost or slow */
    STYLE_GOOD,
    STYLE_ROLES
};

/* Everyone but style.c only reads it. */
struct style {
    bool utf8;  /* characters beyond ASCII may be drawn */
    int colors; /* 0, 8, 16, 256 or STYLE_DIRECT */
    bool light; /* the terminal says (COLORFGBG) that its background is light */
    struct ink role[STYLE_ROLES];
    struct style_pairs *pairs; /* the cache of colour pairs */
};

/* How a class is shown. */
struct style_mood {
    char letter;   /* unique among the classes it was made with */
    char name[10]; /* short, without blanks: "happy" */
    int color;     /* foreground, STYLE_DEFAULT for neutral and without colours */
    struct ink ink;
};

/* style->colors for a terminal with that many colours (0 = none). An explicit option beats NO_COLOR
 * (no_color; NULL or "" = not set), nothing beats the terminal. */
int style_depth(enum ui_color wanted, const char *no_color, int terminal_colors);

/* Looks at terminal, locale and environment, starts ncurses' colours. Call it after newterm() and
 * setlocale(); opts is not kept. */
struct style *style_new(const struct ui_opts *opts);
void style_free(struct style *s);

/* A new drawing begins: pairs that neither it nor the one before uses may be given away. */
void style_tick(const struct style *s);

struct ink style_role(const struct style *s, enum style_role role);

/* An ink of two colours, e.g. of style_grey or style_rgb; equal arguments give equal inks. On 8
 * colours a bright foreground becomes bold. {attr, 0} without colours. */
struct ink style_ink(const struct style *s, int fg, int bg, attr_t attr);

/* The colour number nearest to a grey level (0..255) or to an sRGB colour: the 24-step ramp and
 * the 6x6x6 cube of xterm-256, the number itself where colours are direct, else the ANSI colours.
 * STYLE_DEFAULT without colours. */
int style_grey(const struct style *s, int level);
int style_rgb(const struct style *s, int r, int g, int b);

/* Letters, short names and inks for n classes; labels as in labels.txt. Unknown labels get a
 * letter of theirs (or a digit) that is still free. */
void style_moods(const struct style *s, const char *const *labels, int n, struct style_mood *out);

/* Puts one character; outside the window nothing happens. */
void style_put(WINDOW *win, int y, int x, wchar_t ch, struct ink ink);

/* Writes UTF-8 text into at most width columns, clipped to the window; returns the columns used.
 * Text that is cut ends with a mark; control characters, damaged UTF-8 and, in ASCII mode, all
 * beyond ASCII come out as '?', so text of any origin is safe. */
int style_text(const struct style *s, WINDOW *win, int y, int x, int width, struct ink ink,
               const char *text);
int style_print(const struct style *s, WINDOW *win, int y, int x, int width, struct ink ink,
                const char *fmt, ...) __attribute__((format(printf, 7, 8)));

/* Draws a rectangle of lines (+ - | in ASCII) of rows x cols cells, clipped to the window. */
void style_box(const struct style *s, WINDOW *win, int y, int x, int rows, int cols,
               struct ink ink);

#endif
