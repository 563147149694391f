/* Tests of JPEG files as data sets read them: vision/jpeg.h and vision/media_picture.h. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "base/file.h"
#include "base/mem.h"
#include "vision/jpeg.h"
#include "vision/media_picture.h"

enum { WIDTH = 61, HEIGHT = 45, FILE_ROOM = 1 << 16 };

#define PATH "/tmp/moodtop-test-jpeg.jpg"

/* A file as libjpeg writes it. */
struct file {
    uint8_t data[FILE_ROOM];
    size_t size;
};

static void encode(struct file *f, J_COLOR_SPACE from, J_COLOR_SPACE as, bool progressive)
{
    struct jpeg_compress_struct c;
    struct jpeg_error_mgr errors;
    unsigned char *data = NULL;
    unsigned long size = 0;
    c.err = jpeg_std_error(&errors);
    jpeg_create_compress(&c);
    jpeg_mem_dest(&c, &data, &size);
    c.image_width = WIDTH;
    c.image_height = HEIGHT;
    c.in_color_space = from;
    c.input_components = from == JCS_GRAYSCALE ? 1 : from == JCS_CMYK ? 4 : 3;
    jpeg_set_defaults(&c);
    jpeg_set_colorspace(&c, as);
    jpeg_set_quality(&c, 85, TRUE);
    if (progressive)
        jpeg_simple_progression(&c);
    jpeg_start_compress(&c, TRUE);
    for (int y = 0; y < HEIGHT; y++) {
        JSAMPLE line[WIDTH * 4], *row = line;
        for (int i = 0; i < WIDTH * c.input_components; i++)
            line[i] = (JSAMPLE)(i * i / 7 + y * 31 + i * y % 97);
        jpeg_write_scanlines(&c, &row, 1);
    }
    jpeg_finish_compress(&c);
    jpeg_destroy_compress(&c);
    assert_true(size < FILE_ROOM);
    memcpy(f->data, data, size);
    f->size = size;
    free(data);
}

/* The luma in the file, as libjpeg gives it together with the colours. */
static void luma_of(const struct file *f, uint8_t *luma)
{
    struct jpeg_decompress_struct c;
    struct jpeg_error_mgr errors;
    c.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&c);
    jpeg_mem_src(&c, f->data, f->size);
    jpeg_read_header(&c, TRUE);
    c.out_color_space = c.jpeg_color_space;
    jpeg_start_decompress(&c);
    while (c.output_scanline < HEIGHT) {
        JSAMPLE line[WIDTH * 4], *row = line;
        uint8_t *out = luma + c.output_scanline * WIDTH;
        jpeg_read_scanlines(&c, &row, 1);
        for (int x = 0; x < WIDTH; x++)
            out[x] = line[x * c.output_components];
    }
    jpeg_finish_decompress(&c);
    jpeg_destroy_decompress(&c);
}

static const uint8_t *grey_of(struct jpeg *j, const struct file *f)
{
    int width = 0, height = 0;
    const uint8_t *grey = jpeg_grey(j, f->data, f->size, &width, &height);
    if (grey != NULL) {
        assert_int_equal(width, WIDTH);
        assert_int_equal(height, HEIGHT);
    }
    return grey;
}

/* Puts an EXIF segment with that orientation into the file; cut: its list goes on behind its end.
 */
static void add_exif(struct file *f, bool little, int orientation, bool cut)
{
    uint8_t exif[36] = {0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0,    0,    'M', 'M',
                        0,    42,   0, 0,  0,   8,   0,   1,   0x01, 0x12, 0,   3,
                        0,    0,    0, 1,  0,   0,   0,   0,   0,    0,    0,   0};
    static const uint8_t swapped[26] = {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1};
    if (little)
        memcpy(exif + 10, swapped, sizeof swapped);
    exif[little ? 28 : 29] = (uint8_t)orientation;
    if (cut)
        exif[little ? 18 : 19] = 2;
    memmove(f->data + 2 + sizeof exif, f->data + 2, f->size - 2);
    memcpy(f->data + 2, exif, sizeof exif);
    f->size += sizeof exif;
}

/* Reads it as a data set's picture: NULL, or the grey levels. */
static const uint8_t *read_file(struct media_picture *m, const struct file *f, size_t size,
                                int *width, int *height, struct err *err)
{
    FILE *out = fopen(PATH, "w");
    assert_non_null(out);
    assert_int_equal(fwrite(f->data, 1, size, out), size);
    assert_int_equal(fclose(out), 0);
    err->text[0] = '\0';
    return media_picture_read(m, PATH, width, height, err);
}

static void grey_is_the_luma_of_the_file(void **state)
{
    static const struct {
        J_COLOR_SPACE from, as;
        bool progressive;
    } cases[] = {{JCS_GRAYSCALE, JCS_GRAYSCALE, false},
                 {JCS_GRAYSCALE, JCS_GRAYSCALE, true},
                 {JCS_RGB, JCS_YCbCr, false},
                 {JCS_RGB, JCS_YCbCr, true},
                 {JCS_YCbCr, JCS_YCbCr, false}};
    static struct file f;
    static uint8_t luma[WIDTH * HEIGHT];
    struct jpeg *j = jpeg_open();
    struct media_picture *m = media_picture_open();
    (void)state;
    for (size_t i = 0; i < MEM_COUNT(cases); i++) {
        struct err err;
        int width, height;
        encode(&f, cases[i].from, cases[i].as, cases[i].progressive);
        luma_of(&f, luma);
        const uint8_t *grey = grey_of(j, &f);
        assert_non_null(grey);
        assert_memory_equal(grey, luma, sizeof luma);
        grey = read_file(m, &f, f.size, &width, &height, &err);
        assert_non_null(grey);
        assert_memory_equal(grey, luma, sizeof luma);
    }
    jpeg_close(j);
    media_picture_close(m);
}

