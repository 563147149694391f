/* Property tests of tui/layout: for every size of terminal, panes lie inside and never overlap. */
#include "tests/unit/unit.h"

#include <string.h>

#include "tui/layout.h"

enum { ROWS = 60, COLS = 200 };

static unsigned char taken[ROWS][COLS];

/* Every cell of the rectangle is inside rows x cols and was nobody's before. */
static void claim(struct layout_rect r, int rows, int cols)
{
    if (r.h == 0 || r.w == 0)
        return;
    assert_true(r.y >= 0 && r.x >= 0 && r.h > 0 && r.w > 0);
    assert_true(r.y + r.h <= rows && r.x + r.w <= cols);
    for (int y = r.y; y < r.y + r.h; y++)
        for (int x = r.x; x < r.x + r.w; x++)
            assert_int_equal(taken[y][x]++, 0);
}

static long claimed(void)
{
    long n = 0;
    for (int y = 0; y < ROWS; y++)
        for (int x = 0; x < COLS; x++)
            n += taken[y][x];
    return n;
}

static void frame_fills_every_terminal(void **state)
{
    (void)state;
    for (int rows = 1; rows <= ROWS; rows++)
        for (int cols = 1; cols <= COLS; cols++) {
            struct layout_frame f = layout_frame(rows, cols);
            memset(taken, 0, sizeof taken);
            claim(f.status, rows, cols);
            claim(f.body, rows, cols);
            claim(f.hint, rows, cols);
            assert_int_equal(claimed(), (long)rows * cols);
            assert_int_equal(f.line, rows < LAYOUT_MIN_ROWS || cols < LAYOUT_MIN_COLS);
        }
}

static void panes_fill_every_body_without_overlap(void **state)
{
    (void)state;
    for (int rows = 1; rows <= ROWS; rows++)
        for (int cols = 1; cols <= COLS; cols++)
            for (int max = LAYOUT_NONE; max < LAYOUT_PANES; max++) {
                struct layout_panes p = layout_panes(rows, cols, (enum layout_pane)max);
                memset(taken, 0, sizeof taken);
                for (int i = 0; i < LAYOUT_PANES; i++) {
                    claim(p.pane[i], rows, cols);
                    if (max != LAYOUT_NONE)
                        assert_int_equal(p.pane[i].h > 0, i == max);
                }
                claim(p.rule, rows, cols);
                assert_int_equal(claimed(), (long)rows * cols);
            }
}

static void picture_and_bars_are_there_unless_the_terminal_is_tiny(void **state)
{
    (void)state;
    for (int rows = LAYOUT_MIN_ROWS; rows <= ROWS; rows++)
        for (int cols = LAYOUT_MIN_COLS; cols <= COLS; cols++) {
            struct layout_rect body = layout_frame(rows, cols).body;
            struct layout_panes p = layout_panes(body.h, body.w, LAYOUT_NONE);
            assert_true(p.pane[LAYOUT_PICTURE].h >= 8 && p.pane[LAYOUT_PICTURE].w >= 19);
            assert_true(p.pane[LAYOUT_BARS].h >= 8 && p.pane[LAYOUT_BARS].w >= 20);
            if (rows >= 15)
                assert_true(p.pane[LAYOUT_HISTORY].h >= 5 && p.pane[LAYOUT_HISTORY].w >= 20);
        }
}

static void the_two_usual_sizes_look_as_planned(void **state)
{
    (void)state;
    struct layout_panes p = layout_panes(22, 80, LAYOUT_NONE);
    assert_int_equal(p.pane[LAYOUT_PICTURE].w, 55);
    assert_int_equal(p.pane[LAYOUT_PICTURE].h, 22);
    assert_int_equal(p.pane[LAYOUT_HISTORY].x, p.pane[LAYOUT_BARS].x);
    p = layout_panes(46, 160, LAYOUT_NONE);
    assert_int_equal(p.pane[LAYOUT_PICTURE].w, 115);
    assert_int_equal(p.pane[LAYOUT_PICTURE].h, 46);
    p = layout_panes(48, 100, LAYOUT_NONE);
    assert_int_equal(p.pane[LAYOUT_HISTORY].w, 100); /* below the picture */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frame_fills_every_terminal),
        cmocka_unit_test(panes_fill_every_body_without_overlap),
        cmocka_unit_test(picture_and_bars_are_there_unless_the_terminal_is_tiny),
        cmocka_unit_test(the_two_usual_sizes_look_as_planned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
