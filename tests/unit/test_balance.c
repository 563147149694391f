/* Tests of tui/balance: panes never overlap or leave the body, and what stands in them. */
#include "tests/unit/unit.h"

#include <string.h>

#include "tests/unit/screen.h"
#include "tests/unit/set.h"
#include "tui/balance.h"
#include "tui/balance_view.h"

static bool overlap(const struct layout_rect *a, const struct layout_rect *b)
{
    return a->h > 0 && b->h > 0 && a->y < b->y + b->h && b->y < a->y + a->h && a->x < b->x + b->w &&
           b->x < a->x + a->w;
}

static void panes_keep_apart(void **state)
{
    (void)state;
    for (int rows = 8; rows <= 80; rows++)
        for (int cols = 40; cols <= 240; cols += 3)
            for (int lower = BALANCE_FINDINGS; lower <= BALANCE_TONES; lower++) {
                int classes = 1 + (rows * cols) % DATASET_CLASSES_MAX;
                struct balance_layout l =
                    balance_lay_out(rows, cols, classes, (enum balance_pane)lower);
                assert_true(l.pane[BALANCE_CLASSES].h > 0);
                for (int i = 0; i < BALANCE_PANES; i++) {
                    const struct layout_rect *r = &l.pane[i];
                    assert_true(r->h >= 0 && r->y + r->h <= rows && r->x + r->w <= cols);
                    for (int k = 0; k < i; k++)
                        assert_false(overlap(r, &l.pane[k]));
                }
            }
}

/* The classes of FER2013 and all kinds of findings have room at once on the smallest usual screen.
 */
static void a_small_screen_holds_classes_and_findings(void **state)
{
    (void)state;
    struct balance_layout l = balance_lay_out(22, 80, 7, BALANCE_FINDINGS);
    assert_int_equal(balance_class_lines(&l.pane[BALANCE_CLASSES]), 7);
    assert_true(l.pane[BALANCE_FINDINGS].h > DOCTOR_KINDS);
}

/* ---- drawn ----------------------------------------------------------------------------------- */

static bool nothing_new(struct study *s)
{
    (void)s;
    return false;
}

static void no_doctor(struct study *s)
{
    (void)s;
}

/* Whether a line of the window has the text. */
static bool has(WINDOW *win, const char *text)
{
    char line[512];
    for (int y = 0; y < getmaxy(win); y++) {
        mvwinnstr(win, y, 0, line, sizeof line - 1);
        if (strstr(line, text) != NULL)
            return true;
    }
    return false;
}

static void draw(struct view *v, WINDOW *win)
{
    balance_view.update(v, 0);
    werase(win);
    balance_view.draw(v, win);
}

static void press(struct view *v, int key)
{
    for (const struct view_key *k = balance_view.keys; k->act != NULL; k++)
        if (k->key == key) {
            k->act(v, key);
            return;
        }
    fail_msg("no key %d", key);
}

static void a_set_on_the_screen(void **state)
{
    (void)state;
    struct dataset *ds = dataset_new(30, DATASET_CLASSES);
    for (int i = 0; i < 30; i++) {
        set_row(ds, i, i < 20 ? SPLIT_TRAINING : SPLIT_PUBLIC, i % 3);
        set_paint(ds, i, i == 29 ? 1 : (unsigned)i + 1); /* the last is the first again */
    }
    dataset_update(ds);
    struct study study = {.source = "somewhere/set.csv",
                          .name = "set.csv",
                          .go = -1,
                          .kind = -1,
                          .fd = -1,
                          .update = nothing_new,
                          .diagnose = no_doctor};
    struct balance_view_data data = {.study = &study, .browser = 2};
    struct screen t;
    screen_open(&t, "xterm-256color", &(struct ui_opts){0}, 50, 160);
    WINDOW *win = newwin(46, 160, 0, 0);
    struct view v = {
        .ops = &balance_view, .data = &data, .style = t.style, .rows = 46, .cols = 160};
    struct err err = {""};
    v.state = mem_zalloc(1, balance_view.state_size);
    assert_int_equal(balance_view.open(&v, &err), 0);

    snprintf(study.what, sizeof study.what, "reading set.csv: 41 %%");
    draw(&v, win); /* before the set is open */
    assert_true(has(win, "reading set.csv: 41 %"));
    study.ds = ds;
    draw(&v, win);
    assert_true(has(win, "not measured yet"));
    assert_true(has(win, "   20"));
    assert_true(has(win, "the splits have the same mix of classes"));
    press(&v, '\n'); /* nothing is found yet: nothing happens */
    assert_int_equal(v.go, 0);

    struct doctor_how how = {0};
    study.doctor = doctor_run(ds, &how);
    draw(&v, win);
    assert_true(has(win, "in two splits              1           0           1"));
    assert_true(has(win, "in two splits: 1 to 1 of 1"));
    assert_true(has(win, "not asked"));
    press(&v, KEY_RIGHT);
    press(&v, '\n');
    assert_int_equal(v.go, 2);
    assert_int_equal(study.go, 29);
    assert_int_equal(study.kind, DOCTOR_LEAK);
    press(&v, KEY_UP);
    for (int i = 0; i < 20; i++)
        press(&v, KEY_DOWN);
    draw(&v, win); /* the last kind, which nobody asked for */
    v.go = 0;
    press(&v, '\n');
    assert_int_equal(v.go, 0);

    ds->excluded[29] = true; /* a correction: counted at once */
    dataset_update(ds);
    study.changes++;
    draw(&v, win);
    char text[128];
    balance_view.status(&v, text, sizeof text);
    assert_string_equal(text, "set.csv  29 images  1 left out  reading set.csv: 41 %");
    balance_view.close(&v);
    free(v.state);
    delwin(win);
    screen_close(&t);
    doctor_free((struct doctor *)study.doctor);
    dataset_close(ds);
}

/* However small the window is, nothing is written outside of it. */
static void any_size_can_be_drawn(void **state)
{
    (void)state;
    struct dataset *ds = dataset_new(3, 40);
    static float tone[3] = {1, 250, 90};
    dataset_update(ds);
    struct doctor_how how = {0};
    struct study study = {.source = "s",
                          .ds = ds,
                          .go = -1,
                          .kind = -1,
                          .fd = -1,
                          .update = nothing_new,
                          .diagnose = no_doctor,
                          .doctor = doctor_run(ds, &how)};
    study.news.brightness = study.news.contrast = tone;
    struct balance_view_data data = {.study = &study, .browser = 2};
    struct screen t;
    screen_open(&t, "xterm", &(struct ui_opts){.ascii = true}, 60, 200);
    struct view v = {.ops = &balance_view, .data = &data, .style = t.style};
    struct err err = {""};
    v.state = mem_zalloc(1, balance_view.state_size);
    assert_int_equal(balance_view.open(&v, &err), 0);
    for (int rows = 8; rows <= 60; rows += 4)
        for (int cols = 40; cols <= 200; cols += 16) {
            WINDOW *win = newwin(rows, cols, 0, 0);
            v.rows = rows, v.cols = cols;
            press(&v, '\t');
            press(&v, KEY_NPAGE);
            draw(&v, win);
            delwin(win);
        }
    balance_view.close(&v);
    free(v.state);
    screen_close(&t);
    doctor_free((struct doctor *)study.doctor);
    dataset_close(ds);
}

int main(void)
{
    screen_locale();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(panes_keep_apart),
        cmocka_unit_test(a_small_screen_holds_classes_and_findings),
        cmocka_unit_test(a_set_on_the_screen),
        cmocka_unit_test(any_size_can_be_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
