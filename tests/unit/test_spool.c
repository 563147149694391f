/* Tests of base/spool: lines that reach the file soon, a name that is taken, a disk that is full.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/spool.h"
#include "tests/unit/folder.h"

#define ROOM 65536

static char *contents(const char *path, size_t *size)
{
    struct err err = {""};
    char *text = file_read(path, 1 << 24, size, &err);
    if (text == NULL)
        fail_msg("%s", err.text);
    return text;
}

static void lines_are_in_the_file_in_their_order(void **state)
{
    (void)state;
    struct err err = {""};
    char *path = file_join(dir, "order");
    struct spool *s = spool_open(path, ROOM, &err);
    assert_non_null(s);
    char line[32];
    for (int i = 0; i < 3000; i++) {
        int n = snprintf(line, sizeof line, "line %d\n", i);
        assert_true(spool_put(s, line, (size_t)n));
        if (i == 1500)
            while (spool_written(s) == 0) /* it is written without being closed */
                clock_sleep_until(clock_now() + CLOCK_MS);
    }
    assert_int_equal(spool_close(s, &err), 0);
    size_t size;
    char *text = contents(path, &size), *at = text;
    for (int i = 0; i < 3000; i++) {
        int n = snprintf(line, sizeof line, "line %d\n", i);
        assert_memory_equal(at, line, (size_t)n);
        at += n;
    }
    assert_ptr_equal(at, text + size);
    free(text);
    free(path);
}

static void a_file_that_is_there_is_not_touched(void **state)
{
    (void)state;
    struct err err = {""};
    char *path = file_join(dir, "taken");
    assert_int_equal(file_write_atomic(path, "mine", 4, &err), 0);
    assert_null(spool_open(path, ROOM, &err));
    assert_non_null(strstr(err.text, "taken: is there already"));
    size_t size;
    char *text = contents(path, &size);
    assert_string_equal(text, "mine");
    free(text);
    free(path);
    path = file_join(dir, "no/such/folder");
    assert_null(spool_open(path, ROOM, &err));
    assert_non_null(strstr(err.text, "No such file"));
    free(path);
    assert_int_equal(spool_close(NULL, &err), 0);
}

static void too_much_at_once_is_a_failure_that_says_so(void **state)
{
    (void)state;
    struct err err = {""};
    static char big[ROOM + 1];
    memset(big, '\n', sizeof big);
    char *path = file_join(dir, "big");
    struct spool *s = spool_open(path, ROOM, &err);
    assert_false(spool_put(s, big, sizeof big));
    assert_true(spool_failed(s, &err));
    assert_non_null(strstr(err.text, "does not keep up"));
    assert_false(spool_put(s, "x\n", 2));
    assert_int_equal(spool_close(s, &err), -1);
    free(path);
}

/* A limit on the size of files stands for a full disk: the write stops in the middle of a line. */
static void a_full_disk_leaves_whole_lines(void **state)
{
    (void)state;
    char *path = file_join(dir, "full");
    pid_t child = fork();
    if (child == 0) {
        struct err err = {""};
        struct rlimit limit = {1030, 1030};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        struct spool *s = spool_open(path, ROOM, &err);
        bool ok = s != NULL;
        for (int i = 0; i < 30 && ok; i++)
            ok = spool_put(s, "0123456789012345678901234567890123456789012345678\n", 50);
        while (ok && !spool_failed(s, &err))
            clock_sleep_until(clock_now() + CLOCK_MS);
        ok = ok && strstr(err.text, "full: cannot write: File too large") != NULL;
        ok = !spool_put(s, "more\n", 5) && spool_close(s, &err) == -1 && ok;
        _exit(ok ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    size_t size;
    char *text = contents(path, &size);
    assert_int_equal(size, 1000);
    assert_true(text[size - 1] == '\n');
    free(text);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_in_the_file_in_their_order),
        cmocka_unit_test(a_file_that_is_there_is_not_touched),
        cmocka_unit_test(too_much_at_once_is_a_failure_that_says_so),
        cmocka_unit_test(a_full_disk_leaves_whole_lines),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
