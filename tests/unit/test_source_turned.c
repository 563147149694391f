/* Files as sources: pictures and films that are stored turned, their range of grey, odd sizes. */
#include "tests/unit/source_kit.h"

#include <libavformat/avformat.h>
#include <libavutil/display.h>

#include "vision/media_write.h"

/* ---- upright ----------------------------------------------------------------------------------
 */

#define UP_W 32
#define UP_H 16

/* The upright picture: four flat quarters. */
static int quarter(int x, int y)
{
    static const int grey[2][2] = {{20, 90}, {160, 230}};
    return grey[y >= UP_H / 2][x >= UP_W / 2];
}

/* EXIF 2.32, tag 274: where on the upright picture the stored row and column are. */
static int stored(int orientation, int row, int col)
{
    switch (orientation) {
    case 2:
        return quarter(UP_W - 1 - col, row);
    case 3:
        return quarter(UP_W - 1 - col, UP_H - 1 - row);
    case 4:
        return quarter(col, UP_H - 1 - row);
    case 5:
        return quarter(row, col);
    case 6:
        return quarter(UP_W - 1 - row, col);
    case 7:
        return quarter(UP_W - 1 - row, UP_H - 1 - col);
    case 8:
        return quarter(row, UP_H - 1 - col);
    default:
        return quarter(col, row);
    }
}

static void assert_upright(struct source *s, const char *what, int which, int tolerance)
{
    struct frame *f = must_next(s);
    assert_int_equal(f->width, UP_W);
    assert_int_equal(f->height, UP_H);
    for (int i = 0; i < UP_W * UP_H; i++) {
        int want = quarter(i % UP_W, i / UP_W);
        if (abs(f->grey[i] - want) > tolerance || abs(f->rgb[3 * i + 1] - want) > tolerance)
            fail_msg("%s %d: at %d,%d grey %d, green %d, not %d", what, which, i % UP_W, i / UP_W,
                     f->grey[i], f->rgb[3 * i + 1], want);
    }
    frame_unref(f);
}

/* Puts an EXIF segment with that orientation behind the first two bytes of a JPEG. */
static void add_exif(const char *path, int orientation)
{
    uint8_t exif[] = {0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0,
                      'M',  'M',  0, 42, 0,   0,   0,   8,   0, 1,
                      1,    18,   0, 3,  0,   0,   0,   1,   0, (uint8_t)orientation,
                      0,    0,    0, 0,  0,   0};
    struct err err = {""};
    size_t size;
    char *jpeg = file_read(path, 1 << 20, &size, &err);
    assert_non_null(jpeg);
    char *whole = mem_alloc(size + sizeof exif);
    memcpy(whole, jpeg, 2);
    memcpy(whole + 2, exif, sizeof exif);
    memcpy(whole + 2 + sizeof exif, jpeg + 2, size - 2);
    save(path, whole, size + sizeof exif);
    free(whole);
    free(jpeg);
}

static void test_exif(void **state)
{
    (void)state;
    for (int o = 0; o <= 9; o++) { /* 0 and 9 mean nothing: left as they are */
        int width = o >= 5 && o <= 8 ? UP_H : UP_W, height = UP_W * UP_H / width;
        uint8_t rgb[UP_W * UP_H * 3];
        for (int i = 0; i < UP_W * UP_H; i++)
            memset(rgb + 3 * i, stored(o, i / width, i % width), 3);
        struct err err = {""};
        const char *path = in_dir("exif.jpg");
        assert_int_equal(media_write_picture(path, rgb, width, height, &err), 0);
        add_exif(path, o);
        struct source *s = open_fast(path);
        assert_upright(s, "EXIF orientation", o, 3);
        must_end(s);
        source_close(s);
    }
}

