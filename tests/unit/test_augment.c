/* Tests of nn/augment and nn/loader: exactness, determinism, order of batches. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "nn/augment.h"
#include "nn/loader.h"

enum { SIDE = DATASET_SIDE, N = DATASET_PIXELS };

static const struct train_opts everything = {.flip = true,
                                             .shift = 4,
                                             .rotate = 15,
                                             .zoom = 0.15,
                                             .brightness = 0.2,
                                             .contrast = 0.2,
                                             .erasing = 0.5};

static void fill_noise(uint8_t *image)
{
    struct rng r;
    rng_seed(&r, 5, 0);
    for (int i = 0; i < N; i++)
        image[i] = (uint8_t)rng_below(&r, 256);
}

static void everything_off_changes_nothing(void **state)
{
    (void)state;
    const struct train_opts off = {0};
    uint8_t src[N];
    float dst[N];
    fill_noise(src);
    for (int i = 0; i < 20; i++) {
        augment_image(&off, augment_key(1, 2, i), src, SIDE, SIDE, dst);
        for (int k = 0; k < N; k++)
            assert_true(dst[k] == (float)src[k]);
    }
}

static void flip_alone_is_exact(void **state)
{
    (void)state;
    const struct train_opts flip = {.flip = true};
    uint8_t src[N];
    float dst[N];
    int flipped = 0;
    fill_noise(src);
    for (int i = 0; i < 100; i++) {
        augment_image(&flip, augment_key(1, 0, i), src, SIDE, SIDE, dst);
        bool mirrored = dst[0] != (float)src[0];
        flipped += mirrored;
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++)
                assert_true(dst[y * SIDE + x] ==
                            (float)src[y * SIDE + (mirrored ? SIDE - 1 - x : x)]);
    }
    assert_in_range(flipped, 30, 70);
}

static void equal_keys_give_equal_pictures(void **state)
{
    (void)state;
    uint8_t src[N];
    float a[N], b[N];
    fill_noise(src);
    for (int i = 0; i < 50; i++) {
        augment_image(&everything, augment_key(7, 3, i), src, SIDE, SIDE, a);
        augment_image(&everything, augment_key(7, 3, i), src, SIDE, SIDE, b);
        assert_memory_equal(a, b, sizeof a);
        for (int k = 0; k < N; k++)
            assert_true(a[k] >= 0.0f && a[k] <= 255.0f);
        augment_image(&everything, augment_key(7, 4, i), src, SIDE, SIDE, b);
        assert_true(memcmp(a, b, sizeof a) != 0);
        augment_image(&everything, augment_key(8, 3, i), src, SIDE, SIDE, b);
        assert_true(memcmp(a, b, sizeof a) != 0);
    }
}

/* A straight ramp stays straight under shift, rotation and zoom: its slope tells all of them. */
static void warp_stays_within_its_limits(void **state)
{
    (void)state;
    const struct train_opts warp = {.shift = 4, .rotate = 15, .zoom = 0.15};
    uint8_t src[N];
    float dst[N];
    for (int i = 0; i < N; i++)
        src[i] = (uint8_t)(20 + 4 * (i % SIDE));
    float least = 100.0f, most = 0.0f;
    for (int i = 0; i < 500; i++) {
        augment_image(&warp, augment_key(1, 0, i), src, SIDE, SIDE, dst);
        int centre = SIDE / 2 * SIDE + SIDE / 2;
        float dx = (dst[centre + 1] - dst[centre - 1]) / 8.0f;
        float dy = (dst[centre + SIDE] - dst[centre - SIDE]) / 8.0f;
        float slope = sqrtf(dx * dx + dy * dy);
        least = slope < least ? slope : least;
        most = slope > most ? slope : most;
        assert_true(fabsf(atan2f(dy, dx)) < 15.01f * 0.01745329f);
        float x = (dst[centre] - 20.0f) / 4.0f - 23.5f; /* column that came to (24, 24) */
        assert_true(fabsf(x) < 6.5f);
    }
    assert_true(least > expf(-0.151f) && least < 0.9f);
    assert_true(most < expf(0.151f) && most > 1.1f);
}

