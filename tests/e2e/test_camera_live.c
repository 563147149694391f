/*
 * The real program on a camera (fakecam.c, preloaded into it): lines of text, and the screen, on
 * which a camera that went away is a state with its reason, until it is back.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/mem.h"
#include "tests/e2e/preload.h"
#include "tests/e2e/pty.h"
#include "tests/e2e/tiny_model.h"
#include "tests/unit/folder.h"
#include "vision/performer.h"

#define WIDTH 640
#define HEIGHT 480

static char *preload;

static void save(const char *name, const void *data, size_t size)
{
    struct err err = {""};
    char *path = file_join(dir, name);
    if (file_write_atomic(path, data, size, &err) != 0)
        fail_msg("%s", err.text);
    free(path);
}

static char *slurp(const char *name)
{
    struct err err = {""};
    size_t size;
    char *path = file_join(dir, name), *text = file_read(path, 1 << 24, &size, &err);
    if (text == NULL)
        fail_msg("%s", err.text);
    free(path);
    return text;
}

static void camera_is(const char *mode)
{
    save("control", mode, strlen(mode));
}

/* What the camera sees: the performer's face, as YUYV of limited range. */
static void save_face(void)
{
    static uint8_t grey[WIDTH * HEIGHT], yuyv[2 * WIDTH * HEIGHT];
    struct performer p = {.seed = 3, .only = -1};
    performer_draw(&p, 0, WIDTH, HEIGHT, NULL, grey, NULL);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        yuyv[2 * i] = (uint8_t)(16 + grey[i] * 219 / 255);
        yuyv[2 * i + 1] = 128;
    }
    save("face.yuyv", yuyv, sizeof yuyv);
}

static int set_up(void **state)
{
    if (make_dir(state) != 0)
        return -1;
    char *model = file_join(dir, "tiny");
    tiny_model_write(model);
    save_face();
    camera_is("ok");
    setenv("MOODTOP_MODEL_DIR", model, 1);
    setenv("HOME", dir, 1);
    setenv("XDG_CONFIG_HOME", dir, 1);
    char *control = file_join(dir, "control"), *raw = file_join(dir, "face.yuyv");
    setenv("FAKECAM_CONTROL", control, 1);
    setenv("FAKECAM_RAW", raw, 1);
    free(control);
    free(raw);
    free(model);
    return 0;
}

/* Runs the program with these arguments and the camera; gives its exit code. */
static int run(const char *arguments)
{
    char *command = mem_printf("LD_PRELOAD='%s' exec ${MOODTOP:-./moodtop} %s >%s/out 2>%s/err "
                               "</dev/null",
                               preload, arguments, dir, dir);
    int status = system(command);
    free(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void lines_of_text(void **state)
{
    (void)state;
    camera_is("ok");
    int code = run("live --plain --limit 3 /dev/video0");
    char *out = slurp("out"), *err = slurp("err");
    if (code != 0 || strstr(out, "no face") != NULL || strstr(out, "face 1") == NULL)
        fail_msg("code %d, said:\n%s%s", code, out, err);
    free(out);
    free(err);
}

static void first_camera_is_taken(void **state)
{
    (void)state;
    camera_is("ok");
    assert_int_equal(run("live --plain --limit 1"), 0);
    char *out = slurp("out");
    assert_non_null(strstr(out, "face 1"));
    free(out);
}

static void what_fails_at_the_start_ends_the_program(void **state)
{
    (void)state;
    static const struct {
        const char *mode, *says;
    } rows[] = {
        {"absent", "no such camera: /dev/video0; there are no cameras here\n"},
        {"denied", "/dev/video0: permission denied: join group video"},
        {"busy", "/dev/video0: busy: used by another program"},
        {"notcapture", "/dev/video0: not a capture device"},
    };
    for (size_t i = 0; i < MEM_COUNT(rows); i++) {
        camera_is(rows[i].mode);
        int code = run("live --plain --limit 1 /dev/video0");
        char *err = slurp("err");
        if (code != 1 || strstr(err, rows[i].says) == NULL)
            fail_msg("%s: code %d, said \"%s\"", rows[i].mode, code, err);
        free(err);
    }
}

static void unplugged_and_back_on_the_screen(void **state)
{
    (void)state;
    static const char *const args[] = {"live", NULL}; /* the first camera, and no other source */
    char *variable = mem_printf("LD_PRELOAD=%s", preload);
    const char *const env[] = {variable, NULL};
    struct pty_opts o = {.rows = 30, .cols = 120, .args = args, .env = env};
    camera_is("ok");
    struct pty *p = pty_open(&o);
    pty_see(p, "Fake Camera");
    pty_see(p, "640x480");
    for (int i = 0; i < 2; i++) {
        camera_is("unplug");
        pty_see(p, "LOST");
        pty_see(p, "no such camera: /dev/video0"); /* what the last attempt to open it said */
        pty_frames(p, 3);
        pty_see(p, "LOST");
        camera_is("ok");
        pty_gone(p, "LOST");
        pty_gone(p, "no such camera");
        pty_frames(p, 3);
    }
    camera_is("stall");
    pty_see(p, "no picture for 5 s");
    camera_is("ok");
    pty_gone(p, "no picture for 5 s");
    pty_quit(p);
    free(variable);
}

int main(void)
{
    const char *list = preload_fakecam();
    if (list == NULL) {
        printf("SKIP: test_camera_live: no FAKECAM: run by `make e2e`\n");
        return 0;
    }
    preload = mem_strdup(list);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_text),
        cmocka_unit_test(first_camera_is_taken),
        cmocka_unit_test(what_fails_at_the_start_ends_the_program),
        cmocka_unit_test(unplugged_and_back_on_the_screen),
    };
    int failed = cmocka_run_group_tests(tests, set_up, remove_dir);
    free(preload);
    return failed;
}
