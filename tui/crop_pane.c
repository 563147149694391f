/* crop_pane: see crop_pane.h. A cell shows two pixels, one above the other; where there is no room
 * for all of them, their means. */
#include "tui/crop_pane.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    WORDS = 3,        /* rows of text below the pictures */
    SIDE_LEAST = 12,  /* columns of a picture that says something */
    RAMP_COLORS = 16, /* fewer colours than this: characters of a ramp instead of half blocks */
};

/* The mean of pixels of one cell of a grid of rows x cols, 0..255. */
static int mean_of(const struct seen *seen, const float *x, int rows, int cols, int row, int col)
{
    int top = row * seen->height / rows, lower = (row + 1) * seen->height / rows;
    int left = col * seen->width / cols, right = (col + 1) * seen->width / cols;
    lower = lower > top ? lower : top + 1;
    right = right > left ? right : left + 1;
    float sum = 0;
    for (int y = top; y < lower; y++) {
        for (int k = left; k < right; k++)
            sum += x[y * seen->width + k];
    }
    int level = (int)lrintf(sum / (float)((lower - top) * (right - left)));
    return level < 0 ? 0 : level > 255 ? 255 : level;
}

static wchar_t ramp_of(const struct style *s, int level)
{
    static const wchar_t ramp[] = L" .:-=+*#%@";
    level = s->colors == 0 && s->light ? 255 - level : level;
    return ramp[level * 10 / 256];
}

/* Draws a crop into cols columns and cols / 2 rows at (0, x). */
static void draw_crop(const struct style *s, WINDOW *win, int x, int cols, const struct seen *seen,
                      const float *pixels)
{
    bool half = s->utf8 && s->colors > RAMP_COLORS;
    for (int y = 0; y < cols / 2; y++) {
        for (int i = 0; i < cols; i++) {
            int upper = mean_of(seen, pixels, cols, cols, 2 * y, i);
            int lower = mean_of(seen, pixels, cols, cols, 2 * y + 1, i);
            if (half)
                style_put(win, y, x + i, L'▀',
                          style_ink(s, style_grey(s, upper), style_grey(s, lower), A_NORMAL));
            else
                style_put(win, y, x + i, ramp_of(s, (upper + lower) / 2),
                          style_role(s, STYLE_TEXT));
        }
    }
}

/* Columns of a picture: as many as fit, none of a fraction of pixels where all fit. */
static int columns_of(const struct seen *seen, int rows, int cols)
{
    int most = cols < 2 * rows ? cols : 2 * rows;
    if (most >= seen->width)
        most = most / seen->width * seen->width;
    return most & ~1;
}

static int best_of(const float *p, int n)
{
    int best = 0;
    for (int i = 1; i < n; i++)
        best = p[i] > p[best] ? i : best;
    return best;
}

/* Below a picture: how it was cut, and what the network says to it. */
static void draw_words(const struct style *s, WINDOW *win, int y, int x, int cols,
                       const struct seen *seen, const struct seen_crop *crop, bool align,
                       const struct style_mood *moods)
{
    int mood = best_of(crop->p, seen->classes);
    style_print(s, win, y, x, cols, style_role(s, STYLE_DIM), "%s",
                align && seen->posed ? "by the eyes"
                : align              ? "no eyes found"
                                     : "as found");
    style_print(s, win, y + 1, x, cols, moods[mood].ink, "%s %.0f%%", moods[mood].name,
                100 * (double)crop->p[mood]);
}

void crop_pane_draw(const struct style *s, WINDOW *win, const struct seen *seen,
                    const struct style_mood *moods)
{
    int rows, cols;
    getmaxyx(win, rows, cols);
    werase(win);
    if (seen->id == 0) {
        style_text(s, win, 0, 0, cols, style_role(s, STYLE_DIM), "no face");
        return;
    }
    int picture_rows = rows > WORDS + SIDE_LEAST / 2 ? rows - WORDS : rows;
    bool both = seen->posed && cols > 2 * SIDE_LEAST;
    int side = columns_of(seen, picture_rows, both ? (cols - 1) / 2 : cols);
    if (side < 2)
        return;
    draw_crop(s, win, 0, side, seen, seen->used.x);
    if (both)
        draw_crop(s, win, side + 1, side, seen, seen->other.x);
    if (picture_rows == rows)
        return;
    int y = side / 2, second = side + 1;
    draw_words(s, win, y, 0, both ? side : cols, seen, &seen->used, seen->how.align, moods);
    if (both)
        draw_words(s, win, y, second, cols - second, seen, &seen->other, !seen->how.align, moods);
    style_print(s, win, y + 2, 0, cols, style_role(s, STYLE_DIM),
                "margin %+.0f%%  offset %+.0f,%+.0f%%", 100 * seen->how.margin, 100 * seen->how.dx,
                100 * seen->how.dy);
}
