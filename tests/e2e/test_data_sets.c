/*
 * The real program on data sets: import, export, round trips, what is damaged, ^C. Runs $MOODTOP.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

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
    assert_int_equal(shell_run("$M import tree tree.pack && $M export tree.pack c.csv --format csv "
                               "&& cmp all.csv c.csv && $M export tree.pack tree2 && "
                               "diff -r tree tree2"),
                     0);
    assert_int_equal(
        shell_run("$M export all.csv photos --images jpg && $M import photos p.pack && "
                  "$M export p.pack p.csv --format csv && cut -d , -f 1,3 p.csv >p && "
                  "cut -d , -f 1,3 all.csv | cmp - p"),
        0); /* the pixels are not quite the same, all else is */
    shell_has(shell_out, "60 images");
}

/* FER2013's first rows, or $MOODTOP_ROWS of them, 35887 = all: from CSV over folders, their pack
 * and folders again to CSV. */
static void fer2013_comes_back_byte_for_byte(void **state)
{
    (void)state;
    NEED_SHARED("fer2013.csv.zst");
    const char *rows = getenv("MOODTOP_ROWS");
    char *command = mem_printf("zstd -qdc " SHARED_DATA "fer2013.csv.zst | head -n %d >%s/fer.csv",
                               1 + (rows != NULL ? atoi(rows) : 300), shell_dir);
    assert_int_equal(system(command), 0);
    free(command);
    assert_int_equal(shell_run("$M export fer.csv fer && $M import fer fer.pack && "
                               "$M export fer.pack fer2 && diff -rq fer fer2 && "
                               "$M export fer2 fer2.csv --format csv && cmp fer.csv fer2.csv"),
                     0);
    assert_int_equal(shell_run("rm -r fer fer2 fer.csv fer2.csv fer.pack"), 0);
}

static void nothing_is_overwritten(void **state)
{
    (void)state;
    assert_int_equal(shell_run("$M import all.csv all.csv"), 1);
    shell_has(shell_err, "moodtop import: all.csv: stands already and is no pack");
    assert_int_equal(shell_run("mkdir -p full/x; $M export all.csv full"), 1);
    shell_has(shell_err, "moodtop export: full: expected a new folder or an empty one");
    assert_int_equal(shell_run("echo mine >mine.csv; $M export all.csv mine.csv --format csv"), 1);
    shell_has(shell_err, "moodtop export: mine.csv: stands already; expected a new name");
    assert_int_equal(shell_run("test $(cat mine.csv) = mine"), 0);
    assert_int_equal(shell_run("$M import all.csv"), 2);
    shell_has(shell_err, "expected SRC... DST");
    assert_int_equal(shell_run("$M export all.csv"), 2);
    assert_int_equal(shell_run("$M export all.csv no/such/place.csv --format csv"), 1);
    shell_has(shell_err, "no/such/place.csv: cannot write: No such file or directory");
}

/* Classes of their own: from folders to CSV and back, by their names. */
static void own_classes_come_back(void **state)
{
    (void)state;
    assert_int_equal(shell_run("$M export all.csv own && for s in own/*; do mv $s/happy $s/bored; "
                               "mv $s/sad \"$s/wide awake\"; done; "
                               "$M export own own.csv --format csv && head -c 5 own.csv && "
                               "$M export own.csv own2 && diff -r own own2 && "
                               "$M export own2 own2.csv --format csv && cmp own.csv own2.csv"),
                     0);
    shell_has(shell_out, "class");
    assert_int_equal(shell_run("mv own/Training/bored own/Training/a,b; "
                               "$M export own own3.csv --format csv"),
                     1);
    shell_has(shell_err, "moodtop export: own3.csv: the class \"a,b\" cannot stand in a CSV file; "
                         "expected --format folders");
}

/* A line of CSV: a class, `count` pixels of `first` and then nines, a Usage and a line end. */
#define ROW(emotion, first, count, usage, end)                                                     \
    "row " #emotion " '" first "' " #count " '" usage "' '" end "'; "