/* The same pixels come out of libav, to which whatever is not for libjpeg goes. */
static void colours_that_libjpeg_does_not_turn_grey_are_read(void **state)
{
    static struct file f;
    struct jpeg *j = jpeg_open();
    struct media_picture *m = media_picture_open();
    struct err err;
    int width = 0, height = 0;
    (void)state;
    encode(&f, JCS_CMYK, JCS_CMYK, false);
    assert_null(grey_of(j, &f));
    assert_non_null(read_file(m, &f, f.size, &width, &height, &err));
    assert_int_equal(width, WIDTH);
    assert_int_equal(height, HEIGHT);
    encode(&f, JCS_RGB, JCS_RGB, false); /* told by an Adobe segment */
    assert_non_null(grey_of(j, &f));
    jpeg_close(j);
    media_picture_close(m);
}

static void turned_pictures_are_made_upright(void **state)
{
    static struct file plain, f;
    struct jpeg *j = jpeg_open();
    struct media_picture *m = media_picture_open();
    (void)state;
    encode(&plain, JCS_GRAYSCALE, JCS_GRAYSCALE, false);
    for (int k = 0; k < 2 * 9; k++) {
        struct err err;
        int width = 0, height = 0, orientation = k / 2;
        f = plain;
        add_exif(&f, k % 2, orientation, false);
        assert_int_equal(grey_of(j, &f) != NULL, orientation == 1);
        const uint8_t *grey = read_file(m, &f, f.size, &width, &height, &err);
        assert_non_null(grey);
        assert_int_equal(width, orientation >= 5 ? HEIGHT : WIDTH);
        assert_int_equal(height, orientation >= 5 ? WIDTH : HEIGHT);
    }
    f = plain;
    add_exif(&f, true, 1, true);
    assert_null(grey_of(j, &f)); /* what follows the end might turn it */
    f.data[6] = 'X';
    assert_non_null(grey_of(j, &f)); /* no EXIF at all */
    jpeg_close(j);
    media_picture_close(m);
}

static void a_file_that_is_cut_off_is_an_error(void **state)
{
    static struct file f;
    struct jpeg *j = jpeg_open();
    struct media_picture *m = media_picture_open();
    struct err err;
    int width, height;
    (void)state;
    encode(&f, JCS_RGB, JCS_YCbCr, false);
    for (size_t size = 0; size < f.size; size++) {
        uint8_t *cut = mem_alloc(size + 1); /* so that a sanitizer sees what is read behind it */
        memcpy(cut, f.data, size);
        assert_null(jpeg_grey(j, cut, size, &width, &height));
        free(cut);
    }
    assert_non_null(grey_of(j, &f)); /* as good as before */
    assert_null(read_file(m, &f, f.size - 2, &width, &height, &err));
    assert_string_equal(err.text, PATH ": the picture is cut off: expected its end, got the end of "
                                       "the file");
    assert_null(read_file(m, &f, f.size / 2, &width, &height, &err));
    assert_non_null(strstr(err.text, "the picture is cut off"));
    assert_null(read_file(m, &f, 0, &width, &height, &err));
    assert_string_equal(err.text, PATH ": expected a picture, got an empty file");
    assert_non_null(read_file(m, &f, f.size, &width, &height, &err));
    jpeg_close(j);
    media_picture_close(m);
}

static void damage_is_not_painted_over(void **state)
{
    static struct file whole, f;
    struct jpeg *j = jpeg_open();
    int sound = 0, width = 0, height = 0;
    (void)state;
    encode(&whole, JCS_RGB, JCS_YCbCr, true);
    for (size_t at = 2; at < whole.size; at++) {
        f = whole;
        f.data[at] ^= 0x5a;
        sound += jpeg_grey(j, f.data, f.size, &width, &height) != NULL;
    }
    assert_true(sound < (int)whole.size / 2); /* tables and coefficients may stand for others */
    assert_non_null(grey_of(j, &whole));
    jpeg_close(j);
}

static void a_size_beyond_bounds_is_refused(void **state)
{
    struct jpeg *j = jpeg_open();
    struct media_picture *m = media_picture_open();
    struct err err = {""};
    size_t size;
    int width, height;
    char *huge = file_read("tests/data/bad/huge.jpg", 1 << 20, &size, &err);
    (void)state;
    assert_non_null(huge);
    assert_null(jpeg_grey(j, (uint8_t *)huge, size, &width, &height));
    assert_null(media_picture_read(m, "tests/data/bad/huge.jpg", &width, &height, &err));
    assert_string_equal(err.text, "tests/data/bad/huge.jpg: cannot be decoded: Picture size "
                                  "65535x65535 is invalid");
    free(huge);
    jpeg_close(j);
    media_picture_close(m);
}

static int remove_file(void **state)
{
    (void)state;
    remove(PATH);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grey_is_the_luma_of_the_file),
        cmocka_unit_test(colours_that_libjpeg_does_not_turn_grey_are_read),
        cmocka_unit_test(turned_pictures_are_made_upright),
        cmocka_unit_test(a_file_that_is_cut_off_is_an_error),
        cmocka_unit_test(damage_is_not_painted_over),
        cmocka_unit_test(a_size_beyond_bounds_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, remove_file);
}
