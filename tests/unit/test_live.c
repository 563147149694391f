/*
 * Tests of the live threads: a source and an analyzer of the test's own stand in for the real ones
 * (their functions are defined here, so the linker takes these), as only so a camera can be lost
 * and come back when the test wants it.
 */
#include "tests/unit/unit.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "vision/analyze.h"
#include "vision/live.h"
#include "vision/live_source.h"
#include "vision/source.h"

/* ---- a source that does as it is told -------------------------------------------------------- */

static struct {
    atomic_int opened, closed, given;
    atomic_int frames; /* that a source still gives; then what `after` says */
    atomic_int after;  /* enum source_status */
    atomic_int margin, watch, baseline; /* what the analyzer was told */
    atomic_bool absent, silent;
    atomic_int control, value; /* set last */
} told;

static void fake_about(struct source *s, struct source_about *about)
{
    (void)s;
    about->controls = 1;
    about->control[0] = (struct source_control){.id = 7, .max = 9, .value = told.value};
}

static int fake_control(struct source *s, uint32_t id, int value, struct err *err)
{
    (void)s;
    (void)err;
    told.control = (int)id;
    told.value = value;
    return 0;
}

static struct source_ops fake_ops = {
    .name = "fake", .live = true, .about = fake_about, .control = fake_control};

struct source *source_open_until(const atomic_bool *stop, const struct source_opts *opts,
                                 struct frame_pool *pool, struct err *err)
{
    while (told.silent && !*stop) /* keeps its opener waiting */
        clock_sleep_until(clock_now() + CLOCK_MS);
    if (told.absent || *stop) {
        err_set(err, "no such camera");
        return NULL;
    }
    struct source *s = mem_zalloc(1, sizeof *s);
    s->ops = &fake_ops;
    s->opts = *opts;
    s->pool = pool;
    snprintf(s->label, sizeof s->label, "fake %d%.99s", ++told.opened, opts->uri);
    return s;
}

enum source_status source_next(struct source *s, struct frame **out, struct err *err)
{
    if (s->stop)
        return SOURCE_AGAIN;
    if (told.frames == 0) {
        err_set(err, "unplugged");
        if (told.after == SOURCE_AGAIN)
            clock_sleep_until(clock_now() + CLOCK_MS);
        return (enum source_status)told.after;
    }
    *out = frame_new(s->pool, 16, 8, false);
    if (*out == NULL) {
        clock_sleep_until(clock_now() + CLOCK_MS);
        return SOURCE_AGAIN;
    }
    told.frames--;
    (*out)->seq = (uint64_t)++told.given;
    (*out)->time = clock_now();
    return SOURCE_FRAME;
}

bool source_may_wait(const char *uri)
{
    return uri[0] == '!';
}

bool source_may_come(const char *uri)
{
    return uri[0] != '-';
}

void source_name(const char *uri, char *text, size_t size)
{
    snprintf(text, size, "%s", uri);
}

void source_stop(struct source *s)
{
    s->stop = true;
}

void source_close(struct source *s)
{
    if (s != NULL)
        told.closed++;
    free(s);
}

/* ---- an analyzer that only counts ------------------------------------------------------------ */

struct analyzer {
    uint64_t seq;
};

static atomic_int slow_ms;

struct analyzer *analyzer_open(const struct detect_opts *detect, const struct model_opts *model,
                               const struct live_opts *live, struct err *err)
{
    (void)detect;
    (void)model;
    (void)live;
    (void)err;
    return mem_zalloc(1, sizeof(struct analyzer));
}

void analyzer_close(struct analyzer *a)
{
    free(a);
}

void analyzer_reset(struct analyzer *a)
{
    (void)a;
}

const struct infer_info *analyzer_model(const struct analyzer *a)
{
    (void)a;
    return NULL;
}

void analyzer_crop(struct analyzer *a, const struct crop_how *how, int watch)
{
    told.margin = (int)(100 * how->margin);
    told.watch = watch;
    (void)a;
}

void analyzer_baseline(struct analyzer *a, int id, bool on)
{
    told.baseline = on ? id : -id;
    (void)a;
}

