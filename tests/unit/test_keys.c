/* Tests of the key tables (no key twice, all in the help), the help overlay's keys, the pacing of
 * frames, and a scene in words. */
#include "tests/unit/unit.h"

#include <string.h>

#include "base/mem.h"
#include "tui/app.h"
#include "tui/browse_view.h"
#include "tui/help.h"
#include "tui/line_mode.h"
#include "tui/live_view.h"
#include "tui/pace.h"

/* How a label spells a key. */
static const char *spelling(int key)
{
    static const struct {
        int key;
        const char *name;
    } names[] = {
        {' ', "Space"},          {'\t', "Tab"},        {'\r', "Enter"},     {'\n', "Enter"},
        {KEY_ENTER, "Enter"},    {27, "Esc"},          {KEY_UP, "Up"},      {KEY_DOWN, "Down"},
        {KEY_LEFT, "Left"},      {KEY_RIGHT, "Right"}, {KEY_HOME, "Home"},  {KEY_END, "End"},
        {KEY_BTAB, "Shift-Tab"}, {KEY_F(1), "F1"},     {KEY_F(5), "F5"},    {KEY_MOUSE, "mouse"},
        {'C' & 31, "^C"},        {'L' & 31, "^L"},     {KEY_NPAGE, "PgDn"}, {KEY_PPAGE, "PgUp"},
        {'D' & 31, "^D"},        {'U' & 31, "^U"}};
    static char one[2];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].key == key)
            return names[i].name;
    one[0] = (char)key;
    return key > ' ' && key < 127 ? one : "?unnamed?";
}

