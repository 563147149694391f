/* Tests of tui/ascii.c: what libcaca's art costs from picture to picture, and that it follows. */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "base/mem.h"
#include "tui/render.h"

enum { HIGH = 20, WIDE = 60, CELLS = HIGH * WIDE };

static const struct style style = {.utf8 = true, .colors = 256};

/* A slope of light with a bright box at column x. */
static void paint(uint8_t *grey, int x, int light)
{
    for (int i = 0; i < CELLS; i++) {
        int at = i % WIDE, row = i / WIDE;
        bool inside = at >= x && at < x + 12 && row >= 4 && row < 14;
        grey[i] = (uint8_t)(inside ? 230 - at : at * 3 + row + light);
    }
}

static void draw(void *state, const uint8_t *grey, struct glyph *out)
{
    struct raster in = {HIGH, WIDE, grey, NULL};
    renderer_caca.draw(state, &style, &in, out);
}

/* The light of a cell: the share of ink between the lights of its two colours. */
static double light_of(const struct glyph *g)
{
    static const double level[16] = {[0] = 0, [8] = 107, [7] = 216, [15] = 255};
    double ink = g->ch == L' ' ? 0 : g->ch == L'░' ? 0.25 : g->ch == L'▒' ? 0.5 : 0.1;
    return level[g->bg] + ink * (level[g->fg] - level[g->bg]);
}

/* The mean light of 5 x 5 cells, which diffusion makes right where one cell is not. */
static double light_around(const struct glyph *g, int row, int col)
{
    double sum = 0;
    for (int y = row; y < row + 5; y++) {
        for (int x = col; x < col + 5; x++)
            sum += light_of(&g[y * WIDE + x]);
    }
    return sum / 25;
}

static int changes(const struct glyph *a, const struct glyph *b, int col, int cols)
{
    int n = 0;
    for (int i = 0; i < CELLS; i++) {
        bool same = a[i].ch == b[i].ch && a[i].fg == b[i].fg && a[i].bg == b[i].bg;
        n += i % WIDE >= col && i % WIDE < col + cols && !same;
    }
    return n;
}

static void what_did_not_change_is_not_drawn_anew(void **state)
{
    (void)state;
    static uint8_t grey[CELLS];
    static struct glyph before[CELLS], after[CELLS];
    void *art = renderer_caca.open(&style);
    paint(grey, 3, 0);
    draw(art, grey, before);
    paint(grey, 9, 0); /* diffusion carries that to the right and down */
    draw(art, grey, after);
    assert_in_range(changes(before, after, 3, 18), 40, CELLS);
    assert_int_equal(changes(before, after, 22, WIDE - 22), 0);
    paint(grey, 9, 3); /* a light that hardly changes is no reason either */
    draw(art, grey, before);
    assert_int_equal(changes(before, after, 22, WIDE - 22), 0);
    renderer_caca.close(art);
}

/* However it came about, the picture is as light as the one that is drawn from nothing. */
static void the_light_follows_without_a_trace(void **state)
{
    (void)state;
    static uint8_t grey[CELLS];
    static struct glyph art[CELLS], fresh[CELLS];
    void *a = renderer_caca.open(&style);
    for (int step = 0; step < 60; step++) { /* the box wanders, and it grows light */
        void *b = renderer_caca.open(&style);
        paint(grey, step % 40, step);
        draw(a, grey, art);
        draw(b, grey, fresh);
        for (int row = 0; row + 5 <= HIGH; row += 5) {
            for (int col = 0; col + 5 <= WIDE; col += 5) {
                double is = light_around(art, row, col), should = light_around(fresh, row, col);
                if (is < should - 16 || is > should + 16)
                    fail_msg("step %d, row %d, column %d: %.0f, not %.0f", step, row, col, is,
                             should);
            }
        }
        renderer_caca.close(b);
    }
    renderer_caca.close(a);
}

static void colours_change_seldom_along_a_row(void **state)
{
    (void)state;
    static uint8_t grey[CELLS];
    static struct glyph art[CELLS];
    void *a = renderer_caca.open(&style);
    paint(grey, WIDE, 0);
    draw(a, grey, art);
    int n = 0, halves = 0;
    for (int i = 1; i < CELLS; i++) {
        bool turned = art[i].fg == art[i - 1].bg && art[i].bg == art[i - 1].fg;
        n += art[i].fg != art[i - 1].fg || art[i].bg != art[i - 1].bg;
        halves += art[i].ch == L'▒' && turned;
    }
    assert_int_equal(halves, 0); /* a half tone is never the reason */
    assert_in_range(n, HIGH, CELLS / 3);
    renderer_caca.close(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_did_not_change_is_not_drawn_anew),
        cmocka_unit_test(the_light_follows_without_a_trace),
        cmocka_unit_test(colours_change_seldom_along_a_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