const struct seen *analyzer_seen(const struct analyzer *a)
{
    static struct seen seen;
    seen.id = told.watch;
    (void)a;
    return &seen;
}

void analyzer_run(struct analyzer *a, const struct frame *frame, struct scene *scene)
{
    clock_sleep_until(clock_now() + slow_ms * CLOCK_MS);
    scene->seq = ++a->seq;
    scene->frame_seq = frame->seq;
    scene->done = clock_now();
}

/* ---- a watcher ------------------------------------------------------------------------------- */

struct watch {
    struct live *live;
    struct scene scene;
    struct live_status status;
    struct frame *frame;
};

static void tell(int frames, enum source_status after)
{
    told.frames = frames;
    told.after = (int)after;
    told.absent = false;
    told.opened = told.closed = told.given = 0;
    slow_ms = 0;
    fake_ops.live = true;
}

static struct watch watch(bool paced)
{
    static const struct opts opts;
    struct err err = {""};
    struct watch w = {.live = live_open(&opts, paced, &err)};
    assert_non_null(w.live);
    return w;
}

/* Sleeps until something is new and fetches it. The limit only ends a test that hangs. */
static bool look(struct watch *w)
{
    struct pollfd p = {.fd = live_fd(w->live), .events = POLLIN};
    assert_int_equal(poll(&p, 1, 30000), 1);
    return live_update(w->live, &w->scene, &w->status, &w->frame);
}

static void unwatch(struct watch *w)
{
    live_close(w->live);
    frame_unref(w->frame);
    assert_int_equal(told.opened, told.closed);
}

static void until(struct watch *w, enum live_state state)
{
    while (w->status.state != state)
        look(w);
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void starts_and_stops_a_hundred_times(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        tell(1 << 30, SOURCE_AGAIN);
        slow_ms = i % 3;
        struct watch w = watch(i % 2 == 0);
        for (int k = 0; k < i % 4; k++)
            look(&w);
        if (i % 5 == 4)
            live_pause(w.live, true);
        if (i % 10 == 4)
            until(&w, LIVE_PAUSED);
        unwatch(&w);
    }
}

static void every_scene_is_handed_over_where_nothing_is_paced(void **state)
{
    (void)state;
    tell(200, SOURCE_END);
    struct watch w = watch(false);
    uint64_t last = 0;
    while (w.status.state != LIVE_ENDED) {
        look(&w);
        assert_true(w.scene.seq == last || w.scene.seq == last + 1);
        last = w.scene.seq;
    }
    assert_int_equal((int)last, 200);
    assert_int_equal((int)w.status.captured, 200);
    assert_int_equal((int)w.status.analysed, 200);
    assert_int_equal((int)w.status.dropped, 0);
    unwatch(&w);
}

static void slow_analysis_drops_frames_and_sees_the_last(void **state)
{
    (void)state;
    tell(60, SOURCE_END);
    slow_ms = 5;
    struct watch w = watch(true);
    until(&w, LIVE_ENDED);
    assert_int_equal((int)w.status.captured, 60);
    assert_int_equal((int)(w.status.analysed + w.status.dropped), 60);
    assert_int_equal((int)w.scene.frame_seq, 60); /* it ends only when the last is analysed */
    assert_non_null(w.frame);
    assert_int_equal((int)w.frame->seq, 60);
    unwatch(&w);
}

static void wishes_reach_the_analyzer_also_while_it_is_paused(void **state)
{
    (void)state;
    static struct seen seen;
    tell(1 << 30, SOURCE_AGAIN);
    struct watch w = watch(true);
    until(&w, LIVE_RUNNING);
    while (w.scene.seq == 0)
        look(&w);
    live_pause(w.live, true);
    until(&w, LIVE_PAUSED);
    told.margin = told.watch = told.baseline = 0;
    live_baseline(w.live, 4, true);
    live_baseline(w.live, 7, true);
    live_baseline(w.live, 7, false);
    live_crop(w.live, &(struct crop_how){.margin = 0.25}, 7);
    do {
        look(&w);
        live_seen(w.live, &seen);
    } while (seen.id != 7);
    assert_int_equal(told.margin, 25);
    assert_int_equal(told.baseline, -7); /* the last wish for a face counts */
    assert_int_equal(w.status.state, LIVE_PAUSED);
    unwatch(&w);
}

