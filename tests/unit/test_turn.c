/* Tests of vision/turn: each way to turn, mirror and cut against a plain formula; bad regions. */
#include "tests/unit/unit.h"

#include <string.h>

#include "base/mem.h"
#include "vision/turn.h"

enum { W = 40, H = 30 };

static struct frame *picture(struct frame_pool *pool)
{
    struct frame *f = frame_new(pool, W, H, true);
    for (int i = 0; i < W * H; i++) {
        f->grey[i] = (uint8_t)(i * 7);
        f->rgb[3 * i] = (uint8_t)(i * 3);
        f->rgb[3 * i + 1] = (uint8_t)(i >> 3);
        f->rgb[3 * i + 2] = (uint8_t)(255 - i);
    }
    f->pts = 1.5;
    f->seq = 9;
    f->time = 77;
    return f;
}

/* Where pixel x, y of the output comes from. */
static int from(const struct turn *t, struct box r, int x, int y)
{
    int w = t->rotate % 180 == 0 ? r.w : r.h;
    int u, v;
    if (t->flip)
        x = w - 1 - x;
    switch (t->rotate) {
    case 90:
        u = y, v = r.h - 1 - x;
        break;
    case 180:
        u = r.w - 1 - x, v = r.h - 1 - y;
        break;
    case 270:
        u = r.w - 1 - y, v = x;
        break;
    default:
        u = x, v = y;
    }
    return (r.y + v) * W + r.x + u;
}

static void every_way_to_turn(void **state)
{
    (void)state;
    struct frame_pool *pool = frame_pool_new(4);
    struct frame *f = picture(pool);
    for (int i = 0; i < 16; i++) {
        struct turn t = {.rotate = i % 4 * 90, .flip = i & 4};
        if (i & 8)
            t.x = 0.25, t.y = 0.1, t.w = 0.5, t.h = 0.8;
        struct box r = turn_region(&t, W, H);
        struct frame *out = turn_frame(&t, f, pool);
        assert_non_null(out);
        assert_int_equal(out->width, t.rotate % 180 ? r.h : r.w);
        assert_int_equal(out->height, t.rotate % 180 ? r.w : r.h);
        assert_true(out->pts == f->pts && out->seq == f->seq && out->time == f->time);
        for (int y = 0; y < out->height; y++)
            for (int x = 0; x < out->width; x++) {
                int a = y * out->width + x, b = from(&t, r, x, y);
                assert_int_equal(out->grey[a], f->grey[b]);
                assert_memory_equal(&out->rgb[3 * a], &f->rgb[3 * b], 3);
            }
        assert_int_equal(turn_is_none(&t), i == 0);
        frame_unref(out);
    }
    struct turn t = {.rotate = 90};
    struct frame *held[3];
    for (int i = 0; i < 3; i++)
        held[i] = frame_new(pool, W, H, false);
    assert_null(turn_frame(&t, f, pool)); /* none left: the picture is dropped */
    for (int i = 0; i < 3; i++)
        frame_unref(held[i]);
    frame_unref(f);
    frame_pool_free(pool);
}

static void a_region_stays_inside_and_shows_something(void **state)
{
    (void)state;
    struct turn t = {.x = 0.99, .y = 0.99, .w = 0.001, .h = 0.001};
    struct box r = turn_region(&t, 640, 480);
    assert_true(r.w == 16 && r.h == 16 && r.x + r.w <= 640 && r.y + r.h <= 480);
    r = turn_region(&t, 8, 8);
    assert_true(r.x == 0 && r.y == 0 && r.w == 8 && r.h == 8);
}

static void regions_as_text(void **state)
{
    (void)state;
    static const char *const bad[] = {"1",          "0,0,100",   "0,0,101,100", "-1,0,50,50",
                                      "60,0,50,50", "0,0,0,100", "0,0,100,nan", "0,0,50,50x",
                                      "a,b,c,d",    ",,,",       "0,0,inf,50",  "0,51,100,50"};
    struct source_opts o = {.rotate = SOURCE_ROTATE_270, .flip = true};
    struct turn t;
    struct err err = {""};
    snprintf(o.region, sizeof o.region, "25,0,50,100");
    assert_int_equal(turn_parse(&t, &o, &err), 0);
    assert_true(t.rotate == 270 && t.flip && t.x == 0.25 && t.y == 0 && t.w == 0.5 && t.h == 1);
    o.region[0] = '\0';
    assert_int_equal(turn_parse(&t, &o, &err), 0);
    assert_true(t.w == 0);
    for (size_t i = 0; i < MEM_COUNT(bad); i++) {
        err.text[0] = '\0';
        snprintf(o.region, sizeof o.region, "%s", bad[i]);
        assert_int_equal(turn_parse(&t, &o, &err), -1);
        assert_non_null(strstr(err.text, "region: expected X,Y,WIDTH,HEIGHT in percent"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_to_turn),
        cmocka_unit_test(a_region_stays_inside_and_shows_something),
        cmocka_unit_test(regions_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
