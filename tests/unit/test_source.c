/*
 * Files as sources: containers and codecs, pictures of every kind, what is damaged, turned
 * pictures, range, time, loops, stdin, the performer.
 */
#include "tests/unit/source_kit.h"

#include <fcntl.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>

#include "base/thread.h"
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

/* ---- time -------------------------------------------------------------------------------------
 */

static void test_loop(void **state)
{
    (void)state;
    save_film(in_dir("loop.y4m"), 16, 16, 3, 50, true);
    struct source_opts o = as_fast_as_read(in_dir("loop.y4m"));
    o.loop = true;
    struct source *s = must_open(&o);
    for (int i = 0; i < 10; i++) {
        struct frame *f = must_next(s);
        assert_int_equal(f->grey[0], 50 + i % 3);
        assert_int_equal(f->seq, i + 1);
        assert_true(f->pts > i * 0.04 - 0.001 && f->pts < i * 0.04 + 0.001);
        frame_unref(f);
    }
    source_close(s);
}

static void test_looped_still(void **state)
{
    (void)state;
    struct source_opts o = as_fast_as_read(MEDIA "rgb8.png");
    o.loop = true;
    o.fps = 4;
    struct source *s = must_open(&o);
    for (int i = 0; i < 6; i++) {
        struct frame *f = must_next(s);
        assert_int_equal(f->width, 3);
        assert_int_equal(f->grey[3], 255);
        assert_int_equal(f->rgb[0], 255);
        assert_int_equal(f->seq, i + 1);
        assert_true(f->pts > i * 0.25 - 0.001 && f->pts < i * 0.25 + 0.001);
        frame_unref(f);
    }
    source_close(s);
}

/* Due times follow the film's own clock, whatever the machine is up to. */
static void test_paced(void **state)
{
    (void)state;
    save_film(in_dir("paced.y4m"), 16, 16, 6, 50, true);
    struct source_opts o = as_fast_as_read(in_dir("paced.y4m"));
    o.speed = 2;
    struct source *s = must_open(&o);
    int64_t first = 0, begin = clock_now();
    for (int i = 0; i < 6; i++) {
        struct frame *f = must_next(s);
        first = i == 0 ? f->time : first;
        assert_true(f->time <= clock_now());
        assert_true(f->time >= first + i * 20 * CLOCK_MS - CLOCK_MS);
        frame_unref(f);
    }
    assert_true(clock_now() - begin >= 5 * 20 * CLOCK_MS - CLOCK_MS);
    source_close(s);
}

/* ---- stdin ------------------------------------------------------------------------------------
 */

static int stdin_from(int fd)
{
    int saved = dup(STDIN_FILENO);
    dup2(fd, STDIN_FILENO);
    close(fd);
    return saved;
}

static void stdin_back(int saved)
{
    dup2(saved, STDIN_FILENO);
    close(saved);
}

struct feeder {
    int fd;
    const char *path;
};

