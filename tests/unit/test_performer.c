/* Tests of the built-in performer: repeatable, moods that differ, a box where the face is. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "vision/performer.h"

#define W 160
#define H 120

static void draw(unsigned seed, int only, double t, uint8_t *grey, struct frame_truth *truth)
{
    struct performer p = {.seed = seed, .only = only};
    performer_draw(&p, t, W, H, NULL, grey, truth);
}

/* Mean absolute difference of two pictures within a box. */
static double differ(const uint8_t *a, const uint8_t *b, const struct box *in)
{
    long sum = 0;
    for (int y = in->y; y < in->y + in->h; y++) {
        for (int x = in->x; x < in->x + in->w; x++)
            sum += abs(a[y * W + x] - b[y * W + x]);
    }
    return (double)sum / (in->w * in->h);
}

static void same_seed_and_time_give_the_same_bytes(void **state)
{
    (void)state;
    static uint8_t rgb[2][W * H * 3], grey[2][W * H];
    for (int i = 0; i < 20; i++) {
        struct performer p = {.seed = (unsigned)i % 3, .only = -1};
        struct frame_truth truth[2];
        double t = i * 1.37;
        performer_draw(&p, t, W, H, rgb[0], grey[0], &truth[0]);
        performer_draw(&p, t + 5, W, H, rgb[1], grey[1], &truth[1]);
        assert_memory_not_equal(grey[0], grey[1], sizeof grey[0]);
        performer_draw(&p, t, W, H, rgb[1], grey[1], &truth[1]);
        assert_memory_equal(grey[0], grey[1], sizeof grey[0]);
        assert_memory_equal(rgb[0], rgb[1], sizeof rgb[0]);
        assert_memory_equal(&truth[0].face, &truth[1].face, sizeof truth[0].face);
        assert_int_equal(truth[0].mood, truth[1].mood);
    }
}

static void every_mood_looks_different(void **state)
{
    (void)state;
    static uint8_t grey[PERFORMER_MOODS][W * H];
    struct frame_truth truth;
    for (int m = 0; m < PERFORMER_MOODS; m++) {
        draw(1, m, 0.5, grey[m], &truth);
        assert_int_equal(truth.mood, m);
        assert_true(truth.strength == (m == PERFORMER_MOODS - 1 ? 0 : 1));
    }
    for (int a = 0; a < PERFORMER_MOODS; a++) {
        for (int b = 0; b < a; b++)
            assert_true(differ(grey[a], grey[b], &truth.face) > 1.5);
    }
}

static void seeds_are_different_people(void **state)
{
    (void)state;
    static uint8_t grey[2][W * H];
    struct frame_truth truth;
    draw(0, 6, 0.5, grey[0], &truth);
    for (unsigned seed = 1; seed < 20; seed++) {
        draw(seed, 6, 0.5, grey[1], &truth);
        assert_true(differ(grey[0], grey[1], &truth.face) > 4);
    }
}

static void the_tour_plays_every_mood_in_full(void **state)
{
    (void)state;
    static uint8_t grey[W * H];
    double strongest[PERFORMER_MOODS] = {0};
    int neutral = 0;
    for (double t = 0; t < 28; t += 0.1) {
        struct frame_truth truth;
        draw(7, -1, t, grey, &truth);
        assert_true(truth.known && truth.mood >= 0 && truth.mood < PERFORMER_MOODS);
        assert_true(truth.strength >= 0 && truth.strength <= 1);
        if (truth.strength > strongest[truth.mood])
            strongest[truth.mood] = truth.strength;
        neutral += truth.mood == PERFORMER_MOODS - 1;
    }
    for (int m = 0; m + 1 < PERFORMER_MOODS; m++)
        assert_true(strongest[m] == 1);
    assert_true(neutral > 40);
}

/* The middle of the box is skin: brighter than the eyes' sockets beside it are on average, and the
 * box lies within the picture. */
static void the_box_is_where_the_face_is(void **state)
{
    (void)state;
    static uint8_t rgb[W * H * 3];
    struct frame_truth truth;
    for (int i = 0; i < 60; i++) {
        struct performer p = {.seed = 3, .only = -1};
        performer_draw(&p, i * 0.7, W, H, rgb, NULL, &truth);
        const struct box *b = &truth.face;
        assert_true(b->x >= 0 && b->y >= 0 && b->x + b->w <= W && b->y + b->h <= H);
        long red = 0, blue = 0; /* skin is redder than any wall or eye */
        for (int y = b->y + b->h * 2 / 5; y < b->y + b->h * 3 / 5; y++) {
            for (int x = b->x + b->w * 2 / 5; x < b->x + b->w * 3 / 5; x++) {
                red += rgb[3 * (y * W + x)];
                blue += rgb[3 * (y * W + x) + 2];
            }
        }
        assert_true(red > blue + blue / 10);
    }
}

static void any_size_is_drawn(void **state)
{
    (void)state;
    static const int size[][2] = {{1, 1}, {3, 200}, {200, 3}, {64, 64}, {257, 100}, {1280, 720}};
    for (size_t i = 0; i < sizeof size / sizeof size[0]; i++) {
        size_t n = (size_t)size[i][0] * (size_t)size[i][1];
        uint8_t *rgb = malloc(3 * n), *grey = malloc(n);
        struct performer p = {.seed = 5, .only = -1};
        performer_draw(&p, 12.3, size[i][0], size[i][1], rgb, grey, NULL);
        free(rgb);
        free(grey);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed_and_time_give_the_same_bytes),
        cmocka_unit_test(every_mood_looks_different),
        cmocka_unit_test(seeds_are_different_people),
        cmocka_unit_test(the_tour_plays_every_mood_in_full),
        cmocka_unit_test(the_box_is_where_the_face_is),
        cmocka_unit_test(any_size_is_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