static void erasing_touches_one_rectangle(void **state)
{
    (void)state;
    const struct train_opts erase = {.erasing = 1.0};
    uint8_t src[N];
    float dst[N];
    fill_noise(src);
    for (int i = 0; i < 50; i++) {
        augment_image(&erase, augment_key(1, 0, i), src, SIDE, SIDE, dst);
        int top = SIDE, bottom = -1, left = SIDE, right = -1, changed = 0;
        for (int k = 0; k < N; k++) {
            if (dst[k] == (float)src[k])
                continue;
            int y = k / SIDE, x = k % SIDE;
            top = y < top ? y : top;
            bottom = y > bottom ? y : bottom;
            left = x < left ? x : left;
            right = x > right ? x : right;
            changed++;
        }
        int area = (bottom - top + 1) * (right - left + 1);
        assert_in_range(changed, area * 9 / 10, area);
        assert_in_range(area, N / 60, N * 27 / 100);
    }
}

static void crop_moves_whole_pixels(void **state)
{
    (void)state;
    const struct train_opts crop = {.crop = 5};
    uint8_t src[N];
    float dst[N];
    fill_noise(src);
    bool seen[11][11] = {{false}};
    int kinds = 0;
    for (int i = 0; i < 300; i++) {
        augment_image(&crop, augment_key(1, 2, i), src, SIDE, SIDE, dst);
        int matches = 0;
        for (int dy = -5; dy <= 5; dy++) {
            for (int dx = -5; dx <= 5; dx++) {
                bool same = true;
                for (int k = 0; k < N && same; k++) {
                    int y = k / SIDE + dy, x = k % SIDE + dx;
                    bool in = y >= 0 && y < SIDE && x >= 0 && x < SIDE;
                    same = dst[k] == (in ? (float)src[y * SIDE + x] : 0.0f);
                }
                matches += same;
                kinds += same && !seen[dy + 5][dx + 5];
                seen[dy + 5][dx + 5] |= same;
            }
        }
        assert_int_equal(matches, 1);
    }
    assert_true(kinds > 100); /* of 121 */
}

/* Beta(a, a) folded to [0.5, 1] has the mean square 1 - E, with E(s (1 - s)) = a / (2 (2 a + 1)).
 */
static void blends_follow_the_beta_distribution(void **state)
{
    (void)state;
    static const double alphas[] = {0.05, 0.2, 1, 4};
    for (size_t k = 0; k < MEM_COUNT(alphas); k++) {
        double a = alphas[k], sum = 0;
        int other, low = 0;
        for (int i = 0; i < 20000; i++) {
            double s = (double)augment_blend(a, augment_key(9, 0, i), 10, &other);
            assert_true(s >= 0.5 && s <= 1.0);
            assert_in_range(other, 0, 9);
            low += other < 5;
            sum += s * (1 - s);
        }
        assert_in_range(low, 9500, 10500);
        assert_true(fabs(sum / 20000 - a / (2 * (2 * a + 1))) < 0.003);
    }
}

/* ---- loader -------------------------------------------------------------------------------- */

/* A data set of n training rows whose first pixel is the row's number. */
static struct dataset *numbered(int n)
{
    struct dataset *ds = dataset_new(n, DATASET_CLASSES);
    for (int i = 0; i < n; i++) {
        ds->own[(size_t)i * DATASET_PIXELS] = (uint8_t)i;
        ds->label[i] = (uint8_t)(i % DATASET_CLASSES);
    }
    dataset_update(ds);
    return ds;
}

