/*
 * The screen over slow connections: a terminal that reads 60 and 20 kB a second while a video runs.
 * What a key does is on the screen before the terminal has read a second's worth of bytes more, at
 * the beginning and at the end: nothing piles up. MOODTOP_SLOW_SECONDS=60 makes it a long run.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "tests/e2e/pty.h"
#include "tests/e2e/tiny_model.h"
#include "tests/unit/folder.h"

static int set_up(void **state)
{
    if (make_dir(state) != 0)
        return -1;
    tiny_model_home(dir);
    return 0;
}

static int seconds(void)
{
    const char *text = getenv("MOODTOP_SLOW_SECONDS");
    return text != NULL ? atoi(text) : 6;
}

/* Bytes that the terminal reads from the key until its effect is seen. */
static size_t effect(struct pty *p, const char *key, const char *text, bool comes)
{
    size_t size;
    pty_forget(p);
    pty_keys(p, key);
    if (comes)
        pty_see(p, text);
    else
        pty_gone(p, text);
    pty_bytes(p, &size);
    return size;
}

/* Lets the terminal read for a while. */
static void watch(struct pty *p, int ms)
{
    int64_t end = clock_now() + ms * CLOCK_MS;
    while (clock_now() < end)
        pty_pump(p, 10);
}

static void check(int rows, int cols, long bytes_per_s, const char *limit)
{
    const char *const args[] = {"live", "demo:", "--fps", "30", limit, NULL};
    struct pty_opts o = {.rows = rows, .cols = cols, .args = args, .bytes_per_s = bytes_per_s};
    struct pty *p = pty_open(&o);
    size_t worst = 0, sum = 0;
    int keys = 0;
    pty_see(p, "analysed");
    pty_frames(p, 5);
    int64_t end = clock_now() + seconds() * CLOCK_S;
    while (clock_now() < end) {
        for (int i = 0; i < 2; i++, keys++) {
            watch(p, 700);
            size_t n = effect(p, i == 0 ? "?" : "\033", "Nothing leaves", i == 0);
            worst = n > worst ? n : worst;
            sum += n;
        }
    }
    printf("%dx%d at %ld B/s: key to effect: %zu bytes on average, %zu at most (%.2f s)\n", cols,
           rows, bytes_per_s, sum / (size_t)keys, worst, (double)worst / (double)bytes_per_s);
    if (worst > (size_t)bytes_per_s) {
        pty_dump(p);
        fail_msg("%zu bytes from a key to its effect, %ld are read in a second", worst,
                 bytes_per_s);
    }
    pty_quit(p);
}

static void keys_are_answered_at_60_kB_a_second(void **state)
{
    (void)state;
    check(24, 80, 60000, NULL);
    check(48, 160, 60000, NULL);
}

static void keys_are_answered_at_20_kB_a_second(void **state)
{
    (void)state;
    check(24, 80, 20000, NULL);
    check(48, 160, 20000, NULL);
}

static void the_picture_gives_way_and_the_reason_is_said(void **state)
{
    (void)state;
    static const char *const args[] = {"live", "demo:", "--renderer", "half-color", NULL};
    struct pty_opts o = {.rows = 48, .cols = 160, .args = args, .bytes_per_s = 20000};
    struct pty *p = pty_open(&o);
    pty_see(p, "slow link:");
    pty_see(p, ", small");
    pty_see(p, ", plain");
    pty_keys(p, "q");
    pty_end(p);
    pty_close(p);
}

static void a_byte_budget_is_kept(void **state)
{
    (void)state;
    static const char *const args[] = {"live", "demo:", "--max-kbps", "10", NULL};
    struct pty_opts o = {.rows = 24, .cols = 80, .args = args};
    struct pty *p = pty_open(&o);
    pty_see(p, "10 kB/s:");
    pty_frames(p, 3);
    size_t size;
    int64_t start = clock_now();
    pty_forget(p);
    watch(p, 4000);
    pty_bytes(p, &size);
    double s = (double)(clock_now() - start) / 1e9;
    if ((double)size > 10000 * s + 8000) /* one drawing may already have been paid for */
        fail_msg("%zu bytes in %.1f s", size, s);
    pty_quit(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_answered_at_60_kB_a_second),
        cmocka_unit_test(keys_are_answered_at_20_kB_a_second),
        cmocka_unit_test(the_picture_gives_way_and_the_reason_is_said),
        cmocka_unit_test(a_byte_budget_is_kept),
    };
    return cmocka_run_group_tests(tests, set_up, remove_dir);
}
