/*
 * style: see style.h. UI thread; the pair cache is the only state, and ncurses has it too.
 *
 * Pairs are handed out from 1 up. When a terminal has no more of them, the one that no drawing
 * used lately is given a new pair of colours; pairs of roles and moods are never taken back.
 */
#include "tui/style.h"

#include <assert.h>
#include <langinfo.h>
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tui/style_pairs.h"

int style_depth(enum ui_color wanted, const char *no_color, int terminal_colors)
{
    int have = terminal_colors >= STYLE_DIRECT ? STYLE_DIRECT
               : terminal_colors >= 256        ? 256
               : terminal_colors >= 16         ? 16
               : terminal_colors >= 8          ? 8
                                               : 0;
    switch (wanted) {
    case UI_COLOR_NEVER:
        return 0;
    case UI_COLOR_AUTO:
        return no_color != NULL && no_color[0] != '\0' ? 0 : have;
    case UI_COLOR_16: /* where numbers are RGB only 0-7 still mean ANSI colours */
        return have == STYLE_DIRECT ? 8 : have > 16 ? 16 : have;
    case UI_COLOR_256:
    case UI_COLOR_DIRECT:
        break;
    }
    return have;
}

/* COLORFGBG is "foreground;background" or "fg;other;bg" in ANSI numbers (rxvt, konsole). */
static bool background_light(const char *colorfgbg)
{
    const char *bg = colorfgbg != NULL ? strrchr(colorfgbg, ';') : NULL;
    return bg != NULL && (strcmp(bg, ";7") == 0 || strcmp(bg, ";15") == 0);
}

/* Contrast of the 256-colour choices is at least 3:1 on black and on white. */
static const struct role_look {
    int color256, color16; /* foreground */
    attr_t attr, mono;     /* with colours; without */
} look[STYLE_ROLES] = {
    [STYLE_TEXT] = {-1, -1, A_NORMAL, A_NORMAL},
    [STYLE_DIM] = {244, -1, A_NORMAL, A_NORMAL},
    [STYLE_TITLE] = {-1, -1, A_BOLD, A_BOLD},
    [STYLE_BORDER] = {244, -1, A_NORMAL, A_NORMAL},
    [STYLE_STATUS] = {-1, -1, A_REVERSE, A_REVERSE},
    [STYLE_HINT] = {244, -1, A_NORMAL, A_NORMAL},
    [STYLE_KEY] = {-1, -1, A_BOLD, A_BOLD},
    [STYLE_SELECTED] = {-1, -1, A_REVERSE, A_REVERSE},
    [STYLE_WARN] = {196, 1, A_BOLD, A_BOLD},
    [STYLE_GOOD] = {28, 2, A_NORMAL, A_NORMAL},
};

int style_color(const struct style *s, int color256, int color16)
{
    static const uint8_t level[] = {0, 95, 135, 175, 215, 255};
    if (s->colors == 0 || color256 < 0)
        return STYLE_DEFAULT;
    if (s->colors < 256)
        return color16;
    if (s->colors == 256)
        return color256;
    if (color256 >= 232)
        return style_grey(s, 8 + 10 * (color256 - 232));
    int c = color256 - 16;
    return style_rgb(s, level[c / 36], level[c / 6 % 6], level[c % 6]);
}

static void make_roles(struct style *s)
{
    for (int i = 0; i < STYLE_ROLES; i++) {
        int fg = style_color(s, look[i].color256, look[i].color16);
        attr_t attr = s->colors > 0 ? look[i].attr : look[i].mono;
        s->role[i] = style_ink_kept(s, fg, STYLE_DEFAULT, attr);
    }
}

struct style *style_new(const struct ui_opts *opts)
{
    struct style *s = mem_zalloc(1, sizeof *s);
    bool colors = has_colors() && start_color() == OK;
    s->utf8 = !opts->ascii && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    s->colors = style_depth(opts->color, getenv("NO_COLOR"), colors ? COLORS : 0);
    s->light = background_light(getenv("COLORFGBG"));
    bool defaults = colors && use_default_colors() == OK;
    if (s->colors > 0)
        s->pairs = style_pairs_new(COLOR_PAIRS, defaults);
    make_roles(s);
    return s;
}

