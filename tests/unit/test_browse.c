/* Tests of what the browser shows: filters, orders, the survey in the background, tiles. */
#include "tests/unit/screen.h"
#include "tests/unit/set.h"

#include <math.h>
#include <poll.h>
#include <sys/eventfd.h>

#include "nn/infer.h"
#include "tui/browse_list.h"
#include "tui/tile.h"

enum { N = 300, CLASSES = 7 };

static struct study study;
static struct browse_list list;
static float p[N * CLASSES], light[N];
static bool has[N];

/* Rows whose labels, splits, brightness and probabilities follow from a seed; a fifth has none. */
static int make_study(void **state)
{
    (void)state;
    struct rng r;
    rng_seed(&r, 5, 1);
    study = (struct study){.ds = dataset_new(N, CLASSES)};
    for (int i = 0; i < N; i++) {
        float sum = 0;
        set_row(study.ds, i, (enum split)rng_below(&r, SPLITS), (int)rng_below(&r, CLASSES));
        light[i] = rng_range(&r, 0, 255);
        has[i] = rng_below(&r, 5) > 0;
        for (int c = 0; c < CLASSES; c++)
            sum += p[i * CLASSES + c] = rng_float(&r);
        for (int c = 0; c < CLASSES; c++)
            p[i * CLASSES + c] /= sum;
    }
    dataset_update(study.ds);
    study.news = (struct survey_news){.brightness = light, .p = p, .has = has};
    browse_list_open(&list, study.ds);
    return 0;
}

static int free_study(void **state)
{
    (void)state;
    browse_list_close(&list);
    dataset_close(study.ds);
    return 0;
}

/* Each row once; place and class_row say the same as row. */
static void check_indices(void)
{
    static bool seen[N];
    memset(seen, 0, sizeof seen);
    for (int i = 0; i < list.count; i++) {
        assert_false(seen[list.row[i]]);
        seen[list.row[i]] = true;
        assert_int_equal(list.place[list.row[i]], i);
    }
    for (int i = 0; i < N; i++)
        assert_true(seen[i] || list.place[i] == -1);
    assert_int_equal(list.class_first[CLASSES], list.count);
    for (int c = 0; c < CLASSES; c++)
        for (int i = list.class_first[c]; i < list.class_first[c + 1]; i++) {
            assert_int_equal(study.ds->label[list.class_row[i]], c);
            if (i > list.class_first[c])
                assert_true(list.place[list.class_row[i]] > list.place[list.class_row[i - 1]]);
        }
}

static void make(void)
{
    browse_list_make(&list, &study);
    check_indices();
}

static float largest(int row)
{
    float top = 0;
    for (int c = 0; c < CLASSES; c++)
        top = fmaxf(top, p[row * CLASSES + c]);
    return top;
}

/* What each order grows with; NAN = not known, which comes last. */
static float key(enum browse_sort sort, int row)
{
    switch (sort) {
    case BROWSE_CLASS:
        return study.ds->label[row];
    case BROWSE_LOSS: /* the smallest probability of the label first */
        return has[row] ? p[row * CLASSES + study.ds->label[row]] : NAN;
    case BROWSE_CONFIDENCE:
        return has[row] ? -largest(row) : NAN;
    case BROWSE_BRIGHTNESS:
        return light[row];
    default:
        return (float)row;
    }
}

static void check_order(bool reverse)
{
    for (int i = 1; i < list.count; i++) {
        float a = key(list.sort, list.row[i - 1]), b = key(list.sort, list.row[i]);
        assert_true(isnan(b) || !isnan(a));
        if (!isnan(b))
            assert_true(reverse ? a >= b : a <= b);
        if (!reverse && a == b)
            assert_true(list.row[i - 1] < list.row[i]);
    }
}

static void orders_are_right_and_stable(void **state)
{
    (void)state;
    for (int sort = 0; sort < BROWSE_RANDOM; sort++)
        for (int reverse = 0; reverse < 2; reverse++) {
            list.sort = (enum browse_sort)sort;
            list.reverse = reverse == 1;
            make();
            assert_int_equal(list.count, N);
            check_order(reverse == 1);
        }
}

