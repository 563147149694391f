/* The live screen, driven as a user drives it: on the built-in performer, and on real pictures. */
#include "tests/e2e/preload.h"
#include "tests/e2e/pty.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/mem.h"
#include "vision/performer.h"

#define DEMO "live", "--capture-fps", "10", "demo:"

static struct pty *start(int rows, int cols, const char *const *args)
{
    static const char *const demo[] = {DEMO, NULL};
    struct pty_opts o = {.rows = rows, .cols = cols, .args = args != NULL ? args : demo};
    struct pty *p = pty_open(&o);
    pty_see(p, "quit");
    return p;
}

/* ---- the picture ---------------------------------------------------------------------------- */

/* Where the performer's face is over its first minute, as parts of the picture: the smallest and
 * largest centre. */
struct centres {
    double x0, x1, y0, y1, w;
};

static struct centres performer_centres(void)
{
    enum { W = 640, H = 480 };
    struct centres c = {1, 0, 1, 0, 0};
    struct performer who = {.seed = 1, .only = -1};
    uint8_t *rgb = mem_alloc(W * H * 3), *grey = mem_alloc(W * H);
    for (double t = 0; t < 60; t += 1) {
        struct frame_truth truth;
        performer_draw(&who, t, W, H, rgb, grey, &truth);
        double x = (truth.face.x + truth.face.w / 2.0) / W;
        double y = (truth.face.y + truth.face.h / 2.0) / H;
        c.x0 = fmin(c.x0, x), c.x1 = fmax(c.x1, x);
        c.y0 = fmin(c.y0, y), c.y1 = fmax(c.y1, y);
        c.w = truth.face.w / (double)W;
    }
    free(rgb);
    free(grey);
    return c;
}

enum { BOX_ROWS = 48, BOX_COLS = 160, PANE_W = 115, PANE_H = 45, PANE_Y = 2 };

/* The box on the screen, as parts of the picture: 4:3 at cells of 1:2 in PANE_W x PANE_H cells. */
static bool box_fits(struct pty *p, const void *centres)
{
    const struct centres *want = centres;
    int bottom, left, right, top;
    if (!pty_find(p, "└", &bottom, &left) || !pty_find(p, "┘", &bottom, &right) ||
        !pty_find(p, "┐", &top, NULL))
        return false;
    double h = PANE_W * 3.0 / 8, x = (left + right + 1) / 2.0 / PANE_W;
    double y = ((top + bottom + 1) / 2.0 - PANE_Y - (PANE_H - h) / 2) / h;
    double w = (right - left + 1.0) / PANE_W;
    double slack = want->w * 0.2; /* the detector's box is not the drawn outline */
    return x > want->x0 - slack && x < want->x1 + slack && y > want->y0 - slack * 2 &&
           y < want->y1 + slack * 2 && w > want->w * 0.5 && w < want->w * 1.6;
}

static void box_is_where_the_performers_face_is(void **state)
{
    (void)state;
    struct centres want = performer_centres();
    struct pty *p = start(BOX_ROWS, BOX_COLS, NULL);
    pty_keys(p, "ff"); /* never zoom */
    for (int i = 0; i < 3; i++) {
        pty_frames(p, 3);
        if (!pty_wait(p, box_fits, &want)) {
            pty_dump(p);
            fail_msg("no box where the face is");
        }
    }
    pty_quit(p);
}

static void renderers_cycle(void **state)
{
    (void)state;
    static const char *const names[] = {
        "libcaca", "half-block grey", "half-block colour", "braille", "ramp", "libcaca"};
    struct pty *p = start(24, 80, NULL);
    for (size_t i = 0; i < MEM_COUNT(names); i++) {
        pty_see(p, names[i]);
        pty_frames(p, 2);
        pty_keys(p, "v");
    }
    pty_quit(p);
}

static void picture_is_more_than_one_shade(void **state)
{
    (void)state;
    static const char *const args[] = {"live", "--renderer", "half-grey", "demo:", NULL};
    struct pty *p = start(24, 80, args);
    pty_see_face(p);
    int shades = 0;
    bool seen[256] = {false};
    for (int y = 2; y < 23; y++)
        for (int x = 0; x < 50; x++) {
            struct pty_cell c = pty_cell(p, y, x);
            if (c.fg[0] == c.fg[1] && c.fg[1] == c.fg[2] && !seen[c.fg[0]]) {
                seen[c.fg[0]] = true;
                shades++;
            }
        }
    assert_true(shades >= 8);
    pty_quit(p);
}

/* ---- numbers -------------------------------------------------------------------------------- */

