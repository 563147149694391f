/* Tests of the tracker: paths whose right answer is known. */
#include "tests/unit/unit.h"

#include <math.h>

#include "vision/track.h"

static struct detection at(double x, double y, int side)
{
    return (struct detection){{(int)x - side / 2, (int)y - side / 2, side, side}, 5};
}

/* The number of the face that detection j was taken for; 0 = none. */
static int id_of(const struct tracker *t, int j)
{
    for (int i = 0; i < t->tracks; i++) {
        if (t->track[i].detection == j)
            return t->track[i].id;
    }
    return 0;
}

static void larger_faces_get_the_first_numbers(void **state)
{
    (void)state;
    struct tracker t;
    tracker_init(&t);
    struct detection d[] = {at(300, 100, 120), at(60, 60, 60), at(500, 300, 50)};
    tracker_update(&t, d, NULL, 3, 0);
    for (int j = 0; j < 3; j++)
        assert_int_equal(id_of(&t, j), j + 1);
}

static void two_that_cross_keep_their_numbers(void **state)
{
    (void)state;
    struct tracker t;
    tracker_init(&t);
    for (int i = 0; i <= 60; i++) {
        double time = i / 30.0, x = 320 * time;
        /* one walks right, one left, a third of a side apart in height; the order of the
         * detections changes as it does in life */
        struct detection a = at(100 + x, 200, 90), b = at(740 - x, 235, 84);
        struct detection d[] = {i % 3 ? a : b, i % 3 ? b : a};
        tracker_update(&t, d, NULL, 2, time);
        assert_int_equal(t.tracks, 2);
        if (i == 0)
            continue;
        assert_int_equal(id_of(&t, i % 3 ? 0 : 1), 2);
        assert_int_equal(id_of(&t, i % 3 ? 1 : 0), 1);
    }
}

static void a_short_miss_keeps_the_number_and_a_long_one_does_not(void **state)
{
    (void)state;
    struct tracker t;
    struct detection d = at(200, 200, 100);
    tracker_init(&t);
    tracker_update(&t, &d, NULL, 1, 10);
    tracker_update(&t, NULL, NULL, 0, 10.2);
    assert_int_equal(t.tracks, 1);
    assert_int_equal(t.track[0].detection, -1);
    d = at(230, 210, 104);
    tracker_update(&t, &d, NULL, 1, 10.5);
    assert_int_equal(id_of(&t, 0), 1);
    tracker_update(&t, NULL, NULL, 0, 10.6);
    for (int i = 0; i < TRACK_KEEP_FRAMES; i++)
        tracker_update(&t, NULL, NULL, 0, 10.7);
    tracker_update(&t, &d, NULL, 1, 10.5 + TRACK_KEEP_S + 0.1);
    assert_int_equal(id_of(&t, 0), 2);
}

static void numbers_are_never_given_twice(void **state)
{
    (void)state;
    struct tracker t;
    tracker_init(&t);
    int last = 0;
    for (int i = 0; i < 200; i++) { /* somebody new in another corner every two seconds */
        struct detection d = at(100 + 400 * (i % 2), 100 + 300 * (i / 2 % 2), 80);
        tracker_update(&t, &d, NULL, 1, i * 2.0);
        assert_true(id_of(&t, 0) > last);
        last = id_of(&t, 0);
        for (int k = 0; k < TRACK_KEEP_FRAMES; k++)
            tracker_update(&t, NULL, NULL, 0, i * 2.0 + 0.1 * k);
        assert_int_equal(t.tracks, 1);
    }
    tracker_reset(&t);
    struct detection d = at(100, 100, 80);
    tracker_update(&t, &d, NULL, 1, 400);
    assert_int_equal(id_of(&t, 0), last + 1);
}

static void who_enters_does_not_take_a_number_that_is_in_use(void **state)
{
    (void)state;
    struct tracker t;
    tracker_init(&t);
    struct detection stays = at(300, 200, 100);
    tracker_update(&t, &stays, NULL, 1, 0);
    struct detection both[] = {at(480, 200, 140), at(304, 201, 98)};
    tracker_update(&t, both, NULL, 2, 0.1);
    assert_int_equal(id_of(&t, 1), 1);
    assert_int_equal(id_of(&t, 0), 2);
    /* the small face in the same place is somebody far behind, not the large one come back */
    struct detection small = at(480, 200, 30);
    tracker_update(&t, &small, NULL, 1, 0.2);
    assert_int_equal(id_of(&t, 0), 3);
}

