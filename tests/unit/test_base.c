/* Tests of base/: errors, files, random numbers, the mailbox and the parallel-for. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mailbox.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/text.h"
#include "base/thread.h"

static void prefix_goes_before_the_sentence(void **state)
{
    (void)state;
    struct err err = {""};
    assert_int_equal(err_set(&err, "expected %d pixels, got %d", 2304, 2301), -1);
    err_prefix(&err, "data/fer.csv:%d", 128);
    assert_string_equal(err.text, "data/fer.csv:128: expected 2304 pixels, got 2301");
}

static void an_error_commands_no_terminal(void **state)
{
    (void)state;
    struct err err = {""};
    errno = ENOENT;
    err_errno(&err, "a\033[31mb\177\r.mp4");
    err_prefix(&err, "moodtop\b \xc3\xa4");
    assert_string_equal(err.text, "moodtop? \xc3\xa4: a?[31mb??.mp4: No such file or directory");
}

static void paths_have_names(void **state)
{
    (void)state;
    static const char *const want[][2] = {
        {"fer2013.csv", "fer2013.csv"},
        {"/a/b/fer2013.csv,c/faces//", "fer2013.csv, faces"},
        {"/", "/"},
        {"", ""},
        {"../x,", "x"},
    };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        char text[64], small[8];
        file_names(want[i][0], text, sizeof text);
        assert_string_equal(text, want[i][1]);
        file_names(want[i][0], small, sizeof small);
        assert_int_equal(strncmp(small, want[i][1], sizeof small - 1), 0);
    }
}

static void pcg_gives_its_published_numbers(void **state)
{
    (void)state;
    /* The first outputs of pcg32 seeded with (42, 54), as the generator's author prints them. */
    static const uint32_t want[] = {0xa15c02b7, 0x7b47f409, 0xba1d3330, 0x83d2f293};
    struct rng r;
    rng_seed(&r, 42, 54);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(rng_u32(&r), want[i]);
}

static void failed_atomic_write_keeps_the_old_file(void **state)
{
    (void)state;
    char dir[] = "/tmp/moodtop-test-XXXXXX";
    assert_non_null(mkdtemp(dir));
    char *path = file_join(dir, "a.txt");
    struct err err = {""};
    assert_int_equal(file_write_atomic(path, "old", 3, &err), 0);
    char *blocked = file_join(dir, "a.txt.tmp/x");
    char *tmp = file_join(dir, "a.txt.tmp");
    assert_int_equal(file_mkdirs(blocked, &err),
                     0); /* the temporary name is taken: the write fails */
    assert_int_equal(file_write_atomic(path, "new", 3, &err), -1);
    assert_non_null(strstr(err.text, "a.txt"));
    size_t size = 0;
    char *text = file_read(path, 100, &size, &err);
    assert_non_null(text);
    assert_string_equal(text, "old");
    free(text);
    rmdir(blocked);
    rmdir(tmp);
    unlink(path);
    rmdir(dir);
    free(path);
    free(blocked);
    free(tmp);
}

static int dropped;

static void drop_count(void *item)
{
    (void)item;
    dropped++;
}

static void aligned_blocks_are_zero_and_cost_what_is_touched(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 64, 5000, 300 << 10, 1 << 20, (3 << 20) + 77};
    for (size_t i = 0; i < MEM_COUNT(sizes); i++)
        for (int again = 0; again < 3; again++) { /* the allocator gives dirty blocks again */
            unsigned char *p = mem_aligned(sizes[i], 1);
            assert_int_equal((uintptr_t)p % 64, 0);
            for (size_t k = 0; k < sizes[i]; k++)
                if (p[k] != 0)
                    fail_msg("byte %zu of %zu is %d", k, sizes[i], p[k]);
            memset(p, 0xa5, sizes[i]);
            free(p);
        }
#ifndef __SANITIZE_ADDRESS__
    char *big = mem_aligned(256 << 20, 1);
    struct rusage use;
    assert_int_equal(getrusage(RUSAGE_SELF, &use), 0);
    assert_in_range(use.ru_maxrss, 1, 128 << 10); /* KiB */
    free(big);
#endif
}

/* KiB of this process' memory that are pages of files. */
static long resident_of_files(void)
{
    struct err err = {""};
    size_t size;
    char *text = file_read("/proc/self/status", 1 << 16, &size, &err);
    const char *line = text != NULL ? strstr(text, "RssFile:") : NULL;
    long kib = line != NULL ? strtol(line + strlen("RssFile:"), NULL, 10) : 0;
    free(text);
    return kib;
}