/* The seven percentages of the bars, or -1 while they are not all there. */
static int bars_sum(struct pty *p)
{
    int sum = 0;
    for (int m = 0; m < PERFORMER_MOODS; m++) {
        int row, col;
        char find[32];
        snprintf(find, sizeof find, "│ %s ", performer_mood_name[m]);
        if (!pty_find(p, find, &row, &col))
            return -1;
        char *line = pty_row(p, row);
        char *percent = strrchr(line, '%');
        while (percent != NULL && percent > line && percent[-1] != ' ')
            percent--;
        sum += percent != NULL ? atoi(percent) : 1000;
        free(line);
    }
    return sum;
}

static bool bars_are_a_distribution(struct pty *p, const void *unused)
{
    (void)unused;
    int sum = bars_sum(p); /* of seven rounded numbers */
    return sum >= 96 && sum <= 104;
}

static void bars_sum_to_one(void **state)
{
    (void)state;
    struct pty *p = start(24, 100, NULL);
    for (int i = 0; i < 5; i++) {
        pty_frames(p, 1);
        assert_true(pty_wait(p, bars_are_a_distribution, NULL));
    }
    pty_quit(p);
}

/* The history's part of the screen as text. */
static char *history_text(struct pty *p)
{
    char *text = mem_strdup("");
    for (int y = 11; y < 21; y++) {
        char *row = pty_row(p, y), *rule = strstr(row, "│");
        char *more = mem_printf("%s%s\n", text, rule != NULL ? rule : "");
        free(text);
        free(row);
        text = more;
    }
    return text;
}

static bool history_differs(struct pty *p, const void *before)
{
    char *now = history_text(p);
    bool differs = strcmp(now, before) != 0;
    free(now);
    return differs;
}

static void history_moves(void **state)
{
    (void)state;
    struct pty *p = start(24, 80, NULL);
    pty_see_face(p);
    pty_see(p, ", last 60 s");
    pty_frames(p, 2);
    for (int i = 0; i < 3; i++) {
        char *before = history_text(p);
        assert_true(pty_wait(p, history_differs, before));
        free(before);
    }
    pty_quit(p);
}

/* All rows but status and hints, as one text. */
static char *panes_text(struct pty *p)
{
    char *text = mem_strdup("");
    for (int y = 1; y < 23; y++) {
        char *row = pty_row(p, y), *more = mem_printf("%s%s\n", text, row);
        free(text);
        free(row);
        text = more;
    }
    return text;
}

static void pause_holds_all(void **state)
{
    (void)state;
    struct pty *p = start(24, 80, NULL);
    pty_see_face(p);
    pty_frames(p, 5);
    pty_keys(p, "p");
    pty_see(p, "PAUSED");
    bool held = false;
    for (int i = 0; i < 10 && !held; i++) { /* what was being analysed may still arrive */
        char *before = panes_text(p);
        pty_frames(p, 4);
        char *after = panes_text(p);
        held = strcmp(before, after) == 0;
        free(before);
        free(after);
    }
    assert_true(held);
    pty_keys(p, " ");
    pty_gone(p, "PAUSED");
    pty_keys(p, "pp"); /* at once, before the source has heard of the first */
    pty_frames(p, 6);
    pty_gone(p, "PAUSED");
    pty_quit(p);
}

/* ---- keys ----------------------------------------------------------------------------------- */

static void help_opens_closes_and_eats_no_key(void **state)
{
    (void)state;
    struct pty *p = start(24, 80, NULL);
    static const char *const open_close[][2] = {{"?", "?"}, {"?", "q"}, {"\033OP", "\033"}};
    for (size_t i = 0; i < MEM_COUNT(open_close); i++) {
        pty_keys(p, open_close[i][0]);
        pty_see(p, "Nothing leaves this machine");
        pty_keys(p, open_close[i][1]);
        pty_gone(p, "Nothing leaves this machine");
    }
    pty_keys(p, "?");
    pty_see(p, "the next way to draw");
    pty_keys(p, "/mouse\r");
    pty_gone(p, "the next way to draw");
    pty_keys(p, "\033");
    pty_see(p, "the next way to draw");
    pty_keys(p, "v"); /* acts although the help was open */
    pty_gone(p, "Nothing leaves this machine");
    pty_see(p, "half-block grey");
    pty_quit(p);
}

struct place {
    int row, col;
};

static bool is_focused(struct pty *p, const void *title)
{
    const struct place *at = title;
    return pty_cell(p, at->row, at->col).reverse;
}

static bool is_unfocused(struct pty *p, const void *title)
{
    return !is_focused(p, title);
}

