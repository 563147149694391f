/* Files as sources: containers and codecs, pictures of every kind, what is damaged, what we wrote.
 */
#include "tests/unit/source_kit.h"

#include "vision/media_write.h"

#define MEDIA "tests/data/media/"
#define BAD "tests/data/bad/"

/* ---- real films and pictures ------------------------------------------------------------------
 */

static void test_containers(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int frames, width, height;
    } films[] = {
        {"bench_clip_640x480.mp4", 300, 640, 480},
        {"webcam_man_400x300.mp4", 1337, 400, 300},
        {"group_640x480.mp4", 90, 640, 480},
        {"face_h264.mp4", 31, 0, 0},
        {"face_vp8.webm", 31, 0, 0},
        {"face_xvid.avi", 31, 0, 0},
        {"face_theora.ogg", 30, 0, 0},
    };
    NEED_SHARED("media/face_h264.mp4");
    for (size_t i = 0; i < MEM_COUNT(films); i++) {
        char *path = mem_printf(SHARED_DATA "media/%s", films[i].name);
        struct source *s = open_fast(path);
        int n = count_frames(s);
        if (n != films[i].frames)
            fail_msg("%s: %d frames, not %d", path, n, films[i].frames);
        source_close(s);
        s = open_fast(path);
        struct frame *f = must_next(s);
        assert_true(films[i].width == 0 || f->width == films[i].width);
        assert_true(films[i].height == 0 || f->height == films[i].height);
        assert_non_null(f->rgb);
        frame_unref(f);
        source_close(s);
        free(path);
    }
}

static void test_exif_photo(void **state)
{
    (void)state;
    NEED_SHARED("photos/exif_rotated.jpg");
    struct source *s = open_fast(SHARED_DATA "photos/exif_rotated.jpg");
    struct frame *f = must_next(s);
    assert_int_equal(f->width, 480);
    assert_int_equal(f->height, 600);
    frame_unref(f);
    must_end(s);
    source_close(s);
}

/* ---- kinds of pictures ------------------------------------------------------------------------
 */

/* Red, green, blue over white, black, grey; luma after BT.601. */
static const uint8_t six[18] = {255, 0,   0,   0, 255, 0, 0,   0,   255,
                                255, 255, 255, 0, 0,   0, 128, 128, 128};
static const int six_grey[6] = {76, 150, 29, 255, 0, 128};

static void assert_six(const char *path, int tolerance)
{
    struct source *s = open_fast(path);
    struct frame *f = must_next(s);
    assert_int_equal(f->width, 3);
    assert_int_equal(f->height, 2);
    for (int i = 0; i < 6; i++) {
        if (abs(f->grey[i] - six_grey[i]) > tolerance)
            fail_msg("%s: pixel %d: grey %d, not %d", path, i, f->grey[i], six_grey[i]);
        for (int k = 0; f->rgb != NULL && k < 3; k++) {
            if (abs(f->rgb[3 * i + k] - six[3 * i + k]) > tolerance)
                fail_msg("%s: pixel %d, colour %d: %d, not %d", path, i, k, f->rgb[3 * i + k],
                         six[3 * i + k]);
        }
    }
    frame_unref(f);
    must_end(s);
    source_close(s);
}

static void test_kinds_of_pictures(void **state)
{
    (void)state;
    assert_six(MEDIA "rgb8.png", 2);
    assert_six(MEDIA "rgb16.png", 2);
    assert_six(MEDIA "palette.png", 2);
    assert_six(MEDIA "alpha.png", 2); /* what is half transparent is shown whole */
    assert_six(MEDIA "six.bmp", 2);
}

static void test_smallest(void **state)
{
    (void)state;
    struct source *s = open_fast(MEDIA "one.png");
    struct frame *f = must_next(s);
    assert_int_equal(f->width, 1);
    assert_int_equal(f->height, 1);
    assert_int_equal(f->grey[0], 255);
    frame_unref(f);
    source_close(s);
}

static void test_grey_has_no_colour(void **state)
{
    (void)state;
    struct source *s = open_fast(MEDIA "grey.png");
    struct frame *f = must_next(s);
    assert_null(f->rgb);
    assert_int_equal(f->grey[3], 255);
    assert_int_equal(f->grey[4], 0);
    frame_unref(f);
    source_close(s);
}