/* Inputs that people have, and what is said about each. */
static void nasty_sets_are_told(void **state)
{
    static const struct {
        const char *make, *said;
    } cases[] = {
        {"{ printf 'emotion,pixels,Usage\\r\\n'; " ROW(3, "1", 2304, "Training",
                                                       "\\r\\n") "} >n.csv",
         NULL},
        {"{ printf '\\357\\273\\277emotion,pixels,Usage\\n'; " ROW(3, "1", 2304, "Training",
                                                                   "\\n") "} >n.csv",
         NULL},
        {"{ echo '\"emotion\",\"pixels\",\"Usage\"'; " ROW(
             3, "1", 2304, "Training", "\\n") "} | sed '2s/,\\([^,]*\\),/,\"\\1\",/' >n.csv",
         NULL},
        {"{ head -n 2 all.csv; " ROW(3, "\"1", 2304, "Training", "\\n") "} >n.csv",
         "n.csv:3: expected grey levels 0 to 255, got \"\"1\" as pixel 1"},
        {"{ head -n 2 all.csv; " ROW(3, "1", 2257, "Training", "\\n") "} >n.csv",
         "n.csv:3: expected 2304 pixels, got 2257"},
        {"{ head -n 2 all.csv; head -c 1000000 /dev/zero | tr '\\0' 1; echo; } >n.csv",
         "n.csv:3: expected a row of at most 65536 bytes, got a longer one"},
        {"{ head -n 2 all.csv; " ROW(3, "-5", 2304, "Training", "\\n") "} >n.csv",
         "n.csv:3: expected grey levels 0 to 255, got \"-5\" as pixel 1"},
        {"{ head -n 2 all.csv; " ROW(3, "1", 2304, "Validation", "\\n") "} >n.csv",
         "n.csv:3: expected Usage Training, PublicTest or PrivateTest, got \"Validation\""},
        {"rm n.csv; mkdir n.csv", "n.csv: expected pictures in SPLIT/CLASS/ or CLASS/, got none"},
        {"mkdir n.csv/happy", "n.csv: expected pictures in SPLIT/CLASS/ or CLASS/, got none"},
        {"cp \"$(ls tree/Training/happy/*.png | head -n 1)\" n.csv/happy/a.png; ln -s . "
         "n.csv/loop",
         "n.csv/loop: leads back to the folder that it lies in"},
        {"rm n.csv/loop; ln -s knot n.csv/knot", "n.csv/knot: Too many levels of symbolic links"},
        {"rm n.csv/knot; : >n.csv/happy/b.jpg",
         "n.csv/happy/b.jpg: expected a picture, got an empty file"},
        {"head -c 700 \"$(ls photos/Training/happy/*.jpg | head -n 1)\" >n.csv/happy/b.jpg",
         "n.csv/happy/b.jpg: the picture is cut off: expected its end, got the end of the file"},
    };
    (void)state;
    for (size_t i = 0; i < MEM_COUNT(cases); i++) {
        char *line =
            mem_printf("row() { printf '%%s,%%s' $1 \"$2\"; yes ' 9' | head -n $(($3 - 1)) | "
                       "tr -d '\\n'; printf \",$4$5\"; }; %s; $M stats --data n.csv",
                       cases[i].make);
        int code = shell_run(line);
        bool none = cases[i].said != NULL && strstr(cases[i].said, "got none") != NULL;
        if (code != none || (cases[i].said == NULL && shell_err[0] != '\0'))
            fail_msg("%s: exit code %d, said %s", cases[i].make, code, shell_err);
        if (cases[i].said != NULL)
            shell_has(shell_err, cases[i].said);
        if (cases[i].said != NULL && !none)
            shell_has(shell_err, "1 damaged row or file was left out of 2");
        free(line);
    }
}

