/*
 * A clock that jumps, as time() of this program: a run's bytes do not depend on it, directories do
 * not collide, a watcher reads on.
 */
#include "tests/unit/runs.h"

#include <math.h>
#include <time.h>

#include "nn/runs.h"

static bool jumps;
static int asked;

/* Instead of the library's: years forward and back, when jumps is set. */
time_t time(time_t *at)
{
    static const time_t clock[] = {1763700000, 1000, 4000000000, 0, 1763700000, -86400, 2000000000};
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    time_t t = jumps ? clock[asked++ % 7] : now.tv_sec;
    if (at != NULL)
        *at = t;
    return t;
}

static void a_jumping_clock_changes_nothing(void **state)
{
    (void)state;
    struct train_opts o = options("steady");
    o.epochs = 6;
    char *steady = run_through(&o);
    jumps = true;
    o = options("jumps");
    o.epochs = 6;
    o.tensorboard = true;
    struct stopper s = {.after = 14};
    char *dir = run_part(start(&o), &s, TRAIN_STOPPED);
    resume_to_end(dir);
    assert_true(asked > 10);
    assert_same_run(steady, dir);
    struct err err = {""};
    struct run *run = run_open(dir, &err);
    assert_int_equal(run->epochs, 6);
    assert_int_equal(run->state, RUN_DONE);
    for (int i = 0; i < 6; i++)
        assert_true(run->epoch[i].seconds > 0 && run->epoch[i].seconds < 600);
    for (int i = 0; i < run->steps; i++)
        assert_true(run->step[i].eta_s >= 0 && run->step[i].eta_s < 3600);
    run_close(run);
    free(steady);
    free(dir);
}

static void the_same_moment_twice_makes_two_runs(void **state)
{
    (void)state;
    struct train_opts o = options("twice");
    o.epochs = 1;
    for (int i = 0; i < 8; i++) { /* more runs than moments */
        char *dir = run_through(&o);
        free(dir);
    }
    struct runs *runs = runs_list(o.out);
    assert_int_equal(runs->count, 8);
    for (int i = 0; i < 8; i++)
        assert_int_equal(runs->run[i]->state, RUN_DONE);
    runs_close(runs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_jumping_clock_changes_nothing),
        cmocka_unit_test(the_same_moment_twice_makes_two_runs),
    };
    return cmocka_run_group_tests(tests, make_data, remove_data);
}
