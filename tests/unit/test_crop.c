/* Tests of the crop: areas and pixels against numbers worked out by hand. */
#include "tests/unit/unit.h"

#include <math.h>

#include "vision/crop.h"

static void near(float got, float want)
{
    if (fabsf(got - want) > 1e-3f)
        fail_msg("got %g, want %g", (double)got, (double)want);
}

static void margin_grows_the_box_around_its_middle(void **state)
{
    (void)state;
    struct box box = {100, 50, 40, 40};
    struct crop_area a = crop_area(&box, 0.25, 48, 48);
    near(a.x, 95);
    near(a.y, 45);
    near(a.w, 50);
    near(a.h, 50);
    a = crop_area(&box, 0, 96, 48); /* a tall input takes more above and below */
    near(a.x, 100);
    near(a.w, 40);
    near(a.y, 30);
    near(a.h, 80);
    struct box wide = {0, 0, 40, 20};
    a = crop_area(&wide, 0, 48, 48);
    near(a.y, -10);
    near(a.h, 40);
}

static void shrinking_averages_the_area(void **state)
{
    (void)state;
    static const uint8_t grey[4 * 4] = {
        0,  10, 20, 30, /* */
        40, 50, 60, 70, /* */
        80, 90, 0,  0,  /* */
        80, 90, 0,  255,
    };
    float out[4];
    crop_scale(grey, 4, 4, &(struct crop_area){0, 0, 4, 4}, out, 2, 2);
    near(out[0], 25);
    near(out[1], 45);
    near(out[2], 85);
    near(out[3], 63.75f);
    /* 1.5 pixels each way: (0 + 10 / 2 + 40 / 2 + 50 / 4) / 2.25 */
    crop_scale(grey, 4, 4, &(struct crop_area){0, 0, 3, 3}, out, 2, 2);
    near(out[0], 37.5f / 2.25f);
}

static void enlarging_interpolates(void **state)
{
    (void)state;
    static const uint8_t grey[2] = {0, 100};
    float out[4];
    crop_scale(grey, 2, 1, &(struct crop_area){0, 0, 2, 1}, out, 1, 4);
    near(out[0], 0); /* sampled at -0.25, 0.25, 0.75, 1.25 between pixels 0 and 1 */
    near(out[1], 25);
    near(out[2], 75);
    near(out[3], 100);
}

static void same_size_changes_nothing(void **state)
{
    (void)state;
    uint8_t grey[7 * 5];
    float out[3 * 3];
    for (int i = 0; i < 35; i++)
        grey[i] = (uint8_t)(i * 37);
    crop_scale(grey, 7, 5, &(struct crop_area){2, 1, 3, 3}, out, 3, 3);
    for (int y = 0; y < 3; y++) {
        for (int x = 0; x < 3; x++)
            near(out[y * 3 + x], grey[(y + 1) * 7 + x + 2]);
    }
}

static void outside_is_the_nearest_edge(void **state)
{
    (void)state;
    static const uint8_t grey[2 * 2] = {10, 20, 30, 40};
    float out[16];
    crop_scale(grey, 2, 2, &(struct crop_area){-1, -1, 4, 4}, out, 4, 4);
    static const float want[16] = {10, 10, 20, 20, 10, 10, 20, 20, 30, 30, 40, 40, 30, 30, 40, 40};
    for (int i = 0; i < 16; i++)
        near(out[i], want[i]);
    crop_scale(grey, 2, 2, &(struct crop_area){50, 50, 8, 8}, out, 4, 4);
    for (int i = 0; i < 16; i++)
        near(out[i], 40);
}

static void any_area_keeps_the_mean_of_a_flat_picture(void **state)
{
    (void)state;
    static uint8_t grey[31 * 17];
    float out[48 * 48];
    for (size_t i = 0; i < sizeof grey; i++)
        grey[i] = 77;
    for (int i = 1; i < 200; i++) {
        struct crop_area a = {(float)i * 0.37f - 40, 11 - (float)i * 0.21f, 0.3f * (float)i,
                              0.7f * (float)i};
        crop_scale(grey, 31, 17, &a, out, 48, 48);
        for (int k = 0; k < 48 * 48; k++)
            assert_true(fabsf(out[k] - 77) < 0.02f);
    }
}

/* What eval reads from a data set's row, and what live cuts out of a frame, are the same numbers.
 */
static void a_picture_of_the_networks_size_is_its_input(void **state)
{
    (void)state;
    static uint8_t grey[48 * 48];
    static float out[48 * 48];
    for (int i = 0; i < 48 * 48; i++)
        grey[i] = (uint8_t)(i * 37 % 251);
    struct frame frame = {.width = 48, .height = 48, .grey = grey};
    struct box all = {0, 0, 48, 48};
    struct crop_how how = {0};
    crop_face(&frame, &all, &how, NULL, out, 48, 48);
    for (int i = 0; i < 48 * 48; i++)
        assert_true(out[i] == grey[i]);
}

/* A ramp that rises along a direction `turn` off the rows. */
static void paint_ramp(uint8_t *grey, int side, float turn)
{
    for (int i = 0; i < side * side; i++) {
        float x = (float)(i % side) + 0.5f - (float)side / 2,
              y = (float)(i / side) + 0.5f - (float)side / 2;
        grey[i] = (uint8_t)lrintf(128 + 0.8f * (cosf(turn) * x + sinf(turn) * y));
    }
}

static void a_turned_face_comes_out_level(void **state)
{
    (void)state;
    static uint8_t grey[120 * 120];
    static float out[24 * 24];
    struct frame frame = {.width = 120, .height = 120, .grey = grey};
    struct box box = {30, 30, 60, 60};
    struct crop_how how = {.align = true};
    for (int i = -5; i <= 5; i++) {
        struct crop_pose pose = {.turn = 0.1f * (float)i};
        paint_ramp(grey, 120, pose.turn);
        crop_face(&frame, &box, &how, &pose, out, 24, 24);
        for (int k = 0; k < 24 * 24; k++) {
            float want = 128 + 0.8f * 2.5f * ((float)(k % 24) + 0.5f - 12);
            assert_true(fabsf(out[k] - want) < 1);
        }
    }
    struct crop_pose pose = {.dx = 0.1f, .dy = -0.05f}; /* moved by six pixels and three */
    paint_ramp(grey, 120, 0);
    crop_face(&frame, &box, &how, &pose, out, 24, 24);
    assert_true(fabsf(out[12] - (128 + 0.8f * (2.5f * 0.5f + 6))) < 1);
    how.align = false; /* then the pose does not count */
    crop_face(&frame, &box, &how, &pose, out, 24, 24);
    assert_true(fabsf(out[12] - (128 + 0.8f * 2.5f * 0.5f)) < 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_of_the_networks_size_is_its_input),
        cmocka_unit_test(a_turned_face_comes_out_level),
        cmocka_unit_test(margin_grows_the_box_around_its_middle),
        cmocka_unit_test(shrinking_averages_the_area),
        cmocka_unit_test(enlarging_interpolates),
        cmocka_unit_test(same_size_changes_nothing),
        cmocka_unit_test(outside_is_the_nearest_edge),
        cmocka_unit_test(any_area_keeps_the_mean_of_a_flat_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
