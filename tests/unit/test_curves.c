/* Curves over epochs: lines of different lengths, the cursor's values, scales; and what the words
 * of the watch screen say of a run. */
#include "tests/unit/screen.h"

#include <math.h>

#include "tui/curves.h"
#include "nn/rundir.h"
#include "tui/watch.h"

static struct screen term;
static const struct ink plain = {A_NORMAL, 0};

static int open_term(void **state)
{
    (void)state;
    struct ui_opts ui = {.color = UI_COLOR_NEVER, .ascii = true};
    screen_open(&term, "xterm-256color", &ui, 64, 204);
    return 0;
}

static int close_term(void **state)
{
    (void)state;
    screen_close(&term);
    return 0;
}

/* a: 1, 2 .. 10 at 1 .. 10; b: 100 at 2, 10 at 4, 1 at 6. */
static struct curves *two_lines(void)
{
    struct curves *c = curves_new();
    curves_line(c, "one", 'a', plain);
    for (int i = 1; i <= 10; i++)
        curves_point(c, i, i);
    curves_line(c, "two", 'b', plain);
    for (int i = 0; i < 3; i++)
        curves_point(c, 2 + 2 * i, pow(10, 2 - i));
    return c;
}

static const char *drawn(struct curves *c, int rows, int cols)
{
    WINDOW *win = newpad(rows, cols);
    curves_draw(c, term.style, win);
    const char *text = screen_text(win);
    delwin(win);
    return text;
}

static void assert_drawn(struct curves *c, const char *part)
{
    const char *text = drawn(c, 12, 60);
    if (strstr(text, part) == NULL)
        fail_msg("expected \"%s\" in:\n%s", part, text);
}

static void the_legend_reads_values_at_the_cursor(void **state)
{
    (void)state;
    struct curves *c = two_lines();
    curves_format(c, "%.2f", 1);
    assert_drawn(c, "one 10.00");
    assert_drawn(c, "two 1.00"); /* its last one */
    curves_step(c, 0);
    assert_float_equal(curves_cursor(c), 10, 0);
    curves_step(c, -5);
    assert_drawn(c, "one 5.00");
    assert_drawn(c, "two 10.00"); /* of 4, the last before 5 */
    assert_drawn(c, "at 5");
    curves_step(c, -1000);
    assert_drawn(c, "one 1.00");
    assert_drawn(c, "two -"); /* not begun yet */
    curves_step(c, 1 << 29);
    assert_float_equal(curves_cursor(c), 10, 0);
    assert_float_equal(curves_last(c), 10, 0);
    curves_free(c);
}

/* The row of a letter in the drawn text, counted from the top; -1 = not there. */
static int row_of(const char *text, char letter, int at)
{
    int row = 0, col = 0;
    for (; *text != '\0'; text++, col++) {
        if (*text == letter && col == at && row > 0)
            return row;
        if (*text == '\n')
            row++, col = -1;
    }
    return -1;
}

/* On a logarithmic scale the decades 100, 10, 1 are a straight line. */
static void a_logarithm_is_straight_where_powers_fall(void **state)
{
    (void)state;
    struct curves *c = curves_new();
    curves_line(c, "x", '*', plain);
    for (int i = 0; i < 3; i++)
        curves_point(c, i, pow(10, 2 - i));
    for (int log = 0; log < 2; log++) {
        curves_set_log(c, log);
        const char *text = drawn(c, 23, 60);
        int first = 60, last = 0, col = 0;
        for (const char *p = strchr(text, '\n'); *p != '\0'; p++, col++) {
            if (*p == '\n')
                col = -1;
            if (*p == '*')
                first = col < first ? col : first, last = col > last ? col : last;
        }
        int top = row_of(text, '*', first), low = row_of(text, '*', last);
        int middle = row_of(text, '*', (first + last) / 2);
        assert_true(top > 0 && low > top && middle > 0);
        if (log)
            assert_in_range(2 * middle, top + low - 2, top + low + 2);
        else
            assert_true(2 * middle > top + low + 6);
    }
    curves_free(c);
}

static void smoothing_keeps_a_constant_and_calms_noise(void **state)
{
    (void)state;
    struct curves *c = curves_new();
    curves_line(c, "x", '*', plain);
    for (int i = 0; i < 200; i++)
        curves_point(c, i, i % 2 == 0 ? 1 : 3);
    curves_format(c, "%.1f", 1);
    curves_set_smooth(c, 3);
    /* Values read are the true ones; what is drawn comes near 2, the mean. */
    assert_drawn(c, "x 3.0");
    const char *text = drawn(c, 23, 60);
    assert_null(strstr(text, "0.0+")); /* the first one is not pulled to 0 */
    assert_non_null(strstr(text, "+*"));
    curves_set_smooth(c, 4);
    assert_int_equal(curves_smooth(c), 0);
    curves_set_smooth(c, -1);
    assert_int_equal(curves_smooth(c), 3);
    curves_free(c);
}

