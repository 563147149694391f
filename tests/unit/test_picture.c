/* Tests of tui/picture and what is behind it: fit, shrink, steady, the renderers. */
#include "tests/unit/screen.h"

#include <math.h>

#include "base/clock.h"
#include "base/rng.h"
#include "tui/fit.h"
#include "tui/picture.h"
#include "tui/average.h"
#include "tui/steady.h"
#include "vision/performer.h"

enum { W = 320, H = 240 };

static uint8_t grey[W * H], rgb[3 * W * H];
static struct frame frame = {.width = W, .height = H, .grey = grey, .rgb = rgb};

static void set_pixel(int x, int y, int v)
{
    grey[y * W + x] = rgb[3 * (y * W + x)] = rgb[3 * (y * W + x) + 1] = rgb[3 * (y * W + x) + 2] =
        (uint8_t)v;
}

/* A new frame: all of it at a level. */
static void fill(int v)
{
    frame.seq++;
    for (int i = 0; i < W * H; i++)
        set_pixel(i % W, i / W, v);
}

static void fill_box(struct box b, int v)
{
    for (int y = b.y; y < b.y + b.h; y++) {
        for (int x = b.x; x < b.x + b.w; x++)
            set_pixel(x, y, v);
    }
}

static void perform(double t)
{
    static const struct performer p = {.seed = 1, .only = -1};
    frame.seq++;
    performer_draw(&p, t, W, H, rgb, grey, &frame.truth);
}

static void add_noise(struct rng *r, int most)
{
    frame.seq++;
    for (int i = 0; i < W * H; i++) {
        int v = grey[i] + (int)(rng_u32(r) % (unsigned)(2 * most + 1)) - most;
        set_pixel(i % W, i / W, v < 0 ? 0 : v > 255 ? 255 : v);
    }
}

/* ---- fit -------------------------------------------------------------------------------------*/

static void pictures_keep_their_shape(void **state)
{
    (void)state;
    static const struct {
        int width, height, rows, cols;
        struct picture_rect want;
    } row[] = {
        {640, 480, 20, 61, {0, 4, 20, 53}},   {640, 480, 40, 125, {0, 9, 40, 107}},
        {100, 100, 50, 40, {15, 0, 20, 40}},  {1, 1000, 10, 80, {0, 39, 10, 1}},
        {4000, 10, 10, 80, {4, 0, 1, 80}},    {640, 480, 1, 1, {0, 0, 1, 1}},
        {1920, 1080, 24, 80, {0, 0, 23, 80}},
    };
    for (size_t i = 0; i < MEM_COUNT(row); i++) {
        struct fit f = fit_make(row[i].width, row[i].height, (struct box){0, 0, 0, 0}, row[i].rows,
                                row[i].cols, false);
        assert_memory_equal(&f.area, &row[i].want, sizeof f.area);
    }
}

static void boxes_map_to_cells(void **state)
{
    (void)state;
    struct fit f = fit_make(320, 240, (struct box){0, 0, 0, 0}, 15, 40, false);
    struct picture_rect r = fit_map(&f, (struct box){64, 48, 96, 96});
    assert_memory_equal(&r, (&(struct picture_rect){3, 8, 6, 12}), sizeof r);
    r = fit_map(&f, (struct box){-100, -100, 108, 10000});
    assert_memory_equal(&r, (&(struct picture_rect){0, 0, 15, 1}), sizeof r);
    r = fit_map(&f, (struct box){319, 239, 1, 1});
    assert_memory_equal(&r, (&(struct picture_rect){14, 39, 1, 1}), sizeof r);
    assert_int_equal(fit_map(&f, (struct box){320, 0, 5, 5}).h, 0);
    assert_int_equal(fit_map(&f, (struct box){0, 0, 0, 5}).w, 0);
    f.mirror = true;
    r = fit_map(&f, (struct box){64, 48, 96, 96});
    assert_memory_equal(&r, (&(struct picture_rect){3, 20, 6, 12}), sizeof r);
    f = fit_make(320, 240, (struct box){160, 120, 1000, 1000}, 15, 40, false);
    assert_memory_equal(&f.region, (&(struct box){160, 120, 160, 120}), sizeof f.region);
    r = fit_map(&f, (struct box){160, 120, 40, 40});
    assert_memory_equal(&r, (&(struct picture_rect){0, 0, 5, 10}), sizeof r);
}

