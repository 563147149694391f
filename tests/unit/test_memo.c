/* What took long to compute is kept, and is never taken for something else. */
#include "nn/memo.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "nn/cache.h"

static char cache[] = "/tmp/moodtop-memo-XXXXXX";

static int set_up(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(cache));
    return setenv("XDG_CACHE_HOME", cache, 1);
}

static int tear_down(void **state)
{
    char *command = mem_printf("rm -rf %s", cache);
    (void)state;
    int rc = system(command);
    free(command);
    return rc;
}

static void comes_back_under_its_own_name(void **state)
{
    (void)state;
    const float kept[5] = {1, 2, 3, 4, 5};
    float back[5] = {0};
    assert_false(memo_read("moods", 7, back, sizeof back));
    memo_write("moods", 7, kept, sizeof kept);
    assert_false(memo_read("moods", 8, back, sizeof back));
    assert_false(memo_read("faces", 7, back, sizeof back));
    assert_false(memo_read("moods", 7, back, sizeof back - 1));
    assert_true(back[0] == 0); /* none of these touched it */
    assert_true(memo_read("moods", 7, back, sizeof back));
    assert_memory_equal(back, kept, sizeof kept);
    memo_write("moods", 7, "abc", 3);
    assert_true(memo_read("moods", 7, back, 3));
    assert_memory_equal(back, "abc", 3);
}

/* Every byte counts, and so does each that is missing or too many. */
static void damage_is_as_if_it_had_never_been(void **state)
{
    (void)state;
    const uint8_t kept[21] = "twenty-one letters ..";
    uint8_t back[21];
    struct err err = {""};
    memo_write("faces", 9, kept, sizeof kept);
    char *path = mem_printf("%s/moodtop/faces-0000000000000009.memo", cache);
    size_t size;
    char *text = file_read(path, 1 << 20, &size, &err);
    assert_non_null(text);
    for (size_t i = 0; i < size; i++) {
        text[i] ^= 4;
        assert_int_equal(file_write_atomic(path, text, size, &err), 0);
        assert_false(memo_read("faces", 9, back, sizeof back));
        text[i] ^= 4;
    }
    for (size_t n = 0; n < size; n++) {
        assert_int_equal(file_write_atomic(path, text, n, &err), 0);
        assert_false(memo_read("faces", 9, back, sizeof back));
    }
    text[size] = 'x'; /* over the NUL that file_read leaves */
    assert_int_equal(file_write_atomic(path, text, size + 1, &err), 0);
    assert_false(memo_read("faces", 9, back, sizeof back));
    assert_int_equal(file_write_atomic(path, text, size, &err), 0);
    assert_true(memo_read("faces", 9, back, sizeof back));
    free(text);
    free(path);
}

static void tells_data_sets_apart(void **state)
{
    (void)state;
    struct dataset *ds = dataset_new(3, 2);
    dataset_update(ds);
    uint64_t key = memo_key(ds);
    assert_true(memo_key(ds) == key);
    ds->class_name[1] = "another";
    assert_false(memo_key(ds) == key);
    key = memo_key(ds);
    ds->own[2 * DATASET_PIXELS + 5] ^= 1;
    dataset_update(ds);
    assert_false(memo_key(ds) == key);
    dataset_close(ds);
}

/* Nowhere to write is no error: the numbers are computed again. */
static void no_place_no_harm(void **state)
{
    (void)state;
    float back[1] = {3};
    log_level(LOG_ERROR);
    assert_int_equal(setenv("XDG_CACHE_HOME", "/dev/null/x", 1), 0);
    memo_write("moods", 1, back, sizeof back);
    assert_false(memo_read("moods", 1, back, sizeof back));
    assert_int_equal(setenv("XDG_CACHE_HOME", cache, 1), 0);
}

/* A memo that nobody read for long goes when the cache is tidied; reading it counts. */
static void old_ones_go(void **state)
{
    (void)state;
    const struct timespec old[2] = {{.tv_nsec = UTIME_OMIT},
                                    {.tv_sec = time(NULL) - (CACHE_DAYS + 1) * 86400}};
    int data = 5;
    for (uint64_t key = 20; key < 23; key++) {
        char *path = mem_printf("%s/moodtop/moods-%016llx.memo", cache, (unsigned long long)key);
        memo_write("moods", key, &data, sizeof data);
        if (key < 22)
            assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
        free(path);
    }
    assert_true(memo_read("moods", 20, &data, sizeof data));
    char *pack = mem_printf("%s/moodtop/set.pack", cache);
    cache_tidy(pack);
    free(pack);
    assert_true(memo_read("moods", 20, &data, sizeof data));
    assert_false(memo_read("moods", 21, &data, sizeof data));
    assert_true(memo_read("moods", 22, &data, sizeof data));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back_under_its_own_name),
        cmocka_unit_test(damage_is_as_if_it_had_never_been),
        cmocka_unit_test(tells_data_sets_apart),
        cmocka_unit_test(old_ones_go),
        cmocka_unit_test(no_place_no_harm),
    };
    return cmocka_run_group_tests_name("memo", tests, set_up, tear_down);
}