/* A film of one picture, JPEG in an mp4 whose display matrix turns it by so many degrees. */
static void save_turned_film(const char *path, const char *jpeg, size_t size, int width, int height,
                             double degrees)
{
    AVFormatContext *f;
    assert_true(avformat_alloc_output_context2(&f, NULL, "mov", path) >= 0);
    AVStream *s = avformat_new_stream(f, NULL);
    s->codecpar->codec_type = AVMEDIA_TYPE_VIDEO;
    s->codecpar->codec_id = AV_CODEC_ID_MJPEG;
    s->codecpar->width = width;
    s->codecpar->height = height;
    s->time_base = (AVRational){1, 25};
#if LIBAVFORMAT_VERSION_MAJOR >= 61
    AVPacketSideData *side =
        av_packet_side_data_new(&s->codecpar->coded_side_data, &s->codecpar->nb_coded_side_data,
                                AV_PKT_DATA_DISPLAYMATRIX, 9 * sizeof(int32_t), 0);
    int32_t *matrix = (int32_t *)side->data;
#else
    int32_t *matrix =
        (int32_t *)av_stream_new_side_data(s, AV_PKT_DATA_DISPLAYMATRIX, 9 * sizeof(int32_t));
#endif
    av_display_rotation_set(matrix, degrees);
    assert_true(avio_open(&f->pb, path, AVIO_FLAG_WRITE) >= 0);
    assert_true(avformat_write_header(f, NULL) >= 0);
    AVPacket *p = av_packet_alloc();
    assert_int_equal(av_new_packet(p, (int)size), 0);
    memcpy(p->data, jpeg, size);
    p->pts = p->dts = 0;
    p->duration = s->time_base.den / 25;
    p->flags = AV_PKT_FLAG_KEY;
    assert_true(av_write_frame(f, p) >= 0);
    assert_int_equal(av_write_trailer(f), 0);
    av_packet_free(&p);
    avio_closep(&f->pb);
    avformat_free_context(f);
}

/* av_display_rotation_set turns clockwise by that many degrees; EXIF's words for the same. */
static void test_display_matrix(void **state)
{
    (void)state;
    static const struct {
        double degrees;
        int orientation;
    } turns[] = {{0, 1}, {90, 6}, {180, 3}, {270, 8}, {-90, 8}};
    for (size_t k = 0; k < MEM_COUNT(turns); k++) {
        int o = turns[k].orientation;
        int width = o >= 5 ? UP_H : UP_W, height = UP_W * UP_H / width;
        uint8_t rgb[UP_W * UP_H * 3];
        for (int i = 0; i < UP_W * UP_H; i++)
            memset(rgb + 3 * i, stored(o, i / width, i % width), 3);
        struct err err = {""};
        size_t size;
        assert_int_equal(media_write_picture(in_dir("turn.jpg"), rgb, width, height, &err), 0);
        char *jpeg = file_read(in_dir("turn.jpg"), 1 << 20, &size, &err);
        assert_non_null(jpeg);
        save_turned_film(in_dir("turn.mov"), jpeg, size, width, height, turns[k].degrees);
        free(jpeg);
        struct source *s = open_fast(in_dir("turn.mov"));
        assert_upright(s, "turned by", (int)turns[k].degrees, 3);
        source_close(s);
    }
}

/* ---- range ------------------------------------------------------------------------------------
 */

static void test_range(void **state)
{
    (void)state;
    static const int luma[] = {0, 16, 60, 126, 235, 250};
    for (size_t i = 0; i < MEM_COUNT(luma); i++) {
        for (int full = 0; full < 2; full++) {
            const char *path = in_dir("range.y4m");
            int want = full ? luma[i] : (int)((luma[i] - 16) * 255.0 / 219 + 0.5);
            want = want < 0 ? 0 : want > 255 ? 255 : want;
            save_film(path, 18, 10, 1, luma[i], full);
            struct source *s = open_fast(path);
            struct frame *f = must_next(s);
            for (int k = 0; k < 18 * 10; k++) {
                if (abs(f->grey[k] - want) > 1 || abs(f->rgb[3 * k] - want) > 2)
                    fail_msg("luma %d, %s range: grey %d, red %d, not %d", luma[i],
                             full ? "full" : "limited", f->grey[k], f->rgb[3 * k], want);
            }
            frame_unref(f);
            source_close(s);
        }
    }
}

static void test_odd_sizes(void **state)
{
    (void)state;
    static const int sides[] = {1, 2, 3, 15, 17, 65, 127};
    for (size_t i = 0; i < MEM_COUNT(sides) * MEM_COUNT(sides); i++) {
        int width = sides[i % MEM_COUNT(sides)], height = sides[i / MEM_COUNT(sides)];
        save_film(in_dir("odd.y4m"), width, height, 2, 100, true);
        struct source *s = open_fast(in_dir("odd.y4m"));
        for (int n = 0; n < 2; n++) {
            struct frame *f = must_next(s);
            assert_int_equal(f->width, width);
            assert_int_equal(f->height, height);
            for (int k = 0; k < width * height; k++) {
                assert_int_equal(f->grey[k], 100 + n);
                assert_true(abs(f->rgb[3 * k + 2] - 100 - n) <= 2);
            }
            frame_unref(f);
        }
        must_end(s);
        source_close(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exif),
        cmocka_unit_test(test_display_matrix),
        cmocka_unit_test(test_range),
        cmocka_unit_test(test_odd_sizes),
    };
    return cmocka_run_group_tests(tests, kit_open, kit_close);
}
