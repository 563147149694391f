/*
 * Tests of the whole analysis over time: who is who, on real videos and on performers who cross,
 * and how calm what is said of a face is.
 */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "vision/analyze.h"
#include "vision/performer.h"
#include "vision/source.h"

#define CASCADE "haarcascade_frontalface_alt2.xml"
#define HALF_LIFE_S 0.5

/* As the option table has them. */
static const struct detect_opts detect = {
    .cascade = CASCADE, .scale_factor = 1.1, .min_neighbors = 5, .every_s = 0.5};
static const struct model_opts model = {.margin = 0.05};
static const struct live_opts live = {
    .half_life_s = HALF_LIFE_S, .hysteresis = 0.1, .sure = 0.4, .max_faces = 16};

/* A source that is read frame by frame, and what is found. */
struct run {
    struct analyzer *analyzer;
    struct frame_pool *pool;
    struct source *source;
    struct scene scene;
    struct frame *frame;
};

static void begin(struct run *r, const char *uri)
{
    struct err err = {""};
    struct source_opts opts = {.speed = 0, .width = 320, .height = 240, .seed = 1};
    if (access("/usr/share/opencv4/haarcascades/" CASCADE, R_OK) != 0) {
        printf("SKIP: no %s here\n", CASCADE);
        skip();
    }
    memset(r, 0, sizeof *r);
    snprintf(opts.uri, sizeof opts.uri, "%s", uri);
    r->analyzer = analyzer_open(&detect, &model, &live, &err);
    assert_string_equal(err.text, "");
    r->pool = frame_pool_new(3);
    r->source = source_open(&opts, r->pool, &err);
    assert_string_equal(err.text, "");
}

/* Analyses the next frame; false at the end. */
static bool step(struct run *r)
{
    struct err err = {""};
    enum source_status status = SOURCE_AGAIN;
    frame_unref(r->frame);
    r->frame = NULL;
    while (status == SOURCE_AGAIN)
        status = source_next(r->source, &r->frame, &err);
    if (status != SOURCE_FRAME)
        return false;
    analyzer_run(r->analyzer, r->frame, &r->scene);
    return true;
}

static void end(struct run *r)
{
    frame_unref(r->frame);
    source_close(r->source);
    frame_pool_free(r->pool);
    analyzer_close(r->analyzer);
}

static int largest(const float *p, int n)
{
    int best = 0;
    for (int i = 1; i < n; i++)
        best = p[i] > p[best] ? i : best;
    return best;
}

static void one_man_is_one_number_and_his_label_is_calm(void **state)
{
    (void)state;
    NEED_SHARED("media/webcam_man_400x300.mp4");
    static struct run r;
    int frames = 0, raw = -1, mood = -1, raw_changes = 0, changes = 0;
    begin(&r, SHARED_DATA "media/webcam_man_400x300.mp4");
    while (step(&r)) {
        assert_int_equal(r.scene.faces, 1);
        const struct scene_face *f = &r.scene.face[0];
        assert_int_equal(f->id, 1);
        int top = largest(f->raw, r.scene.classes);
        raw_changes += frames > 0 && top != raw;
        changes += frames > 0 && f->mood != mood;
        raw = top;
        mood = f->mood;
        frames++;
    }
    double minutes = r.scene.pts / 60;
    printf("%d frames, label changes a minute: %.1f raw, %.1f smoothed\n", frames,
           raw_changes / minutes, changes / minutes);
    assert_int_equal(frames, 1337);
    assert_true(changes * 2 < raw_changes);
    end(&r);
}