static void damage_is_told(void **state)
{
    (void)state;
    assert_int_equal(shell_run("{ head -n 5 all.csv; echo 3,1 2 3,Training; } >hurt.csv; "
                               "$M stats --data hurt.csv"),
                     0);
    shell_has(shell_err, "hurt.csv:6: expected 2304 pixels, got 3");
    shell_has(shell_err, "1 damaged row or file was left out of 5");
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
    shell_has(shell_err, "4 damaged rows and files were left out of 6");
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

/* ^C while `command` works on a folder of many large pictures, when what "ls" finds is there: the
 * program dies of it, and nothing is left. */
static void interrupt(const char *command, const char *ls)
{
    char *line = mem_printf("exec $M %s", command);
    pid_t pid = fork();
    if (pid == 0) {
        if (chdir(shell_dir) == 0)
            execl("/bin/sh", "sh", "-c", line, NULL);
        _exit(127);
    }
    char *look = mem_printf("ls -d %s", ls);
    int status = 0;
    while (shell_run(look) != 0)
        if (waitpid(pid, &status, WNOHANG) != 0)
            fail_msg("%s ended by itself", command);
    assert_int_equal(kill(pid, SIGINT), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status)); /* which a shell calls 130 */
    assert_int_equal(WTERMSIG(status), SIGINT);
    assert_int_not_equal(shell_run(look), 0);
    free(look);
    free(line);
}

static void a_pipe_that_nobody_writes_to_is_no_trap(void **state)
{
    (void)state;
    assert_int_equal(shell_run("mkfifo pipe"), 0);
    /* 124: SIGTERM was enough; 137: it was not */
    assert_int_equal(shell_run("timeout -k 20 0.5 $M stats --data pipe"), 124);
}

static void an_interrupt_leaves_nothing(void **state)
{
    (void)state;
    enum { SIDE = 1200, PICTURES = 3000 };
    struct err why = {""};
    uint8_t *rgb = mem_zalloc(3 * SIDE, SIDE);
    char *big = file_join(shell_dir, "big.png");
    assert_int_equal(media_write_picture(big, rgb, SIDE, SIDE, &why), 0);
    assert_int_equal(shell_run("mkdir -p many/joy"), 0);
    for (int i = 0; i < PICTURES; i++) {
        char *name = mem_printf("%s/many/joy/%d.png", shell_dir, i);
        assert_int_equal(symlink(big, name), 0);
        free(name);
    }
    free(big);
    free(rgb);
    interrupt("import many many.pack", "cache/moodtop/many-*.tmp");
    assert_int_not_equal(shell_run("ls many.pack"), 0);
    assert_int_not_equal(shell_run("ls cache/moodtop | grep many"), 0);
    assert_int_equal(shell_run("set -- all.csv all.csv all.csv all.csv all.csv; "
                               "$M import $@ $@ $@ $@ k.pack; set -- k.pack k.pack k.pack k.pack; "
                               "$M import $@ $@ $@ l.pack"),
                     0);
    shell_has(shell_out, "l.pack: 14400 images");
    interrupt("export l.pack all", "all.*.tmp");
    assert_int_not_equal(shell_run("ls -d all"), 0);
    interrupt("export l.pack l.csv --format csv", "l.csv.*.tmp");
    assert_int_not_equal(shell_run("ls -d l.csv"), 0);
}

/* A pipe into which nobody writes: the program waits, but hears. */
static void an_interrupt_ends_the_wait_for_a_pipe(void **state)
{
    (void)state;
    char *fifo = file_join(shell_dir, "fifo");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    pid_t pid = fork();
    if (pid == 0) {
        execl(getenv("M"), "moodtop", "stats", "--data", fifo, NULL);
        _exit(127);
    }
    int fd = open(fifo, O_WRONLY | O_CLOEXEC), status = 0; /* until it is open on the other side */
    assert_int_equal(kill(pid, SIGINT), 0);
    for (int tenths = 0; tenths < 300 && waitpid(pid, &status, WNOHANG) == 0; tenths++)
        usleep(100000);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(fd);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGINT);
    free(fifo);
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
        cmocka_unit_test(fer2013_comes_back_byte_for_byte),
        cmocka_unit_test(nothing_is_overwritten),
        cmocka_unit_test(own_classes_come_back),
        cmocka_unit_test(damage_is_told),
        cmocka_unit_test(nasty_sets_are_told),
        cmocka_unit_test(pictures_of_folders_are_read),
        cmocka_unit_test(key_points_are_no_lessons),
        cmocka_unit_test(a_full_disk_is_told),
        cmocka_unit_test(a_pipe_that_nobody_writes_to_is_no_trap),
        cmocka_unit_test(an_interrupt_leaves_nothing),
        cmocka_unit_test(an_interrupt_ends_the_wait_for_a_pipe),
    };
    return cmocka_run_group_tests(tests, make_set, shell_teardown);
}