/* ---- shrink ----------------------------------------------------------------------------------*/

/* The mean of the pixels in [x0, x1) x [y0, y1), with shares of pixels at the edges. */
static double area_mean(double x0, double x1, double y0, double y1)
{
    double sum = 0;
    for (int y = (int)y0; y < y1; y++) {
        for (int x = (int)x0; x < x1; x++) {
            double w = fmin(x + 1, x1) - fmax(x, x0), h = fmin(y + 1, y1) - fmax(y, y0);
            sum += w * h * grey[y * W + x];
        }
    }
    return sum / ((x1 - x0) * (y1 - y0));
}

static void shrinking_averages_areas(void **state)
{
    (void)state;
    struct rng r;
    struct average s = {0};
    static uint8_t out[3 * W * H];
    static const struct {
        struct box region;
        int w, h;
    } row[] = {{{0, 0, W, H}, 61, 40},
               {{0, 0, W, H}, 1, 1},
               {{13, 7, 201, 133}, 53, 31},
               {{0, 0, W, H}, W, H},
               {{5, 5, 33, 32}, 32, 32}};
    rng_seed(&r, 1, 1);
    for (int i = 0; i < W * H; i++)
        set_pixel(i % W, i / W, (int)(rng_u32(&r) % 256));
    for (size_t i = 0; i < MEM_COUNT(row); i++) {
        const struct box *b = &row[i].region;
        bool sparse = row[i].w == 1; /* not every pixel is looked at */
        average_set(&s, *b, row[i].w, row[i].h, false);
        average_run(&s, grey, W, 1, out);
        for (int y = 0; y < row[i].h; y++) {
            for (int x = 0; x < row[i].w; x++) {
                double want = area_mean(
                    b->x + (double)x * b->w / row[i].w, b->x + (double)(x + 1) * b->w / row[i].w,
                    b->y + (double)y * b->h / row[i].h, b->y + (double)(y + 1) * b->h / row[i].h);
                assert_true(fabs(want - out[y * row[i].w + x]) < (sparse ? 3 : 1.6));
            }
        }
        static uint8_t color[3 * W * H], swapped[W * H];
        average_run(&s, rgb, 3 * W, 3, color);
        average_set(&s, *b, row[i].w, row[i].h, true);
        average_run(&s, grey, W, 1, swapped);
        for (int k = 0; k < row[i].w * row[i].h; k++) {
            int x = k % row[i].w, y = k / row[i].w;
            assert_int_equal(color[3 * k + 1], out[k]);
            assert_int_equal(swapped[y * row[i].w + row[i].w - 1 - x], out[k]);
        }
    }
    average_free(&s);
}

static void growing_interpolates(void **state)
{
    (void)state;
    struct average s = {0};
    uint8_t out[16 * 3];
    for (int x = 0; x < 4; x++)
        set_pixel(x, 0, 80 * x);
    average_set(&s, (struct box){0, 0, 4, 1}, 16, 3, false);
    average_run(&s, grey, W, 1, out);
    for (int i = 0; i < 48; i++) {
        double at = fmin(fmax((i % 16 + 0.5) / 4 - 0.5, 0), 3);
        assert_true(fabs(80 * at - out[i]) <= 1);
    }
    average_free(&s);
}

/* ---- steady ----------------------------------------------------------------------------------*/