static void random_samples_differ_and_come_back(void **state)
{
    (void)state;
    int first[N], same = 0;
    list.sort = BROWSE_RANDOM;
    list.seed = 1;
    make();
    memcpy(first, list.row, sizeof first);
    list.seed = 2;
    make();
    for (int i = 0; i < N; i++)
        same += first[i] == list.row[i];
    assert_true(same < N / 10);
    list.seed = 1;
    make();
    assert_memory_equal(first, list.row, sizeof first);
}

/* Whether a row is of a value, written down once more. */
static bool belongs(enum browse_field field, int value, int row)
{
    int best = 0;
    for (int c = 1; c < CLASSES; c++)
        best = p[row * CLASSES + c] > p[row * CLASSES + best] ? c : best;
    switch (field) {
    case BROWSE_SPLIT:
        return study.ds->split[row] == value;
    case BROWSE_LABEL:
        return study.ds->label[row] == value;
    case BROWSE_PREDICTED:
        return has[row] && best == value;
    case BROWSE_RESULT:
        return has[row] && (best == study.ds->label[row]) == (value == 0);
    case BROWSE_FINDING:
        return value < DOCTOR_KINDS ? list.finding[row] >> value & 1 : list.finding[row] != 0;
    default:
        return value == 1 ? study.ds->excluded[row] : value == 2 ? !study.ds->excluded[row] : false;
    }
}

static void filters_let_the_right_rows_through(void **state)
{
    (void)state;
    list.finding[7] = 1u << DOCTOR_LEAK;
    list.finding[9] = 1u << DOCTOR_BLANK | 1u << DOCTOR_LEAK;
    study.ds->excluded[11] = true;
    for (int f = 0; f < BROWSE_FIELDS; f++)
        for (int v = 0; v < browse_field_values((enum browse_field)f, study.ds); v++) {
            int want = 0;
            list.filter.want[f] = v;
            list.filter.want[BROWSE_SPLIT] = f == BROWSE_SPLIT ? v : SPLIT_TRAINING;
            make();
            for (int i = 0; i < N; i++)
                want += belongs((enum browse_field)f, v, i) &&
                        (f == BROWSE_SPLIT || study.ds->split[i] == SPLIT_TRAINING);
            assert_int_equal(list.count, want);
            assert_true(browse_value_name((enum browse_field)f, study.ds, v)[0] != '\0');
            list.filter.want[f] = list.filter.want[BROWSE_SPLIT] = -1;
        }
}

/* ---- the survey -------------------------------------------------------------------------------
 */

static void input(const uint8_t *image, float *out, int height, int width)
{
    assert_int_equal(height * width, DATASET_PIXELS);
    for (int i = 0; i < DATASET_PIXELS; i++)
        out[i] = image[i];
}

static void paint_all(struct dataset *ds)
{
    for (int i = 0; i < ds->n; i++) {
        set_paint(ds, i, (unsigned)i);
        set_row(ds, i, SPLIT_TRAINING, i % 2 ? 3 : 4);
    }
    dataset_update(ds);
}

/* Waits for the survey's word until it is through with all rows, or in trouble. */
static void wait_for(struct survey *s, int fd, struct survey_news *news, long rows)
{
    for (int i = 0; i < 3000; i++) {
        uint64_t wakes;
        struct pollfd wake = {.fd = fd, .events = POLLIN};
        if (poll(&wake, 1, 100) > 0)
            assert_int_equal(read(fd, &wakes, sizeof wakes), sizeof wakes);
        survey_update(s, news);
        if (news->mean != NULL && (news->predicted == rows || news->trouble[0] != '\0'))
            return;
    }
    fail_msg("the survey of %ld rows has only come to %ld", rows, news->predicted);
}

