/*
 * Cameras, against a camera of our own (fakecam.c), which this program preloads into itself by
 * starting itself again: source_open and source_next, libv4l2 and all, with every way in which a
 * camera can fail. What the kernel and a real driver do is not proven here.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <libavcodec/avcodec.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "tests/e2e/preload.h"
#include "tests/unit/folder.h"
#include "vision/camera.h"
#include "vision/source.h"

#define WIDTH 640
#define HEIGHT 480
#define PATIENCE (30 * CLOCK_S) /* a test that waits for longer has failed */

static struct frame_pool *pool;

/* ---- the camera's world ---------------------------------------------------------------------- */

static char *path_of(const char *name)
{
    return file_join(dir, name);
}

static void write_file(const char *name, const void *data, size_t size)
{
    char *path = path_of(name);
    struct err err = {""};
    if (file_write_atomic(path, data, size, &err) != 0)
        fail_msg("%s", err.text);
    free(path);
}

static void camera_is(const char *mode)
{
    write_file("control", mode, strlen(mode));
}

static void use_file(const char *variable, const char *name)
{
    char *path = path_of(name);
    setenv(variable, path, 1);
    free(path);
}

static int new_world(void **state)
{
    (void)state;
    static const char *const variables[] = {"FAKECAM_RANGE", "FAKECAM_RAW", "FAKECAM_JPEG",
                                            "FAKECAM_NODE", "FAKECAM_SLOW"};
    for (size_t i = 0; i < MEM_COUNT(variables); i++)
        unsetenv(variables[i]);
    setenv("FAKECAM_FORMAT", "yuyv", 1);
    camera_is("ok");
    pool = frame_pool_new(4);
    return 0;
}

static int end_world(void **state)
{
    (void)state;
    frame_pool_free(pool);
    return 0;
}

static struct source *try_open(const char *uri, int width, int height, struct err *err)
{
    struct source_opts o = {.width = width, .height = height, .speed = 1};
    snprintf(o.uri, sizeof o.uri, "%s", uri);
    return source_open(&o, pool, err);
}

static struct source *must_open(const char *uri)
{
    struct err err = {""};
    struct source *s = try_open(uri, 0, 0, &err);
    if (s == NULL)
        fail_msg("%s", err.text);
    return s;
}

/* The next thing that is not "nothing yet". */
static enum source_status next_of(struct source *s, struct frame **f, struct err *err)
{
    int64_t end = clock_now() + PATIENCE;
    enum source_status st;
    do {
        st = source_next(s, f, err);
    } while (st == SOURCE_AGAIN && clock_now() < end);
    return st;
}

static struct frame *must_next(struct source *s)
{
    struct err err = {""};
    struct frame *f;
    enum source_status st = next_of(s, &f, &err);
    if (st != SOURCE_FRAME)
        fail_msg("expected a frame, got status %d: %s", st, err.text);
    return f;
}

static void must_fail(const char *uri, const char *sentence)
{
    struct err err = {""};
    assert_null(try_open(uri, 0, 0, &err));
    assert_string_equal(err.text, sentence);
}

static int stretched(int y)
{
    int v = ((y - 16) * 298 + 128) >> 8;
    return v < 0 ? 0 : v > 255 ? 255 : v;
}

/* fakecam's moving pattern: its luma at a place of the picture with that sequence number. */
static int pattern(int x, int y, uint64_t sequence)
{
    return 16 + (int)(((uint64_t)x + 2 * (uint64_t)y + 5 * sequence) % 220);
}

/* ---- pictures -------------------------------------------------------------------------------- */

static void assert_pattern(const struct frame *f, bool full)
{
    for (int y = 0; y < f->height; y += 7) {
        for (int x = 0; x < f->width; x++) {
            int luma = pattern(x, y, f->seq - 1);
            assert_int_equal(f->grey[y * f->width + x], full ? luma : stretched(luma));
        }
    }
}

static void assert_near(int a, int b, int tolerance)
{
    if (abs(a - b) > tolerance)
        fail_msg("%d is not within %d of %d", a, tolerance, b);
}

