/* The terminal's manners: what is left behind by signals, ^Z, hangup, small and poor terminals. */
#include "tests/e2e/pty.h"
#include "tests/e2e/tiny_model.h"
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/mem.h"

/* What the network says does not matter here, so it is a tiny one. */
static char model[] = "/tmp/moodtop-test-XXXXXX";
static const char *const demo[] = {"live", "--model", model, "--capture-fps", "10", "demo:", NULL};

static struct pty *start(const char *const *env, int rows, int cols)
{
    struct pty_opts o = {.rows = rows, .cols = cols, .args = demo, .env = env};
    return pty_open(&o);
}

/* The terminal is as a shell wants it. */
static void assert_sane(struct pty *p)
{
    assert_false(pty_alternate(p));
    assert_true(pty_cursor_visible(p));
}

static void screen_is_up(struct pty *p)
{
    pty_see(p, "moodtop");
    pty_see_face(p);
    assert_true(pty_alternate(p));
    assert_false(pty_cursor_visible(p));
}

static void q_gives_the_terminal_back(void **state)
{
    (void)state;
    struct pty *p = start(NULL, 24, 80);
    screen_is_up(p);
    pty_keys(p, "q");
    int status = pty_end(p);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_sane(p);
    pty_close(p);
}

static void interrupt_is_quit(void **state)
{
    (void)state;
    struct pty *p = start(NULL, 24, 80);
    screen_is_up(p);
    pty_keys(p, "\003");
    int status = pty_end(p);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_sane(p);
    pty_close(p);
}

/* Ends by the signal, with the terminal restored. */
static void dies_sane_of(int sig)
{
    struct pty *p = start((const char *const[]){"ASAN_OPTIONS=handle_abort=0", NULL}, 24, 80);
    screen_is_up(p);
    kill(pty_pid(p), sig);
    int status = pty_end(p);
    assert_true(WIFSIGNALED(status) ? WTERMSIG(status) == sig : getenv("SANITIZE")[0] != '\0');
    assert_sane(p);
    pty_close(p);
}

static void sigterm_restores_the_terminal(void **state)
{
    (void)state;
    dies_sane_of(SIGTERM);
}

static void sighup_ends_the_program(void **state)
{
    (void)state;
    dies_sane_of(SIGHUP);
}

static void sigsegv_restores_the_terminal(void **state)
{
    (void)state;
    dies_sane_of(SIGSEGV);
}

static void sigabrt_restores_the_terminal(void **state)
{
    (void)state;
    dies_sane_of(SIGABRT);
}

static void a_dropped_connection_ends_the_program(void **state)
{
    (void)state;
    struct pty *p = start(NULL, 24, 80);
    screen_is_up(p);
    pty_hang_up(p);
    int status = pty_end(p);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP);
    pty_close(p);
}

static void suspend_and_foreground_redraw(void **state)
{
    (void)state;
    struct pty *p = start(NULL, 24, 80);
    for (int round = 0; round < 2; round++) {
        screen_is_up(p);
        pty_keys(p, "\032");
        pty_stopped(p);
        assert_sane(p);
        pty_foreground(p);
        pty_frames(p, 2);
    }
    screen_is_up(p);
    pty_quit(p);
}

static void resized_while_suspended(void **state)
{
    (void)state;
    struct pty *p = start(NULL, 24, 80);
    screen_is_up(p);
    pty_keys(p, "\032");
    pty_stopped(p);
    pty_resize(p, 30, 100);
    pty_foreground(p);
    pty_frames(p, 2);
    int row = 0;
    pty_see(p, "quit");
    pty_find(p, "quit", &row, NULL);
    assert_int_equal(row, 29);
    pty_close(p);
}

/* Stopped and continued behind the program's back. */
static void sigstop_and_sigcont_redraw(void **state)
{
    (void)state;
    struct pty *p = start(NULL, 24, 80);
    screen_is_up(p);
    kill(pty_pid(p), SIGSTOP);
    pty_stopped(p);
    pty_foreground(p);
    pty_frames(p, 2);
    screen_is_up(p);
    pty_close(p);
}

static void no_byte_beyond_ascii_in_the_c_locale(void **state)
{
    (void)state;
    struct pty *p = start((const char *const[]){"LC_ALL=C", NULL}, 24, 80);
    screen_is_up(p);
    for (int look = 0; look < 6; look++) {
        pty_frames(p, 2);
        pty_keys(p, "v");
    }
    pty_keys(p, "?");
    pty_see(p, "Nothing leaves");
    pty_keys(p, "q\tz");
    pty_frames(p, 2);
    size_t size;
    const char *bytes = pty_bytes(p, &size);
    for (size_t i = 0; i < size; i++)
        assert_true((unsigned char)bytes[i] < 128);
    pty_close(p);
}

/* No escape sequence of the stream sets a colour. */
static void assert_colourless(struct pty *p)
{
    size_t size;
    const char *s = pty_bytes(p, &size);
    for (size_t i = 0; i + 2 < size; i++) {
        if (s[i] != '\033' || s[i + 1] != '[')
            continue;
        size_t end = i + 2;
        while (end < size && strchr("0123456789;:", s[end]) != NULL)
            end++;
        if (end == size || s[end] != 'm')
            continue;
        for (size_t a = i + 2; a < end;) {
            int n = atoi(s + a);
            assert_false((n >= 30 && n <= 38) || (n >= 40 && n <= 48) || n >= 90);
            while (a < end && s[a++] != ';')
                continue;
        }
    }
}

static void no_color_means_no_colour(void **state)
{
    (void)state;
    struct pty *p = start((const char *const[]){"NO_COLOR=1", NULL}, 24, 80);
    screen_is_up(p);
    for (int look = 0; look < 6; look++) {
        pty_frames(p, 2);
        pty_keys(p, "v");
    }
    assert_colourless(p);
    pty_close(p);
}

