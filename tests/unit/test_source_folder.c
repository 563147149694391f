/* Folders of pictures: their order, what is skipped, what is said when nothing is left. */
#include "tests/unit/source_kit.h"

#include <sys/stat.h>

#include "base/log.h"
#include "vision/folder.h"
#include "vision/media_write.h"

/* Makes an empty folder in the test's folder. */
static const char *new_folder(const char *name)
{
    const char *path = in_dir(name);
    assert_int_equal(mkdir(path, 0700), 0);
    return path;
}

/* A picture of that one grey. */
static void add_picture(const char *folder, const char *name, int grey)
{
    uint8_t rgb[4 * 4 * 3];
    struct err err = {""};
    char *path = file_join(folder, name);
    memset(rgb, grey, sizeof rgb);
    assert_int_equal(media_write_picture(path, rgb, 4, 4, &err), 0);
    free(path);
}

static void add_text(const char *folder, const char *name)
{
    char *path = file_join(folder, name);
    save(path, "no picture", 10);
    free(path);
}

static void assert_grey(struct source *s, int grey, uint64_t seq)
{
    struct frame *f = must_next(s);
    assert_int_equal(f->grey[5], grey);
    assert_int_equal(f->seq, seq);
    frame_unref(f);
}

static void test_natural_order(void **state)
{
    (void)state;
    const char *folder = new_folder("order");
    add_picture(folder, "img10.png", 100);
    add_picture(folder, "img9.png", 90);
    add_picture(folder, "img1.PNG", 10);
    add_picture(folder, "img%d.png", 5);
    add_text(folder, "notes.txt");
    char *sub = file_join(folder, "img2.png"); /* a folder with a picture's name */
    assert_int_equal(mkdir(sub, 0700), 0);
    free(sub);
    add_picture(folder, ".hidden.png", 200);
    char *waits = file_join(folder, "img3.png"); /* a pipe that would be waited for */
    assert_int_equal(mkfifo(waits, 0600), 0);
    free(waits);
    struct source *s = open_fast(folder);
    assert_string_equal(s->ops->name, "folder");
    assert_non_null(strstr(s->label, "(4 pictures)"));
    assert_grey(s, 5, 1);
    assert_grey(s, 10, 2);
    assert_grey(s, 90, 3);
    assert_grey(s, 100, 4);
    must_end(s);
    must_end(s);
    source_close(s);

    char **paths;
    struct err err = {""};
    int n = folder_list(folder, &paths, &err);
    assert_int_equal(n, 4);
    assert_string_equal(file_base(paths[3]), "img10.png");
    folder_free(paths, n);
}

static void test_unreadable_is_skipped(void **state)
{
    (void)state;
    const char *folder = new_folder("some");
    add_picture(folder, "1.png", 10);
    add_text(folder, "2.png");
    add_picture(folder, "3.png", 30);
    struct err err = {""};
    size_t size;
    assert_int_equal(log_to(in_dir("log"), &err), 0);
    struct source *s = open_fast(folder);
    assert_grey(s, 10, 1);
    assert_grey(s, 30, 2);
    must_end(s);
    source_close(s);
    log_to(NULL, &err);
    char *log = file_read(in_dir("log"), 1 << 16, &size, &err);
    assert_non_null(log);
    assert_non_null(strstr(log, "skipped: "));
    assert_non_null(strstr(log, "/some/2.png: "));
    assert_null(strstr(log, "1.png"));
    free(log);
}

static void test_empty(void **state)
{
    (void)state;
    const char *folder = new_folder("empty");
    must_not_open(folder, "/empty: no pictures in this folder");
    add_text(folder, "a.txt");
    must_not_open(folder, "/empty: no pictures in this folder");
}

static void test_all_unreadable(void **state)
{
    (void)state;
    const char *folder = new_folder("none");
    struct err err = {""};
    struct frame *f;
    add_text(folder, "1.png");
    add_text(folder, "2.jpg");
    for (int loop = 0; loop < 2; loop++) {
        struct source_opts o = as_fast_as_read(folder);
        o.loop = loop;
        assert_int_equal(log_to("/dev/null", &err), 0);
        struct source *s = must_open(&o);
        assert_int_equal(next_of(s, &f, &err), SOURCE_LOST);
        assert_non_null(strstr(err.text, "/none: none of its 2 pictures can be read"));
        source_close(s);
        log_to(NULL, &err);
    }
}

static void test_loop_and_rate(void **state)
{
    (void)state;
    const char *folder = new_folder("loop");
    add_picture(folder, "a.png", 10);
    add_picture(folder, "b.png", 20);
    struct source_opts o = as_fast_as_read(folder);
    o.loop = true;
    o.fps = 5;
    struct source *s = must_open(&o);
    for (int i = 0; i < 7; i++) {
        struct frame *f = must_next(s);
        assert_int_equal(f->grey[0], i % 2 == 0 ? 10 : 20);
        assert_true(f->pts > i * 0.2 - 0.001 && f->pts < i * 0.2 + 0.001);
        frame_unref(f);
    }
    source_close(s);
}

/* A file that went away after the folder was listed is skipped too. */
static void test_removed(void **state)
{
    (void)state;
    const char *folder = new_folder("removed");
    struct err err = {""};
    add_picture(folder, "a.png", 10);
    add_picture(folder, "b.png", 20);
    struct source *s = open_fast(folder);
    char *path = file_join(folder, "a.png");
    unlink(path);
    free(path);
    assert_int_equal(log_to("/dev/null", &err), 0);
    assert_grey(s, 20, 1);
    must_end(s);
    source_close(s);
    log_to(NULL, &err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_natural_order), cmocka_unit_test(test_unreadable_is_skipped),
        cmocka_unit_test(test_empty),         cmocka_unit_test(test_all_unreadable),
        cmocka_unit_test(test_loop_and_rate), cmocka_unit_test(test_removed),
    };
    return cmocka_run_group_tests(tests, kit_open, kit_close);
}