static void test_yuyv(void **state)
{
    (void)state;
    struct source *s = must_open("/dev/video0");
    assert_string_equal(s->label, "Fake Camera (/dev/video0)");
    assert_true(s->ops->live);
    double pts = -1;
    uint64_t seq = 0;
    for (int i = 0; i < 5; i++) {
        struct frame *f = must_next(s);
        assert_int_equal(f->width, WIDTH);
        assert_int_equal(f->height, HEIGHT);
        assert_true(f->pts > pts && f->seq > seq);
        assert_true(f->time <= clock_now());
        pts = f->pts;
        seq = f->seq;
        assert_pattern(f, false);
        /* ITU-R BT.601, limited range: Cb 98, Cr 168 */
        int luma = f->grey[5 * WIDTH + 100];
        const uint8_t *rgb = f->rgb + 3 * (5 * WIDTH + 100);
        assert_near(rgb[0], (int)fmin(255, luma + 1.402 * 255 / 224 * 40), 2);
        assert_near(rgb[2], (int)fmax(0, luma - 1.772 * 255 / 224 * 30), 2);
        frame_unref(f);
    }
    source_close(s);
}

static void test_first_camera_and_number(void **state)
{
    (void)state;
    static const char *const names[] = {"", "0"};
    for (size_t i = 0; i < MEM_COUNT(names); i++) {
        struct source *s = must_open(names[i]);
        assert_string_equal(s->label, "Fake Camera (/dev/video0)");
        frame_unref(must_next(s));
        source_close(s);
    }
}

static void test_full_range(void **state)
{
    (void)state;
    setenv("FAKECAM_RANGE", "full", 1);
    struct source *s = must_open("/dev/video0");
    struct frame *f = must_next(s);
    assert_pattern(f, true);
    frame_unref(f);
    source_close(s);
}

static void test_grey(void **state)
{
    (void)state;
    setenv("FAKECAM_FORMAT", "grey", 1);
    struct source *s = must_open("/dev/video0");
    struct frame *f = must_next(s);
    assert_null(f->rgb);
    assert_pattern(f, true);
    frame_unref(f);
    source_close(s);
}

/* Writes a JPEG of 4:2:0: luma grows to the right, Cb downwards, Cr is 168. */
static void write_jpeg(const char *name)
{
    AVCodecContext *c = avcodec_alloc_context3(avcodec_find_encoder(AV_CODEC_ID_MJPEG));
    AVFrame *f = av_frame_alloc();
    AVPacket *packet = av_packet_alloc();
    c->width = f->width = WIDTH;
    c->height = f->height = HEIGHT;
    c->time_base = (AVRational){1, 25};
    c->pix_fmt = f->format = AV_PIX_FMT_YUVJ420P;
    c->flags |= AV_CODEC_FLAG_QSCALE;
    c->global_quality = f->quality = 2 * FF_QP2LAMBDA;
    assert_int_equal(avcodec_open2(c, c->codec, NULL), 0);
    assert_int_equal(av_frame_get_buffer(f, 0), 0);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        int x = i % WIDTH, y = i / WIDTH;
        f->data[0][y * f->linesize[0] + x] = (uint8_t)(x * 255 / WIDTH);
        f->data[1][y / 2 * f->linesize[1] + x / 2] = (uint8_t)(64 + y * 128 / HEIGHT);
        f->data[2][y / 2 * f->linesize[2] + x / 2] = 168;
    }
    assert_int_equal(avcodec_send_frame(c, f), 0);
    assert_int_equal(avcodec_receive_packet(c, packet), 0);
    write_file(name, packet->data, (size_t)packet->size);
    av_packet_free(&packet);
    av_frame_free(&f);
    avcodec_free_context(&c);
}

/* What stands in that JPEG, whoever decoded it. */
static void assert_jpeg(struct source *s)
{
    struct frame *f = must_next(s);
    assert_int_equal(f->width, WIDTH);
    assert_int_equal(f->height, HEIGHT);
    for (int i = 0; i < WIDTH * HEIGHT; i += 37) {
        int luma = i % WIDTH * 255 / WIDTH, cb = 64 + i / WIDTH * 128 / HEIGHT - 128;
        double red = luma + 1.402 * 40, blue = luma + 1.772 * cb;
        assert_near(f->grey[i], luma, 3);
        assert_near(f->rgb[3 * i], (int)fmin(red, 255), 6);
        assert_near(f->rgb[3 * i + 2], (int)fmax(0, fmin(blue, 255)), 8);
    }
    frame_unref(f);
}

static void jpeg_camera(const char *formats)
{
    write_jpeg("picture.jpg");
    setenv("FAKECAM_FORMAT", formats, 1);
    use_file("FAKECAM_JPEG", "picture.jpg");
}

static void test_mjpeg(void **state)
{
    (void)state;
    jpeg_camera("mjpeg");
    struct source *s = must_open("/dev/video0");
    assert_jpeg(s);
    source_close(s);
}

