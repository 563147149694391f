/* Tests of vision/tally and tui/audience: sums of a made-up meeting, and that every size of window
 * can be drawn. */
#include "tests/unit/screen.h"

#include <math.h>

#include "base/mem.h"
#include "tui/audience.h"

static const char *const labels[] = {"angry", "happy"};

/* Two faces that show p of the second class. */
static struct scene pair(float first, float second)
{
    struct scene s = {.seq = 1, .classes = 2, .faces = 2};
    float p[2] = {first, second};
    for (int i = 0; i < 2; i++)
        s.face[i] = (struct scene_face){.id = i + 1,
                                        .neighbors = 1 - i,
                                        .p = {1 - p[i], p[i]},
                                        .mood = p[i] > 0.5f,
                                        .sure = true};
    return s;
}

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-6;
}

static void sums_of_a_meeting(void **state)
{
    (void)state;
    struct tally t;
    struct scene s = pair(0.8f, 0.2f), none = {.classes = 2};
    tally_init(&t, 2);
    tally_scene(&t, &s, 10); /* for 1 s */
    s = pair(0.4f, 0.2f);
    s.face[0].sure = false;
    tally_scene(&t, &s, 11);      /* for 0.5 s */
    tally_scene(&t, &none, 11.5); /* for 1.5 s */
    s = pair(0.4f, 0.9f);
    tally_scene(&t, &s, 13); /* nobody knows how long */
    tally_scene(&t, &none, 100);
    tally_scene(&t, &none, 50); /* the clock went back */
    assert_int_equal(t.faces, 2);
    assert_int_equal((int)t.scenes, 6);
    assert_int_equal((int)t.lines, 6);
    assert_int_equal(t.most, 2);
    assert_true(near(t.time_s, 3) && near(t.nobody_s, 1.5));
    const struct tally_face *a = tally_find(&t, 1), *b = tally_find(&t, 2);
    assert_true(near(a->present_s, 1.5) && near(a->attention_s, 1.5));
    assert_true(near(b->present_s, 1.5) && near(b->attention_s, 0));
    assert_true(near(a->mood_s[1], 1) && near(a->mood_s[0], 0.5) && near(b->mood_s[0], 1.5));
    assert_true(near(a->unsure_s, 0.5) && near(b->unsure_s, 0) && near(t.unsure_s, 0.5));
    assert_int_equal(a->change[1][0], 1);
    assert_int_equal(b->change[0][1], 1);
    assert_int_equal(a->change[0][1], 0);
    assert_true(near(a->first, 10) && near(a->last, 13));
    assert_true(near(tally_present(&t), 3));
    /* 0.8 for 1 s, 0.2 for 1 s, 0.4 and 0.2 for 0.5 s each */
    double mean = (0.8 + 0.2 + 0.2 + 0.1) / 3, square = (0.64 + 0.04 + 0.08 + 0.02) / 3;
    assert_true(fabs(tally_mean(&t, 1) - mean) < 1e-6);
    assert_true(fabs(tally_spread(&t, 1) - sqrt(square - mean * mean)) < 1e-6);
    assert_null(tally_find(&t, 3));
    tally_free(&t);
}

static void faces_stand_by_number_however_they_come(void **state)
{
    (void)state;
    struct tally t;
    tally_init(&t, 2);
    for (int i = 0; i < 500; i++) {
        struct scene s = {.classes = 2, .faces = 1};
        s.face[0].id = i * 7919 % 500 + 1;
        tally_scene(&t, &s, i);
    }
    assert_int_equal(t.faces, 500);
    for (int i = 0; i < 500; i++)
        assert_int_equal(t.face[i].id, i + 1);
    tally_free(&t);
}

static struct tally crowd;
static struct style_mood mood[2];
static int faces_here;

static struct audience audience_of(struct scene *s)
{
    *s = pair(0.6f, 0.7f);
    s->face[1].id = 7;
    s->faces = faces_here;
    return (struct audience){.scene = s,
                             .tally = &crowd,
                             .mood = mood,
                             .classes = 2,
                             .selected = 1,
                             .watched = faces_here >= 0};
}

static void draw_table(WINDOW *win, void *style)
{
    static struct scene s;
    struct audience a = audience_of(&s);
    audience_table(style, win, &a);
}

static void draw_word(WINDOW *win, void *style)
{
    static struct scene s;
    struct audience a = audience_of(&s);
    audience_word(style, win, &a);
}

static void every_size_stays_inside(void **state)
{
    (void)state;
    static const struct ui_opts opts[] = {{.color = UI_COLOR_AUTO}, {.ascii = true}};
    tally_init(&crowd, 2);
    for (int i = 0; i < 40; i++) {
        struct scene s = pair(0.6f, 0.7f);
        s.face[1].id = i + 2;
        tally_scene(&crowd, &s, i);
    }
    for (faces_here = 0; faces_here <= 2; faces_here++) {
        for (size_t i = 0; i < MEM_COUNT(opts); i++) {
            struct screen t;
            screen_open(&t, "xterm-256color", &opts[i], 24, 80);
            style_moods(t.style, labels, 2, mood);
            screen_all_sizes(draw_table, t.style);
            screen_all_sizes(draw_word, t.style);
            screen_close(&t);
        }
    }
    tally_free(&crowd);
}

static void the_word_is_what_most_show(void **state)
{
    (void)state;
    static const struct ui_opts opts = {.ascii = true};
    struct screen t;
    tally_init(&crowd, 2);
    screen_open(&t, "xterm-256color", &opts, 24, 80);
    style_moods(t.style, labels, 2, mood);
    WINDOW *pad = newpad(9, 20);
    faces_here = 2;
    draw_word(pad, t.style);
    assert_non_null(strstr(screen_text(pad), "happy"));
    assert_non_null(strstr(screen_text(pad), "2 of 2 faces, 65%"));
    werase(pad);
    faces_here = 0;
    draw_word(pad, t.style);
    assert_non_null(strstr(screen_text(pad), "nobody"));
    delwin(pad);
    screen_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_of_a_meeting),
        cmocka_unit_test(faces_stand_by_number_however_they_come),
        cmocka_unit_test(every_size_stays_inside),
        cmocka_unit_test(the_word_is_what_most_show),
    };
    screen_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
