/*
 * Source, detector, tracker, network and threads together, without the program around them: the
 * performer's face is followed where it is; pictures that stand alone are not mixed.
 */
#include "tests/unit/unit.h"

#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tests/e2e/tiny_model.h"
#include "tests/unit/folder.h"
#include "vision/live.h"
#include "vision/media_write.h"
#include "vision/performer.h"

static struct opts opts;

static int set_up(void **state)
{
    if (make_dir(state) != 0)
        return -1;
    tiny_model_write(dir);
    snprintf(opts.model.dir, sizeof opts.model.dir, "%s", dir);
    opts.model.margin = 0.1;
    snprintf(opts.detect.cascade, sizeof opts.detect.cascade, "haarcascade_frontalface_alt2.xml");
    opts.detect.scale_factor = 1.1;
    opts.detect.min_neighbors = 4;
    opts.live.half_life_s = 0.5;
    opts.live.max_faces = 16;
    return 0;
}

struct watch {
    struct live *live;
    struct scene scene;
    struct live_status status;
    struct frame *frame;
};

static struct watch watch(const char *uri, bool paced)
{
    struct err err = {""};
    snprintf(opts.source.uri, sizeof opts.source.uri, "%s", uri);
    opts.source.width = 160;
    opts.source.height = 120;
    struct watch w = {.live = live_open(&opts, paced, &err)};
    if (w.live == NULL)
        fail_msg("%s", err.text);
    return w;
}

/* Waits for the next scene; false at the end. */
static bool next_scene(struct watch *w)
{
    uint64_t last = w->scene.seq;
    while (w->scene.seq == last && w->status.state != LIVE_ENDED) {
        struct pollfd p = {.fd = live_fd(w->live), .events = POLLIN};
        assert_true(poll(&p, 1, 60000) == 1); /* only ends a test that hangs */
        live_update(w->live, &w->scene, &w->status, &w->frame);
    }
    return w->scene.seq != last;
}

static void unwatch(struct watch *w)
{
    live_close(w->live);
    frame_unref(w->frame);
}

static double overlap(const struct box *a, const struct box *b)
{
    double w = fmin(a->x + a->w, b->x + b->w) - fmax(a->x, b->x);
    double h = fmin(a->y + a->h, b->y + b->h) - fmax(a->y, b->y);
    double both = w > 0 && h > 0 ? w * h : 0;
    return both / ((double)a->w * a->h + (double)b->w * b->h - both);
}

static void the_performers_face_is_followed(void **state)
{
    (void)state;
    for (opts.source.seed = 1; opts.source.seed <= 3; opts.source.seed++) {
        opts.source.fps = 2;
        opts.source.speed = 0;
        struct watch w = watch("demo:", false);
        int hits = 0;
        for (int i = 0; i < 40; i++) {
            assert_true(next_scene(&w));
            assert_int_equal((int)w.scene.frame_seq, (int)w.frame->seq);
            assert_int_equal((int)w.scene.seq, i + 1);
            hits += w.scene.faces == 1 && w.scene.face[0].id == 1 &&
                    overlap(&w.scene.face[0].box, &w.frame->truth.face) > 0.5;
        }
        assert_true(hits >= 39);
        unwatch(&w);
    }
}

static void starts_and_stops_with_real_parts(void **state)
{
    (void)state;
    opts.source.fps = 60;
    opts.source.speed = 1;
    for (int i = 0; i < 10; i++) {
        struct watch w = watch("demo:", i % 2 == 0);
        for (int k = 0; k < i % 3; k++)
            next_scene(&w);
        if (i % 5 == 0)
            live_pause(w.live, true);
        unwatch(&w);
    }
}

/* Smoothing follows a film; the pictures of a folder each stand for themselves. */
static void pictures_of_a_folder_are_not_mixed(void **state)
{
    (void)state;
    static uint8_t rgb[160 * 120 * 3];
    struct err err = {""};
    for (int i = 0; i < 3; i++) {
        struct performer p = {.seed = 1 + (unsigned)i, .only = i};
        char *path = mem_printf("%s/%d.png", dir, i);
        performer_draw(&p, 1, 160, 120, rgb, NULL, NULL);
        assert_int_equal(media_write_picture(path, rgb, 160, 120, &err), 0);
        free(path);
    }
    opts.source.speed = 0;
    opts.source.fps = 100;
    for (int film = 0; film < 2; film++) {
        struct watch w = watch(film ? "demo:" : dir, false);
        bool mixed = false;
        int n = 0;
        while (n < 3 && next_scene(&w)) {
            assert_int_equal(w.scene.faces, 1);
            mixed |= memcmp(w.scene.face[0].raw, w.scene.face[0].p, sizeof w.scene.face[0].p) != 0;
            n++;
        }
        assert_int_equal(n, 3);
        assert_int_equal(mixed, film);
        if (!film) { /* then it ends */
            assert_false(next_scene(&w));
            assert_int_equal(w.status.state, LIVE_ENDED);
        }
        unwatch(&w);
    }
}

static void what_cannot_be_opened_is_told_at_once(void **state)
{
    (void)state;
    struct err err = {""};
    struct opts bad = opts;
    snprintf(bad.source.uri, sizeof bad.source.uri, "/nowhere/at/all.mp4");
    assert_null(live_open(&bad, true, &err));
    assert_non_null(strstr(err.text, "/nowhere/at/all.mp4: "));
    bad = opts;
    snprintf(bad.model.dir, sizeof bad.model.dir, "/nowhere/model");
    assert_null(live_open(&bad, true, &err));
    assert_non_null(strstr(err.text, "/nowhere/model"));
    bad = opts;
    snprintf(bad.detect.cascade, sizeof bad.detect.cascade, "/nowhere/cascade.xml");
    assert_null(live_open(&bad, true, &err));
    assert_non_null(strstr(err.text, "/nowhere/cascade.xml"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_performers_face_is_followed),
        cmocka_unit_test(starts_and_stops_with_real_parts),
        cmocka_unit_test(pictures_of_a_folder_are_not_mixed),
        cmocka_unit_test(what_cannot_be_opened_is_told_at_once),
    };
    return cmocka_run_group_tests(tests, set_up, remove_dir);
}