static void test_size(void **state)
{
    (void)state;
    struct err err = {""};
    struct source *s = try_open("/dev/video0", 320, 240, &err);
    assert_non_null(s);
    struct frame *f = must_next(s);
    assert_int_equal(f->width, 320);
    assert_int_equal(f->height, 240);
    assert_pattern(f, false);
    frame_unref(f);
    source_close(s);
}

/* A reader that comes late gets the newest picture; its number tells how many it missed. */
static void test_late_reader(void **state)
{
    (void)state;
    struct source *s = must_open("/dev/video0");
    struct frame *f = must_next(s);
    uint64_t before = f->seq;
    frame_unref(f);
    clock_sleep_until(clock_now() + 600 * CLOCK_MS);
    f = must_next(s); /* the newest of the filled buffers, the others went back unread */
    assert_true(f->seq > before + 1);
    frame_unref(f);
    f = must_next(s); /* and now from after the sleep: at least half of 18 went by */
    assert_true(f->seq > before + 9);
    assert_pattern(f, false);
    frame_unref(f);
    source_close(s);
}

/* While a reader keeps every frame the camera's pictures are dropped, and the camera is not lost.
 */
static void test_no_free_frame(void **state)
{
    (void)state;
    struct source *s = must_open("/dev/video0");
    struct frame *held[4];
    for (int i = 0; i < 4; i++)
        held[i] = must_next(s);
    struct err err = {""};
    struct frame *f;
    for (int i = 0; i < 10; i++)
        assert_int_equal(source_next(s, &f, &err), SOURCE_AGAIN);
    for (int i = 0; i < 4; i++)
        frame_unref(held[i]);
    frame_unref(must_next(s));
    source_close(s);
}

/* ---- failures -------------------------------------------------------------------------------- */

static void test_absent(void **state)
{
    (void)state;
    camera_is("absent");
    must_fail("/dev/video0", "no such camera: /dev/video0; there are no cameras here");
    struct source *s = must_open("");
    assert_string_equal(s->ops->name, "demo");
    source_close(s);
    camera_is("ok");
    must_fail("/dev/video63",
              "no such camera: /dev/video63; cameras here: /dev/video0 (Fake Camera)");
}

static void test_denied(void **state)
{
    (void)state;
    camera_is("denied");
    must_fail("/dev/video0", "/dev/video0: permission denied: join group video (usermod -aG video "
                             "USER, then log in again); cameras here: /dev/video0 (Fake Camera)");
}

static void test_not_capture(void **state)
{
    (void)state;
    camera_is("notcapture");
    must_fail("/dev/video0", "/dev/video0: not a capture device; there are no cameras here");
}

static void test_busy(void **state)
{
    (void)state;
    camera_is("busy");
    must_fail("/dev/video0", "/dev/video0: busy: used by another program; cameras here: "
                             "/dev/video0 (Fake Camera)");
}

/* Another process holds the node, which realpath() says is a file of ours. */
static void test_busy_by_whom(void **state)
{
    (void)state;
    int ready[2];
    write_file("node", "", 0);
    use_file("FAKECAM_NODE", "node");
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        bool ok = prctl(PR_SET_NAME, "cheese") == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
                  open(getenv("FAKECAM_NODE"), O_RDONLY) >= 0 && write(ready[1], "x", 1) == 1;
        while (ok)
            pause();
        _exit(1);
    }
    char c;
    assert_int_equal(read(ready[0], &c, 1), 1);
    camera_is("busy");
    struct err err = {""};
    struct source *s = try_open("/dev/video0", 0, 0, &err);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(ready[0]);
    close(ready[1]);
    assert_null(s);
    char *want = mem_printf("/dev/video0: busy: used by %d cheese; cameras here: /dev/video0 "
                            "(Fake Camera)",
                            (int)pid);
    assert_string_equal(err.text, want);
    free(want);
}

static void test_busy_with_ourselves(void **state)
{
    (void)state;
    struct source *s = must_open("/dev/video0");
    struct err err = {""};
    assert_null(try_open("/dev/video0", 0, 0, &err));
    assert_non_null(strstr(err.text, "busy"));
    frame_unref(must_next(s));
    source_close(s);
}

static void test_no_space(void **state)
{
    (void)state;
    camera_is("nospace");
    struct source *s = must_open("/dev/video0");
    struct frame *f = must_next(s);
    assert_int_equal(f->width, 320);
    assert_int_equal(f->height, 240);
    frame_unref(f);
    source_close(s);
}