static void test_animation(void **state)
{
    (void)state;
    static const int grey[3] = {0, 128, 255};
    static const double at[3] = {0, 0.1, 0.3};
    struct source *s = open_fast(MEDIA "anim.gif");
    for (int i = 0; i < 3; i++) {
        struct frame *f = must_next(s);
        assert_int_equal(f->width, 5);
        assert_true(abs(f->grey[14] - grey[i]) <= 2);
        assert_true(f->pts > at[i] - 0.001 && f->pts < at[i] + 0.001);
        frame_unref(f);
    }
    must_end(s);
    source_close(s);
}

/* Names in which libav would see a pattern or a protocol. */
static void test_strange_names(void **state)
{
    (void)state;
    static const char *const names[] = {"a%d.png", "a%03d.png",  "b*.png",    "[c]?.png", "d:e.png",
                                        " .png",   "pipe:0.png", "{f,g}.png", "%%.png"};
    struct err err = {""};
    for (size_t i = 0; i < MEM_COUNT(names); i++) {
        const char *path = in_dir(names[i]);
        assert_int_equal(media_write_picture(path, six, 3, 2, &err), 0);
        assert_six(path, 2);
    }
    char *uri = mem_printf("file://%s", in_dir("a%d.png"));
    assert_six(uri, 2);
    free(uri);
}

/* ---- damaged ----------------------------------------------------------------------------------
 */

static void test_damaged(void **state)
{
    (void)state;
    must_not_open(BAD "none.mp4", BAD "none.mp4: No such file or directory");
    must_not_open(BAD "empty.jpg", BAD "empty.jpg: ");
    must_not_open(BAD "truncated.png", BAD "truncated.png: ");
    must_not_open(BAD "text.mp4", BAD "text.mp4: ");
    must_not_open(BAD "huge.jpg", BAD "huge.jpg: ");
}

/* ---- written and read again -------------------------------------------------------------------
 */

static uint8_t *gradient(int width, int height)
{
    uint8_t *rgb = mem_alloc((size_t)width * (size_t)height * 3);
    for (int i = 0; i < width * height; i++) {
        rgb[3 * i] = (uint8_t)(i % width * 255 / width);
        rgb[3 * i + 1] = (uint8_t)(i / width * 255 / height);
        rgb[3 * i + 2] = (uint8_t)(255 - i % width * 255 / width);
    }
    return rgb;
}

static void round_trip(const char *name, int width, int height, int tolerance)
{
    uint8_t *rgb = gradient(width, height);
    const char *path = in_dir(name);
    struct err err = {""};
    if (media_write_picture(path, rgb, width, height, &err) != 0)
        fail_msg("%s", err.text);
    struct source *s = open_fast(path);
    struct frame *f = must_next(s);
    assert_int_equal(f->width, width);
    assert_int_equal(f->height, height);
    for (int i = 0; i < 3 * width * height; i++) {
        if (abs(f->rgb[i] - rgb[i]) > tolerance)
            fail_msg("%s: byte %d: %d, not %d", name, i, f->rgb[i], rgb[i]);
    }
    frame_unref(f);
    source_close(s);
    free(rgb);
}

static void test_write_and_read(void **state)
{
    (void)state;
    round_trip("a.png", 64, 48, 0);
    round_trip("b.PNG", 33, 7, 0);
    round_trip("c.png", 1, 1, 0);
    round_trip("d.jpg", 64, 48, 12);
    round_trip("e.jpeg", 37, 21, 16);
}

static void test_write_fails(void **state)
{
    (void)state;
    struct err err = {""};
    assert_int_equal(media_write_picture(in_dir("a.tga"), six, 3, 2, &err), -1);
    assert_non_null(strstr(err.text, "expected a name that ends in .png or .jpg"));
    assert_int_equal(media_write_picture(in_dir("no/such/folder.png"), six, 3, 2, &err), -1);
    assert_non_null(strstr(err.text, "no/such/folder.png"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_containers),         cmocka_unit_test(test_exif_photo),
        cmocka_unit_test(test_kinds_of_pictures),  cmocka_unit_test(test_smallest),
        cmocka_unit_test(test_grey_has_no_colour), cmocka_unit_test(test_animation),
        cmocka_unit_test(test_strange_names),      cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_write_and_read),     cmocka_unit_test(test_write_fails),
    };
    return cmocka_run_group_tests(tests, kit_open, kit_close);
}
