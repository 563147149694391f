/*
 * Tests of what libav is asked for: every container and pixel format gives the same grey at the
 * same time, photos of telephones are one picture, slow pipes are shown at once, damage does no
 * harm and is given its reason.
 */
#include "tests/unit/clip.h"
#include "tests/unit/source_kit.h"

#include "base/thread.h"
#include "vision/media_write.h"

static bool near(int a, int b, int tolerance)
{
    return abs(a - b) <= tolerance;
}

static int middle(const struct frame *f)
{
    return f->grey[f->height / 2 * f->width + f->width / 2];
}

static const struct clip film = {.encoder = "ffv1",
                                 .format = AV_PIX_FMT_YUV420P,
                                 .width = 32,
                                 .height = 24,
                                 .frames = 5,
                                 .fps = 10,
                                 .paint = clip_levels};

static void every_container_keeps_order_and_time(void **state)
{
    (void)state;
    static const struct {
        const char *name, *encoder;
        enum AVPixelFormat format;
        bool full;
    } kinds[] = {
        {"a.mkv", "ffv1", AV_PIX_FMT_YUV420P, false},
        {"a.nut", "ffv1", AV_PIX_FMT_YUV444P10, false},
        {"a.mp4", "mpeg4", AV_PIX_FMT_YUV420P, false},
        {"a.mov", "png", AV_PIX_FMT_RGB24, true},
        {"a.avi", "huffyuv", AV_PIX_FMT_RGB24, true},
        {"a.ts", "mpeg4", AV_PIX_FMT_YUV420P, false},
        {"a.webm", "libvpx", AV_PIX_FMT_YUV420P, false},
        {"a.y4m", "wrapped_avframe", AV_PIX_FMT_YUV420P, false},
        {"a.gif", "gif", AV_PIX_FMT_GRAY8, true},
        {"a.apng", "apng", AV_PIX_FMT_RGB24, true},
    };
    for (size_t i = 0; i < MEM_COUNT(kinds); i++) {
        struct clip c = film;
        c.encoder = kinds[i].encoder;
        c.format = kinds[i].format;
        c.full = kinds[i].full;
        if (avcodec_find_encoder_by_name(c.encoder) == NULL)
            continue; /* not every libav has every encoder */
        clip_write(in_dir(kinds[i].name), &c);
        struct source *s = open_fast(in_dir(kinds[i].name));
        for (int k = 0; k < 5; k++) {
            struct frame *f = must_next(s);
            if (!near(middle(f), 8 * k, 3) || !near((int)(f->pts * 1000), 100 * k, 2))
                fail_msg("%s: picture %d: level %d at %f s", kinds[i].name, k, middle(f), f->pts);
            assert_int_equal(f->seq, k + 1);
            frame_unref(f);
        }
        must_end(s);
        source_close(s);
    }
}

/* ---- pixels ---------------------------------------------------------------------------------- */

static const struct {
    const char *name, *encoder;
    enum AVPixelFormat format;
    bool full, grey;
    int tolerance;
} formats[] = {
    {"rgb.png", "png", AV_PIX_FMT_RGB24, true, false, 1},
    {"grey.png", "png", AV_PIX_FMT_GRAY8, true, true, 0},
    {"grey16.png", "png", AV_PIX_FMT_GRAY16BE, true, true, 1},
    {"rgb48.png", "png", AV_PIX_FMT_RGB48BE, true, false, 1},
    {"rgba.png", "png", AV_PIX_FMT_RGBA, true, false, 1},
    {"ya8.png", "png", AV_PIX_FMT_YA8, true, true, 0},
    {"palette.png", "png", AV_PIX_FMT_PAL8, true, false, 1},
    {"420.jpg", "mjpeg", AV_PIX_FMT_YUVJ420P, true, false, 3},
    {"444.jpg", "mjpeg", AV_PIX_FMT_YUVJ444P, true, false, 3},
    {"a.bmp", "bmp", AV_PIX_FMT_BGR24, true, false, 1},
    {"a.tiff", "tiff", AV_PIX_FMT_RGB24, true, false, 1},
    {"a.ppm", "ppm", AV_PIX_FMT_RGB24, true, false, 1},
    {"a.pgm", "pgm", AV_PIX_FMT_GRAY8, true, true, 0},
    {"a.tga", "targa", AV_PIX_FMT_BGR24, true, false, 1},
    {"yuv.webp", "libwebp", AV_PIX_FMT_YUV420P, false, false, 3},
    {"bgra.webp", "libwebp", AV_PIX_FMT_BGRA, true, false, 3},
    {"a.gif", "gif", AV_PIX_FMT_GRAY8, true, false, 1},
    {"a.jp2", "jpeg2000", AV_PIX_FMT_RGB24, true, false, 3},
    {"limited.mkv", "ffv1", AV_PIX_FMT_YUV420P, false, false, 2},
    {"full.mkv", "ffv1", AV_PIX_FMT_YUV420P, true, false, 2},
    {"ten.mkv", "ffv1", AV_PIX_FMT_YUV422P10, false, false, 1},
    {"tenfull.mkv", "ffv1", AV_PIX_FMT_YUV444P10, true, false, 1},
    {"grey.mkv", "ffv1", AV_PIX_FMT_GRAY8, true, true, 0},
    {"alpha.mkv", "ffv1", AV_PIX_FMT_YUVA420P, false, false, 2},
    {"gbrp.mkv", "ffvhuff", AV_PIX_FMT_GBRP, true, false, 1},
    {"yuyv.nut", "rawvideo", AV_PIX_FMT_YUYV422, false, false, 2},
    {"uyvy.nut", "rawvideo", AV_PIX_FMT_UYVY422, false, false, 2},
    {"nv12.nut", "rawvideo", AV_PIX_FMT_NV12, false, false, 2},
    {"yuv16be.nut", "rawvideo", AV_PIX_FMT_YUV420P16BE, false, false, 1},
};