static void an_epoch_shows_each_image_once(void **state)
{
    (void)state;
    struct err err = {""};
    struct dataset *ds = numbered(50);
    const struct train_opts opts = {.epochs = 3, .batch = 8, .seed = 4};
    struct lessons *lessons = lessons_open(ds, &opts, &err);
    assert_int_equal(loader_batches(lessons, &opts), 7);
    struct loader *l = loader_open(lessons, &opts, 0, 0, &err);
    int order[3][50];
    for (int e = 0; e < 3; e++) {
        int shown[50] = {0}, n = 0;
        for (int i = 0; i < 7; i++) {
            const struct batch *b = loader_next(l);
            assert_non_null(b);
            assert_int_equal(b->epoch, e);
            assert_int_equal(b->index, i);
            assert_int_equal(b->n, i < 6 ? 8 : 2);
            for (int k = 0; k < b->n; k++) {
                int row = (int)b->x[(size_t)k * DATASET_PIXELS];
                assert_int_equal(b->label[k], row % DATASET_CLASSES);
                shown[row]++;
                order[e][n++] = row;
            }
        }
        for (int i = 0; i < 50; i++)
            assert_int_equal(shown[i], 1);
    }
    assert_memory_not_equal(order[0], order[1], sizeof order[0]);
    assert_null(loader_next(l));
    assert_null(loader_next(l));
    loader_close(l);
    lessons_close(lessons);
    dataset_close(ds);
}

static void a_loader_goes_on_anywhere(void **state)
{
    (void)state;
    struct err err = {""};
    struct dataset *ds = numbered(50);
    struct train_opts opts = everything;
    opts.epochs = 2;
    opts.batch = 8;
    opts.limit = 40;
    opts.mixup = 0.4;
    opts.crop = 3;
    opts.sampler = TRAIN_SAMPLER_BALANCED;
    struct lessons *lessons = lessons_open(ds, &opts, &err);
    struct loader *all = loader_open(lessons, &opts, 0, 0, &err);
    for (int i = 0; i < 10; i++) {
        const struct batch *a = loader_next(all);
        struct loader *late = loader_open(lessons, &opts, i / 5, i % 5, &err);
        const struct batch *b = loader_next(late);
        assert_int_equal(a->n, b->n);
        assert_memory_equal(a->label, b->label, (size_t)a->n);
        assert_memory_equal(a->x, b->x, (size_t)a->n * DATASET_PIXELS * sizeof(float));
        assert_memory_equal(a->target, b->target, (size_t)a->n * DATASET_CLASSES * sizeof(float));
        assert_memory_equal(a->weight, b->weight, (size_t)a->n * sizeof(float));
        loader_close(late); /* with batches still in its queue */
    }
    assert_null(loader_next(all));
    loader_close(all);
    lessons_close(lessons);
    dataset_close(ds);
}

static void a_blend_has_the_target_of_both(void **state)
{
    (void)state;
    struct err err = {""};
    struct dataset *ds = numbered(50);
    for (int i = 0; i < 50; i++) /* a flat picture for each class: blends show their share */
        memset(ds->own + (size_t)i * DATASET_PIXELS, 40 * ds->label[i], DATASET_PIXELS);
    const struct train_opts opts = {.epochs = 1, .batch = 50, .mixup = 1};
    struct lessons *lessons = lessons_open(ds, &opts, &err);
    struct loader *l = loader_open(lessons, &opts, 0, 0, &err);
    const struct batch *b = loader_next(l);
    int blended = 0;
    for (int i = 0; i < 50; i++) {
        double level = 0, whole = 0;
        for (int c = 0; c < DATASET_CLASSES; c++) {
            float q = b->target[i * DATASET_CLASSES + c];
            level += 40.0 * c * (double)q;
            whole += (double)q;
        }
        assert_true(fabs(whole - 1) < 1e-5);
        assert_true(fabs(level - (double)b->x[(size_t)i * DATASET_PIXELS]) < 1e-3);
        float own = b->target[i * DATASET_CLASSES + b->label[i]];
        assert_true(own >= 0.5f);
        blended += own < 0.99f;
    }
    assert_true(blended > 25);
    loader_close(l);
    lessons_close(lessons);
    dataset_close(ds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_off_changes_nothing),
        cmocka_unit_test(flip_alone_is_exact),
        cmocka_unit_test(equal_keys_give_equal_pictures),
        cmocka_unit_test(warp_stays_within_its_limits),
        cmocka_unit_test(erasing_touches_one_rectangle),
        cmocka_unit_test(crop_moves_whole_pixels),
        cmocka_unit_test(blends_follow_the_beta_distribution),
        cmocka_unit_test(a_blend_has_the_target_of_both),
        cmocka_unit_test(an_epoch_shows_each_image_once),
        cmocka_unit_test(a_loader_goes_on_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