static void filter_holds_blocks_that_only_flicker(void **state)
{
    (void)state;
    uint8_t kept[64], fresh[64];
    memset(kept, 100, sizeof kept);
    for (int i = 0; i < 64; i++)
        fresh[i] = (uint8_t)(i % 2 ? 108 : 92);
    steady_filter(kept, fresh, NULL, NULL, 8, 8, 4, 4, 2);
    for (int i = 0; i < 64; i++)
        assert_int_equal(kept[i], 100);
    memset(fresh, 103, 4);  /* one row of the first block: its mean moves by 0.75 */
    fresh[7 * 8 + 7] = 130; /* one sample of the last */
    steady_filter(kept, fresh, NULL, NULL, 8, 8, 4, 4, 2);
    assert_int_equal(kept[0], 100);
    assert_int_equal(kept[63], 130);
    assert_int_equal(kept[62], fresh[62]);
    memset(fresh, 120, sizeof fresh);
    steady_filter(kept, fresh, NULL, NULL, 8, 8, 5, 3,
                  2); /* blocks that do not divide the picture */
    for (int i = 0; i < 64; i++)
        assert_int_equal(kept[i], 120);
}

static void contrast_follows_slowly_and_ignores_little(void **state)
{
    (void)state;
    struct steady_contrast c = {0};
    uint8_t g[1000], table[256], before[256];
    for (int i = 0; i < 1000; i++)
        g[i] = (uint8_t)(50 + i / 10);
    steady_stretch(&c, g, 1000, -1, 0, table);
    assert_in_range(table[52], 0, 3);
    assert_in_range(table[147], 252, 255);
    assert_int_equal(table[0], 0);
    assert_int_equal(table[255], 255);
    memcpy(before, table, sizeof table);
    for (int i = 0; i < 1000; i++)
        g[i] += 5;
    steady_stretch(&c, g, 1000, -1, CLOCK_S, table);
    assert_memory_equal(table, before, sizeof table);
    for (int i = 0; i < 1000; i++)
        g[i] += 30;
    steady_stretch(&c, g, 1000, -1, CLOCK_S + 50 * CLOCK_MS, table);
    assert_memory_not_equal(table, before, sizeof table);
    assert_true(table[85] > 60); /* on its way, not there */
    for (int i = 2; i < 100; i++)
        steady_stretch(&c, g, 1000, -1, i * CLOCK_S, table);
    assert_in_range(table[87], 0, 6);
    memset(g, 128, sizeof g); /* a wall: no contrast is made up */
    for (int i = 100; i < 200; i++)
        steady_stretch(&c, g, 1000, -1, i * CLOCK_S, table);
    assert_true(table[129] - table[127] < 20);
}

static void face_against_the_light_is_brought_to_the_middle(void **state)
{
    (void)state;
    struct steady_contrast c = {0};
    uint8_t g[1000], table[256], before[256];
    for (int i = 0; i < 1000; i++)
        g[i] = (uint8_t)(i / 4);
    assert_int_equal(steady_median(g, 100, 2, 0, 1, 100), 62);
    assert_int_equal(steady_median(g, 100, 0, 40, 10, 1), (400 + 40) / 4);
    steady_stretch(&c, g, 1000, 80, 0, table);
    assert_in_range(table[80], 120, 135);
    assert_int_equal(table[255], 255);
    for (int v = 1; v < 256; v++)
        assert_true(table[v] >= table[v - 1]);
    memcpy(before, table, sizeof table);
    steady_stretch(&c, g, 1000, 85, CLOCK_S, table); /* its light trembles */
    assert_memory_equal(table, before, sizeof table);
    for (int i = 2; i < 50; i++)
        steady_stretch(&c, g, 1000, 200, i * CLOCK_S, table);
    assert_in_range(table[200], 115, 180);
    for (int i = 50; i < 99; i++)
        steady_stretch(&c, g, 1000, 0, i * CLOCK_S, table); /* black as night: within bounds */
    assert_true(table[128] < 190);
}