static void a_lost_camera_comes_back(void **state)
{
    (void)state;
    tell(3, SOURCE_LOST);
    struct watch w = watch(true);
    until(&w, LIVE_LOST);
    assert_string_equal(w.status.why, "unplugged");
    told.absent = true;
    while (strcmp(w.status.why, "no such camera") != 0)
        look(&w);
    assert_int_equal(w.status.state, LIVE_LOST);
    told.frames = 1 << 30;
    told.absent = false;
    until(&w, LIVE_RUNNING);
    assert_string_equal(w.status.why, "");
    assert_string_equal(w.status.source, "fake 2");
    unwatch(&w);
}

static void closing_does_not_wait_for_a_lost_camera(void **state)
{
    (void)state;
    tell(0, SOURCE_LOST);
    struct watch w = watch(true);
    until(&w, LIVE_LOST);
    unwatch(&w);
}

static void a_file_that_breaks_off_ends_with_the_reason(void **state)
{
    (void)state;
    tell(2, SOURCE_LOST);
    fake_ops.live = false;
    struct watch w = watch(true);
    until(&w, LIVE_ENDED);
    assert_string_equal(w.status.why, "unplugged");
    assert_int_equal((int)w.status.captured, 2);
    unwatch(&w);
}

static void pause_holds_a_file_and_empties_a_camera(void **state)
{
    (void)state;
    for (int live = 0; live < 2; live++) {
        tell(1 << 30, SOURCE_AGAIN);
        fake_ops.live = live;
        struct watch w = watch(true);
        until(&w, LIVE_RUNNING);
        live_pause(w.live, true);
        until(&w, LIVE_PAUSED);
        int captured = (int)w.status.captured, given = told.given;
        for (int i = 0; i < 50 && (!live || told.given == given); i++)
            clock_sleep_until(clock_now() + CLOCK_MS);
        live_update(w.live, &w.scene, &w.status, &w.frame);
        assert_int_equal((int)w.status.captured, captured);
        assert_int_equal(told.given > given, live);
        live_pause(w.live, false);
        while ((int)w.status.captured == captured)
            look(&w);
        assert_int_equal(w.status.state, LIVE_RUNNING);
        unwatch(&w);
    }
}

static void no_camera_at_the_start_is_an_error(void **state)
{
    (void)state;
    static const struct opts opts;
    struct err err = {""};
    tell(0, SOURCE_END);
    told.absent = true;
    assert_null(live_open(&opts, true, &err));
    assert_string_equal(err.text, "no such camera");
}

/* A stream that says nothing: it is waited for while the watcher goes on. */
static void a_silent_stream_is_opened_later(void **state)
{
    (void)state;
    static const struct opts opts = {.source.uri = "!silent"};
    for (int i = 0; i < 3; i++) {
        struct err err = {""};
        tell(1 << 30, SOURCE_AGAIN);
        told.silent = true;
        struct watch w = {.live = live_open(&opts, true, &err)};
        assert_non_null(w.live);
        live_update(w.live, &w.scene, &w.status, &w.frame);
        assert_int_equal(w.status.state, LIVE_OPENING);
        assert_string_equal(w.status.source, "!silent");
        if (i == 1) { /* it comes */
            told.silent = false;
            until(&w, LIVE_RUNNING);
            assert_string_equal(w.status.source, "fake 1!silent");
        } else if (i == 2) { /* it refuses */
            told.absent = true;
            told.silent = false;
            until(&w, LIVE_LOST);
            assert_string_equal(w.status.why, "no such camera");
            told.absent = false;
            until(&w, LIVE_RUNNING);
        }
        unwatch(&w); /* i = 0: nobody waits for it */
        told.silent = false;
    }
}

