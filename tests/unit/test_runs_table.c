/* The list of runs: what sets a run apart from the others, and that every window can hold it. */
#include "tests/unit/screen.h"

#include "tui/runs_table.h"

enum { RUNS = 3, OPTIONS = 4 };

static struct screen term;
static char texts[RUNS][OPTIONS][16], names[OPTIONS][16] = {"lr", "flip", "data", "threads"};
static struct run_option options[RUNS][OPTIONS];
static struct run_epoch epoch = {.epoch = 1, .val_accuracy = 0.5};
static char paths[RUNS][32], note[32];
static struct run run[RUNS];
static struct run *list[RUNS] = {&run[0], &run[1], &run[2]};
static struct runs runs = {.run = list, .count = RUNS};

/* Three runs: the second has another learning rate, the third other data; threads never count. */
static int make_runs(void **state)
{
    (void)state;
    static const char *const values[RUNS][OPTIONS] = {{"0.05", "true", "/d/fer.csv", "1"},
                                                      {"0.1", "true", "/d/fer.csv", "2"},
                                                      {"0.05", "true", "/d/own.csv", "3"}};
    struct ui_opts ui = {.color = UI_COLOR_NEVER, .ascii = true};
    screen_open(&term, "xterm-256color", &ui, 64, 204);
    for (int i = 0; i < RUNS; i++) {
        for (int k = 0; k < OPTIONS; k++) {
            snprintf(texts[i][k], sizeof texts[i][k], "%s", values[i][k]);
            options[i][k] = (struct run_option){names[k], texts[i][k]};
        }
        snprintf(paths[i], sizeof paths[i], "/r/2026-11-21-150%d-x", i);
        run[i] = (struct run){.path = paths[i],
                              .name = paths[i] + 3,
                              .note = note,
                              .option = options[i],
                              .options = OPTIONS,
                              .epoch = &epoch,
                              .epochs = 1,
                              .epochs_wanted = 9,
                              .best = i == 2 ? -1 : 0,
                              .state = i == 0   ? RUN_DONE
                                       : i == 1 ? RUN_CRASHED
                                                : RUN_WAITING};
    }
    return 0;
}

static int close_term(void **state)
{
    (void)state;
    screen_close(&term);
    return 0;
}

static void differences_are_from_the_usual_or_from_another(void **state)
{
    (void)state;
    char text[64];
    assert_string_equal(runs_table_usual(&runs, "lr"), "0.05");
    assert_null(runs_table_usual(&runs, "nothing"));
    runs_table_differences(&runs, &run[0], NULL, text, sizeof text);
    assert_string_equal(text, "");
    runs_table_differences(&runs, &run[1], NULL, text, sizeof text);
    assert_string_equal(text, "lr 0.1");
    runs_table_differences(&runs, &run[2], NULL, text, sizeof text);
    assert_string_equal(text, "data own.csv");
    runs_table_differences(&runs, &run[2], &run[1], text, sizeof text);
    assert_string_equal(text, "lr 0.05, data own.csv");
    runs_table_differences(&runs, &run[2], &run[1], text, 6); /* cut, not past the end */
    assert_string_equal(text, "lr 0.");
}

static void rows_tell_state_best_and_marks(void **state)
{
    (void)state;
    char marks[1][256];
    snprintf(marks[0], sizeof marks[0], "%s", run[1].name);
    snprintf(note, sizeof note, "a note");
    WINDOW *win = newpad(6, 100);
    runs_table_draw(term.style, win, &runs, 0, 1, marks, 1);
    const char *text = screen_text(win);
    assert_non_null(strstr(text, "  2026-11-21-1500-x   done       1/9    50.00% (1)   a note\n"));
    assert_non_null(
        strstr(text, "a 2026-11-21-1501-x   crashed    1/9    50.00% (1)   a note; lr"));
    assert_non_null(strstr(text, "  2026-11-21-1502-x   waiting    1/9   -"));
    runs_table_draw_pair(term.style, win, &run[1], &run[2]);
    text = screen_text(win);
    assert_non_null(strstr(text, "lr"));
    assert_non_null(strstr(text, "own.csv"));
    assert_null(strstr(text, "threads"));
    runs_table_draw_pair(term.style, win, &run[1], &run[1]);
    assert_non_null(strstr(screen_text(win), "the options are the same"));
    delwin(win);
}

static void draw_any(WINDOW *win, void *ctx)
{
    char marks[1][256] = {""};
    (void)ctx;
    runs_table_draw(term.style, win, &runs, 0, 2, marks, 1);
    runs_table_draw_pair(term.style, win, &run[0], &run[1]);
}

static void no_size_is_too_small(void **state)
{
    (void)state;
    screen_all_sizes(draw_any, NULL);
}

int main(void)
{
    screen_locale();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_are_from_the_usual_or_from_another),
        cmocka_unit_test(rows_tell_state_best_and_marks),
        cmocka_unit_test(no_size_is_too_small),
    };
    return cmocka_run_group_tests(tests, make_runs, close_term);
}
