/* Tests of vision/detect on pictures made here, with a small cascade made for them. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "vision/detect.h"

#define W 320
#define H 240

static uint8_t picture[W * H];

static const struct detect_opts square = {
    .cascade = "tests/data/cascade_square.xml", .scale_factor = 1.1, .min_neighbors = 2};

static void fill(int x, int y, int w, int h, uint8_t grey)
{
    for (int i = y; i < y + h; i++)
        memset(picture + i * W + x, grey, (size_t)w);
}

/* What the cascade looks for, as large as `side`: a light square of half its side. */
static void put_square(int x, int y, int side)
{
    fill(x, y, side, side, 40);
    fill(x + side / 4, y + side / 4, side / 2, side / 2, 200);
}

static struct detector *must_open(const struct detect_opts *opts)
{
    struct err err = {""};
    struct detector *d = detector_open(opts, &err);
    assert_string_equal(err.text, "");
    assert_non_null(d);
    return d;
}

static void assert_near(struct box b, int x, int y, int side)
{
    int slack = side / 8 + 2;
    assert_in_range(b.x, x - slack, x + slack);
    assert_in_range(b.y, y - slack, y + slack);
    assert_in_range(b.w, side - 2 * slack, side + 2 * slack);
    assert_int_equal(b.w, b.h);
}

static void squares_of_all_sizes_are_found_largest_first(void **state)
{
    (void)state;
    struct detector *d = must_open(&square);
    struct detection out[DETECT_MAX];
    fill(0, 0, W, H, 40);
    assert_int_equal(detector_run(d, picture, W, H, W, out, DETECT_MAX), 0);
    put_square(20, 30, 32);
    put_square(100, 60, 120);
    put_square(250, 20, 48);
    assert_int_equal(detector_run(d, picture, W, H, W, out, DETECT_MAX), 3);
    assert_near(out[0].box, 100, 60, 120);
    assert_near(out[1].box, 250, 20, 48);
    assert_near(out[2].box, 20, 30, 32);
    assert_true(out[0].neighbors > 2);
    assert_int_equal(detector_run(d, picture, W, H, W, out, 1), 1);
    assert_near(out[0].box, 100, 60, 120);
    detector_close(d);
}

static void size_limits_are_obeyed(void **state)
{
    (void)state;
    struct detect_opts opts = square;
    opts.min_size = 40;
    opts.max_size = 70;
    struct detector *d = must_open(&opts);
    struct detection out[DETECT_MAX];
    fill(0, 0, W, H, 40);
    put_square(20, 30, 16);
    put_square(100, 60, 120);
    put_square(250, 20, 48);
    assert_int_equal(detector_run(d, picture, W, H, W, out, DETECT_MAX), 1);
    assert_near(out[0].box, 250, 20, 48);
    detector_close(d);
}

static void any_size_of_picture_will_do(void **state)
{
    (void)state;
    struct detector *d = must_open(&square);
    struct detection out[DETECT_MAX];
    fill(0, 0, W, H, 40);
    put_square(40, 30, 60);
    for (int w = 1; w <= W; w = w * 3 / 2 + 1)
        for (int h = 1; h <= H; h = h * 3 / 2 + 1) {
            int n = detector_run(d, picture, w, h, W, out, DETECT_MAX);
            assert_int_equal(n, w > 110 && h > 100 ? 1 : n);
            for (int i = 0; i < n; i++) {
                assert_true(out[i].box.x >= 0 && out[i].box.x + out[i].box.w <= w);
                assert_true(out[i].box.y >= 0 && out[i].box.y + out[i].box.h <= h);
            }
        }
    detector_close(d);
}

static void bad_options_are_refused(void **state)
{
    (void)state;
    struct detect_opts opts = square;
    struct err err = {""};
    opts.scale_factor = 1;
    assert_null(detector_open(&opts, &err));
    assert_non_null(strstr(err.text, "scale_factor"));
    opts = square;
    strcpy(opts.cascade, "tests/data/bad/cascade_truncated.xml");
    assert_null(detector_open(&opts, &err));
    assert_non_null(strstr(err.text, "cascade_truncated.xml:34"));
    detector_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(squares_of_all_sizes_are_found_largest_first),
        cmocka_unit_test(size_limits_are_obeyed),
        cmocka_unit_test(any_size_of_picture_will_do),
        cmocka_unit_test(bad_options_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
