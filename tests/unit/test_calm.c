/* Tests of what is said of a face over time: smoothing, labels that do not flicker, baseline. */
#include "tests/unit/unit.h"

#include <math.h>
#include <string.h>

#include "vision/calm.h"

static const struct calm_how usual = {
    .classes = 3, .neutral = 2, .half_life_s = 0.5, .hysteresis = 0.1, .sure = 0.4};

static void feed(struct calm *c, const struct calm_how *how, float a, float b, float n, double time)
{
    float raw[SCENE_CLASSES_MAX] = {a, b, n};
    calm_feed(c, how, raw, time);
}

static void smoothing_does_not_depend_on_the_frame_rate(void **state)
{
    (void)state;
    static const double gap[] = {0.001, 0.033, 0.1, 0.25};
    for (int i = 0; i < 4; i++) {
        struct calm c;
        calm_init(&c);
        feed(&c, &usual, 1, 0, 0, 0);
        assert_true(c.p[0] == 1); /* the first value stands at once */
        int steps = (int)lrint(1 / gap[i]);
        for (int s = 1; s <= steps; s++)
            feed(&c, &usual, 0, 1, 0, s / (double)steps);
        assert_true(fabsf(c.p[0] - 0.25f) < 1e-3f); /* two half-lives later */
        assert_true(fabsf(c.p[1] - 0.75f) < 1e-3f);
    }
}

static void without_a_half_life_every_answer_stands_on_its_own(void **state)
{
    (void)state;
    struct calm c;
    struct calm_how how = usual;
    how.half_life_s = 0;
    calm_init(&c);
    feed(&c, &how, 0.52f, 0.48f, 0, 0);
    feed(&c, &how, 0.48f, 0.52f, 0, 0.1);
    assert_true(c.p[0] == 0.48f && c.p[1] == 0.52f);
    assert_int_equal(c.mood, 1); /* no hysteresis */
}

static void a_label_changes_only_when_another_is_clearly_ahead(void **state)
{
    (void)state;
    struct calm c;
    calm_init(&c);
    feed(&c, &usual, 0.55f, 0.45f, 0, 0);
    for (int i = 1; i < 100; i++) { /* the two go up and down around each other, by 0.08 */
        float a = 0.5f + (i / 10 % 2 ? 0.04f : -0.04f);
        feed(&c, &usual, a, 1 - a, 0, i * 0.1);
        assert_int_equal(c.mood, 0);
    }
    for (int i = 0; i < 30; i++)
        feed(&c, &usual, 0.4f, 0.6f, 0, 10 + i * 0.1);
    assert_int_equal(c.mood, 1);
}

static void what_is_not_clear_is_not_sure(void **state)
{
    (void)state;
    struct calm c;
    calm_init(&c);
    feed(&c, &usual, 0.41f, 0.3f, 0.29f, 0);
    assert_true(c.sure);
    for (int i = 1; i < 50; i++)
        feed(&c, &usual, 0.36f, 0.32f, 0.32f, i * 0.1);
    assert_false(c.sure);
    for (int i = 0; i < 50; i++)
        feed(&c, &usual, 0.42f, 0.3f, 0.28f, 5 + i * 0.1);
    assert_false(c.sure); /* a little above does not bring it back */
    for (int i = 0; i < 50; i++)
        feed(&c, &usual, 0.5f, 0.3f, 0.2f, 10 + i * 0.1);
    assert_true(c.sure);
}

static void a_baseline_makes_a_resting_face_neutral(void **state)
{
    (void)state;
    struct calm c;
    calm_init(&c);
    calm_baseline(&c, &usual, true);
    assert_int_equal(c.baseline, SCENE_BASELINE_LOOKING);
    int i;
    for (i = 0; c.baseline == SCENE_BASELINE_LOOKING; i++) { /* somebody who looks like 0 at rest */
        assert_true(i < 40);
        feed(&c, &usual, 0.6f, 0.2f, 0.2f, i * 0.1);
    }
    assert_in_range(i, (int)(CALM_LOOK_S * 10), (int)(CALM_LOOK_S * 10) + 2);
    assert_int_equal(c.baseline, SCENE_BASELINE_ON);
    feed(&c, &usual, 0.6f, 0.2f, 0.2f, i * 0.1);
    assert_true(fabsf(c.raw[2] - 0.7f) < 0.01f && fabsf(c.raw[0] - 0.15f) < 0.01f);
    assert_true(fabsf(c.raw[0] + c.raw[1] + c.raw[2] - 1) < 1e-5f);
    feed(&c, &usual, 0.04f, 0.95f, 0.01f, i * 0.1 + 0.1); /* and is seen when it is not at rest */
    assert_true(c.raw[1] > 0.9f);
    calm_baseline(&c, &usual, false);
    assert_int_equal(c.baseline, SCENE_BASELINE_NONE);
    feed(&c, &usual, 0.6f, 0.2f, 0.2f, i * 0.1 + 0.2);
    assert_true(c.raw[0] == 0.6f);
}

static void a_network_without_neutral_has_no_baseline(void **state)
{
    (void)state;
    struct calm c;
    struct calm_how how = usual;
    how.neutral = -1;
    calm_init(&c);
    calm_baseline(&c, &how, true);
    assert_int_equal(c.baseline, SCENE_BASELINE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(smoothing_does_not_depend_on_the_frame_rate),
        cmocka_unit_test(without_a_half_life_every_answer_stands_on_its_own),
        cmocka_unit_test(a_label_changes_only_when_another_is_clearly_ahead),
        cmocka_unit_test(what_is_not_clear_is_not_sure),
        cmocka_unit_test(a_baseline_makes_a_resting_face_neutral),
        cmocka_unit_test(a_network_without_neutral_has_no_baseline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