static void assert_ramp(const struct frame *f, const char *name, int width, int tolerance)
{
    for (int x = 0; x < width; x++) {
        int want = x * 255 / (width - 1), at = f->height / 2 * width + x;
        if (!near(f->grey[at], want, tolerance))
            fail_msg("%s: column %d: grey %d, not %d", name, x, f->grey[at], want);
        for (int b = 0; b < 3 && f->rgb != NULL; b++) {
            if (!near(f->rgb[3 * at + b], want, tolerance + 2))
                fail_msg("%s: column %d: colour %d, not %d", name, x, f->rgb[3 * at + b], want);
        }
    }
}

/* Whatever the file holds, black is 0, white is 255, and what lies between is where it was. */
static void grey_is_the_same_in_every_format(void **state)
{
    (void)state;
    for (size_t i = 0; i < MEM_COUNT(formats); i++) {
        struct clip c = {.encoder = formats[i].encoder,
                         .format = formats[i].format,
                         .full = formats[i].full,
                         .width = 64,
                         .height = 16,
                         .frames = 1,
                         .fps = 25,
                         .paint = clip_ramp};
        if (avcodec_find_encoder_by_name(c.encoder) == NULL)
            continue;
        clip_write(in_dir(formats[i].name), &c);
        struct source *s = open_fast(in_dir(formats[i].name));
        struct frame *f = must_next(s);
        assert_ramp(f, formats[i].name, 64, formats[i].tolerance);
        if ((f->rgb == NULL) != formats[i].grey)
            fail_msg("%s: %s colour", formats[i].name, f->rgb == NULL ? "no" : "has");
        frame_unref(f);
        must_end(s);
        source_close(s);
    }
}

/* ---- photos ---------------------------------------------------------------------------------- */

static char *load(const char *path, size_t *size)
{
    struct err err = {""};
    char *data = file_read(path, 1 << 24, size, &err);
    if (data == NULL)
        fail_msg("%s", err.text);
    return data;
}

static void save_quarters(const char *path, int width, int height)
{
    struct err err = {""};
    uint8_t *rgb = mem_alloc((size_t)(3 * width * height));
    clip_quarters(rgb, width, height, 0);
    if (media_write_picture(path, rgb, width, height, &err) != 0)
        fail_msg("%s", err.text);
    free(rgb);
}

/* Telephones put a second picture (a preview, a gain map) behind the first: one photo, one frame.
 */
static void a_second_jpeg_behind_the_first_is_not_shown(void **state)
{
    (void)state;
    size_t first, second;
    save_quarters(in_dir("a.jpg"), 64, 32);
    save_quarters(in_dir("b.jpg"), 32, 16);
    char *a = load(in_dir("a.jpg"), &first), *b = load(in_dir("b.jpg"), &second);
    a = mem_realloc(a, first + second, 1);
    memcpy(a + first, b, second);
    save(in_dir("c.jpg"), a, first + second);
    save(in_dir("c.mjpeg"), a, first + second);
    free(a);
    free(b);
    struct source *s = open_fast(in_dir("c.jpg"));
    struct frame *f = must_next(s);
    assert_int_equal(f->width, 64);
    frame_unref(f);
    must_end(s);
    source_close(s);
    s = open_fast(in_dir("c.mjpeg")); /* here every picture counts */
    assert_int_equal(count_frames(s), 2);
    source_close(s);
}

/* ---- damage ---------------------------------------------------------------------------------- */

