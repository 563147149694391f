/* Pixels of a camera: every format against ITU-R BT.601 in doubles, odd sizes, padded rows. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "vision/camera_pixels.h"

static int whole(double v)
{
    return (int)lround(v < 0 ? 0 : v > 255 ? 255 : v);
}

/* BT.601: full range as in JFIF, limited range 16..235 and 16..240. */
static void expect(int y, int cb, int cr, bool full, int *grey, int rgb[3])
{
    double l = full ? y : (y - 16) * 255.0 / 219, k = full ? 1 : 255.0 / 224;
    double b = (cb - 128) * k, r = (cr - 128) * k;
    *grey = whole(l);
    l = l < 0 ? 0 : l > 255 ? 255 : l; /* colour is built on the luma that is shown */
    rgb[0] = whole(l + 1.402 * r);
    rgb[1] = whole(l - 0.344136 * b - 0.714136 * r);
    rgb[2] = whole(l + 1.772 * b);
}

static void assert_pixel(const struct frame *f, int x, int y, const int yuv[3], bool full)
{
    int grey, rgb[3], i = y * f->width + x;
    expect(yuv[0], yuv[1], yuv[2], full, &grey, rgb);
    bool ok = abs(f->grey[i] - grey) <= 1;
    for (int k = 0; f->rgb != NULL && k < 3; k++)
        ok = ok && abs(f->rgb[3 * i + k] - rgb[k]) <= 3;
    if (!ok)
        fail_msg("%d,%d of %dx%d: %d %d %d became grey %d, rgb %d %d %d, not grey %d, rgb %d %d %d",
                 x, y, f->width, f->height, yuv[0], yuv[1], yuv[2], f->grey[i], f->rgb[3 * i],
                 f->rgb[3 * i + 1], f->rgb[3 * i + 2], grey, rgb[0], rgb[1], rgb[2]);
}

/* What the format's definition says stands at a pixel. */
static void read_pixel(enum camera_pixels kind, const uint8_t *data, int stride, int height, int x,
                       int y, int yuv[3])
{
    if (kind == CAMERA_YUYV) {
        const uint8_t *row = data + y * stride;
        yuv[0] = row[2 * x];
        yuv[1] = row[4 * (x / 2) + 1];
        yuv[2] = row[4 * (x / 2) + 3];
        return;
    }
    int half = (stride + 1) / 2;
    const uint8_t *cb = data + stride * height;
    yuv[0] = data[y * stride + x];
    yuv[1] = cb[y / 2 * half + x / 2];
    yuv[2] = cb[(height + 1) / 2 * half + y / 2 * half + x / 2];
}

static void check(enum camera_pixels kind, int width, int height, int stride, bool full, bool rgb)
{
    struct frame_pool *pool = frame_pool_new(1);
    struct frame *f = frame_new(pool, width, height, rgb);
    size_t size = camera_pixels_size(kind, stride, height);
    uint8_t *data = mem_alloc(size); /* exactly so much: the sanitizer sees a byte too far */
    struct rng rng;
    rng_seed(&rng, (uint64_t)width, (uint64_t)height);
    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t)rng_u32(&rng);
    camera_pixels_copy(kind, data, stride, full, f);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            int yuv[3];
            if (kind == CAMERA_GREY) {
                assert_int_equal(f->grey[y * width + x], data[y * stride + x]);
                continue;
            }
            read_pixel(kind, data, stride, height, x, y, yuv);
            assert_pixel(f, x, y, yuv, full);
        }
    }
    free(data);
    frame_unref(f);
    frame_pool_free(pool);
}

static const struct {
    int width, height;
} sizes[] = {{2, 2}, {4, 3}, {6, 1}, {34, 17}, {640, 48}, {1280, 2}};

static void test_yuyv(void **state)
{
    (void)state;
    for (size_t i = 0; i < MEM_COUNT(sizes); i++) {
        for (int k = 0; k < 8; k++)
            check(CAMERA_YUYV, sizes[i].width, sizes[i].height,
                  2 * sizes[i].width + (k & 4 ? 12 : 0), k & 1, k & 2);
    }
}

static void test_yuv420(void **state)
{
    (void)state;
    for (size_t i = 0; i < MEM_COUNT(sizes); i++) {
        for (int k = 0; k < 8; k++)
            check(CAMERA_YUV420, sizes[i].width, sizes[i].height, sizes[i].width + (k & 4 ? 6 : 0),
                  k & 1, k & 2);
    }
    check(CAMERA_YUV420, 5, 5, 5, true, true);
    check(CAMERA_YUV420, 1, 1, 1, false, true);
}

static void test_grey(void **state)
{
    (void)state;
    check(CAMERA_GREY, 1, 1, 1, true, false);
    check(CAMERA_GREY, 33, 5, 40, true, false);
}

static void test_odd_yuyv(void **state)
{
    (void)state;
    check(CAMERA_YUYV, 1, 1, 4, true, true);
    check(CAMERA_YUYV, 7, 3, 16, false, true);
}

/* All of luma: black and white of either range end up at 0 and 255, and nothing wraps around. */
static void test_every_luma(void **state)
{
    (void)state;
    uint8_t data[512];
    struct frame_pool *pool = frame_pool_new(1);
    struct frame *f = frame_new(pool, 256, 1, true);
    for (int full = 0; full < 2; full++) {
        for (int i = 0; i < 256; i++) {
            data[2 * i] = (uint8_t)i;
            data[2 * i + 1] = 128;
        }
        camera_pixels_copy(CAMERA_YUYV, data, 512, full, f);
        for (int i = 0; i < 256; i++) {
            int yuv[3] = {i, 128, 128};
            assert_pixel(f, i, 0, yuv, full);
            assert_true(i == 0 || f->grey[i] >= f->grey[i - 1]);
        }
        assert_int_equal(f->grey[full ? 0 : 16], 0);
        assert_int_equal(f->grey[full ? 255 : 235], 255);
    }
    frame_unref(f);
    frame_pool_free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_yuyv),       cmocka_unit_test(test_yuv420),
        cmocka_unit_test(test_grey),       cmocka_unit_test(test_odd_yuyv),
        cmocka_unit_test(test_every_luma),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