static void *feed(void *arg)
{
    const struct feeder *feeder = arg;
    struct err err = {""};
    size_t size, done = 0;
    char *data = file_read(feeder->path, 1 << 20, &size, &err);
    while (data != NULL && done < size) { /* in bits that end anywhere */
        ssize_t n = write(feeder->fd, data + done, size - done < 100 ? size - done : 100);
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    free(data);
    close(feeder->fd);
    return NULL;
}

static void test_stdin(void **state)
{
    (void)state;
    save_film(in_dir("stdin.y4m"), 32, 16, 5, 50, true);
    int saved = stdin_from(open(in_dir("stdin.y4m"), O_RDONLY));
    struct source *s = open_fast("-");
    assert_string_equal(s->label, "stdin");
    assert_int_equal(count_frames(s), 5);
    source_close(s);
    stdin_back(saved);

    int ends[2];
    assert_int_equal(pipe(ends), 0);
    saved = stdin_from(ends[0]);
    struct feeder feeder = {ends[1], in_dir("stdin.y4m")};
    struct thread t = {0};
    struct err err = {""};
    assert_int_equal(thread_start(&t, "feeder", feed, &feeder, &err), 0);
    s = open_fast("-");
    assert_int_equal(count_frames(s), 5);
    source_close(s);
    thread_join(&t);
    stdin_back(saved);
}

static void test_empty_stdin(void **state)
{
    (void)state;
    int saved = stdin_from(open("/dev/null", O_RDONLY));
    must_not_open("-", "stdin: ");
    stdin_back(saved);
}

static void *stop_soon(void *source)
{
    clock_sleep_until(clock_now() + 50 * CLOCK_MS);
    source_stop(source);
    return NULL;
}

/* Runs source_next until another thread's source_stop ends its waiting. */
static void assert_stops(struct source *s)
{
    struct thread t = {0};
    struct err err = {""};
    struct frame *f = NULL;
    assert_int_equal(thread_start(&t, "stopper", stop_soon, s, &err), 0);
    while (!atomic_load(&s->stop)) {
        assert_int_equal(source_next(s, &f, &err), SOURCE_AGAIN);
        assert_null(f);
    }
    assert_int_equal(source_next(s, &f, &err), SOURCE_AGAIN);
    thread_join(&t);
}

static void test_stop_between_pictures(void **state)
{
    (void)state;
    save_film(in_dir("stop.y4m"), 16, 16, 3, 50, true);
    struct source_opts o = as_fast_as_read(in_dir("stop.y4m"));
    o.speed = 0.00001;
    struct source *s = must_open(&o);
    frame_unref(must_next(s));
    assert_stops(s);
    source_close(s);
}

/* A pipe that stays open and says nothing more. */
static void test_stop_stdin(void **state)
{
    (void)state;
    enum { PICTURES = 60 };
    save_film(in_dir("stop.y4m"), 32, 16, PICTURES, 50, true);
    struct err err = {""};
    size_t size;
    char *film = file_read(in_dir("stop.y4m"), 1 << 20, &size, &err);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    int saved = stdin_from(ends[0]);
    assert_int_equal(write(ends[1], film, size), size);
    struct source *s = open_fast("-");
    for (int i = 0; i < PICTURES - 1; i++)
        frame_unref(must_next(s));
    struct thread t = {0};
    assert_int_equal(thread_start(&t, "stopper", stop_soon, s, &err), 0);
    struct frame *f;
    while (source_next(s, &f, &err) == SOURCE_FRAME)
        frame_unref(f);
    assert_true(atomic_load(&s->stop));
    assert_int_equal(source_next(s, &f, &err), SOURCE_AGAIN);
    thread_join(&t);
    source_close(s);
    free(film);
    close(ends[1]);
    stdin_back(saved);
}

/* ---- the performer ----------------------------------------------------------------------------
 */

static void test_performer(void **state)
{
    (void)state;
    struct source_opts o = as_fast_as_read("demo:happy");
    o.width = 160;
    o.height = 120;
    struct source *s = must_open(&o);
    for (int i = 0; i < 3; i++) {
        struct frame *f = must_next(s);
        assert_int_equal(f->width, 160);
        assert_int_equal(f->height, 120);
        assert_true(f->truth.known);
        assert_int_equal(f->truth.mood, 3);
        assert_true(f->pts > i / 30.0 - 0.001 && f->pts < i / 30.0 + 0.001);
        frame_unref(f);
    }
    source_close(s);
    must_not_open("demo:nonsense",
                  "demo:nonsense: the performer plays angry, disgust, fear, happy, "
                  "sad, surprise, neutral, or two of them, not \"nonsense\"");
    o.width = 5000;
    struct err err = {""};
    assert_null(source_open(&o, pool, &err));
    assert_non_null(strstr(err.text, "5000x120"));
}

/* While the reader holds all frames nothing is lost: the film waits. */
static void test_no_free_frame(void **state)
{
    (void)state;
    save_film(in_dir("held.y4m"), 16, 16, 6, 50, true);
    struct source *s = open_fast(in_dir("held.y4m"));
    struct frame *held[4], *f;
    struct err err = {""};
    for (int i = 0; i < 4; i++)
        held[i] = must_next(s);
    for (int i = 0; i < 3; i++)
        assert_int_equal(source_next(s, &f, &err), SOURCE_AGAIN);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(held[i]->grey[0], 50 + i);
        frame_unref(held[i]);
    }
    f = must_next(s);
    assert_int_equal(f->grey[0], 54);
    assert_int_equal(f->seq, 5);
    frame_unref(f);
    source_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_containers),
        cmocka_unit_test(test_exif_photo),
        cmocka_unit_test(test_kinds_of_pictures),
        cmocka_unit_test(test_smallest),
        cmocka_unit_test(test_grey_has_no_colour),
        cmocka_unit_test(test_animation),
        cmocka_unit_test(test_strange_names),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_write_and_read),
        cmocka_unit_test(test_write_fails),
        cmocka_unit_test(test_exif),
        cmocka_unit_test(test_display_matrix),
        cmocka_unit_test(test_range),
        cmocka_unit_test(test_odd_sizes),
        cmocka_unit_test(test_loop),
        cmocka_unit_test(test_looped_still),
        cmocka_unit_test(test_paced),
        cmocka_unit_test(test_stdin),
        cmocka_unit_test(test_empty_stdin),
        cmocka_unit_test(test_stop_between_pictures),
        cmocka_unit_test(test_stop_stdin),
        cmocka_unit_test(test_performer),
        cmocka_unit_test(test_no_free_frame),
    };
    return cmocka_run_group_tests(tests, kit_open, kit_close);
}