static void survey_measures(void **state)
{
    (void)state;
    struct err err = {""};
    struct dataset *ds = dataset_new(40, CLASSES);
    struct survey_how how = {.wake = eventfd(0, EFD_NONBLOCK)};
    struct survey_news news = {0};
    paint_all(ds);
    struct survey *s = survey_start(ds, &how, &err);
    assert_non_null(s);
    wait_for(s, how.wake, &news, 0);
    for (int i = 0; i < ds->n; i++) {
        double sum = 0, squares = 0;
        for (int k = 0; k < DATASET_PIXELS; k++) {
            double v = dataset_image(ds, i)[k];
            sum += v;
            squares += v * v;
        }
        double mean = sum / DATASET_PIXELS;
        assert_float_equal(news.brightness[i], mean, 1e-3);
        assert_float_equal(news.contrast[i], sqrt(squares / DATASET_PIXELS - mean * mean), 1e-2);
    }
    for (int k = 0; k < DATASET_PIXELS; k++) {
        int sum = 0;
        for (int i = 1; i < ds->n; i += 2)
            sum += dataset_image(ds, i)[k];
        assert_int_equal(news.mean[3 * DATASET_PIXELS + k], sum / 20);
        assert_int_equal(news.mean[k], 0); /* no row is of class 0 */
    }
    assert_null(news.p);
    survey_stop(s);
    close(how.wake);
    dataset_close(ds);
}

static void survey_asks_the_network(void **state)
{
    (void)state;
    struct err err = {""};
    struct dataset *ds = dataset_new(70, CLASSES);
    struct survey_how how = {
        .model = "models/emotion", .input = input, .wake = eventfd(0, EFD_NONBLOCK)};
    struct survey_news news = {0};
    paint_all(ds);
    struct survey *s = survey_start(ds, &how, &err);
    assert_non_null(s);
    survey_wish(s, 66);
    wait_for(s, how.wake, &news, ds->n);
    assert_string_equal(news.trouble, "");
    struct infer *in = infer_open("models/emotion", 1, &err);
    assert_non_null(in);
    for (int i = 0; i < ds->n; i += 23) {
        float x[DATASET_PIXELS], want[CLASSES];
        input(dataset_image(ds, i), x, DATASET_SIDE, DATASET_SIDE);
        infer_run(in, x, 1, want);
        assert_true(news.has[i]);
        for (int c = 0; c < CLASSES; c++) {
            assert_float_equal(news.p[i * CLASSES + c], want[c], 1e-4);
            assert_float_equal(survey_loss(&news, ds, i, c), -logf(fmaxf(want[c], 1e-7f)), 1e-2);
        }
    }
    infer_close(in);
    survey_stop(s);
    close(how.wake);
    dataset_close(ds);
}

static int asked;

static void counted_input(const uint8_t *image, float *out, int height, int width)
{
    asked++;
    input(image, out, height, width);
}

/* Another survey of the same images with the same network has the first one's answers. */
static void survey_remembers(void **state)
{
    (void)state;
    char cache[] = "/tmp/moodtop-survey-XXXXXX";
    struct err err = {""};
    struct dataset *ds = dataset_new(70, CLASSES);
    struct survey_how how = {.model = "models/emotion",
                             .input = counted_input,
                             .wake = eventfd(0, EFD_NONBLOCK),
                             .keep = true};
    float first[70 * CLASSES];
    paint_all(ds);
    assert_non_null(mkdtemp(cache));
    assert_int_equal(setenv("XDG_CACHE_HOME", cache, 1), 0);
    for (int turn = 0; turn < 3; turn++) {
        struct survey_news news = {0};
        if (turn == 2) { /* one picture has changed */
            ds->own[5] ^= 64;
            dataset_update(ds);
        }
        asked = 0;
        struct survey *s = survey_start(ds, &how, &err);
        assert_non_null(s);
        wait_for(s, how.wake, &news, ds->n);
        assert_int_equal(asked, turn == 1 ? 0 : ds->n);
        if (turn == 0)
            memcpy(first, news.p, sizeof first);
        else if (turn == 1)
            assert_memory_equal(first, news.p, sizeof first);
        survey_stop(s);
    }
    close(how.wake);
    dataset_close(ds);
    char *command = mem_printf("rm -rf %s", cache);
    assert_int_equal(system(command), 0);
    free(command);
}