/* ---- the pane --------------------------------------------------------------------------------*/

static const struct ui_opts modes[] = {
    {.renderer = UI_CACA},
    {.renderer = UI_HALF_GREY},
    {.renderer = UI_HALF_COLOR},
    {.renderer = UI_BRAILLE},
    {.renderer = UI_RAMP},
    {.renderer = UI_CACA, .ascii = true},
    {.renderer = UI_RAMP, .ascii = true},
    {.renderer = UI_RAMP, .color = UI_COLOR_NEVER},
    {.renderer = UI_BRAILLE, .color = UI_COLOR_NEVER},
    {.renderer = UI_CACA, .color = UI_COLOR_16},
};

static const wchar_t ramp[] = L" .:-=+*#%@";

/* About how light a cell looks, 0..1. */
static double lightness(WINDOW *win, int y, int x)
{
    int pair, fg = -1, bg = -1;
    wchar_t ch = screen_cell(win, y, x, NULL, &pair);
    if (pair > 0)
        extended_pair_content(pair, &fg, &bg);
    double level[2];
    for (int i = 0; i < 2; i++) {
        int c = i ? fg : bg;
        level[i] = c < 0 ? i : c == 0 || c == 16 ? 0 : c == 8 ? 1 / 3.0 : c == 7 ? 2 / 3.0 : 1;
        if (c >= 232)
            level[i] = (8 + 10 * (c - 232)) / 255.0;
    }
    const wchar_t *step = wcschr(ramp, ch);
    double ink = step != NULL ? (double)(step - ramp) / 9 : 0.5;
    if (ch >= 0x2800 && ch < 0x2900)
        ink = __builtin_popcount((unsigned)ch & 255) / 8.0;
    return level[1] * ink + level[0] * (1 - ink);
}

static void check_square(WINDOW *pad, const struct picture_rect *want)
{
    for (int y = 0; y < 15; y++) {
        for (int x = 0; x < 40; x++) {
            bool inside =
                y >= want->y && y < want->y + want->h && x >= want->x && x < want->x + want->w;
            double l = lightness(pad, y, x);
            if (inside ? l < 0.6 : l > 0.3)
                fail_msg("line %d, column %d is %.2f light", y, x, l);
        }
    }
}

static void square_and_its_box_land_on_the_same_cells(void **state)
{
    (void)state;
    struct screen t;
    const struct box square = {64, 48, 96, 96}; /* 12 x 6 cells of 8 x 16 pixels */
    for (size_t i = 0; i < MEM_COUNT(modes); i++) {
        screen_open(&t, "xterm-256color", &modes[i], 24, 80);
        struct picture *p = picture_new(t.style, &modes[i]);
        assert_int_equal(picture_renderer_id(p), modes[i].renderer);
        WINDOW *pad = newpad(15, 40);
        for (int mirror = 0; mirror < 2; mirror++) {
            fill(0);
            fill_box(square, 255);
            struct picture_view v = {.frame = &frame, .mirror = mirror};
            picture_draw(p, pad, &v);
            struct picture_rect r = picture_map(p, square);
            assert_memory_equal(&r, (&(struct picture_rect){3, mirror ? 20 : 8, 6, 12}), sizeof r);
            check_square(pad, &r); /* the lines go around it */
            struct picture_mark mark = {square, "1 happy", 3, true};
            v.marks = &mark;
            v.count = 1;
            picture_draw(p, pad, &v);
            bool ascii = modes[i].ascii;
            assert_int_equal(screen_cell(pad, 2, r.x - 1, NULL, NULL), ascii ? L'+' : L'┌');
            assert_int_equal(screen_cell(pad, 2, r.x, NULL, NULL), L'1');
            assert_int_equal(screen_cell(pad, 9, r.x + 12, NULL, NULL), ascii ? L'+' : L'┘');
        }
        delwin(pad);
        picture_free(p);
        screen_close(&t);
    }
}