static void draw_any(WINDOW *win, void *ctx)
{
    curves_draw(ctx, term.style, win);
}

static void no_size_and_no_data_is_too_little(void **state)
{
    (void)state;
    struct curves *c = two_lines();
    curves_mark(c, 3, plain);
    curves_step(c, -2);
    screen_all_sizes(draw_any, c);
    curves_clear(c);
    screen_all_sizes(draw_any, c);
    curves_line(c, "one point", 'a', plain);
    curves_point(c, 3, 5);
    screen_all_sizes(draw_any, c);
    curves_line(c, "holes", 'b', plain);
    curves_point(c, 1, NAN);
    curves_point(c, 2, INFINITY);
    curves_set_log(c, true);
    screen_all_sizes(draw_any, c);
    curves_free(c);
}

/* ---- words -----------------------------------------------------------------------------------*/

static void fill(struct run *run, const double *train, const double *val, int n)
{
    run->epoch = mem_zalloc((size_t)n, sizeof *run->epoch);
    run->epochs = n;
    for (int i = 0; i < n; i++)
        run->epoch[i] = (struct run_epoch){.epoch = i + 1, .loss = train[i], .val_loss = val[i]};
}

static int overfit(const double *train, const double *val, int n)
{
    struct run run = {0};
    fill(&run, train, val, n);
    int answer = watch_overfit(&run);
    free(run.epoch);
    return answer;
}

static void overfitting_is_a_rise_while_training_falls(void **state)
{
    (void)state;
    static const double falls[] = {2, 1.8, 1.6, 1.4, 1.2, 1.0, 0.8, 0.6};
    static const double rises[] = {2, 1.8, 1.7, 1.6, 1.62, 1.65, 1.7, 1.8};
    static const double level[] = {2, 1.8, 1.7, 1.6, 1.6, 1.601, 1.602, 1.603};
    static const double bump[] = {2, 1.8, 1.7, 1.6, 1.9, 1.8, 1.7, 1.65};
    static const double stays[] = {2, 1.8, 1.6, 1.4, 1.4, 1.4, 1.4, 1.5};
    assert_int_equal(overfit(falls, rises, 8), 4);
    assert_int_equal(overfit(falls, rises, 6), 0); /* too early to say */
    assert_int_equal(overfit(falls, falls, 8), 0);
    assert_int_equal(overfit(falls, level, 8), 0);
    assert_int_equal(overfit(falls, bump, 8), 0);  /* it comes down again */
    assert_int_equal(overfit(stays, rises, 8), 0); /* nothing is learned any more */
    assert_int_equal(overfit(NULL, NULL, 0), 0);
}

static void times_run_down_between_steps(void **state)
{
    (void)state;
    char name[] = "batch", value[] = "10", text[32];
    struct run_option option = {name, value};
    struct run_step step = {.epoch = 2,
                            .step = 130,
                            .batch = 30,
                            .batches = 100,
                            .time = 1000,
                            .images_per_s = 50,
                            .eta_s = NAN};
    struct run run = {.state = RUN_RUNNING,
                      .option = &option,
                      .options = 1,
                      .step = &step,
                      .steps = 1,
                      .epochs_wanted = 3};
    double epoch_s, run_s;
    watch_eta(&run, 0, &epoch_s, &run_s);
    assert_float_equal(epoch_s, 70 * 10 / 50.0, 1e-9);
    assert_float_equal(run_s, 170 * 10 / 50.0, 1e-9);
    watch_eta(&run, 4, &epoch_s, &run_s);
    assert_float_equal(epoch_s, 10, 1e-9);
    struct run_epoch done = {.epoch = step.epoch};
    run.epoch = &done;
    run.epochs = 1; /* the step is of an epoch that is over: the next one has only begun */
    assert_int_equal(watch_batch(&run), 0);
    watch_eta(&run, 0, &epoch_s, &run_s);
    assert_float_equal(epoch_s, 100 * 10 / 50.0, 1e-9);
    run.epochs = 0;
    assert_int_equal(watch_batch(&run), 30);
    step.eta_s = 60;
    watch_eta(&run, 90, &epoch_s, &run_s); /* never below 0 */
    assert_float_equal(epoch_s, 0, 0);
    assert_float_equal(run_s, 0, 0);
    run.state = RUN_STOPPED;
    watch_eta(&run, 0, &epoch_s, &run_s);
    assert_true(isnan(epoch_s) && isnan(run_s));
    static const struct {
        double s;
        const char *want;
    } times[] = {{0, "0:00"},         {59.6, "1:00"},  {3600, "1:00:00"}, {NAN, "-"},
                 {90061, "1d 1:01h"}, {INFINITY, "-"}, {-5, "-"}};
    for (size_t i = 0; i < MEM_COUNT(times); i++) {
        watch_seconds(times[i].s, text, sizeof text);
        assert_string_equal(text, times[i].want);
    }
}