static void what_cannot_be_read_is_refused_with_a_reason(void **state)
{
    (void)state;
    struct clip wide = {.encoder = "png",
                        .format = AV_PIX_FMT_GRAY8,
                        .full = true,
                        .width = 16400,
                        .height = 2,
                        .frames = 1,
                        .fps = 25,
                        .paint = clip_ramp};
    static const char no_moov[] = "\0\0\0\20ftypisom\0\0\0\0\0\0\0\14mdat1234";
    static const uint8_t wav[] = {'R', 'I', 'F', 'F', 44, 0, 0, 0, 'W', 'A', 'V', 'E', 'f',
                                  'm', 't', ' ', 16,  0,  0, 0, 1, 0,   1,   0,   64,  31,
                                  0,   0,   128, 62,  0,  0, 2, 0, 16,  0,   'd', 'a', 't',
                                  'a', 8,   0,   0,   0,  1, 2, 3, 4,   5,   6,   7,   8};
    clip_write(in_dir("wide.png"), &wide);
    must_not_open(in_dir("wide.png"), "wide.png: a picture of 16400x2; at most 16384 a side");
    save(in_dir("empty.png"), "", 0);
    must_not_open(in_dir("empty.png"), "empty.png: the file is empty");
    save(in_dir("text.jpg"), "these are words, not a picture\n", 31);
    must_not_open(in_dir("text.jpg"), "text.jpg: no picture or video that libav can read (");
    save(in_dir("cut.mp4"), no_moov, sizeof no_moov - 1);
    must_not_open(in_dir("cut.mp4"), "(moov atom not found)");
    save(in_dir("a.wav"), wav, sizeof wav);
    must_not_open(in_dir("a.wav"), "a.wav: no picture in it");
}

static void paint_noise(uint8_t *rgb, int width, int height, int i)
{
    unsigned x = 1 + (unsigned)i;
    for (int k = 0; k < 3 * width * height; k++)
        rgb[k] = (uint8_t)((x = x * 1664525u + 1013904223u) >> 24);
}

/* Cuts the file to that part of its length. */
static void cut(const char *from, const char *to, double part)
{
    size_t size;
    char *data = load(from, &size);
    save(to, data, (size_t)((double)size * part));
    free(data);
}

static void a_truncated_file_shows_what_it_has(void **state)
{
    (void)state;
    static const char *const films[] = {"cut.avi", "cut.mkv", "cut.ts"};
    for (size_t i = 0; i < MEM_COUNT(films); i++) {
        struct clip c = film;
        c.encoder = "mpeg4";
        c.frames = 10;
        c.width = 160;
        c.height = 120;
        c.paint = paint_noise;
        const char *whole = in_dir(films[i] + 3); /* "cut.avi" from ".avi" */
        clip_write(whole, &c);
        cut(whole, in_dir(films[i]), 0.5);
        struct source *s = open_fast(in_dir(films[i]));
        int n = count_frames(s);
        if (n < 3 || n > 7)
            fail_msg("%s: %d pictures", films[i], n);
        source_close(s);
    }
    save_quarters(in_dir("whole.jpg"), 64, 64);
    cut(in_dir("whole.jpg"), in_dir("cut.jpg"), 0.9);
    struct source *s = open_fast(in_dir("cut.jpg"));
    struct frame *f = must_next(s);
    assert_true(near(f->grey[64 * 4 + 10], clip_quarter[0], 4)); /* its upper part */
    frame_unref(f);
    source_close(s);
}

/* What a source does to the end of a file, whatever that file holds. */
static void read_to_the_end(const char *path)
{
    struct source_opts o = as_fast_as_read(path);
    struct err err = {""};
    struct frame *f = NULL;
    struct source *s = source_open(&o, pool, &err);
    for (int n = 0; s != NULL && n < 200 && next_of(s, &f, &err) == SOURCE_FRAME; n++)
        frame_unref(f);
    source_close(s);
}

/* Bytes changed at random must never do harm; whether a picture comes out is libav's affair. */
static void damaged_files_do_no_harm(void **state)
{
    (void)state;
    static const struct {
        const char *name, *encoder;
        enum AVPixelFormat format;
        int frames;
    } kinds[] = {{"d.mkv", "ffv1", AV_PIX_FMT_YUV420P, 5},
                 {"d.mp4", "mpeg4", AV_PIX_FMT_YUV420P, 5},
                 {"d.gif", "gif", AV_PIX_FMT_GRAY8, 5},
                 {"d.png", "png", AV_PIX_FMT_RGB24, 1},
                 {"d.jpg", "mjpeg", AV_PIX_FMT_YUVJ420P, 1}};
    srand(7);
    for (size_t i = 0; i < MEM_COUNT(kinds); i++) {
        struct clip c = film;
        size_t size;
        c.encoder = kinds[i].encoder;
        c.format = kinds[i].format;
        c.full = c.format != AV_PIX_FMT_YUV420P;
        c.frames = kinds[i].frames;
        clip_write(in_dir(kinds[i].name), &c);
        char *data = load(in_dir(kinds[i].name), &size), *bad = mem_alloc(size);
        for (int round = 0; round < 40; round++) {
            memcpy(bad, data, size);
            for (int k = 0; k < 1 + round / 4; k++)
                bad[(size_t)rand() % size] = (char)rand();
            save(in_dir("damaged"), bad, round % 5 == 4 ? (size_t)rand() % size : size);
            read_to_the_end(in_dir("damaged"));
        }
        free(bad);
        free(data);
    }
}