static void labels_stay_in_the_pane(void **state)
{
    (void)state;
    struct screen t;
    static const struct ui_opts opts = {.renderer = UI_RAMP, .ascii = true};
    screen_open(&t, "vt100", &opts, 24, 80);
    struct picture *p = picture_new(t.style, &opts);
    WINDOW *pad = newpad(6, 16); /* 20 x 40 pixels a cell */
    fill(0);
    struct picture_mark mark[] = {{{0, 0, 320, 240}, "a frame around all of it", -1, false},
                                  {{280, 120, 40, 80}, "2 sad 51%", -1, true}};
    picture_draw(p, pad, &(struct picture_view){.frame = &frame, .marks = mark, .count = 2});
    assert_string_equal(screen_text(pad), "a frame around ~\n"
                                          "|              |\n"
                                          "|      2 sad 51%\n"
                                          "|            | |\n"
                                          "|            | |\n"
                                          "+------------+-+\n");
    picture_draw(p, pad, &(struct picture_view){.frame = NULL});
    assert_string_equal(screen_text(pad), "\n\n\n\n\n\n");
    assert_int_equal(picture_map(p, mark[0].box).h, 0);
    delwin(pad);
    picture_free(p);
    screen_close(&t);
}

static void dark_pictures_use_all_levels(void **state)
{
    (void)state;
    struct screen t;
    for (size_t i = 0; i < MEM_COUNT(modes); i++) {
        screen_open(&t, "xterm-256color", &modes[i], 24, 80);
        struct picture *p = picture_new(t.style, &modes[i]);
        WINDOW *pad = newpad(15, 40);
        fill(10);
        for (int x = 0; x < W; x++)
            fill_box((struct box){x, 0, 1, H}, 10 + 40 * x / W);
        picture_draw(p, pad, &(struct picture_view){.frame = &frame});
        double left = 0, right = 0;
        for (int y = 0; y < 15; y++) {
            for (int x = 0; x < 4; x++) {
                left += lightness(pad, y, x) / 60;
                right += lightness(pad, y, 39 - x) / 60;
            }
        }
        if (left > 0.15 || right < 0.7)
            fail_msg("%s: %.2f .. %.2f", picture_renderer(p), left, right);
        delwin(pad);
        picture_free(p);
        screen_close(&t);
    }
}

static void sensor_noise_sends_nothing(void **state)
{
    (void)state;
    struct screen t;
    struct rng r;
    rng_seed(&r, 1, 1);
    for (size_t i = 0; i < MEM_COUNT(modes); i++) {
        struct ui_opts opts = modes[i];
        long bytes[2];
        for (int filter = 0; filter < 2; filter++) {
            opts.noise_filter = filter;
            screen_open(&t, "xterm-256color", &opts, 24, 80);
            struct picture *p = picture_new(t.style, &opts);
            WINDOW *win = newwin(23, 61, 0, 0);
            perform(1);
            bytes[filter] = 0;
            for (int n = 0; n < 10; n++) {
                perform(1);
                add_noise(&r, 4);
                picture_draw(p, win, &(struct picture_view){.frame = &frame, .now = n * CLOCK_S});
                wnoutrefresh(win);
                long sent = screen_flush(&t);
                bytes[filter] += n > 0 ? sent : 0;
            }
            delwin(win);
            picture_free(p);
            screen_close(&t);
        }
        assert_true(bytes[1] * 4 <= bytes[0]);
    }
}