/* Four people, who stay in their order from left to right, and a wine glass below them. */
static void a_group_keeps_its_numbers_and_a_glass_gets_none(void **state)
{
    (void)state;
    NEED_SHARED("media/group_640x480.mp4");
    static struct run r;
    static float before[5][SCENE_CLASSES_MAX];
    int frames = 0, shown[5] = {0}, missed = 0;
    begin(&r, SHARED_DATA "media/group_640x480.mp4");
    while (step(&r)) {
        int left = -1;
        for (int i = 0; i < r.scene.faces; i++) { /* by id */
            const struct scene_face *f = &r.scene.face[i];
            assert_in_range(f->id, 1, 4);
            assert_true(f->box.y < 260 && f->box.x > left);
            left = f->box.x;
            shown[f->id]++;
            if (f->neighbors == 0) { /* nothing is read where nobody was found */
                assert_memory_equal(f->raw, before[f->id], sizeof f->raw);
                missed++;
            }
            memcpy(before[f->id], f->raw, sizeof f->raw);
        }
        frames++;
    }
    printf("%d frames, faces shown in %d, %d, %d, %d of them, %d times missed\n", frames, shown[1],
           shown[2], shown[3], shown[4], missed);
    assert_true(missed > 0);
    assert_true(shown[1] == frames && shown[2] == frames);
    assert_true(shown[3] > frames / 2 && shown[4] > frames / 2);
    end(&r);
}

static double distance(const struct box *a, const struct box *b)
{
    return hypot(a->x + a->w / 2.0 - b->x - b->w / 2.0, a->y + a->h / 2.0 - b->y - b->h / 2.0);
}

static void two_who_cross_keep_their_numbers(void **state)
{
    (void)state;
    static struct run r;
    const struct performer p = {.seed = 1, .only = -1};
    int person[3] = {-1, -1, -1}, seen[3] = {0}, frames = 0;
    begin(&r, "demo:two");
    for (; frames < 600 && step(&r); frames++) { /* 20 s: they cross five times */
        struct frame_truth truth[2];
        performer_draw_pair(&p, r.frame->pts, 320, 240, NULL, NULL, truth);
        double apart = distance(&truth[0].face, &truth[1].face) / truth[1].face.w;
        for (int i = 0; i < r.scene.faces; i++) {
            const struct scene_face *f = &r.scene.face[i];
            assert_in_range(f->id, 1, 2);
            int who = distance(&f->box, &truth[1].face) < distance(&f->box, &truth[0].face);
            seen[f->id]++;
            if (apart < 0.8 || f->neighbors == 0)
                continue; /* one hides the other */
            person[f->id] = person[f->id] < 0 ? who : person[f->id];
            assert_int_equal(person[f->id], who);
        }
    }
    printf("%d frames, the one in front in %d, the other in %d\n", frames, seen[1], seen[2]);
    assert_int_equal(frames, 600);
    assert_true(person[1] >= 0 && person[2] == !person[1]);
    assert_true(seen[1] > 0.9 * frames && seen[2] > 0.75 * frames);
    end(&r);
}

/* When each mood of the tour became the label, raw and smoothed, after the performer began it. */
static void smoothing_adds_less_than_two_half_lives(void **state)
{
    (void)state;
    static struct run r;
    double began = 0, raw_at = -1, sum = 0, most = 0;
    int playing = -1, counted = 0;
    bool done = false;
    begin(&r, "demo:");
    while (step(&r) && r.frame->pts < 56) {
        const struct frame_truth *t = &r.frame->truth;
        if (t->mood != playing) {
            playing = t->mood;
            began = r.frame->pts;
            raw_at = -1;
            done = false;
        }
        if (r.scene.faces != 1 || done)
            continue;
        const struct scene_face *f = &r.scene.face[0];
        if (raw_at < 0 && largest(f->raw, r.scene.classes) == playing)
            raw_at = r.frame->pts;
        if (f->mood != playing || raw_at < 0)
            continue;
        double delay = r.frame->pts - raw_at;
        done = true;
        if (raw_at - began < 0.05)
            continue; /* the label was there before the mood */
        sum += delay;
        most = fmax(most, delay);
        counted++;
    }
    printf("%d changes: smoothing adds %.2f s, %.2f s at most\n", counted,
           sum / (counted > 0 ? counted : 1), most);
    assert_true(counted >= 4);
    assert_true(sum / counted < 2 * HALF_LIFE_S);
    end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_man_is_one_number_and_his_label_is_calm),
        cmocka_unit_test(a_group_keeps_its_numbers_and_a_glass_gets_none),
        cmocka_unit_test(two_who_cross_keep_their_numbers),
        cmocka_unit_test(smoothing_adds_less_than_two_half_lives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
