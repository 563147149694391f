/*
 * The camera's menu on the screen, with two fake cameras: one is exchanged for the other while it
 * runs, its size changes, its controls are set, pictures are turned and cut; a stream that keeps
 * silent does not keep the screen waiting.
 */
#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/file.h"
#include "base/mem.h"
#include "tests/e2e/preload.h"
#include "tests/e2e/pty.h"
#include "tests/e2e/tiny_model.h"
#include "tests/unit/folder.h"

static char *preload;

static void camera_is(const char *mode)
{
    struct err err = {""};
    char *path = file_join(dir, "control");
    assert_int_equal(file_write_atomic(path, mode, strlen(mode), &err), 0);
    setenv("FAKECAM_CONTROL", path, 1);
    free(path);
}

static int set_up(void **state)
{
    if (make_dir(state) != 0)
        return -1;
    tiny_model_home(dir);
    setenv("FAKECAM_DEVICES", "2", 1);
    setenv("FAKECAM_FORMAT", "both", 1);
    camera_is("ok");
    return 0;
}

static struct pty *start(const char *source)
{
    camera_is("ok");
    const char *const args[] = {"live", source, NULL};
    char *variable = mem_printf("LD_PRELOAD=%s", preload);
    const char *const env[] = {variable, NULL};
    struct pty_opts o = {.rows = 40, .cols = 190, .args = args, .env = env};
    struct pty *p = pty_open(&o);
    free(variable);
    return p;
}

/* Types a key and waits for what it does. */
static void key(struct pty *p, const char *keys, const char *see)
{
    pty_keys(p, keys);
    pty_see(p, see);
}

static void one_camera_for_another(void **state)
{
    (void)state;
    struct pty *p = start("/dev/video0");
    pty_see(p, "Fake Camera (/dev/video0)");
    key(p, "C", "* /dev/video0");
    pty_see(p, "Other Camera");
    key(p, "j\r", "Other Camera (/dev/video1)");
    pty_see(p, "* /dev/video1");
    pty_frames(p, 3);
    key(p, "j\r", "demo: built-in performer"); /* from a camera to none */
    key(p, "gj\r", "Other Camera (/dev/video1)");
    camera_is("unplug");
    pty_see(p, "  LOST  ");
    camera_is("ok");
    pty_gone(p, "  LOST  ");
    key(p, "k\r", "Fake Camera (/dev/video0)");
    pty_keys(p, "\033");
    pty_gone(p, "region: width");
    pty_quit(p);
}

static void size_and_controls(void **state)
{
    (void)state;
    struct pty *p = start("/dev/video0");
    pty_see(p, "  640x480  ");
    key(p, "C", "640x480 YUYV 30/s");
    key(p, "jjj$", "320x240 YUYV 30/s  Enter takes it");
    key(p, "\r", "  320x240  ");
    key(p, "j", "Brightness                128");
    key(p, "l", "Brightness                140");
    key(p, "0", "Brightness                0 ");
    key(p, "$", "Brightness                255");
    key(p, "\r", "Brightness                128"); /* back to what the camera began with */
    pty_see(p, "Exposure Time             250  (3 to 2047)  automatic");
    key(p, "jjjl", "Manual Mode");
    pty_gone(p, "automatic");
    key(p, "jh", "Exposure Time             148");
    pty_keys(p, "q");
    pty_gone(p, "region: width");
    pty_quit(p);
}

static void turned_and_cut(void **state)
{
    (void)state;
    struct pty *p = start("/dev/video0");
    pty_see(p, "  640x480  ");
    key(p, "C", "turned clockwise          0");
    key(p, "Gkkkkkkkl", "turned clockwise          0"); /* the row above: nothing turns */
    key(p, "jl", "turned clockwise          90");
    pty_see(p, "  480x640  ");
    key(p, "h", "turned clockwise          0");
    key(p, "jl", "mirrored for the network  yes");
    key(p, "Ghhhhhhhhhh", "region: height            50 %");
    pty_see(p, "  640x240  ");
    key(p, "kh", "region: width             95 %");
    pty_see(p, "  608x240  ");
    key(p, "0l", "region: width             15 %");
    key(p, "kl", "region: upper edge        5 %");
    key(p, "k$", "region: left edge         85 %");
    pty_keys(p, "q");
    pty_gone(p, "region: width");
    pty_quit(p);
}

/* A server that takes the connection and says nothing. */
static int silent_server(char *uri, size_t size)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, n), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
    snprintf(uri, size, "http://user:secret@127.0.0.1:%d/stream", ntohs(at.sin_port));
    return fd;
}

static void a_silent_stream_does_not_keep_the_screen_waiting(void **state)
{
    (void)state;
    char uri[128];
    int server = silent_server(uri, sizeof uri);
    struct pty *p = start(uri);
    pty_see(p, "opening");
    assert_false(pty_find(p, "secret", NULL, NULL));
    key(p, "C", "/dev/video1");
    assert_false(pty_find(p, "secret", NULL, NULL));
    key(p, "j\r", "Other Camera (/dev/video1)"); /* it is left for a camera at once */
    pty_frames(p, 3);
    pty_see(p, "* /dev/video1"); /* the menu stays, and so does its cursor */
    key(p, "j\r", "opening");
    pty_keys(p, "q");
    pty_gone(p, "region: width");
    pty_quit(p); /* and for good */
    close(server);
}

int main(void)
{
    const char *list = preload_fakecam();
    if (list == NULL) {
        printf("SKIP: test_camera_menu: no FAKECAM: run by `make e2e`\n");
        return 0;
    }
    preload = mem_strdup(list);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_camera_for_another),
        cmocka_unit_test(size_and_controls),
        cmocka_unit_test(turned_and_cut),
        cmocka_unit_test(a_silent_stream_does_not_keep_the_screen_waiting),
    };
    int failed = cmocka_run_group_tests(tests, set_up, remove_dir);
    free(preload);
    return failed;
}