static void panes_are_focused_and_maximised(void **state)
{
    (void)state;
    struct pty *p = start(24, 80, NULL);
    struct place title;
    pty_see_face(p);
    assert_true(pty_find(p, "picture:", &title.row, &title.col));
    assert_true(is_focused(p, &title));
    pty_keys(p, "\t\t");
    assert_true(pty_wait(p, is_unfocused, &title));
    pty_keys(p, "z");
    pty_gone(p, "picture:");
    pty_see(p, "last 60 s");
    pty_see(p, "100%");
    pty_keys(p, "\033");
    pty_see(p, "picture:");
    pty_quit(p);
}

/* Braille displays follow the cursor. */
static void cursor_is_on_the_chosen_face(void **state)
{
    (void)state;
    struct pty *p = start(24, 80, NULL);
    int row, col, y, x;
    pty_see_face(p);
    pty_keys(p, "p"); /* so that the face stays the same */
    pty_see(p, "PAUSED");
    pty_frames(p, 2);
    pty_cursor(p, &y, &x);
    char title[32];
    snprintf(title, sizeof title, "face %d:", pty_see_face(p));
    assert_true(pty_find(p, title, &row, &col));
    assert_int_equal(y, row);
    assert_int_equal(x, col);
    pty_quit(p);
}

static void mouse_chooses_a_pane(void **state)
{
    (void)state;
    struct pty *p = start(24, 80, NULL);
    int row, col;
    pty_see_face(p);
    pty_see(p, "face ");
    pty_find(p, "face ", &row, &col);
    assert_int_equal(row, 1);
    assert_false(pty_cell(p, row, col).reverse);
    pty_keys(p, "m");
    pty_see(p, "mouse on");
    pty_keys(p, "\033[<0;70;6M\033[<0;70;6m"); /* a click on the bars */
    pty_frames(p, 2);
    assert_true(pty_cell(p, row, col).reverse);
    pty_quit(p);
}

/* ---- real pictures -------------------------------------------------------------------------- */

static void many_faces_are_chosen_with_brackets(void **state)
{
    (void)state;
    NEED_SHARED("photos/solvay.jpg");
    static const char *const args[] = {"live", SHARED_DATA "photos/solvay.jpg", NULL};
    struct pty *p = start(48, 160, args);
    pty_see(p, "end of solvay.jpg");
    pty_see(p, "(of ");
    pty_keys(p, "g");
    pty_see(p, "face 1 (of");
    pty_keys(p, "]");
    pty_see(p, "face 2 (of");
    pty_keys(p, "[[");
    pty_gone(p, "face 2 (of");
    pty_gone(p, "face 1 (of");
    pty_keys(p, "]");
    pty_see(p, "face 1 (of");
    pty_quit(p);
}

static void a_file_ends_and_is_replayed(void **state)
{
    (void)state;
    NEED_SHARED("photos/astronaut.png");
    static const char *const args[] = {"live", SHARED_DATA "photos/astronaut.png", NULL};
    struct pty *p = start(24, 80, args);
    for (int round = 0; round < 2; round++) {
        pty_see(p, "r replays");
        pty_see_face(p);
        pty_keys(p, "r");
        pty_frames(p, 1);
    }
    pty_quit(p);
}

/* ---- a camera ------------------------------------------------------------------------------- */

static void camera_is(const char *control, const char *word)
{
    struct err err = {""};
    assert_int_equal(file_write_atomic(control, word, strlen(word), &err), 0);
}

/* fakecam.c shows a pattern in which there is no face. */
static void a_lost_camera_says_why_and_comes_back(void **state)
{
    (void)state;
    const char *fakecam = preload_fakecam();
    if (fakecam == NULL) {
        printf("SKIP: %s: no camera to preload\n", __func__);
        skip();
    }
    char control[] = "/tmp/moodtop-test-XXXXXX";
    close(mkstemp(control));
    camera_is(control, "ok");
    char *env[] = {mem_printf("LD_PRELOAD=%s", fakecam), mem_printf("FAKECAM_CONTROL=%s", control),
                   NULL};
    static const char *const args[] = {"live", "/dev/video0", NULL};
    struct pty_opts o = {.rows = 24, .cols = 80, .args = args, .env = (const char *const *)env};
    struct pty *p = pty_open(&o);
    pty_see(p, "Fake Camera");
    pty_see(p, "no face");
    camera_is(control, "unplug");
    pty_see(p, "is lost");
    pty_see(p, "trying again");
    camera_is(control, "ok");
    pty_gone(p, "is lost");
    pty_see(p, "no face");
    pty_quit(p);
    unlink(control);
    free(env[0]);
    free(env[1]);
}

/* ---- without a screen ----------------------------------------------------------------------- */

