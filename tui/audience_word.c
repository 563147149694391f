/* audience_word: see audience.h. The letters are those of marked pictures (vision/font.h), each of
 * their pixels a block of cells. */
#include <stdio.h>
#include <string.h>

#include "tui/audience.h"
#include "vision/font.h"

enum { STEP = FONT_WIDTH + 1 }; /* pixels from one letter to the next */

/* What most faces show, those that are not sure left out; -1 = none. *count: how many. */
static int common_mood(const struct audience *a, int *count)
{
    int n[SCENE_CLASSES_MAX] = {0}, best = -1;
    for (int i = 0; i < a->scene->faces; i++)
        n[a->scene->face[i].mood] += a->scene->face[i].sure;
    for (int c = 0; c < a->classes; c++) {
        if (n[c] > 0 && (best < 0 || n[c] > n[best]))
            best = c;
    }
    *count = best >= 0 ? n[best] : 0;
    return best;
}

/* One letter; each pixel is wide x high cells. */
static void draw_letter(const struct style *s, WINDOW *win, int y, int x, int wide, int high,
                        char c, struct ink ink)
{
    const uint8_t *rows = font_rows(c);
    for (int v = 0; v < FONT_HEIGHT * high; v++) {
        for (int u = 0; u < FONT_WIDTH * wide; u++) {
            if (rows[v / high] >> (FONT_WIDTH - 1 - u / wide) & 1)
                style_put(win, y + v, x + u, s->utf8 ? L'█' : L'#', ink);
        }
    }
}

/* The word in the middle, as large as it fits; returns the row below it. */
static int draw_word(const struct style *s, WINDOW *win, const char *word, struct ink ink)
{
    int rows = getmaxy(win), cols = getmaxx(win), n = (int)strlen(word);
    int pixels = n * STEP - 1;
    int high = (rows - 4) / FONT_HEIGHT, wide = pixels > 0 ? (cols - 2) / pixels : 0;
    high = high * 2 < wide ? high : (wide + 1) / 2; /* a cell is twice as high as wide */
    wide = 2 * high < wide ? 2 * high : wide;
    if (high < 1 || wide < 1) {
        int x = (cols - n) / 2;
        style_text(s, win, rows / 2, x > 0 ? x : 0, cols, ink, word);
        return rows / 2 + 2;
    }
    int y = (rows - 2 - high * FONT_HEIGHT) / 2, x = (cols - wide * pixels) / 2;
    for (int i = 0; i < n; i++)
        draw_letter(s, win, y, x + i * STEP * wide, wide, high, word[i], ink);
    return y + high * FONT_HEIGHT + 1;
}

void audience_word(const struct style *s, WINDOW *win, const struct audience *a)
{
    int count, mood = common_mood(a, &count), faces = a->scene->faces;
    const char *word = !a->watched  ? "wait"
                       : faces == 0 ? "nobody"
                       : mood < 0   ? "not sure"
                                    : a->mood[mood].name;
    struct ink ink = mood >= 0 ? a->mood[mood].ink : style_role(s, STYLE_DIM);
    int y = draw_word(s, win, word, ink);
    char text[96] = "";
    double mean = 0, spread = 0;
    if (mood >= 0)
        tally_now(a->scene, mood, &mean, &spread);
    if (mood >= 0 && faces > 1)
        snprintf(text, sizeof text, "%d of %d faces, %.0f%% on average", count, faces, 100 * mean);
    else if (mood >= 0)
        snprintf(text, sizeof text, "%.0f%%", 100 * mean);
    int x = (getmaxx(win) - (int)strlen(text)) / 2;
    style_text(s, win, y, x > 0 ? x : 0, getmaxx(win), style_role(s, STYLE_TEXT), text);
    wmove(win, y < getmaxy(win) ? y : getmaxy(win) - 1, x > 0 ? x : 0);
}
