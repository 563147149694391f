/* Tests of tui/thrift: a simulated link, whose drawings are as large as the step says: it goes down
 * step by step as far as it must, comes back when the link does, and keeps a budget. */
#include "tests/unit/unit.h"

#include <math.h>
#include <string.h>

#include "tui/thrift.h"

#define S INT64_C(1000000000)

static const long size_at[THRIFT_STEPS] = {20000, 20000, 7000, 3000};

/* Runs for so many seconds over a link of so many bytes a second that adds delay s to each answer;
 * returns how many drawings went out. */
static int run(struct thrift *t, int64_t *now, double seconds, double link, double delay)
{
    int64_t end = *now + (int64_t)(seconds * 1e9);
    int n = 0;
    if (link > 0)
        thrift_answer(t, 0, (int64_t)(delay * 1e9), *now);
    while (*now < end) {
        int64_t when = thrift_when(t), frame = *now + (int64_t)(1e9 / t->fps);
        *now = when > frame ? when : frame;
        assert_true(thrift_ready(t, *now));
        long bytes = size_at[t->step];
        thrift_sent(t, bytes, true, *now);
        n++;
        if (link > 0) {
            int64_t took = (int64_t)(((double)bytes / link + delay) * 1e9);
            *now += took;
            thrift_answer(t, bytes, took, *now);
        }
    }
    return n;
}

static void a_fast_link_gets_all(void **state)
{
    (void)state;
    struct thrift t;
    char text[64];
    int64_t now = S;
    thrift_init(&t, 0, 15);
    run(&t, &now, 20, 5e6, 0.002);
    assert_int_equal(t.step, THRIFT_FULL);
    thrift_text(&t, text, sizeof text);
    assert_string_equal(text, "");
    thrift_init(&t, 0, 15);
    run(&t, &now, 20, 5e6, 0.5); /* far away, but wide */
    assert_int_equal(t.step, THRIFT_FULL);
}

static void a_slow_one_goes_down_step_by_step_and_back(void **state)
{
    (void)state;
    static const struct {
        double link;
        enum thrift_step step;
        const char *says;
    } rows[] = {
        {100000, THRIFT_RATE, "slow link: 3/s"},
        {40000, THRIFT_SIZE, "slow link: 4/s, small"},
        {10000, THRIFT_PLAIN, "slow link: 2/s, small, plain"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct thrift t;
        char text[64];
        int64_t now = S;
        thrift_init(&t, 0, 15);
        run(&t, &now, 30, rows[i].link, 0.01);
        assert_int_equal(t.step, rows[i].step);
        thrift_text(&t, text, sizeof text);
        assert_string_equal(text, rows[i].says);
        enum thrift_step before = t.step;
        int64_t changed = t.changed;
        run(&t, &now, 60, rows[i].link, 0.01);
        assert_int_equal(t.step, before); /* it does not swing */
        assert_true(t.changed == changed);
        run(&t, &now, 60, 5e6, 0.01);
        assert_int_equal(t.step, THRIFT_FULL);
    }
}

static void a_budget_is_kept(void **state)
{
    (void)state;
    struct thrift t;
    char text[64];
    int64_t now = S, start;
    thrift_init(&t, 10, 15);
    run(&t, &now, 20, 0, 0); /* no answers at all */
    assert_int_equal(t.step, THRIFT_PLAIN);
    start = now;
    int n = run(&t, &now, 60, 0, 0);
    assert_true(n * (double)size_at[THRIFT_PLAIN] / ((double)(now - start) / 1e9) < 10500);
    thrift_text(&t, text, sizeof text);
    assert_memory_equal(text, "10 kB/s: 2/s", 12);
    thrift_sent(&t, 50000, false, now); /* what keys need is paid for too */
    assert_true(thrift_when(&t) >= now + 5 * S);
}

static void strange_numbers_do_no_harm(void **state)
{
    (void)state;
    struct thrift t;
    thrift_init(&t, 0, 15);
    thrift_answer(&t, 0, 0, 0);
    thrift_answer(&t, -5, 100, 0);
    thrift_answer(&t, 100, -1, 0);
    assert_true(thrift_ready(&t, 0));
    assert_int_equal(t.step, THRIFT_FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fast_link_gets_all),
        cmocka_unit_test(a_slow_one_goes_down_step_by_step_and_back),
        cmocka_unit_test(a_budget_is_kept),
        cmocka_unit_test(strange_numbers_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
