/* Tests of vision/integral and vision/shrink: against sums and interpolation done the plain way. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "vision/integral.h"
#include "vision/shrink.h"

#define W 101
#define H 37

static void noise(uint8_t *p, int n, unsigned seed)
{
    struct rng r;
    rng_seed(&r, seed, 1);
    for (int i = 0; i < n; i++)
        p[i] = (uint8_t)rng_u32(&r);
}

static void check_sums(const struct integral *it, const uint8_t *p, int w, int h, int step)
{
    for (int y = 0; y <= h; y += 3)
        for (int x = 0; x <= w; x++) {
            uint32_t sum = 0, square = 0;
            for (int i = 0; i < y; i++)
                for (int k = 0; k < x; k++) {
                    sum += p[i * W + k];
                    square += (uint32_t)p[i * W + k] * p[i * W + k];
                }
            ptrdiff_t at = integral_at(it, step, y, x);
            assert_int_equal(it->sum[at], sum);
            assert_int_equal(it->square[at], square);
        }
}

static void integral_is_the_sum_of_all_above_and_left(void **state)
{
    (void)state;
    uint8_t p[W * H];
    struct integral it;
    integral_init(&it, W, H);
    for (unsigned round = 0; round < 60; round++) { /* all widths modulo a vector's length */
        int w = W - (int)round, step = 1 + (int)(round & 1);
        noise(p, W * H, round);
        integral_begin(&it, step);
        for (int y = 0; y < H; y++)
            integral_add_row(&it, y, p + y * W, w);
        check_sums(&it, p, w, H, step);
    }
    integral_free(&it);
}

static void neighbouring_windows_lie_side_by_side(void **state)
{
    (void)state;
    struct integral it;
    integral_init(&it, W, H);
    for (int step = 1; step <= 2; step++)
        for (int x = 0; x + step <= W; x++)
            assert_int_equal(integral_at(&it, step, 5, x) + 1, integral_at(&it, step, 5, x + step));
    integral_free(&it);
}

/* One pixel of the small picture in floating point, with weights of 8 bits. */
static int plain_pixel(const uint8_t *p, int w, int h, double fx, double fy)
{
    int x = (int)fmax(0, fmin(w - 1, floor(fx))), y = (int)fmax(0, fmin(h - 1, floor(fy)));
    int right = fx < 0 || x == w - 1 ? 0 : (int)lrint((fx - x) * 256);
    int lower = fy < 0 || y == h - 1 ? 0 : (int)lrint((fy - y) * 256);
    int x1 = x + (right > 0), y1 = y + (lower > 0);
    double upper_mix = p[y * w + x] * (256 - right) + p[y * w + x1] * right;
    double lower_mix = p[y1 * w + x] * (256 - right) + p[y1 * w + x1] * right;
    return (int)floor((upper_mix * (256 - lower) + lower_mix * lower) / 65536 + 0.5);
}

static void shrunk_picture_is_the_plain_interpolation(void **state)
{
    (void)state;
    static const int sizes[][2] = {{W, H}, {92, 34}, {77, 29}, {51, 19}, {33, 12}, {16, 6}, {1, 1}};
    uint8_t p[W * H], row[W + 64];
    noise(p, W * H, 3);
    for (size_t k = 0; k < MEM_COUNT(sizes); k++) {
        int w = sizes[k][0], h = sizes[k][1];
        struct shrink s;
        shrink_init(&s, W, H, w, h);
        for (int y = 0; y < h; y++) {
            shrink_row(&s, p, W, y, row);
            for (int x = 0; x < w; x++)
                assert_int_equal(row[x], plain_pixel(p, W, H, (x + 0.5) / ((double)w / W) - 0.5,
                                                     (y + 0.5) / ((double)h / H) - 0.5));
        }
        shrink_free(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integral_is_the_sum_of_all_above_and_left),
        cmocka_unit_test(neighbouring_windows_lie_side_by_side),
        cmocka_unit_test(shrunk_picture_is_the_plain_interpolation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