static void vt100_is_enough(void **state)
{
    (void)state;
    struct pty *p = start((const char *const[]){"TERM=vt100", NULL}, 24, 80);
    pty_see_face(p);
    pty_see(p, "ramp");
    assert_colourless(p);
    pty_quit(p);
}

static void unknown_term_falls_back_and_says_so(void **state)
{
    (void)state;
    struct pty *p = start((const char *const[]){"TERM=xterm-nobody-knows", NULL}, 24, 80);
    pty_see(p, "TERM=xterm-nobody-knows is unknown here");
    screen_is_up(p);
    pty_quit(p);
}

static void term_unset_falls_back(void **state)
{
    (void)state;
    struct pty *p = start((const char *const[]){"TERM", NULL}, 24, 80);
    screen_is_up(p);
    pty_quit(p);
}

static void dumb_terminal_gets_lines(void **state)
{
    (void)state;
    struct pty *p = start((const char *const[]){"TERM=dumb", NULL}, 24, 80);
    pty_see(p, "cannot move its cursor");
    pty_see(p, " face ");
    size_t size;
    const char *bytes = pty_bytes(p, &size);
    assert_null(memchr(bytes, '\033', size));
    pty_keys(p, "\003");
    assert_int_equal(pty_end(p), 0);
    pty_close(p);
}

static void terminal_that_never_answers_still_gets_frames(void **state)
{
    (void)state;
    struct pty_opts o = {.rows = 24, .cols = 80, .args = demo, .mute = true};
    struct pty *p = pty_open(&o);
    screen_is_up(p);
    pty_frames(p, 6);
    pty_quit(p);
}

/* 4 kB/s: a frame takes a second, yet a key is answered and no queue of frames builds up. */
static void slow_terminal_is_not_flooded(void **state)
{
    (void)state;
    struct pty_opts o = {.rows = 24, .cols = 80, .args = demo, .bytes_per_s = 4000};
    struct pty *p = pty_open(&o);
    pty_see_face(p);
    pty_frames(p, 3);
    pty_keys(p, "?");
    pty_see(p, "Nothing leaves");
    pty_keys(p, "qq");
    pty_forget(p);
    assert_int_equal(pty_end(p), 0);
    size_t size;
    pty_bytes(p, &size);
    assert_true(size < 3 * 12000); /* what lay in the buffers: at most two frames and the end */
    assert_sane(p);
    pty_close(p);
}

static void every_size_survives(void **state)
{
    (void)state;
    static const int cols[] = {1,  2,  3,  7,  12, 20, 23, 24,  39,  40,
                               41, 55, 56, 57, 79, 80, 99, 100, 160, 200};
    struct pty *p = start(NULL, 24, 80);
    screen_is_up(p);
    for (int rows = 1; rows <= 60; rows++)
        for (size_t i = 0; i < sizeof cols / sizeof cols[0]; i++) {
            bool back = rows % 2 == 0; /* grows and shrinks */
            pty_resize(p, rows, cols[back ? sizeof cols / sizeof cols[0] - 1 - i : i]);
            pty_frames(p, 1);
            if ((rows * 7 + (int)i) % 5 == 0)
                pty_keys(p, (const char *const[]){"v", "z", "?", "?", "\t", "f",
                                                  "]"}[(rows + (int)i) % 7]);
        }
    pty_resize(p, 24, 80);
    pty_keys(p, "\033");
    pty_frames(p, 2);
    pty_see(p, "moodtop");
    pty_keys(p, "\003");
    assert_int_equal(pty_end(p), 0);
    assert_sane(p);
    pty_close(p);
}

static void tiny_terminals_get_a_line(void **state)
{
    (void)state;
    struct pty *p = start(NULL, 1, 30);
    pty_see(p, "%");
    pty_resize(p, 3, 20);
    pty_see(p, "q quit");
    pty_resize(p, 24, 80);
    screen_is_up(p);
    pty_quit(p);
}

static int make_model(void **state)
{
    (void)state;
    if (mkdtemp(model) == NULL)
        return -1;
    tiny_model_write(model);
    return 0;
}

static int remove_model(void **state)
{
    (void)state;
    char *command = mem_printf("rm -rf %s", model);
    int status = system(command);
    free(command);
    return status;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(q_gives_the_terminal_back),
        cmocka_unit_test(interrupt_is_quit),
        cmocka_unit_test(sigterm_restores_the_terminal),
        cmocka_unit_test(sighup_ends_the_program),
        cmocka_unit_test(sigsegv_restores_the_terminal),
        cmocka_unit_test(sigabrt_restores_the_terminal),
        cmocka_unit_test(a_dropped_connection_ends_the_program),
        cmocka_unit_test(suspend_and_foreground_redraw),
        cmocka_unit_test(resized_while_suspended),
        cmocka_unit_test(sigstop_and_sigcont_redraw),
        cmocka_unit_test(no_byte_beyond_ascii_in_the_c_locale),
        cmocka_unit_test(no_color_means_no_colour),
        cmocka_unit_test(vt100_is_enough),
        cmocka_unit_test(unknown_term_falls_back_and_says_so),
        cmocka_unit_test(term_unset_falls_back),
        cmocka_unit_test(dumb_terminal_gets_lines),
        cmocka_unit_test(terminal_that_never_answers_still_gets_frames),
        cmocka_unit_test(slow_terminal_is_not_flooded),
        cmocka_unit_test(every_size_survives),
        cmocka_unit_test(tiny_terminals_get_a_line),
    };
    return cmocka_run_group_tests(tests, make_model, remove_model);
}
