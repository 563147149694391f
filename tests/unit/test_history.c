/* Tests of tui/history: rings, thinning, gaps, forgetting. */
#include "tests/unit/unit.h"

#include "base/clock.h"
#include "tui/history.h"

enum { N = 100 };

static double x[N];
static float y[2 * N];

static void push(struct history *h, int id, double t, float v)
{
    const float p[2] = {v, 1 - v};
    history_push(h, id, (int64_t)(t * CLOCK_S), p);
}

static int read_at(const struct history *h, int id, double now)
{
    return history_read(h, id, (int64_t)(now * CLOCK_S), x, y, N);
}

static void points_come_back_by_time_and_class(void **state)
{
    (void)state;
    struct history *h = history_new(2, 3, 60, 100);
    push(h, 7, 10, 0.25f);
    push(h, 8, 11, 0.5f);
    push(h, 7, 40, 0.75f); /* a gap stays a gap: two points, nothing between */
    assert_int_equal(read_at(h, 7, 50), 2);
    assert_true(x[0] == 10 && x[1] == 40);
    assert_true(y[0] == 0.25f && y[1] == 0.75f && y[N] == 0.75f && y[N + 1] == 0.25f);
    assert_int_equal(read_at(h, 7, 70), 1); /* at 70 s the point of 10 s is a minute old */
    assert_true(x[0] == 40);
    assert_int_equal(read_at(h, 7, 39), 1); /* what is not yet, is not shown */
    assert_int_equal(read_at(h, 9, 50), 0);
    history_clear(h);
    assert_int_equal(read_at(h, 7, 50), 0);
    history_free(h);
    history_free(NULL);
}

static void ring_reaches_back_the_whole_span_at_any_rate(void **state)
{
    (void)state;
    struct history *h = history_new(2, 1, 60, 100);
    for (int i = 0; i < 120 * 97; i++)
        push(h, 1, i / 97.0, 0.5f);
    int n = read_at(h, 1, 120);
    assert_in_range(n, 90, 100);
    assert_true(x[0] < 62.5 && x[n - 1] > 119);
    for (int i = 1; i < n; i++)
        assert_true(x[i] > x[i - 1]);
    assert_int_equal(history_read(h, 1, 120 * CLOCK_S, x, y, 5), 5); /* the newest five */
    assert_true(x[4] > 119);
    history_free(h);
}

static void time_that_stands_or_goes_back_is_ignored(void **state)
{
    (void)state;
    struct history *h = history_new(2, 1, 60, 100);
    push(h, 1, 10, 0.1f);
    push(h, 1, 10, 0.2f);
    push(h, 1, 9, 0.3f);
    assert_int_equal(read_at(h, 1, 20), 1);
    assert_true(y[0] == 0.1f);
    history_free(h);
}

static void longest_absent_face_makes_room(void **state)
{
    (void)state;
    struct history *h = history_new(2, 2, 60, 10);
    push(h, 1, 1, 0.1f);
    push(h, 2, 2, 0.2f);
    push(h, 1, 3, 0.3f);
    push(h, 3, 4, 0.4f); /* 2 was seen last at 2 s, 1 at 3 s, though thinned out */
    assert_int_equal(read_at(h, 1, 5), 1);
    assert_int_equal(read_at(h, 2, 5), 0);
    assert_int_equal(read_at(h, 3, 5), 1);
    history_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_come_back_by_time_and_class),
        cmocka_unit_test(ring_reaches_back_the_whole_span_at_any_rate),
        cmocka_unit_test(time_that_stands_or_goes_back_is_ignored),
        cmocka_unit_test(longest_absent_face_makes_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