/* ---- the whole screen ------------------------------------------------------------------------*/

static void draw_watch(WINDOW *win, void *ctx)
{
    werase(win);
    watch_resize(ctx, win);
    watch_draw(ctx, win);
    watch_resize(ctx, NULL);
}

/* With so many classes. */
static void watch_at_all_sizes(int classes)
{
    static const double loss[] = {2, 1.5, 1.2}, val[] = {2.1, 1.7, 1.6};
    char name[] = "batch", value[] = "10", path[] = "/r/one", none[] = "";
    struct run_option option = {name, value};
    struct run_step step = {
        .epoch = 4, .step = 330, .batch = 30, .batches = 100, .loss = 1.2, .eta_s = NAN};
    struct run run = {.path = path,
                      .name = path + 3,
                      .note = none,
                      .state = RUN_RUNNING,
                      .option = &option,
                      .options = 1,
                      .step = &step,
                      .steps = 1,
                      .epochs_wanted = 9,
                      .best = 2,
                      .confusion_epoch = 3};
    fill(&run, loss, val, 3);
    char *label[RUNDIR_CLASSES_MAX], text_of[RUNDIR_CLASSES_MAX][16];
    run.classes = classes;
    run.label = label;
    run.recall = mem_alloc(3 * (size_t)classes * sizeof *run.recall);
    run.confusion = mem_alloc((size_t)(classes * classes) * sizeof *run.confusion);
    for (int i = 0; i < classes; i++) {
        snprintf(text_of[i], sizeof text_of[i], "class %d", i);
        label[i] = text_of[i];
        for (int k = 0; k < classes; k++)
            run.confusion[i * classes + k] = i == k ? 90 + i : k;
        for (int e = 0; e < 3; e++)
            run.recall[e * classes + i] = e < 2 ? NAN : 0.5 + 0.05 * i;
    }
    snprintf(run.log, sizeof run.log,
             "2026-11-21 15:00:00 info: one\n2026-11-21 15:00:01 info: "
             "two\n");
    struct watch *w = watch_new(term.style);
    struct vitals vitals = {.cpu = 1.5, .memory = 4e8, .looked = 1, .cpus = 2, .celsius = 61};
    watch_set(w, &run, &vitals, 0);
    for (int i = 0; i < WATCH_PANES; i++) {
        screen_all_sizes(draw_watch, w);
        assert_true(watch_key(w, '\t'));
    }
    assert_true(watch_key(w, 'z'));
    screen_all_sizes(draw_watch, w);
    assert_true(watch_key(w, 27));
    WINDOW *win = newpad(46, 160);
    draw_watch(win, w);
    const char *text = screen_text(win);
    static const char *const parts[] = {"running  epoch 4/9 ",
                                        " 30/100 ",
                                        "best 0.00 % at epoch 3",
                                        "trainer 1.5 CPU, 400 MB",
                                        " 61 C",
                                        "training 1.2000",
                                        "validation 1.6000",
                                        "15:00:01 info: two",
                                        "recall",
                                        "class-0",
                                        "93"};
    size_t sure = classes == 7 ? MEM_COUNT(parts) : MEM_COUNT(parts) - 2; /* others may be cut */
    for (size_t i = 0; i < sure; i++)
        if (strstr(text, parts[i]) == NULL)
            fail_msg("expected \"%s\" in:\n%s", parts[i], text);
    run.state = RUN_CRASHED;
    run.print++;
    watch_set(w, &run, &vitals, 0);
    draw_watch(win, w);
    assert_non_null(strstr(screen_text(win), "crashed; r resumes it: the trainer is gone"));
    delwin(win);
    watch_free(w);
    free(run.recall);
    free(run.confusion);
    free(run.epoch);
}

static void every_pane_of_a_run_fits_every_window(void **state)
{
    (void)state;
    watch_at_all_sizes(2);
    watch_at_all_sizes(7);
    watch_at_all_sizes(RUNDIR_CLASSES_MAX);
}

int main(void)
{
    screen_locale();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_legend_reads_values_at_the_cursor),
        cmocka_unit_test(a_logarithm_is_straight_where_powers_fall),
        cmocka_unit_test(smoothing_keeps_a_constant_and_calms_noise),
        cmocka_unit_test(no_size_and_no_data_is_too_little),
        cmocka_unit_test(overfitting_is_a_rise_while_training_falls),
        cmocka_unit_test(times_run_down_between_steps),
        cmocka_unit_test(every_pane_of_a_run_fits_every_window),
    };
    return cmocka_run_group_tests(tests, open_term, close_term);
}
