/* Tests of tui/style: colours, moods, text in cells. */
#include "tests/unit/screen.h"

static const struct ui_opts plain_opts = {.color = UI_COLOR_AUTO};

static void depth_is_what_terminal_user_and_environment_allow(void **state)
{
    (void)state;
    static const struct {
        enum ui_color wanted;
        const char *no_color;
        int have, want;
    } row[] = {
        {UI_COLOR_AUTO, NULL, 0, 0},
        {UI_COLOR_AUTO, NULL, 8, 8},
        {UI_COLOR_AUTO, NULL, 88, 16},
        {UI_COLOR_AUTO, NULL, 256, 256},
        {UI_COLOR_AUTO, NULL, 1 << 24, STYLE_DIRECT},
        {UI_COLOR_AUTO, "1", 256, 0},
        {UI_COLOR_AUTO, "", 256, 256},
        {UI_COLOR_256, "1", 256, 256},
        {UI_COLOR_256, NULL, 8, 8},
        {UI_COLOR_16, NULL, 256, 16},
        {UI_COLOR_16, NULL, 1 << 24, 8},
        {UI_COLOR_DIRECT, NULL, 256, 256},
        {UI_COLOR_NEVER, NULL, 256, 0},
    };
    for (size_t i = 0; i < MEM_COUNT(row); i++)
        assert_int_equal(style_depth(row[i].wanted, row[i].no_color, row[i].have), row[i].want);
}

static void greys_and_cube_are_the_nearest(void **state)
{
    (void)state;
    struct style s = {.colors = 256};
    static const uint8_t cube[] = {0, 95, 135, 175, 215, 255};
    for (int v = 0; v < 256; v++) {
        int best = 1000;
        for (int k = 0; k < 24; k++)
            best = abs(8 + 10 * k - v) < best ? abs(8 + 10 * k - v) : best;
        best = v < best ? v : 255 - v < best ? 255 - v : best;
        int c = style_grey(&s, v);
        int got = c == 16 ? 0 : c == 231 ? 255 : 8 + 10 * (c - 232);
        assert_int_equal(abs(got - v), best);
        assert_true(c == 16 || (c >= 231 && c <= 255));
        int side = style_rgb(&s, v, 0, 255 - v);
        assert_true(side >= 16 && side <= 255);
    }
    for (int i = 0; i < 216; i++) {
        int r = cube[i / 36], g = cube[i / 6 % 6], b = cube[i % 6];
        if (r != g || g != b)
            assert_int_equal(style_rgb(&s, r, g, b), 16 + i);
    }
    s.colors = STYLE_DIRECT;
    assert_int_equal(style_rgb(&s, 255, 0, 129), 0xf80080);
    for (int v = 0; v < 256; v++)
        assert_true(style_grey(&s, v) >= 8);
    s.colors = 0;
    assert_int_equal(style_rgb(&s, 255, 0, 0), STYLE_DEFAULT);
}

static void moods_have_letters_of_their_own(void **state)
{
    (void)state;
    struct screen t;
    screen_open(&t, "xterm-256color", &plain_opts, 24, 80);
    static const char *const fer[] = {"angry", "disgust",  "fear",   "happy",
                                      "sad",   "surprise", "neutral"};
    struct style_mood m[16];
    style_moods(t.style, fer, 7, m);
    for (int i = 0; i < 7; i++) {
        assert_int_equal(m[i].letter, "ADFHSUN"[i]);
        assert_string_equal(m[i].name, fer[i]);
        assert_true(i == 6 ? m[i].color == STYLE_DEFAULT : m[i].color > 15);
    }
    static const char *const odd[] = {"Happiness", "happy", "Sehr fr\303\266hlich",
                                      "a",         "a",     "a",
                                      "",          "Anger", "1",
                                      "2",         "3",     "4",
                                      "5",         "6",     "7",
                                      "8"};
    style_moods(t.style, odd, 16, m);
    for (int i = 0; i < 16; i++) {
        assert_true(m[i].letter > ' ' && m[i].letter < 127);
        for (int k = 0; k < i; k++)
            assert_int_not_equal(m[k].letter, m[i].letter);
    }
    assert_int_equal(m[0].letter, 'H');
    assert_int_equal(m[7].letter, 'A');
    assert_string_equal(m[2].name, "Sehr-fr??");
    screen_close(&t);
}

