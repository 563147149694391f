/* Tests of tui/plot: golden text, gaps, sliding, every size, ASCII and mono. */
#include "tests/unit/screen.h"

#include <math.h>

#include "tui/plot.h"

enum { N = 61 };

static double x[N];
static float rise[N], fall[N], hole[N];
static struct plot_series series[3];

static struct plot make_plot(const struct style *s, double now)
{
    static const char *const labels[] = {"happy", "sad", "neutral"};
    struct style_mood m[3];
    style_moods(s, labels, 3, m);
    for (int i = 0; i < N; i++) {
        x[i] = now - 60 + i;
        rise[i] = (float)i / 60;
        fall[i] = i < 30 ? 0.75f : 0.25f;
        hole[i] = i < 15 || i > 45 ? 0.0f : NAN;
    }
    const float *y[] = {rise, fall, hole};
    for (int i = 0; i < 3; i++)
        series[i] = (struct plot_series){labels[i], m[i].letter, m[i].ink, y[i]};
    return (struct plot){.x = x,
                         .n = N,
                         .x_min = now - 60,
                         .x_max = now,
                         .y_max = 1,
                         .gap = 2,
                         .x_labels = {"-60s", "-30s", "now"},
                         .y_labels = {"0%", "50%", "100%"},
                         .series = series,
                         .count = 3,
                         .top = 0};
}

static void check(const struct ui_opts *opts, int rows, int cols, const char *want)
{
    struct screen t;
    screen_open(&t, "xterm-256color", opts, 24, 80);
    struct plot p = make_plot(t.style, 1000);
    WINDOW *pad = newpad(rows, cols);
    plot_draw(t.style, pad, &p);
    assert_string_equal(screen_text(pad), want);
    delwin(pad);
    screen_close(&t);
}

static const char letters[] = "     H happy  S sad  N neutral\n"
                              "100%+                                HHH\n"
                              "    |                           HHHHH\n"
                              "    |SSSSSSSSSSSSSSSSS     HHHHH\n"
                              "    |                 HHHHH\n"
                              " 50%+            HHHHH\n"
                              "    |       HHHHH     SSSSSSSSSSSSSSSSSS\n"
                              "    |   HHHH\n"
                              "  0%+HHHNNNNNN                 NNNNNNNNN\n"
                              "     -60s           -30s             now\n";

static void lines_are_dots_in_colour(void **state)
{
    (void)state;
    static const struct ui_opts opts;
    check(&opts, 10, 40,
          "     H happy  S sad  N neutral\n"
          "100%┤                              ⣀⠤⠒⠊H\n"
          "    │                         ⢀⡠⠔⠒⠉\n"
          "    │⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⡇    ⣀⠤⠔⠊⠁\n"
          "    │                ⣇⡠⠤⠒⠉\n"
          " 50%┤            ⢀⡠⠤⠒⢹\n"
          "    │        ⣀⡠⠔⠊⠁   ⢸⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀S\n"
          "    │   ⢀⣀⠤⠒⠉\n"
          "  0%┤⣠⣔⣊⣁⣀⣀⣀⣀                 ⢀⣀⣀⣀⣀⣀⣀⣀⣀N\n"
          "     -60s           -30s            now\n");
    check(&opts, 3, 13,
          "│⣀⣀⣀⣀⣀⡀ ⢀⡠⠔⠊H\n"
          "│   ⢀⡠⢷⠊⠁\n"
          "│⣠⣔⣊⠁ ⠈⠉⠉⣉⣉⣉S\n");
}

static void lines_are_letters_in_ascii_and_mono(void **state)
{
    (void)state;
    static const struct ui_opts ascii = {.ascii = true}, mono = {.color = UI_COLOR_NEVER};
    char text[sizeof letters * 2] = "";
    for (const char *c = letters; *c != '\0'; c++)
        strcat(text, *c == '|' ? "│" : *c == '+' ? "┤" : (char[]){*c, '\0'});
    check(&ascii, 10, 40, letters);
    check(&mono, 10, 40, text);
    check(&ascii, 4, 11,
          "SSSSS   HHH\n"
          "   HHHHHSSS\n"
          "HHH    NNNN\n"
          "-60s    now\n");
    check(&ascii, 1, 1, "H\n");
}

