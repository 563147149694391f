/*
 * The real program on data sets: import, export, round trips, what is damaged, ^C. Runs $MOODTOP.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/rng.h"
#include "nn/dataset.h"
#include "tests/e2e/shell.h"
#include "vision/media_write.h"

static void sets_come_back_as_they_were(void **state)
{
    (void)state;
    assert_int_equal(shell_run("$M import all.csv all.pack"), 0);
    shell_has(shell_out, "all.pack: 60 images of 7 classes");
    assert_int_equal(shell_run("$M export all.pack a.csv --format csv && cmp all.csv a.csv"), 0);
    assert_int_equal(shell_run("$M export all.csv tree && ls tree/PublicTest/happy"), 0);
    shell_has(shell_out, ".png");
    assert_int_equal(shell_run("$M export tree b.csv --format csv && cmp all.csv b.csv"), 0);
    assert_int_equal(shell_run("$M export --data all.csv --data all.pack two.csv --format csv && "
                               "wc -l <two.csv"),
                     0);
    shell_has(shell_out, "121");
    assert_int_equal(shell_run("$M export all.csv photos --images jpg && $M import photos p.pack"),
                     0);
    shell_has(shell_out, "60 images");
}

static void nothing_is_overwritten(void **state)
{
    (void)state;
    assert_int_equal(shell_run("$M import all.csv all.csv"), 1);
    shell_has(shell_err, "moodtop import: all.csv: stands already and is no pack");
    assert_int_equal(shell_run("mkdir -p full/x; $M export all.csv full"), 1);
    shell_has(shell_err, "moodtop export: full: expected a new folder or an empty one");
    assert_int_equal(shell_run("$M import all.csv"), 2);
    shell_has(shell_err, "expected SRC... DST");
    assert_int_equal(shell_run("$M export all.csv"), 2);
    assert_int_equal(shell_run("$M export all.csv no/such/place.csv --format csv"), 1);
    shell_has(shell_err, "no/such/place.csv: cannot write: No such file or directory");
}

static void damage_is_told(void **state)
{
    (void)state;
    assert_int_equal(shell_run("{ head -n 5 all.csv; echo 3,1 2 3,Training; } >hurt.csv; "
                               "$M stats --data hurt.csv"),
                     0);
    shell_has(shell_err, "hurt.csv:6: expected 2304 pixels, got 3");
    shell_has(shell_err, "1 damaged row or file was left out of 4");
    assert_int_equal(shell_run("$M stats --data hurt.csv --strict"), 1);
    shell_has(shell_err, "moodtop stats: hurt.csv:6: expected 2304 pixels, got 3");
}

/* Real pictures of any size; empty, cut off, and no picture at all. */
static void pictures_of_folders_are_read(void **state)
{
    (void)state;
    struct err why = {""};
    uint8_t *rgb = mem_alloc(3 * 200 * 120);
    for (int i = 0; i < 3 * 200 * 120; i++)
        rgb[i] = (uint8_t)(i / 600 * 2);
    assert_int_equal(shell_run("mkdir -p any/joy any/sad"), 0);
    char *jpg = file_join(shell_dir, "any/joy/wide.jpg"),
         *png = file_join(shell_dir, "any/sad/tall.png");
    assert_int_equal(media_write_picture(jpg, rgb, 200, 120, &why), 0);
    assert_int_equal(media_write_picture(png, rgb, 120, 200, &why), 0);
    free(rgb);
    free(jpg);
    free(png);
    assert_int_equal(
        shell_run("cd any/joy; : >empty.jpg; head -c 900 wide.jpg >cut.jpg; "
                  "head -c 300 ../sad/tall.png >cut.png; echo hello >text.jpg; cd ../..; "
                  "$M import any any.pack"),
        0);
    shell_has(shell_out, "any.pack: 2 images of 7 classes");
    shell_has(shell_err, "any/joy/empty.jpg: expected a picture, got an empty file");
    shell_has(shell_err, "any/joy/cut.jpg: the picture is cut off");
    shell_has(shell_err, "any/joy/cut.png: the picture is cut off");
    shell_has(shell_err, "any/joy/text.jpg: ");
    shell_has(shell_err, "4 damaged rows and files were left out of 2");
    assert_int_equal(shell_run("$M import any --crop-faces faces.pack"), 0);
}

static void key_points_are_no_lessons(void **state)
{
    (void)state;
    assert_int_equal(shell_run("{ for i in $(seq 30); do printf 'p%s,' $i; done; echo Image; "
                               "for i in $(seq 30); do printf '48,'; done; yes 7 | head -n 9216 | "
                               "tr '\\n' ' ' | sed 's/ $//'; echo; } >points.csv; "
                               "$M train --data points.csv --out runs"),
                     1);
    shell_has(shell_err, "points.csv: holds key points, not classes");
}

static void a_full_disk_is_told(void **state)
{
    (void)state;
    assert_int_equal(shell_run("ulimit -f 20; trap '' XFSZ; $M import all.csv small.pack"), 1);
    shell_has(shell_err, "cannot write");
    assert_int_equal(shell_run("ls | grep -c small.pack"), 1);
}

static int make_set(void **state)
{
    (void)state;
    if (shell_begin(true) != 0)
        return -1;
    char *path = file_join(shell_dir, "all.csv");
    FILE *f = fopen(path, "w");
    struct rng r;
    rng_seed(&r, 5, 5);
    fputs("emotion,pixels,Usage\n", f);
    for (int i = 0; i < 60; i++) {
        fprintf(f, "%d,", i % 7);
        for (int k = 0; k < DATASET_PIXELS; k++)
            fprintf(f, k > 0 ? " %u" : "%u", rng_below(&r, 256));
        fprintf(f, ",%s\n",
                split_name(i < 40   ? SPLIT_TRAINING
                           : i < 50 ? SPLIT_PUBLIC
                                    : SPLIT_PRIVATE));
    }
    free(path);
    return fclose(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_come_back_as_they_were),
        cmocka_unit_test(nothing_is_overwritten),
        cmocka_unit_test(damage_is_told),
        cmocka_unit_test(pictures_of_folders_are_read),
        cmocka_unit_test(key_points_are_no_lessons),
        cmocka_unit_test(a_full_disk_is_told),
    };
    return cmocka_run_group_tests(tests, make_set, shell_teardown);
}