static void a_source_is_changed_for_another(void **state)
{
    (void)state;
    tell(1 << 30, SOURCE_AGAIN);
    struct watch w = watch(true);
    until(&w, LIVE_RUNNING);
    for (int i = 0; i < 3; i++) {
        struct source_opts o = live_source(w.live);
        char label[64];
        snprintf(o.uri, sizeof o.uri, " other %d", i);
        snprintf(label, sizeof label, "fake %d other %d", i + 2, i);
        if (i == 1)
            live_pause(w.live, true);
        if (i == 2)
            told.silent = true; /* the one before never opens: it is left */
        live_switch(w.live, &o);
        if (i == 2) {
            while (w.status.state != LIVE_OPENING)
                look(&w);
            live_switch(w.live, &o);
            told.silent = false;
        }
        while (strcmp(w.status.source, label) != 0)
            look(&w);
        live_pause(w.live, false);
        until(&w, LIVE_RUNNING);
        assert_int_equal(strcmp(live_source(w.live).uri, o.uri), 0);
    }
    unwatch(&w);
}

static void a_lost_or_ended_source_is_changed_too(void **state)
{
    (void)state;
    for (int end = 0; end < 2; end++) {
        tell(1, end ? SOURCE_END : SOURCE_LOST);
        struct watch w = watch(true);
        until(&w, end ? LIVE_ENDED : LIVE_LOST);
        struct source_opts o = live_source(w.live);
        told.frames = 1 << 30;
        live_switch(w.live, &o);
        until(&w, LIVE_RUNNING);
        unwatch(&w);
    }
}

static void controls_and_turns_reach_the_source(void **state)
{
    (void)state;
    static struct source_about about;
    tell(1 << 30, SOURCE_AGAIN);
    told.value = 3;
    struct watch w = watch(true);
    until(&w, LIVE_RUNNING);
    live_about(w.live, &about);
    assert_int_equal(about.controls, 1);
    assert_int_equal(about.control[0].value, 3);
    for (int i = 0; i < 40; i++) /* more orders than there is room for: the newest counts */
        live_control(w.live, 7, i % 10);
    while (about.control[0].value != 9) {
        look(&w);
        live_about(w.live, &about);
    }
    assert_int_equal(told.control, 7);
    struct turn t = {.rotate = 90};
    live_turn(w.live, &t);
    assert_int_equal(live_turned(w.live).rotate, 90);
    struct source_opts o = live_source(w.live);
    live_switch(w.live, &o); /* it stays so with another source */
    while (strcmp(w.status.source, "fake 2") != 0)
        look(&w);
    assert_int_equal(live_turned(w.live).rotate, 90);
    unwatch(&w);
}

static void a_frame_outlives_the_live_it_came_from(void **state)
{
    (void)state;
    tell(1 << 30, SOURCE_AGAIN);
    struct watch w = watch(true);
    while (w.frame == NULL)
        look(&w);
    live_close(w.live);
    memset(w.frame->grey, 1, 16 * 8);
    frame_unref(w.frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_and_stops_a_hundred_times),
        cmocka_unit_test(every_scene_is_handed_over_where_nothing_is_paced),
        cmocka_unit_test(slow_analysis_drops_frames_and_sees_the_last),
        cmocka_unit_test(wishes_reach_the_analyzer_also_while_it_is_paused),
        cmocka_unit_test(a_lost_camera_comes_back),
        cmocka_unit_test(closing_does_not_wait_for_a_lost_camera),
        cmocka_unit_test(a_file_that_breaks_off_ends_with_the_reason),
        cmocka_unit_test(pause_holds_a_file_and_empties_a_camera),
        cmocka_unit_test(no_camera_at_the_start_is_an_error),
        cmocka_unit_test(a_silent_stream_is_opened_later),
        cmocka_unit_test(a_source_is_changed_for_another),
        cmocka_unit_test(a_lost_or_ended_source_is_changed_too),
        cmocka_unit_test(controls_and_turns_reach_the_source),
        cmocka_unit_test(a_frame_outlives_the_live_it_came_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