/* ---- pipes and URLs -------------------------------------------------------------------------- */

struct pipe_in {
    int saved, writer;
};

static struct pipe_in stdin_is_a_pipe(void)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct pipe_in p = {dup(STDIN_FILENO), ends[1]};
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    return p;
}

static void stdin_is_back(struct pipe_in p)
{
    dup2(p.saved, STDIN_FILENO);
    close(p.saved);
}

struct sender {
    const char *path;
    int copies, fd;
    atomic_bool gone; /* the pipe was closed */
    atomic_bool enough;
};

/* Writes the file some times, then keeps the pipe open until that is enough, or for a minute. */
static void *send_copies(void *arg)
{
    struct sender *v = arg;
    size_t size;
    char *data = load(v->path, &size);
    for (int i = 0; i < v->copies; i++) {
        for (size_t done = 0; done < size;) {
            ssize_t n = write(v->fd, data + done, size - done);
            assert_true(n > 0);
            done += (size_t)n;
        }
    }
    for (int64_t end = clock_now() + PATIENCE; clock_now() < end && !v->enough;)
        clock_sleep_until(clock_now() + 10 * CLOCK_MS);
    v->gone = true;
    close(v->fd);
    free(data);
    return NULL;
}

/* A camera that sends JPEGs slowly: a picture is shown when the next one begins, not when libav has
 * seen enough of them to guess their rate. */
static void a_slow_pipe_of_jpegs_is_shown_at_once(void **state)
{
    (void)state;
    struct err err = {""};
    struct thread t = {0};
    uint8_t *rgb = mem_alloc(3 * 160 * 120);
    paint_noise(rgb, 160, 120, 0); /* larger than the bits that libav reads */
    assert_int_equal(media_write_picture(in_dir("slow.jpg"), rgb, 160, 120, &err), 0);
    free(rgb);
    struct pipe_in p = stdin_is_a_pipe();
    struct sender sender = {.path = in_dir("slow.jpg"), .copies = 3, .fd = p.writer};
    assert_int_equal(thread_start(&t, "sender", send_copies, &sender, &err), 0);
    struct source *s = open_fast("-");
    frame_unref(must_next(s));
    assert_false(sender.gone);
    sender.enough = true;
    frame_unref(must_next(s));
    frame_unref(must_next(s));
    must_end(s);
    thread_join(&t);
    source_close(s);
    stdin_is_back(p);
}

static void an_mp4_with_its_index_behind_needs_a_name(void **state)
{
    (void)state;
    struct err err = {""};
    struct thread t = {0};
    struct clip c = film;
    c.encoder = "mpeg4";
    c.width = 320;
    c.height = 240;
    c.frames = 10;
    c.paint = paint_noise; /* larger than what libav can go back in a pipe */
    clip_write(in_dir("behind.mp4"), &c);
    struct pipe_in p = stdin_is_a_pipe();
    struct sender sender = {
        .path = in_dir("behind.mp4"), .copies = 1, .fd = p.writer, .enough = true};
    assert_int_equal(thread_start(&t, "sender", send_copies, &sender, &err), 0);
    must_not_open("-", "stdin: this MP4 has its index at the end");
    thread_join(&t);
    stdin_is_back(p);
}

static void a_password_is_not_shown(void **state)
{
    (void)state;
    struct source_opts o = as_fast_as_read("http://me:secret@127.0.0.1:1/cam");
    struct err err = {""};
    assert_null(source_open(&o, pool, &err));
    assert_null(strstr(err.text, "secret"));
    assert_non_null(strstr(err.text, "http://me:***@127.0.0.1:1/cam: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_container_keeps_order_and_time),
        cmocka_unit_test(grey_is_the_same_in_every_format),
        cmocka_unit_test(a_second_jpeg_behind_the_first_is_not_shown),
        cmocka_unit_test(what_cannot_be_read_is_refused_with_a_reason),
        cmocka_unit_test(a_truncated_file_shows_what_it_has),
        cmocka_unit_test(damaged_files_do_no_harm),
        cmocka_unit_test(a_slow_pipe_of_jpegs_is_shown_at_once),
        cmocka_unit_test(an_mp4_with_its_index_behind_needs_a_name),
        cmocka_unit_test(a_password_is_not_shown),
    };
    return cmocka_run_group_tests(tests, kit_open, kit_close);
}