static void pairs_are_reused_when_they_run_out(void **state)
{
    (void)state;
    struct screen t;
    screen_open(&t, "xterm", &plain_opts, 24, 80); /* 64 pairs */
    assert_int_equal(t.style->colors, 8);
    struct ink kept = style_role(t.style, STYLE_WARN);
    for (int round = 0; round < 4; round++) {
        style_tick(t.style);
        for (int i = 0; i < 72; i++) {
            struct ink ink = style_ink(t.style, i / 9 % 8, i % 9 - 1, 0);
            int fg, bg;
            assert_true(ink.pair > 0 && ink.pair < COLOR_PAIRS);
            extended_pair_content(ink.pair, &fg, &bg);
            assert_int_equal(fg, i / 9 % 8);
            assert_int_equal(bg, i % 9 - 1);
        }
    }
    int fg, bg;
    extended_pair_content(kept.pair, &fg, &bg);
    assert_int_equal(fg, COLOR_RED);
    assert_int_equal(bg, -1);
    struct ink again = style_ink(t.style, 4, 2, 0);
    assert_int_equal(style_ink(t.style, 4, 2, 0).pair, again.pair);
    assert_int_equal(style_ink(t.style, 12, 2, 0).pair, again.pair);
    assert_true(style_ink(t.style, 12, 2, 0).attr & A_BOLD);
    screen_close(&t);
}

static void mono_has_no_colour(void **state)
{
    (void)state;
    struct screen t;
    static const char *const term[] = {"vt100", "xterm-256color"};
    static const char *const labels[] = {"happy", "sad"};
    for (int i = 0; i < 2; i++) {
        struct ui_opts opts = plain_opts;
        opts.color = i == 0 ? UI_COLOR_AUTO : UI_COLOR_NEVER;
        screen_open(&t, term[i], &opts, 24, 80);
        struct style_mood m[2];
        style_moods(t.style, labels, 2, m);
        assert_int_equal(t.style->colors, 0);
        assert_int_equal(m[0].ink.pair, 0);
        assert_int_equal(style_ink(t.style, 1, 2, A_BOLD).pair, 0);
        for (int r = 0; r < STYLE_ROLES; r++)
            assert_int_equal(style_role(t.style, r).pair, 0);
        screen_close(&t);
    }
}

static void text_is_clipped_and_made_safe(void **state)
{
    (void)state;
    struct screen t;
    struct ink plain = {A_NORMAL, 0};
    static const struct {
        const char *text;
        int width;
        const char *utf8, *ascii;
    } row[] = {
        {"happy", 10, "happy\n", "happy\n"},
        {"happy", 5, "happy\n", "happy\n"},
        {"surprise", 5, "surp…\n", "surp~\n"},
        {"\033]0;pwned\007", 10, "?]0;pwned?\n", "?]0;pwned?\n"},
        {"caf\303\251 \342\202\254", 10, "café €\n", "caf? ?\n"},
        {"\377\303a\355\240\200x", 10, "??a???x\n", "??a???x\n"},
        {"\xe2\x82", 10, "??\n", "??\n"},
        {"abc", 0, "\n", "\n"},
    };
    for (int ascii = 0; ascii < 2; ascii++) {
        struct ui_opts opts = {.ascii = ascii};
        screen_open(&t, "xterm-256color", &opts, 24, 80);
        WINDOW *pad = newpad(1, 12);
        for (size_t i = 0; i < MEM_COUNT(row); i++) {
            werase(pad);
            style_text(t.style, pad, 0, 0, row[i].width, plain, row[i].text);
            assert_string_equal(screen_text(pad), ascii ? row[i].ascii : row[i].utf8);
        }
        werase(pad);
        assert_int_equal(style_print(t.style, pad, 0, 9, 50, plain, "%d%%", 1000), 3);
        assert_string_equal(screen_text(pad), ascii ? "         10~\n" : "         10…\n");
        delwin(pad);
        screen_close(&t);
    }
}

static void box_is_clipped(void **state)
{
    (void)state;
    struct screen t;
    struct ink plain = {A_NORMAL, 0};
    screen_open(&t, "xterm-256color", &plain_opts, 24, 80);
    WINDOW *pad = newpad(4, 6);
    style_box(t.style, pad, 1, 1, 3, 4, plain);
    assert_string_equal(screen_text(pad), "\n ┌──┐\n │  │\n └──┘\n");
    werase(pad);
    style_box(t.style, pad, -1, 4, 3, 90, plain);
    assert_string_equal(screen_text(pad), "    │\n    └─\n\n\n");
    delwin(pad);
    screen_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(depth_is_what_terminal_user_and_environment_allow),
        cmocka_unit_test(greys_and_cube_are_the_nearest),
        cmocka_unit_test(moods_have_letters_of_their_own),
        cmocka_unit_test(pairs_are_reused_when_they_run_out),
        cmocka_unit_test(mono_has_no_colour),
        cmocka_unit_test(text_is_clipped_and_made_safe),
        cmocka_unit_test(box_is_clipped),
    };
    screen_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