static void survey_tells_its_trouble_and_stops_at_once(void **state)
{
    (void)state;
    struct err err = {""};
    struct dataset *ds = dataset_new(3000, CLASSES);
    struct survey_how how = {.model = "/nonexistent/model", .input = input, .wake = -1};
    struct survey_news news = {0};
    paint_all(ds);
    struct survey *s = survey_start(ds, &how, &err);
    assert_non_null(s);
    for (int i = 0; i < 3000 && news.trouble[0] == '\0'; i++) {
        usleep(10000);
        survey_update(s, &news);
    }
    assert_non_null(strstr(news.trouble, "/nonexistent/model"));
    assert_null(news.p);
    assert_int_equal(survey_best(&news, ds, 0), -1);
    assert_true(isnan(survey_loss(&news, ds, 0, 0)));
    survey_stop(s);
    how.model = "models/emotion";
    survey_stop(survey_start(ds, &how, &err)); /* in the middle of it */
    dataset_close(ds);
}

/* ---- tiles ------------------------------------------------------------------------------------
 */

static void tiles_have_a_contrast_of_their_own(void **state)
{
    (void)state;
    enum { SIDE = 48, ROWS = 10, COLS = 20 };
    static const struct ui_opts ui = {.color = UI_COLOR_256};
    uint8_t bright[SIDE * SIDE], dark[SIDE * SIDE];
    struct screen t;
    int different = 0, shades = 0;
    for (int i = 0; i < SIDE * SIDE; i++) {
        int x = i % SIDE - 24, y = i / SIDE - 24;
        bright[i] = (uint8_t)(x * x + y * y < 200 ? 240 : 40 + 4 * (i % SIDE / 4));
        dark[i] = (uint8_t)(10 + bright[i] / 4);
    }
    screen_open(&t, "xterm-256color", &ui, 24, 80);
    for (int look = 0; look < UI_RENDERERS; look++) {
        struct tile *tile = tile_new(t.style, (enum ui_renderer)look);
        tile_draw(tile, stdscr, 0, 0, ROWS, COLS, bright, SIDE);
        tile_draw(tile, stdscr, 0, COLS, ROWS, COLS, dark, SIDE);
        for (int i = 0; look == UI_HALF_GREY && i < ROWS * COLS; i++) {
            cchar_t a, b;
            wchar_t ca[CCHARW_MAX], cb[CCHARW_MAX];
            attr_t attr;
            short pair;
            int pa, pb;
            mvin_wch(i / COLS, i % COLS, &a);
            mvin_wch(i / COLS, COLS + i % COLS, &b);
            getcchar(&a, ca, &attr, &pair, &pa);
            getcchar(&b, cb, &attr, &pair, &pb);
            different += ca[0] != cb[0];
            shades += ca[0] != L' ';
        }
        assert_true(tile_legible(tile) >= 8);
        tile_next_renderer(tile);
        tile_free(tile);
    }
    assert_true(different < ROWS * COLS / 10); /* rounding of a quarter of the levels */
    assert_true(shades > 10);
    screen_close(&t);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, make_study, free_study)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(orders_are_right_and_stable),
        WITH(random_samples_differ_and_come_back),
        WITH(filters_let_the_right_rows_through),
        cmocka_unit_test(survey_measures),
        cmocka_unit_test(survey_asks_the_network),
        cmocka_unit_test(survey_remembers),
        cmocka_unit_test(survey_tells_its_trouble_and_stops_at_once),
        cmocka_unit_test(tiles_have_a_contrast_of_their_own),
    };
    screen_locale();
    return cmocka_run_group_tests_name("browse", tests, NULL, NULL);
}