/* Runs the program in a shell; its output, at most size bytes. */
static int run(const char *format, char *out, size_t size)
{
    char *command = mem_printf(format, pty_program());
    FILE *f = popen(command, "r");
    assert_non_null(f);
    size_t n = fread(out, 1, size - 1, f);
    out[n] = '\0';
    free(command);
    return pclose(f);
}

static void plain_prints_a_line_per_result(void **state)
{
    (void)state;
    char out[4096];
    assert_int_equal(run("%s live --plain --limit 5 demo: 2>&1", out, sizeof out), 0);
    regex_t line;
    assert_int_equal(regcomp(&line,
                             "^[0-9]{2}:[0-9]{2}:[0-9]{2} (no face|face [0-9]+( [a-z]+ "
                             "[01]\\.[0-9]{2}){1,3})$",
                             REG_EXTENDED | REG_NOSUB),
                     0);
    int lines = 0;
    for (char *s = strtok(out, "\n"); s != NULL; s = strtok(NULL, "\n"), lines++)
        assert_int_equal(regexec(&line, s, 0, NULL, 0), 0);
    regfree(&line);
    assert_int_equal(lines, 5);
}

static void without_a_terminal_lines_come_and_a_note(void **state)
{
    (void)state;
    char out[4096];
    assert_int_equal(run("%s live --limit 2 demo: 2>&1 </dev/null | cat", out, sizeof out), 0);
    assert_non_null(strstr(out, "standard output is no terminal"));
    assert_null(strchr(out, '\033'));
    assert_non_null(strstr(out, " face"));
}

static void a_reader_that_leaves_ends_it_quietly(void **state)
{
    (void)state;
    char out[4096];
    run("(%s live --plain demo:; echo status $? >&2) 2>&1 >/dev/full | cat; ", out, sizeof out);
    assert_non_null(strstr(out, "No space left"));
    assert_non_null(strstr(out, "status 1"));
    run("{ (%s live --plain demo:; echo status $? >&3) | head -n 1 >/dev/null; } 3>&1 2>&1", out,
        sizeof out);
    assert_string_equal(out, "status 0\n");
}

static void a_missing_file_is_one_sentence(void **state)
{
    (void)state;
    char out[4096];
    int status = run("%s live /nonexistent/film.mp4 2>&1", out, sizeof out);
    assert_int_equal(WEXITSTATUS(status), 1);
    assert_non_null(strstr(out, "/nonexistent/film.mp4"));
    assert_null(strchr(out, '\033'));
}

/* With the shipped network, in a large terminal; libav and its 140 libraries are most of it. */
static void memory_stays_below_64_mib(void **state)
{
    (void)state;
    NEED_SHARED("media/bench_clip_640x480.mp4");
    const char *sanitizer = getenv("SANITIZE");
    if (sanitizer != NULL && sanitizer[0] != '\0')
        skip(); /* which needs memory of its own */
    static const char *const args[] = {"live", "../shared/data/media/bench_clip_640x480.mp4", NULL};
    static const char *const env[] = {"MOODTOP_MODEL_DIR", NULL};
    struct pty_opts o = {.rows = BOX_ROWS, .cols = BOX_COLS, .args = args, .env = env};
    struct pty *p = pty_open(&o);
    pty_see(p, "happy");
    pty_frames(p, 60);
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/status", (int)pty_pid(p));
    size_t size;
    char *text = file_read(path, 1 << 16, &size, NULL);
    const char *peak = text != NULL ? strstr(text, "VmHWM:") : NULL;
    assert_non_null(peak);
    assert_in_range(strtol(peak + strlen("VmHWM:"), NULL, 10), 1 << 10, 64 << 10); /* KiB */
    free(text);
    pty_quit(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(box_is_where_the_performers_face_is),
        cmocka_unit_test(renderers_cycle),
        cmocka_unit_test(picture_is_more_than_one_shade),
        cmocka_unit_test(bars_sum_to_one),
        cmocka_unit_test(history_moves),
        cmocka_unit_test(pause_holds_all),
        cmocka_unit_test(help_opens_closes_and_eats_no_key),
        cmocka_unit_test(panes_are_focused_and_maximised),
        cmocka_unit_test(cursor_is_on_the_chosen_face),
        cmocka_unit_test(mouse_chooses_a_pane),
        cmocka_unit_test(many_faces_are_chosen_with_brackets),
        cmocka_unit_test(a_file_ends_and_is_replayed),
        cmocka_unit_test(a_lost_camera_says_why_and_comes_back),
        cmocka_unit_test(plain_prints_a_line_per_result),
        cmocka_unit_test(without_a_terminal_lines_come_and_a_note),
        cmocka_unit_test(a_reader_that_leaves_ends_it_quietly),
        cmocka_unit_test(a_missing_file_is_one_sentence),
        cmocka_unit_test(memory_stays_below_64_mib),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