static void time_that_goes_back_is_a_new_beginning(void **state)
{
    (void)state;
    struct tracker t;
    tracker_init(&t);
    struct detection d = at(300, 200, 100);
    tracker_update(&t, &d, NULL, 1, 50);
    tracker_update(&t, &d, NULL, 1, 0);
    assert_int_equal(t.tracks, 1);
    assert_int_equal(id_of(&t, 0), 2);
}

static void a_crowd_fills_the_room_and_no_more(void **state)
{
    (void)state;
    static struct detection d[DETECT_MAX];
    struct tracker t;
    tracker_init(&t);
    for (int j = 0; j < DETECT_MAX; j++)
        d[j] = at(50 + 60 * (j % 16), 50 + 60 * (j / 16), 40);
    for (int i = 0; i < 3; i++)
        tracker_update(&t, d, NULL, DETECT_MAX, i / 30.0);
    assert_int_equal(t.tracks, SCENE_FACES_MAX);
    for (int j = 0; j < SCENE_FACES_MAX; j++)
        assert_int_equal(id_of(&t, j), j + 1);
}

static void few_frames_a_second_keep_a_number_all_the_same(void **state)
{
    (void)state;
    struct tracker t;
    tracker_init(&t);
    for (int i = 0; i < 10; i++) { /* a frame in two seconds, and every third one misses */
        struct detection d = at(300 + 10 * i, 200, 100);
        tracker_update(&t, &d, NULL, i % 3 != 2, 2.0 * i);
        assert_int_equal(t.tracks, 1);
        assert_int_equal(t.track[0].id, 1);
    }
    for (int i = 0; i <= TRACK_KEEP_FRAMES; i++)
        tracker_update(&t, NULL, NULL, 0, 30 + i);
    assert_int_equal(t.tracks, 0);
}

/* Looks that have nothing in common: a half that is bright, left or upper. */
static struct looks looks_of(bool upper)
{
    struct looks l;
    for (int i = 0; i < LOOKS_SIDE * LOOKS_SIDE; i++) {
        int at = upper ? i / LOOKS_SIDE : i % LOOKS_SIDE;
        l.x[i] = (at < LOOKS_SIDE / 2 ? 1.0f : -1.0f) / LOOKS_SIDE;
    }
    return l;
}

static void two_that_meet_and_turn_back_are_told_apart_by_their_looks(void **state)
{
    (void)state;
    struct tracker t;
    tracker_init(&t);
    const struct looks one = looks_of(true), two = looks_of(false);
    for (int i = 0; i <= 90; i++) {
        double time = i / 30.0, apart = fabs(time - 1.5) * 200;
        struct detection d[] = {at(320 - apart / 2 - 2, 200, 100),
                                at(320 + apart / 2 + 2, 204, 100)};
        struct looks l[] = {one, two};
        bool hidden = apart < 60; /* one stands before the other */
        tracker_update(&t, d, l, hidden ? 1 : 2, time);
        if (!hidden) {
            assert_int_equal(id_of(&t, 0), 1);
            assert_int_equal(id_of(&t, 1), 2);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(larger_faces_get_the_first_numbers),
        cmocka_unit_test(two_that_cross_keep_their_numbers),
        cmocka_unit_test(a_short_miss_keeps_the_number_and_a_long_one_does_not),
        cmocka_unit_test(numbers_are_never_given_twice),
        cmocka_unit_test(who_enters_does_not_take_a_number_that_is_in_use),
        cmocka_unit_test(time_that_goes_back_is_a_new_beginning),
        cmocka_unit_test(a_crowd_fills_the_room_and_no_more),
        cmocka_unit_test(few_frames_a_second_keep_a_number_all_the_same),
        cmocka_unit_test(two_that_meet_and_turn_back_are_told_apart_by_their_looks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
