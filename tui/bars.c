/* bars: see bars.h. UI thread; stateless. */
#include "tui/bars.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

enum {
    PERCENT = 4,   /* "100%" */
    BAR_LEAST = 8, /* a bar this long goes before the full label */
};

/* Columns of the parts of a line; 0 = left out. */
struct layout {
    int label, bar, percent;
};

static float clamped(float v)
{
    return v > 0 ? v < 1 ? v : 1 : 0; /* NAN gives 0 */
}

static struct layout lay_out(const struct bar *bars, int count, int cols)
{
    int longest = 1;
    for (int i = 0; i < count; i++) {
        int n = (int)strlen(bars[i].label);
        longest = n > longest ? n : longest;
    }
    if (cols >= longest + 1 + BAR_LEAST + 1 + PERCENT)
        return (struct layout){longest, cols - longest - 2 - PERCENT, PERCENT};
    if (cols >= 10)
        return (struct layout){1, cols - 3 - PERCENT, PERCENT};
    return (struct layout){1, 0, cols >= 1 + PERCENT ? PERCENT : 0};
}

static int largest(const struct bar *bars, int count)
{
    int top = 0;
    for (int i = 1; i < count; i++) {
        if (clamped(bars[i].value) > clamped(bars[top].value))
            top = i;
    }
    return top;
}

/* Marks the `rows` largest in shown. */
static void choose(const struct bar *bars, int count, int rows, bool *shown)
{
    memset(shown, 0, (size_t)count * sizeof *shown);
    for (int n = 0; n < rows && n < count; n++) {
        int best = -1;
        for (int i = 0; i < count; i++) {
            if (!shown[i] && (best < 0 || clamped(bars[i].value) > clamped(bars[best].value)))
                best = i;
        }
        shown[best] = true;
    }
}

/* The bar itself: full cells, one that is filled by eighths, and the mark of the raw value. */
static void draw_length(const struct style *s, WINDOW *win, int y, int x, int width,
                        const struct bar *b, struct ink ink)
{
    int eighths = (int)lroundf(clamped(b->value) * (float)(8 * width));
    int steps = s->utf8 ? eighths : (eighths + 4) / 8 * 8;
    for (int i = 0; i < width; i++) {
        int fill = steps - 8 * i;
        wchar_t ch = L' ';
        if (fill > 0)
            ch = !s->utf8 ? L'#' : L"▏▎▍▌▋▊▉█"[(fill < 8 ? fill : 8) - 1];
        style_put(win, y, x + i, ch, ink);
    }
    if (isnan(b->raw))
        return;
    int at = (int)(clamped(b->raw) * (float)width);
    at = at < width ? at : width - 1;
    struct ink mark = ink;
    if (s->utf8 && steps - 8 * at >= 4) /* on the bar: a line cut out of it */
        mark.attr |= A_REVERSE;
    style_put(win, y, x + at, s->utf8 ? L'│' : L'|', mark);
}

static void draw_line(const struct style *s, WINDOW *win, int y, const struct layout *l,
                      const struct bar *b, bool bold)
{
    struct ink ink = b->ink;
    ink.attr |= bold ? A_BOLD : A_NORMAL;
    if (l->label > 1)
        style_text(s, win, y, 0, l->label, ink, b->label);
    else
        style_put(win, y, 0, (wchar_t)(unsigned char)b->letter, ink);
    if (l->bar > 0)
        draw_length(s, win, y, l->label + 1, l->bar, b, ink);
    if (l->percent > 0) {
        int x = getmaxx(win) - PERCENT;
        style_print(s, win, y, x, PERCENT, ink, "%3.0f%%", 100.0 * (double)clamped(b->value));
    }
}

void bars_draw(const struct style *s, WINDOW *win, const struct bar *bars, int count)
{
    bool shown[BARS_MAX];
    int rows, cols, y = 0;
    assert(count >= 0 && count <= BARS_MAX);
    getmaxyx(win, rows, cols);
    werase(win);
    if (count == 0)
        return;
    struct layout l = lay_out(bars, count, cols);
    int top = largest(bars, count);
    choose(bars, count, rows, shown);
    for (int i = 0; i < count; i++) {
        if (shown[i])
            draw_line(s, win, y++, &l, &bars[i], i == top);
    }
}