void style_free(struct style *s)
{
    if (s != NULL)
        style_pairs_free(s->pairs);
    free(s);
}

void style_tick(const struct style *s)
{
    if (s->pairs != NULL)
        style_pairs_tick(s->pairs);
}

struct ink style_role(const struct style *s, enum style_role role)
{
    return s->role[role];
}

/* An ink as the terminal's depth has it; kept = its pair is never given away. */
static struct ink make_ink(const struct style *s, int fg, int bg, attr_t attr, bool kept)
{
    if (s->colors == 0)
        return (struct ink){attr, 0};
    if (s->colors == 8 && fg >= 8) {
        attr |= A_BOLD;
        fg -= 8;
    }
    if (s->colors == 8 && bg >= 8)
        bg = bg == 8 ? 0 : bg - 8;
    return (struct ink){attr, style_pairs_get(s->pairs, fg, bg, kept)};
}

struct ink style_ink(const struct style *s, int fg, int bg, attr_t attr)
{
    return make_ink(s, fg, bg, attr, false);
}

struct ink style_ink_kept(const struct style *s, int fg, int bg, attr_t attr)
{
    return make_ink(s, fg, bg, attr, true);
}

/* Direct colours keep five bits a channel, which saves pairs; 0-7 would mean ANSI colours. */
static int direct(int r, int g, int b)
{
    int v = (r & 0xf8) << 16 | (g & 0xf8) << 8 | (b & 0xf8);
    return v < 8 ? 8 : v;
}

int style_grey(const struct style *s, int level)
{
    assert(level >= 0 && level <= 255);
    if (s->colors == 0)
        return STYLE_DEFAULT;
    if (s->colors == STYLE_DIRECT)
        return direct(level, level, level);
    if (s->colors == 256) { /* 232..255 are 8, 18 .. 238; 16 is black, 231 white */
        int step = level < 8 ? 0 : level > 238 ? 23 : (level - 3) / 10;
        return level < 4 ? 16 : level >= 247 ? 231 : 232 + step;
    }
    if (s->colors == 16)
        return (const int[]){0, 8, 7, 15}[(level + 42) / 85];
    return level < 128 ? 0 : 7;
}

static int square(int x)
{
    return x * x;
}

/* The nearest colour of the 6x6x6 cube or the grey ramp. */
static int nearest256(const struct style *s, int r, int g, int b)
{
    static const uint8_t level[] = {0, 95, 135, 175, 215, 255};
    int rgb[] = {r, g, b}, cube = 0, cube_off = 0;
    for (int i = 0; i < 3; i++) {
        int k = rgb[i] < 48 ? 0 : rgb[i] < 115 ? 1 : (rgb[i] - 35) / 40;
        cube = cube * 6 + k;
        cube_off += square(level[k] - rgb[i]);
    }
    int grey = style_grey(s, (r + g + b) / 3);
    int y = grey == 16 ? 0 : grey == 231 ? 255 : 8 + 10 * (grey - 232);
    int grey_off = square(y - r) + square(y - g) + square(y - b);
    return grey_off < cube_off ? grey : 16 + cube;
}

/* The nearest of the first n ANSI colours, as xterm draws them. */
static int nearest_ansi(int n, int r, int g, int b)
{
    int best = 0, best_off = INT32_MAX;
    for (int i = 0; i < n; i++) {
        int on = i < 8 ? 205 : 255, off = i < 8 ? 0 : 92;
        int cr = i & 1 ? on : off, cg = i & 2 ? on : off, cb = i & 4 ? on : off;
        if (i == 8)
            cr = cg = cb = 127;
        int d = square(cr - r) + square(cg - g) + square(cb - b);
        if (d < best_off) {
            best = i;
            best_off = d;
        }
    }
    return best;
}

int style_rgb(const struct style *s, int r, int g, int b)
{
    assert(r >= 0 && r <= 255 && g >= 0 && g <= 255 && b >= 0 && b <= 255);
    if (s->colors == 0)
        return STYLE_DEFAULT;
    if (s->colors == STYLE_DIRECT)
        return direct(r, g, b);
    return s->colors == 256 ? nearest256(s, r, g, b) : nearest_ansi(s->colors, r, g, b);
}