static void what_loading_needed_is_given_back_and_comes_back(void **state)
{
    (void)state;
    static const char *const words[] = {"alpha", "beta"}; /* pointers: relocated, so kept */
    static int counter = 41;
    long before = resident_of_files();
    for (int round = 0; round < 3; round++) {
        mem_forget_loading();
        counter++;
        assert_string_equal(words[round % 2], round % 2 == 0 ? "alpha" : "beta");
        assert_int_equal(counter, 42 + round);
        assert_int_equal(strtol("1234", NULL, 10), 1234); /* libraries run on */
    }
    assert_in_range(resident_of_files(), 1, before - 1);
}

static void mailbox_keeps_the_newest(void **state)
{
    (void)state;
    struct mailbox m;
    int a, b, c;
    dropped = 0;
    mailbox_init(&m, drop_count);
    mailbox_put(&m, &a);
    mailbox_put(&m, &b);
    assert_int_equal(dropped, 1);
    assert_ptr_equal(mailbox_take(&m), &b);
    assert_null(mailbox_wait(&m, clock_now() + CLOCK_MS));
    mailbox_close(&m);
    mailbox_put(&m, &c);
    assert_int_equal(dropped, 2);
    assert_int_equal((int)mailbox_displaced(&m), 1);
    mailbox_destroy(&m);
}

static void square(void *ctx, int i, int worker)
{
    (void)worker;
    int *out = ctx;
    out[i] += i * i;
}

static void parallel_for_runs_each_slice_once(void **state)
{
    (void)state;
    struct err err = {""};
    for (int threads = 1; threads <= 4; threads++) {
        struct pool *p = pool_new(threads, &err);
        assert_non_null(p);
        int out[100] = {0};
        for (int round = 0; round < 50; round++)
            pool_run(p, 100, square, out);
        for (int i = 0; i < 100; i++)
            assert_int_equal(out[i], 50 * i * i);
        pool_free(p);
    }
}

static void odd_bytes_become_utf8(void **state)
{
    (void)state;
    /* Latin-1, a sequence that is too long, a surrogate, one beyond Unicode, one that ends early */
    static const char *const pairs[][2] = {
        {"caf\xe9", "caf\xc3\xa9"},
        {"caf\xc3\xa9 \xe5\xa5\xbd", "caf\xc3\xa9 \xe5\xa5\xbd"},
        {"\xc0\xaf", "\xc3\x80\xc2\xaf"},
        {"\xed\xa0\x80", "\xc3\xad\xc2\xa0\xc2\x80"},
        {"\xf5\x80\x80\x80", "\xc3\xb5\xc2\x80\xc2\x80\xc2\x80"},
        {"\xe5\xa5", "\xc3\xa5\xc2\xa5"},
        {"", ""},
    };
    for (size_t i = 0; i < MEM_COUNT(pairs); i++) {
        char *text = text_utf8(pairs[i][0]);
        assert_string_equal(text, pairs[i][1]);
        free(text);
    }
}

static void a_cell_is_cut_between_characters_and_steers_nothing(void **state)
{
    (void)state;
    char cell[64], small[6];
    assert_int_equal(text_cell(cell, sizeof cell, "happy", 8), 5);
    assert_string_equal(cell, "happy   ");
    text_cell(cell, sizeof cell, "Klasse 0 \xc3\xa4", 9);
    assert_string_equal(cell, "Klasse 0 ");
    text_cell(cell, sizeof cell, "Klasse 0 \xc3\xa4\xc3\xa4", 10);
    assert_string_equal(cell, "Klasse 0 \xc3\xa4");
    text_cell(cell, sizeof cell, "\x1b[31mred\n", 10);
    assert_string_equal(cell, "?[31mred? ");
    text_cell(cell, sizeof cell, "a\tb \x9b", -1); /* 0x9b: the control sequence introducer */
    assert_string_equal(cell, "a?b ?");
    text_cell(small, sizeof small, "1234\xc3\xa4", -1);
    assert_string_equal(small, "1234");
    text_cell(cell, sizeof cell, "x", 0);
    assert_string_equal(cell, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prefix_goes_before_the_sentence),
        cmocka_unit_test(an_error_commands_no_terminal),
        cmocka_unit_test(paths_have_names),
        cmocka_unit_test(pcg_gives_its_published_numbers),
        cmocka_unit_test(failed_atomic_write_keeps_the_old_file),
        cmocka_unit_test(aligned_blocks_are_zero_and_cost_what_is_touched),
        cmocka_unit_test(odd_bytes_become_utf8),
        cmocka_unit_test(a_cell_is_cut_between_characters_and_steers_nothing),
        cmocka_unit_test(what_loading_needed_is_given_back_and_comes_back),
        cmocka_unit_test(mailbox_keeps_the_newest),
        cmocka_unit_test(parallel_for_runs_each_slice_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