static void a_moving_face_sends_few_bytes(void **state)
{
    (void)state;
    struct screen t;
    static const long most[UI_RENDERERS] = {4500, 8000, 6000, 4600, 700}; /* about twice */
    for (int r = 0; r < UI_RENDERERS; r++) {
        struct ui_opts opts = {.renderer = (enum ui_renderer)r, .noise_filter = true};
        screen_open(&t, "xterm-256color", &opts, 24, 80);
        struct picture *p = picture_new(t.style, &opts);
        WINDOW *win = newwin(23, 61, 0, 0);
        long bytes = 0;
        for (int n = 0; n <= 30; n++) {
            perform(n / 15.0);
            picture_draw(p, win, &(struct picture_view){.frame = &frame, .now = n * CLOCK_S / 15});
            wnoutrefresh(win);
            long sent = screen_flush(&t);
            bytes += n > 0 ? sent : 0;
        }
        if (bytes / 30 > most[r])
            fail_msg("%s: %ld bytes a frame", picture_renderer(p), bytes / 30);
        delwin(win);
        picture_free(p);
        screen_close(&t);
    }
}

static void terminals_get_what_they_can_show(void **state)
{
    (void)state;
    struct screen t;
    static const struct {
        const char *term;
        struct ui_opts opts;
        enum ui_renderer want, next;
    } row[] = {
        {"xterm-256color", {.renderer = UI_HALF_GREY}, UI_HALF_GREY, UI_HALF_COLOR},
        {"xterm-256color", {.renderer = UI_HALF_GREY, .ascii = true}, UI_CACA, UI_RAMP},
        {"xterm-256color", {.renderer = UI_RAMP}, UI_RAMP, UI_CACA},
        {"xterm", {.renderer = UI_HALF_GREY}, UI_CACA, UI_BRAILLE},
        {"vt100", {.renderer = UI_CACA}, UI_RAMP, UI_BRAILLE},
        {"vt100", {.renderer = UI_CACA, .ascii = true}, UI_RAMP, UI_RAMP},
        {"vt100", {.renderer = UI_BRAILLE}, UI_BRAILLE, UI_RAMP},
    };
    for (size_t i = 0; i < MEM_COUNT(row); i++) {
        screen_open(&t, row[i].term, &row[i].opts, 24, 80);
        struct picture *p = picture_new(t.style, &row[i].opts);
        assert_int_equal(picture_renderer_id(p), row[i].want);
        picture_next_renderer(p);
        assert_int_equal(picture_renderer_id(p), row[i].next);
        picture_free(p);
        screen_close(&t);
    }
}

struct all {
    struct picture *p;
    const struct ui_opts *opts;
    struct picture_view view;
};

static void draw(WINDOW *win, void *ctx)
{
    struct all *a = ctx;
    frame.seq++;
    picture_draw(a->p, win, &a->view);
    const char *text = screen_text(win);
    for (; a->opts->ascii && *text != '\0'; text++)
        assert_in_range((unsigned char)*text, 1, 126);
    for (int y = 0, pair; a->opts->color == UI_COLOR_NEVER && y < getmaxy(win); y++) {
        for (int x = 0; x < getmaxx(win); x++) {
            screen_cell(win, y, x, NULL, &pair);
            assert_int_equal(pair, 0);
        }
    }
}

static void every_size_stays_inside(void **state)
{
    (void)state;
    struct screen t;
    perform(2);
    struct picture_mark mark[] = {{frame.truth.face, "1 happy 83%", 3, false},
                                  {{-50, 200, 100, 300}, "2 sad 99%", -1, true}};
    for (size_t i = 0; i < MEM_COUNT(modes); i++) {
        screen_open(&t, "xterm-256color", &modes[i], 24, 80);
        struct all a = {picture_new(t.style, &modes[i]),
                        &modes[i],
                        {.frame = &frame, .marks = mark, .count = 2, .mirror = i % 2}};
        screen_all_sizes(draw, &a);
        picture_free(a.p);
        screen_close(&t);
    }
}

