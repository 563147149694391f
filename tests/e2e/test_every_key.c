/*
 * Every key of the live screen, in the order of its help and backwards, on each kind of source, in
 * terminals from 300x100 down to 20x5 and 1x1: the program goes on, and ends well. Backwards it
 * stays at the live screen, whatever was opened the first time. Files that keys write go to a
 * folder of the test's.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "tests/e2e/pty.h"
#include "tests/e2e/tiny_model.h"

static char dir[] = "/tmp/moodtop-test-XXXXXX";
static char here[1024];

static int make_dir(void **state)
{
    (void)state;
    if (mkdtemp(dir) == NULL || getcwd(here, sizeof here) == NULL)
        return -1;
    tiny_model_write(dir);
    setenv("MOODTOP_MODEL_DIR", dir, 1);
    setenv("HOME", dir, 1);
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    char *command = mem_printf("rm -rf %s", dir);
    int result = system(command);
    free(command);
    return result;
}

/* "??" and the like: what a key opens is closed by a key that is told from others at once. */
static const char *const keys[] = {
    "v",         "v",      "v",      "p",      " ",        "]",        "[",       "j",
    "k",         "\033[A", "\033[B", "g",      "G",        "\033[H",   "\033[F",  "z",
    "\r",        "\n",     "\033",   "\t",     "\033[Z",   "z",        "\t",      "\t",
    "z",         "f",      "f",      "f",      "b",        "i",        "e",       "(",
    ")",         "H",      "J",      "K",      "L",        "u",        "b",       "c",
    "\033[D",    "\033[C", "h",      "l",      "r",        "C",        "\033[B",  "\033[C",
    "\033[B",    "\033[C", "\033[B", "\033[D", "\033[B",   "\033[C",   "C",       "a",
    "a",         "a",      "w",      "w",      ",",        ".",        "\033[5~", "\033[6~",
    "<",         ">",      "?",      "/",      "m",        "\r",       "?",       "\033OP",
    "\033[6~",   "q",      "+",      "=",      "-",        "_",        "m",       "\033[M !!",
    "\033[M a!", "m",      "s",      "S",      "R",        "\033[15~", "\f",      "2",
    "3",         "4",      "5",      "1",      "\033[99~", "\001",     "\377",    "x",
    "9"};

static const int sizes[][2] = {{24, 80}, {100, 300}, {5, 20}, {48, 160},
                               {1, 1},   {12, 40},   {3, 200}};

static void resize(struct pty *p, size_t i)
{
    const int *size = sizes[i % MEM_COUNT(sizes)];
    pty_resize(p, size[0], size[1]);
    pty_frames(p, 1); /* the next size is always another one */
}

static void type(struct pty *p, const char *key)
{
    pty_keys(p, key);
    pty_pump(p, 5);
}

static void every_key(const char *const *args)
{
    struct pty_opts o = {.rows = 30, .cols = 100, .args = args};
    assert_int_equal(chdir(dir), 0);
    struct pty *p = pty_open(&o);
    assert_int_equal(chdir(here), 0);
    pty_see(p, "quit");
    for (size_t i = 0; i < MEM_COUNT(keys); i++) {
        type(p, keys[i]);
        if (i % 8 == 7)
            resize(p, i / 8);
    }
    for (size_t i = MEM_COUNT(keys); i-- > 0;) {
        bool leaves = keys[i][1] == '\0' && strchr("q/2345", keys[i][0]) != NULL;
        type(p, leaves ? "1" : keys[i]);
        if (i % 8 == 3)
            resize(p, i / 8 + 1);
    }
    pty_keys(p, "qqq"); /* what is open is closed first; a signal would give it two seconds */
    int status = pty_end(p);
    if (status != 0) {
        pty_dump(p);
        fail_msg("ended with status %#x", status);
    }
    pty_close(p);
}

static void of_the_performer(void **state)
{
    (void)state;
    static const char *const args[] = {"live", "demo:two", NULL};
    every_key(args);
}

static void of_a_record(void **state)
{
    (void)state;
    char *path = file_join(here, "tests/data/meeting.jsonl");
    const char *const args[] = {"replay", path, NULL};
    every_key(args);
    free(path);
}

static void of(const char *name)
{
    char *path = file_join(here, name);
    const char *const once[] = {"live", "--record", "film.csv", path, NULL};
    const char *const again[] = {"live", "--loop", "--save-faces", "album", path, NULL};
    every_key(strstr(name, "bench") != NULL ? once : again);
    free(path);
}

static void of_videos(void **state)
{
    (void)state;
    NEED_SHARED("media/group_640x480.mp4");
    of("../shared/data/media/webcam_man_400x300.mp4");
    of("../shared/data/media/group_640x480.mp4");
    of("../shared/data/media/bench_clip_640x480.mp4");
}

static void of_pictures(void **state)
{
    (void)state;
    NEED_SHARED("photos");
    of("../shared/data/photos");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_the_performer),
        cmocka_unit_test(of_a_record),
        cmocka_unit_test(of_videos),
        cmocka_unit_test(of_pictures),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
