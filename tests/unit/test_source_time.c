/* Files as sources: when pictures are due, loops, stdin, stopping; the performer. */
#include "tests/unit/source_kit.h"

#include <fcntl.h>

#include "base/thread.h"

#define MEDIA "tests/data/media/"

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
        cmocka_unit_test(test_loop),          cmocka_unit_test(test_looped_still),
        cmocka_unit_test(test_paced),         cmocka_unit_test(test_stdin),
        cmocka_unit_test(test_empty_stdin),   cmocka_unit_test(test_stop_between_pictures),
        cmocka_unit_test(test_stop_stdin),    cmocka_unit_test(test_performer),
        cmocka_unit_test(test_no_free_frame),
    };
    return cmocka_run_group_tests(tests, kit_open, kit_close);
}