static void pictures_of_odd_sizes_are_drawn(void **state)
{
    (void)state;
    struct screen t;
    static const int size[][2] = {{1, 1}, {1, 240}, {320, 1}, {3, 7}, {319, 2}, {2, 239}};
    for (size_t i = 0; i < MEM_COUNT(modes); i++) {
        screen_open(&t, "xterm-256color", &modes[i], 24, 80);
        struct picture *p = picture_new(t.style, &modes[i]);
        WINDOW *pad = newpad(23, 61);
        for (size_t k = 0; k < MEM_COUNT(size); k++) {
            struct frame odd = {.width = size[k][0], .height = size[k][1], .grey = grey};
            odd.rgb = k % 2 ? rgb : NULL;
            odd.seq = k + 1;
            struct picture_view v = {.frame = &odd, .now = (int64_t)k, .mirror = k % 3 == 0};
            picture_draw(p, pad, &v);
            struct picture_rect all = picture_map(p, (struct box){0, 0, odd.width, odd.height});
            struct picture_rect area = picture_area(p);
            assert_memory_equal(&all, &area, sizeof all);
            assert_true(all.h >= 1 && all.w >= 1 && (all.h == 23 || all.w == 61));
        }
        delwin(pad);
        picture_free(p);
        screen_close(&t);
    }
}

/* ---- zoom ------------------------------------------------------------------------------------*/

static void zoom_follows_a_face_without_fidgeting(void **state)
{
    (void)state;
    struct picture_zoom z = {0};
    int64_t now = CLOCK_S;
    struct box r = picture_follow(&z, NULL, 640, 480, 20, 61, now);
    assert_memory_equal(&r, (&(struct box){0, 0, 640, 480}), sizeof r);
    struct box face = {400, 200, 100, 100};
    for (int i = 0; i < 60; i++)
        r = picture_follow(&z, &face, 640, 480, 20, 61, now += 33 * CLOCK_MS);
    assert_int_equal(r.h, 160);
    assert_int_equal(r.w, 244);
    assert_in_range(r.x, 1, face.x);
    for (int i = 0; i < 60; i++) { /* trembling moves nothing */
        struct box shaken = {face.x + i % 7 - 3, face.y + i % 5 - 2, 96 + i % 9, 96 + i % 9};
        struct box again = picture_follow(&z, &shaken, 640, 480, 20, 61, now += 33 * CLOCK_MS);
        assert_memory_equal(&again, &r, sizeof r);
    }
    struct box before = r;
    r = picture_follow(&z, NULL, 640, 480, 20, 61, now += CLOCK_S); /* a missed face: it waits */
    assert_memory_equal(&r, &before, sizeof r);
    for (int i = 0; i < 200; i++) {
        struct box corner = {i % 2 ? 600 : 0, i % 3 ? 440 : 0, 40, 40};
        r = picture_follow(&z, i < 100 ? &corner : NULL, 640, 480, 20, 61, now += 33 * CLOCK_MS);
        assert_true(r.x >= 0 && r.y >= 0 && r.w > 0 && r.h > 0);
        assert_true(r.x + r.w <= 640 && r.y + r.h <= 480);
    }
    assert_int_equal(r.w, 640);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_keep_their_shape),
        cmocka_unit_test(boxes_map_to_cells),
        cmocka_unit_test(shrinking_averages_areas),
        cmocka_unit_test(growing_interpolates),
        cmocka_unit_test(filter_holds_blocks_that_only_flicker),
        cmocka_unit_test(contrast_follows_slowly_and_ignores_little),
        cmocka_unit_test(face_against_the_light_is_brought_to_the_middle),
        cmocka_unit_test(square_and_its_box_land_on_the_same_cells),
        cmocka_unit_test(labels_stay_in_the_pane),
        cmocka_unit_test(dark_pictures_use_all_levels),
        cmocka_unit_test(sensor_noise_sends_nothing),
        cmocka_unit_test(a_moving_face_sends_few_bytes),
        cmocka_unit_test(terminals_get_what_they_can_show),
        cmocka_unit_test(every_size_stays_inside),
        cmocka_unit_test(pictures_of_odd_sizes_are_drawn),
        cmocka_unit_test(zoom_follows_a_face_without_fidgeting),
    };
    screen_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