static void top_one_is_bold_and_over_the_others(void **state)
{
    (void)state;
    struct screen t;
    static const struct ui_opts opts = {.ascii = true};
    screen_open(&t, "xterm-256color", &opts, 24, 80);
    struct plot p = make_plot(t.style, 1000);
    WINDOW *pad = newpad(8, 9);
    attr_t attr;
    int pair;
    p.count = 2;
    series[1].y = rise;
    for (p.top = -1; p.top < 2; p.top++) {
        plot_draw(t.style, pad, &p);
        int want = p.top < 0 ? 1 : p.top;
        assert_int_equal(screen_cell(pad, 1, 8, &attr, &pair), (wchar_t)series[want].letter);
        assert_int_equal(attr, p.top < 0 ? A_NORMAL : A_BOLD);
        assert_int_equal(pair, series[want].ink.pair);
    }
    delwin(pad);
    screen_close(&t);
}

static void sliding_by_less_than_a_column_changes_nothing(void **state)
{
    (void)state;
    struct screen t;
    static const struct ui_opts opts;
    screen_open(&t, "xterm-256color", &opts, 24, 80);
    struct plot p = make_plot(t.style, 1000);
    WINDOW *win = newwin(10, 80, 0, 0);
    plot_draw(t.style, win, &p);
    wnoutrefresh(win);
    screen_flush(&t);
    int still = 0;
    for (int i = 1; i <= 20; i++) { /* a column of dots is about 0.41 s */
        p.x_max += 0.05;
        p.x_min += 0.05;
        plot_draw(t.style, win, &p);
        wnoutrefresh(win);
        still += screen_flush(&t) == 0;
    }
    assert_in_range(still, 17, 18);
    delwin(win);
    screen_close(&t);
}

static void points_outside_stay_on_the_edge_or_out(void **state)
{
    (void)state;
    struct screen t;
    static const struct ui_opts opts = {.ascii = true};
    screen_open(&t, "xterm-256color", &opts, 24, 80);
    static const double at[] = {-5, 0, 5, 10, 15};
    static const float y[] = {0.5f, 7, -7, INFINITY, 0.5f};
    struct plot_series one = {"x", 'x', {0, 0}, y};
    struct plot p = {
        .x = at, .n = 5, .x_max = 10, .y_max = 1, .series = &one, .count = 1, .top = -1};
    WINDOW *pad = newpad(3, 11);
    plot_draw(t.style, pad, &p); /* gap 0: points are not joined */
    assert_string_equal(screen_text(pad), "x         x\n\n     x\n");
    delwin(pad);
    screen_close(&t);
}

struct all {
    struct style *style;
    struct plot plot;
};

static void draw(WINDOW *win, void *ctx)
{
    struct all *a = ctx;
    plot_draw(a->style, win, &a->plot);
    for (const char *c = screen_text(win); !a->style->utf8 && *c != '\0'; c++)
        assert_in_range((unsigned char)*c, 1, 126);
    for (int y = 0, pair; a->style->colors == 0 && y < getmaxy(win); y++) {
        for (int i = 0; i < getmaxx(win); i++) {
            screen_cell(win, y, i, NULL, &pair);
            assert_int_equal(pair, 0);
        }
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
        struct all a = {t.style, make_plot(t.style, 1000)};
        screen_all_sizes(draw, &a);
        a.plot.count = a.plot.n = 0;
        a.plot.top = -1;
        screen_all_sizes(draw, &a);
        screen_close(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_dots_in_colour),
        cmocka_unit_test(lines_are_letters_in_ascii_and_mono),
        cmocka_unit_test(top_one_is_bold_and_over_the_others),
        cmocka_unit_test(sliding_by_less_than_a_column_changes_nothing),
        cmocka_unit_test(points_outside_stay_on_the_edge_or_out),
        cmocka_unit_test(every_size_stays_inside),
    };
    screen_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
