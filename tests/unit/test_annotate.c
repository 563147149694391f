/* Tests of marked pictures: what is drawn where, and nothing beyond the picture's edge. */
#include "tests/unit/unit.h"

#include <string.h>

#include "vision/annotate.h"
#include "vision/font.h"

#define W 200
#define H 240

static const char *const labels[7] = {"angry", "disgust",  "fear",   "happy",
                                      "sad",   "surprise", "neutral"};
static struct scene scene;
static uint8_t rgb[W * H * 3];

static void one_face(int x, int y, int side, int mood, float p)
{
    memset(&scene, 0, sizeof scene);
    memset(rgb, 90, sizeof rgb);
    scene.classes = 7;
    scene.faces = 1;
    scene.face[0].id = 7;
    scene.face[0].mood = mood;
    scene.face[0].box = (struct box){x, y, side, side};
    for (int c = 0; c < 7; c++)
        scene.face[0].p[c] = c == mood ? p : (1 - p) / 6;
}

static const uint8_t *pixel(int x, int y)
{
    return rgb + 3 * (y * W + x);
}

/* Pixels of that colour in a rectangle. */
static int count(int x0, int y0, int x1, int y1, const uint8_t *like)
{
    int n = 0;
    for (int y = y0; y < y1; y++) {
        for (int x = x0; x < x1; x++)
            n += memcmp(pixel(x, y), like, 3) == 0;
    }
    return n;
}

static void a_box_is_drawn_on_its_border_only(void **state)
{
    (void)state;
    static const uint8_t grey[3] = {90, 90, 90};
    one_face(50, 40, 100, 3, 0.9f);
    annotate_scene(rgb, W, H, &scene, labels);
    assert_memory_not_equal(pixel(50, 60), grey, 3);
    assert_memory_equal(pixel(50, 60), pixel(149, 100), 3);
    assert_memory_equal(pixel(50, 60), pixel(100, 40), 3);
    assert_int_equal(count(52, 42, 148, 138, grey), 96 * 96);
    assert_int_equal(count(0, 0, 50, H, grey), 50 * H);
}

static void bars_grow_with_the_probability(void **state)
{
    (void)state;
    int last = 0;
    for (int i = 0; i <= 4; i++) {
        one_face(50, 20, 100, 3, (float)i * 0.25f);
        annotate_scene(rgb, W, H, &scene, labels);
        uint8_t happy[3];
        memcpy(happy, pixel(50, 60), 3);
        int n = count(50, 120, 150, 200, happy);
        assert_true(n > last);
        last = n;
    }
}

static void faces_over_the_edge_are_cut_off(void **state)
{
    (void)state;
    static const int at[][3] = {{-60, -60, 100}, {180, 200, 100}, {-10, 220, 400}, {500, 500, 30},
                                {0, 0, 1},       {199, 239, 1},   {-500, 0, 2000}};
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        one_face(at[i][0], at[i][1], at[i][2], 0, 1);
        annotate_scene(rgb, W, H, &scene, labels);
    }
    annotate_scene(rgb, 1, 1, &scene, labels);
}

static void letters_differ(void **state)
{
    (void)state;
    static const char all[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .%-:?";
    for (size_t a = 0; a + 1 < sizeof all; a++) {
        for (size_t b = 0; b < a; b++)
            assert_memory_not_equal(font_rows(all[a]), font_rows(all[b]), FONT_HEIGHT);
    }
    assert_memory_equal(font_rows('q'), font_rows('Q'), FONT_HEIGHT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_box_is_drawn_on_its_border_only),
        cmocka_unit_test(bars_grow_with_the_probability),
        cmocka_unit_test(faces_over_the_edge_are_cut_off),
        cmocka_unit_test(letters_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
