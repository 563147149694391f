/* Frames: how many a pool gives, who keeps one alive, references from many threads. */
#include "tests/unit/unit.h"

#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "vision/frame.h"

static void test_pool_has_an_end(void **state)
{
    (void)state;
    struct frame_pool *pool = frame_pool_new(2);
    struct frame *a = frame_new(pool, 4, 3, true), *b = frame_new(pool, 4, 3, true);
    assert_non_null(a);
    assert_non_null(b);
    assert_null(frame_new(pool, 4, 3, true));
    frame_unref(a);
    a = frame_new(pool, 4, 3, true);
    assert_non_null(a);
    assert_null(frame_new(pool, 4, 3, true));
    frame_unref(a);
    frame_unref(b);
    frame_unref(NULL);
    frame_pool_free(pool);
    frame_pool_free(NULL);
}

static void fill(struct frame *f)
{
    size_t n = (size_t)f->width * (size_t)f->height;
    memset(f->grey, 1, n);
    if (f->rgb != NULL)
        memset(f->rgb, 2, 3 * n);
}

/* A frame that comes back from the pool has the new size and nothing of its old life. */
static void test_recycled(void **state)
{
    (void)state;
    static const struct {
        int width, height;
        bool rgb;
    } sizes[] = {{8, 8, true}, {1, 1, false}, {640, 480, true}, {3, 5, false}, {641, 481, true}};
    struct frame_pool *pool = frame_pool_new(1);
    for (size_t i = 0; i < MEM_COUNT(sizes); i++) {
        struct frame *f = frame_new(pool, sizes[i].width, sizes[i].height, sizes[i].rgb);
        assert_non_null(f);
        assert_int_equal(f->width, sizes[i].width);
        assert_int_equal(f->height, sizes[i].height);
        assert_int_equal(f->rgb != NULL, sizes[i].rgb);
        assert_true(f->time == 0 && f->seq == 0 && !f->truth.known);
        fill(f);
        f->time = 5;
        f->seq = 7;
        f->truth.known = true;
        frame_unref(f);
    }
    frame_pool_free(pool);
}

static void test_frame_outlives_its_pool(void **state)
{
    (void)state;
    struct frame_pool *pool = frame_pool_new(3);
    struct frame *a = frame_new(pool, 16, 16, true), *b = frame_new(pool, 16, 16, false);
    frame_unref(frame_new(pool, 16, 16, false));
    frame_pool_free(pool);
    fill(a);
    fill(b);
    frame_unref(a);
    assert_int_equal(b->grey[255], 1);
    frame_unref(b);
}

#define THREADS 4
#define ROUNDS 5000

static void *use(void *arg)
{
    struct frame *shared = arg;
    for (int i = 0; i < ROUNDS; i++) {
        struct frame *f = frame_ref(shared);
        struct frame *own = frame_new(f->pool, 8 + i % 9, 8, i % 2 == 0);
        if (own != NULL)
            fill(own);
        frame_unref(own);
        frame_unref(f);
    }
    frame_unref(shared);
    return NULL;
}

static void test_many_threads(void **state)
{
    (void)state;
    struct frame_pool *pool = frame_pool_new(3);
    struct frame *f = frame_new(pool, 8, 8, true);
    struct thread thread[THREADS] = {{0}};
    struct err err = {""};
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(thread_start(&thread[i], "user", use, frame_ref(f), &err), 0);
    frame_unref(f);
    for (int i = 0; i < THREADS; i++)
        thread_join(&thread[i]);
    struct frame *all[3];
    for (int i = 0; i < 3; i++) { /* every frame came home */
        all[i] = frame_new(pool, 8, 8, true);
        assert_non_null(all[i]);
    }
    assert_null(frame_new(pool, 8, 8, true));
    frame_pool_free(pool);
    for (int i = 0; i < 3; i++)
        frame_unref(all[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pool_has_an_end),
        cmocka_unit_test(test_recycled),
        cmocka_unit_test(test_frame_outlives_its_pool),
        cmocka_unit_test(test_many_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
