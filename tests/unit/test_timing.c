/* Timing: when a picture is due, without a word about how fast this machine is. */
#include "tests/unit/unit.h"

#include "base/clock.h"
#include "vision/timing.h"

static struct source source; /* only its stop flag counts */

static void test_no_speed_no_waiting(void **state)
{
    (void)state;
    struct timing t;
    int64_t due, before = clock_now();
    timing_init(&t, 0);
    assert_true(timing_wait(&t, &source, 1e6, &due));
    assert_true(due >= before && due <= clock_now());
}

static void test_first_is_due_at_once(void **state)
{
    (void)state;
    struct timing t;
    int64_t due, before = clock_now();
    timing_init(&t, 1);
    assert_true(timing_wait(&t, &source, 77.5, &due)); /* whatever its own time is */
    assert_true(due >= before && due <= clock_now());
}

static void test_distance_follows_the_speed(void **state)
{
    (void)state;
    static const double speeds[] = {0.5, 1, 4};
    for (int i = 0; i < 3; i++) {
        struct timing t;
        int64_t first, due;
        timing_init(&t, speeds[i]);
        assert_true(timing_wait(&t, &source, 10, &first));
        timing_wait(&t, &source, 1000, &due);
        int64_t want = (int64_t)(990 / speeds[i] * (double)CLOCK_S);
        assert_true(due - first >= want - 1000 && due - first <= want + 1000);
    }
}

static void test_not_due_yet(void **state)
{
    (void)state;
    struct timing t;
    int64_t due;
    timing_init(&t, 1);
    assert_true(timing_wait(&t, &source, 0, &due));
    assert_false(timing_wait(&t, &source, 1000, &due)); /* waits 100 ms, not 1000 s */
    assert_true(due > clock_now());
}

static void test_slowest(void **state)
{
    (void)state;
    struct timing t;
    int64_t due;
    timing_init(&t, 1e-300);
    assert_true(timing_wait(&t, &source, 0, &due));
    int64_t first = due;
    assert_false(timing_wait(&t, &source, 0.04, &due));
    assert_true(due == first + 1000000000 * CLOCK_S);
}

static void test_stopped(void **state)
{
    (void)state;
    struct timing t;
    int64_t due;
    timing_init(&t, 1);
    assert_true(timing_wait(&t, &source, 0, &due));
    atomic_store(&source.stop, true);
    assert_false(timing_wait(&t, &source, 1000, &due));
    atomic_store(&source.stop, false);
}

/* A pipe whose pictures always wait is caught up with by half a second, and by no more. */
static void test_hurry(void **state)
{
    (void)state;
    struct timing t;
    int64_t first, before, due;
    timing_init(&t, 1);
    t.hurries = true;
    assert_true(timing_wait(&t, &source, 0, &first));
    before = first;
    atomic_store(&source.stop, true); /* so that nobody really waits */
    for (int i = 1; i <= 30; i++) {
        timing_wait(&t, &source, i, &due);
        timing_wait(&t, &source, i, &due); /* asked again for the same picture */
        int64_t step = due - before, want = i <= 5 ? 900 * CLOCK_MS : CLOCK_S;
        assert_true(step >= want - 1000 && step <= want + 1000);
        before = due;
    }
    atomic_store(&source.stop, false);
    timing_init(&t, 1); /* without hurry */
    assert_true(timing_wait(&t, &source, 0, &first));
    assert_false(timing_wait(&t, &source, 10, &due));
    assert_true(due == first + 10 * CLOCK_S);
}

/* After a pause the film goes on from where it is: the next pictures do not come in a burst. */
static void test_pause_is_not_caught_up(void **state)
{
    (void)state;
    struct timing t;
    int64_t due, next;
    timing_init(&t, 1);
    assert_true(timing_wait(&t, &source, 0, &due));
    t.origin -= 60 * CLOCK_S;
    int64_t before = clock_now();
    assert_true(timing_wait(&t, &source, 0.04, &due));
    assert_true(due >= before && due <= clock_now());
    timing_wait(&t, &source, 1000.04, &next);
    assert_true(next - due >= 1000 * CLOCK_S - 1000 && next - due <= 1000 * CLOCK_S + 1000);
}

/* A hiccup shorter than half a second is caught up with: the clock stays the film's. */
static void test_hiccup_is_caught_up(void **state)
{
    (void)state;
    struct timing t;
    int64_t due;
    timing_init(&t, 1);
    t.running = true;
    t.origin = clock_now() - 40 * CLOCK_MS;
    int64_t origin = t.origin;
    if (timing_wait(&t, &source, 0.02, &due) && t.origin == origin)
        assert_true(due == origin + 20 * CLOCK_MS);
    else /* this machine slept for half a second between two lines */
        assert_true(t.origin > origin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_speed_no_waiting),
        cmocka_unit_test(test_first_is_due_at_once),
        cmocka_unit_test(test_distance_follows_the_speed),
        cmocka_unit_test(test_not_due_yet),
        cmocka_unit_test(test_slowest),
        cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_hurry),
        cmocka_unit_test(test_pause_is_not_caught_up),
        cmocka_unit_test(test_hiccup_is_caught_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
