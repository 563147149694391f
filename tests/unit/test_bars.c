/* Tests of tui/bars: golden text at some widths, every size, ASCII and mono. */
#include "tests/unit/screen.h"

#include <math.h>

#include "tui/bars.h"

static const char *const labels[] = {"angry", "disgust",  "fear",   "happy",
                                     "sad",   "surprise", "neutral"};
static const float value[] = {0.02f, 0.004f, 0.125f, 0.83f, 0, 0.5f, 1};
static struct bar bars[7];

static void make_bars(const struct style *s)
{
    struct style_mood m[7];
    style_moods(s, labels, 7, m);
    for (int i = 0; i < 7; i++)
        bars[i] = (struct bar){labels[i], m[i].letter, value[i], NAN, m[i].ink};
}

static void check(const struct ui_opts *opts, int rows, int cols, int count, const char *want)
{
    struct screen t;
    screen_open(&t, "xterm-256color", opts, 24, 80);
    make_bars(t.style);
    bars[3].raw = 0.4f;
    bars[5].raw = 0.9f;
    WINDOW *pad = newpad(rows, cols);
    bars_draw(t.style, pad, bars, count);
    assert_string_equal(screen_text(pad), want);
    delwin(pad);
    screen_close(&t);
}

static void utf8_bars_are_drawn_in_eighths(void **state)
{
    (void)state;
    static const struct ui_opts opts;
    check(&opts, 7, 30, 7,
          "angry    ▍                  2%\n"
          "disgust  ▏                  0%\n"
          "fear     ██                12%\n"
          "happy    ██████│██████▎    83%\n"
          "sad                         0%\n"
          "surprise ████████      │   50%\n"
          "neutral  ████████████████ 100%\n");
    check(&opts, 3, 10, 7, "H █│▌  83%\nU █▌│  50%\nN ███ 100%\n");
}

static void ascii_bars_have_no_other_character(void **state)
{
    (void)state;
    static const struct ui_opts opts = {.ascii = true};
    check(&opts, 8, 30, 7,
          "angry                       2%\n"
          "disgust                     0%\n"
          "fear     ##                12%\n"
          "happy    ######|######     83%\n"
          "sad                         0%\n"
          "surprise ########      |   50%\n"
          "neutral  ################ 100%\n\n");
    check(&opts, 2, 9, 7, "H     83%\nN    100%\n");
    check(&opts, 1, 5, 7, "N100%\n");
    check(&opts, 1, 4, 7, "N\n");
    check(&opts, 2, 9, 0, "\n\n");
}

static void largest_is_bold_and_marks_are_cut_out(void **state)
{
    (void)state;
    struct screen t;
    static const struct ui_opts opts;
    screen_open(&t, "xterm-256color", &opts, 24, 80);
    make_bars(t.style);
    bars[6].raw = 0.5f;
    bars[0].value = 7; /* clamped: not larger than 1 */
    bars[1].value = NAN;
    bars[6].value = INFINITY;
    bars[0].value = -3;
    WINDOW *pad = newpad(7, 30);
    bars_draw(t.style, pad, bars, 7);
    attr_t attr;
    int pair;
    for (int y = 0; y < 7; y++) {
        screen_cell(pad, y, 0, &attr, &pair);
        assert_int_equal(attr, y == 6 ? A_BOLD : A_NORMAL);
        assert_int_equal(pair, bars[y].ink.pair);
    }
    assert_int_equal(screen_cell(pad, 6, 9 + 8, &attr, NULL), L'│');
    assert_int_equal(attr, A_BOLD | A_REVERSE);
    delwin(pad);
    screen_close(&t);
}

static void draw(WINDOW *win, void *ctx)
{
    bars_draw(ctx, win, bars, 7);
    const char *text = screen_text(win);
    struct style *s = ctx;
    for (; !s->utf8 && *text != '\0'; text++)
        assert_in_range((unsigned char)*text, 1, 126);
    if (s->colors > 0)
        return;
    for (int x = 0, pair; x < getmaxx(win); x++) {
        screen_cell(win, 0, x, NULL, &pair);
        assert_int_equal(pair, 0);
    }
}

static void every_size_stays_inside(void **state)
{
    (void)state;
    struct screen t;
    static const struct ui_opts opts[] = {
        {.ascii = false}, {.ascii = true}, {.color = UI_COLOR_NEVER}};
    for (size_t i = 0; i < MEM_COUNT(opts); i++) {
        screen_open(&t, "xterm-256color", &opts[i], 24, 80);
        make_bars(t.style);
        bars[3].raw = 1;
        screen_all_sizes(draw, t.style);
        screen_close(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_bars_are_drawn_in_eighths),
        cmocka_unit_test(ascii_bars_have_no_other_character),
        cmocka_unit_test(largest_is_bold_and_marks_are_cut_out),
        cmocka_unit_test(every_size_stays_inside),
    };
    screen_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