/* Whether the word stands alone in the label. */
static bool has_word(const char *label, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = strstr(label, word); p != NULL; p = strstr(p + 1, word))
        if ((p == label || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
            return true;
    return false;
}

static void check_table(const struct view_key *keys)
{
    const char *label = NULL, *hint = NULL;
    for (const struct view_key *row = keys; row->act != NULL; row++) {
        if (row->label != NULL) {
            label = row->label;
            hint = row->hint;
            assert_non_null(row->help);
            assert_true(strlen(row->help) > 3 && strlen(row->help) <= 56);
            assert_true(hint == NULL || strlen(hint) <= 8);
        }
        assert_non_null(label);
        assert_true(has_word(label, spelling(row->key)));
        if (row->twin != 0)
            assert_true(has_word(label, spelling(row->twin)));
    }
}

static void every_key_is_in_the_help(void **state)
{
    (void)state;
    check_table(app_keys);
    check_table(live_view.keys);
    check_table(browse_view.keys);
}

static int holders(const struct view_key *keys, int key)
{
    int n = 0;
    for (const struct view_key *row = keys; row->act != NULL; row++)
        n += (row->key == key) + (row->twin == key);
    return n;
}

static void no_key_has_two_meanings(void **state)
{
    static const struct view_ops *const views[] = {&live_view, &browse_view};
    (void)state;
    for (int key = 1; key <= KEY_MAX; key++) {
        assert_true(holders(app_keys, key) <= 1);
        assert_true(holders(live_view.keys, key) + holders(app_keys, key) <= 1);
        for (size_t i = 0; i < MEM_COUNT(views); i++)
            assert_true(holders(views[i]->keys, key) <= 1);
    }
    for (int digit = '1'; digit <= '9'; digit++) /* they switch views */
        for (size_t i = 0; i < MEM_COUNT(views); i++)
            assert_int_equal(holders(app_keys, digit) + holders(views[i]->keys, digit), 0);
}

static void help_gives_other_keys_back(void **state)
{
    (void)state;
    struct help h;
    help_open(&h);
    assert_true(help_key(&h, 'j'));
    assert_true(h.open);
    assert_false(help_key(&h, 'v')); /* the view's: and the overlay is gone */
    assert_false(h.open);
    static const int closers[] = {'q', '?', 27, KEY_F(1)};
    for (int i = 0; i < 4; i++) {
        help_open(&h);
        assert_true(help_key(&h, closers[i]));
        assert_false(h.open);
    }
}

static void help_searches(void **state)
{
    (void)state;
    struct help h;
    help_open(&h);
    for (const char *k = "/fav\bce"; *k != '\0'; k++)
        assert_true(help_key(&h, *k));
    assert_string_equal(h.filter, "face");
    assert_true(help_key(&h, '\r'));
    assert_true(h.open && !h.typing);
    for (int i = 0; i < 100; i++)
        help_key(&h, i == 0 ? '/' : 'x');
    assert_true(strlen(h.filter) < sizeof h.filter);
    help_key(&h, 27);
    assert_true(h.open);
    assert_string_equal(h.filter, "");
}

#define MS INT64_C(1000000)

static void a_frame_waits_for_the_answer_to_the_last(void **state)
{
    (void)state;
    struct pace p;
    pace_init(&p, true);
    assert_true(pace_ready(&p, false, 0));
    pace_sent(&p, 1000, 0);
    assert_false(pace_ready(&p, false, 1000 * MS));
    assert_true(pace_ready(&p, true, 1000 * MS)); /* a key's answer may overtake it */
    pace_sent(&p, 1000, 1000 * MS);
    assert_false(pace_ready(&p, true, 1100 * MS)); /* but only one */
    pace_answer(&p, 1200 * MS);
    pace_answer(&p, 1300 * MS);
    assert_true(pace_ready(&p, false, 1300 * MS));
    pace_sent(&p, 1000, 1400 * MS);
    assert_false(pace_ready(&p, false, 3300 * MS));
    assert_true(pace_ready(&p, false, 3400 * MS)); /* an answer got lost */
    assert_false(p.deaf);
}

static void a_deaf_terminal_gets_four_frames_a_second(void **state)
{
    (void)state;
    struct pace p;
    pace_init(&p, true);
    pace_sent(&p, 1000, 0);
    assert_int_equal(pace_when(&p), 2000 * MS);
    assert_true(pace_ready(&p, false, 2000 * MS));
    pace_sent(&p, 1000, 2000 * MS);
    assert_false(pace_ready(&p, false, 2249 * MS));
    assert_true(pace_ready(&p, false, 2250 * MS));
    pace_answer(&p, 2300 * MS); /* it can hear after all */
    assert_true(pace_ready(&p, false, 2300 * MS));
    pace_init(&p, false);
    pace_sent(&p, 1000, 0);
    assert_true(pace_ready(&p, false, 0)); /* --no-ack */
}

static const char *const labels[] = {"angry", "happy", "neutral"};

static void a_face_in_words(void **state)
{
    (void)state;
    char text[80];
    struct scene_face f = {.id = 3, .p = {0.04f, 0.83f, 0.13f}, .mood = 1};
    line_mode_face(&f, labels, 3, text, sizeof text);
    assert_string_equal(text, "face 3 happy 0.83 neutral 0.13");
    line_mode_face(&f, labels, 3, text, 10); /* cut, never past the end */
    assert_string_equal(text, "face 3 ha");
}

static void a_scene_in_words(void **state)
{
    (void)state;
    char text[80];
    struct live_status st = {.state = LIVE_RUNNING, .source = "cam"};
    struct scene sc = {.classes = 3};
    line_mode_scene(&sc, &st, labels, 0, text, sizeof text);
    assert_string_equal(text, "opening cam");
    sc.seq = 1;
    line_mode_scene(&sc, &st, labels, 0, text, sizeof text);
    assert_string_equal(text, "no face");
    sc.faces = 2;
    sc.face[0] = (struct scene_face){.id = 1, .p = {0.6f, 0.2f, 0.2f}};
    sc.face[1] = (struct scene_face){.id = 2, .p = {0.1f, 0.9f, 0.0f}, .mood = 1};
    line_mode_scene(&sc, &st, labels, 2, text, sizeof text);
    assert_string_equal(text, "2 happy 90% angry 10%  1 angry 60%");
    st = (struct live_status){.state = LIVE_LOST, .why = "unplugged"};
    line_mode_scene(&sc, &st, labels, 2, text, sizeof text);
    assert_string_equal(text, "lost: unplugged");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_is_in_the_help),
        cmocka_unit_test(no_key_has_two_meanings),
        cmocka_unit_test(help_gives_other_keys_back),
        cmocka_unit_test(help_searches),
        cmocka_unit_test(a_frame_waits_for_the_answer_to_the_last),
        cmocka_unit_test(a_deaf_terminal_gets_four_frames_a_second),
        cmocka_unit_test(a_face_in_words),
        cmocka_unit_test(a_scene_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