static void assert_lost(struct source *s, const char *sentence)
{
    struct err err = {""};
    struct frame *f = NULL;
    enum source_status st;
    while ((st = next_of(s, &f, &err)) == SOURCE_FRAME)
        frame_unref(f);
    assert_int_equal(st, SOURCE_LOST);
    assert_string_equal(err.text, sentence);
}

/* A camera that offers both: luma as it is, unless YUYV is too slow or finds no room on the bus. */
static void test_yuyv_or_mjpeg(void **state)
{
    (void)state;
    jpeg_camera("both");
    struct source *s = must_open("/dev/video0");
    struct frame *f = must_next(s);
    assert_pattern(f, false);
    frame_unref(f);
    source_close(s);

    setenv("FAKECAM_SLOW", "1", 1);
    s = must_open("/dev/video0");
    for (int i = 0; i < 5; i++)
        assert_jpeg(s);
    source_close(s);

    unsetenv("FAKECAM_SLOW");
    camera_is("nospace");
    s = must_open("/dev/video0");
    assert_jpeg(s);
    camera_is("unplug");
    assert_lost(s, "/dev/video0: the camera went away");
    source_close(s);
}

static void test_stalled(void **state)
{
    (void)state;
    struct source *s = must_open("/dev/video0");
    frame_unref(must_next(s));
    camera_is("stall");
    assert_lost(s, "/dev/video0: no picture for 5 s");
    source_close(s);
}

/* A camera whose pictures never are whole is as good as silent. */
static void test_torn(void **state)
{
    (void)state;
    camera_is("torn");
    struct source *s = must_open("/dev/video0");
    assert_lost(s, "/dev/video0: no picture for 5 s");
    source_close(s);
}

static void test_unplugged_and_back(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        camera_is("ok");
        struct source *s = must_open("/dev/video0");
        frame_unref(must_next(s));
        camera_is("unplug");
        assert_lost(s, "/dev/video0: the camera went away");
        assert_lost(s, "/dev/video0: the camera went away");
        source_close(s);
        must_fail("/dev/video0", "no such camera: /dev/video0; there are no cameras here");
    }
    camera_is("ok");
    struct source *s = must_open("/dev/video0");
    frame_unref(must_next(s));
    source_close(s);
}

static void test_stop(void **state)
{
    (void)state;
    camera_is("stall");
    struct source *s = must_open("/dev/video0");
    struct err err = {""};
    struct frame *f;
    assert_int_equal(source_next(s, &f, &err), SOURCE_AGAIN);
    source_stop(s);
    assert_int_equal(source_next(s, &f, &err), SOURCE_AGAIN);
    source_close(s);
}

/* ---- the test's own start -------------------------------------------------------------------- */

/* Starts this program again with the camera preloaded; returns only if that cannot be. */
static int start_again(char **argv)
{
    const char *preload = preload_fakecam();
    if (preload == NULL) {
        printf("SKIP: test_camera: no FAKECAM: run by `make e2e`\n");
        return 0;
    }
    setenv("LD_PRELOAD", preload, 1);
    setenv("FAKECAM_LOADED", "1", 1);
    execv("/proc/self/exe", argv);
    perror("test_camera: cannot start again");
    return 1;
}

static int set_up(void **state)
{
    if (make_dir(state) != 0)
        return -1;
    use_file("FAKECAM_CONTROL", "control");
    return 0;
}

/* The camera is of no use to a shell. */
static int tear_down(void **state)
{
    unsetenv("LD_PRELOAD");
    return remove_dir(state);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, new_world, end_world)

int main(int argc, char **argv)
{
    (void)argc;
    if (getenv("FAKECAM_LOADED") == NULL)
        return start_again(argv);
    const struct CMUnitTest tests[] = {
        IN_WORLD(test_yuyv),
        IN_WORLD(test_first_camera_and_number),
        IN_WORLD(test_full_range),
        IN_WORLD(test_grey),
        IN_WORLD(test_mjpeg),
        IN_WORLD(test_yuyv_or_mjpeg),
        IN_WORLD(test_size),
        IN_WORLD(test_late_reader),
        IN_WORLD(test_no_free_frame),
        IN_WORLD(test_absent),
        IN_WORLD(test_denied),
        IN_WORLD(test_not_capture),
        IN_WORLD(test_busy),
        IN_WORLD(test_busy_by_whom),
        IN_WORLD(test_busy_with_ourselves),
        IN_WORLD(test_no_space),
        IN_WORLD(test_stalled),
        IN_WORLD(test_torn),
        IN_WORLD(test_unplugged_and_back),
        IN_WORLD(test_stop),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
