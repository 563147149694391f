/*
 * The real "train" and "eval" on a small made-up data set: progress to a pipe and to a terminal,
 * stop by signal and resume, what eval prints, what goes wrong. Runs $MOODTOP.
 */
#include "tests/unit/unit.h"

#include <jansson.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/mem.h"
#include "tests/e2e/shell.h"
#include "tests/unit/noise.h"

#define TINY "--model tests/data/tiny --data $D/data.csv --batch 8 --lr 0.02 "

/* 32 noise pictures of Training, the same as PublicTest, and half of them as PrivateTest. */
static int make_data(void **state)
{
    (void)state;
    static const char *const usage[] = {"Training", "PublicTest", "PrivateTest"};
    if (shell_begin(false) != 0)
        return -1;
    char *path = file_join(shell_dir, "data.csv");
    FILE *f = fopen(path, "w");
    free(path);
    if (f == NULL)
        return -1;
    fputs(NOISE_HEADER, f);
    for (int i = 0; i < 96; i++)
        noise_row(f, i < 80 ? i % 32 : i, -1, usage[i / 32]);
    return fclose(f);
}

static void a_pipe_gets_a_line_per_epoch(void **state)
{
    (void)state;
    assert_int_equal(shell_run("$M train " TINY "--out $D/pipe --name a --epochs 2"), 0);
    assert_string_equal(shell_out, "");
    shell_has(shell_err, "\nepoch 1/2  ");
    shell_has(shell_err, "\nepoch 2/2  ");
    shell_has(shell_err, " images/s  loss ");
    shell_has(shell_err, "\ndone: best PublicTest accuracy ");
    assert_null(strchr(shell_err, '\r'));
    assert_int_equal(shell_run("cd $D/pipe/*-a && ls && cat run.json log.txt"), 0);
    shell_has(shell_out, "best.safetensors\nepochs.csv\nlabels.txt\nlast.ckpt\nlock\nlog.txt\n"
                         "metrics.jsonl\nmodel.json\nrun.json\nweights.safetensors\n");
    shell_has(shell_out, "\"--epochs\",\n  \"2\"");
    shell_has(shell_out, "epoch 2/2  ");
}

static void a_terminal_gets_one_line_in_place(void **state)
{
    (void)state;
    char text[65536];
    size_t used = 0;
    int fd;
    struct winsize narrow = {.ws_row = 24, .ws_col = 40};
    pid_t child = forkpty(&fd, NULL, NULL, &narrow);
    assert_true(child >= 0);
    if (child == 0) {
        execl("/bin/sh", "sh", "-c",
              "exec ${MOODTOP:-./moodtop} train " TINY "--out $D/pty --epochs 1", (char *)NULL);
        _exit(127);
    }
    ssize_t n;
    while (used < sizeof text - 1 && (n = read(fd, text + used, sizeof text - 1 - used)) > 0)
        used += (size_t)n; /* ends with EIO when the child is gone */
    text[used] = '\0';
    close(fd);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    shell_has(text, "\repoch 1/1 batch 1/4  ");
    shell_has(text, "\repoch 1/1 batch 4/4  ");
    char *last = strstr(text, "\repoch 1/1 batch 4/4  ");
    assert_int_equal(strchr(last, '\033') - last, 1 + 39); /* cut to the terminal's width */
    shell_has(text, "\repoch 1/1  ");
    shell_has(text, "\r\033[Kdone: ");
}

static void an_estimate_tells_time_and_memory(void **state)
{
    (void)state;
    assert_int_equal(shell_run("$M train " TINY "--out $D/estimate --epochs 3 --estimate"), 0);
    shell_has(shell_out, " images/s, 4 batches an epoch\n");
    shell_has(shell_out, " an epoch, ");
    shell_has(shell_out, " in all\n");
    shell_has(shell_out, " MB of memory\n");
    assert_string_equal(shell_err, "");
    assert_int_equal(shell_run("test -e $D/estimate"), 1);
}

static void a_signal_saves_and_resume_goes_on(void **state)
{
    (void)state;
    static const char wait_for_step[] =
        "until grep -q '\"step\"' $D/stop/*/metrics.jsonl 2>/dev/null; do sleep 0.05; done; ";
    char *line = mem_printf("$M train " TINY "--out $D/stop --epochs 100000 & p=$!; %s"
                            "kill -INT $p; wait $p",
                            wait_for_step);
    assert_int_equal(shell_run(line), 0);
    free(line);
    shell_has(shell_err, "\nstopped; go on with: moodtop resume ");
    assert_int_equal(shell_run("tail -n 1 $D/stop/*/metrics.jsonl"), 0);
    shell_has(shell_out, "{\"event\":\"stop\",\"epoch\":");

    assert_int_equal(
        shell_run("$M train --resume $D/stop/* & p=$!; until [ $(grep -c '\"event\":\"start' "
                  "$D/stop/*/metrics.jsonl) = 2 ]; do sleep 0.05; done; "
                  "$M train --resume $D/stop/*; echo $? >&2; kill -TERM $p; wait $p"),
        0);
    shell_has(shell_err, ": is being trained by process ");
    shell_has(shell_err, "\n1\n");
    shell_has(shell_err, "\nstopped; go on with: ");
}

static void eval_measures_each_split(void **state)
{
    (void)state;
    assert_int_equal(shell_run("$M train " TINY
                               "--out $D/eval --name e --epochs 30 --no-flip --shift 0 "
                               "--rotate 0 --zoom 0 --brightness 0 --contrast 0 --erasing 0"),
                     0);
    assert_int_equal(shell_run("$M eval --model $D/eval/*-e --data $D/data.csv --json"), 0);
    json_t *all = json_loads(shell_out, 0, NULL), *dedup = json_object_get(all, "dedup");
    assert_non_null(all);
    static const char *const keys[] = {"n",        "loss", "accuracy",  "top2",      "top3",
                                       "macro_f1", "ece",  "per_class", "confusion", "dedup",
                                       "params",   "macs", "model",     "split",     "temperature"};
    assert_int_equal(json_object_size(all), MEM_COUNT(keys));
    for (size_t i = 0; i < MEM_COUNT(keys); i++)
        assert_non_null(json_object_get(all, keys[i]));
    assert_int_equal(json_integer_value(json_object_get(all, "n")), 32);
    assert_int_equal(json_integer_value(json_object_get(dedup, "n")), 16);
    assert_string_equal(json_string_value(json_object_get(all, "split")), "PrivateTest");
    json_t *happy = json_object_get(json_object_get(all, "per_class"), "happy");
    assert_int_equal(json_object_size(happy), 4);
    json_t *confusion = json_object_get(all, "confusion");
    long sum = 0;
    for (size_t i = 0; i < 7; i++)
        for (size_t k = 0; k < 7; k++)
            sum += json_integer_value(json_array_get(json_array_get(confusion, i), k));
    assert_int_equal(sum, 32);
    json_decref(all);
    assert_int_equal(
        shell_run(
            "$M eval --model $D/eval/*-e --data $D/data.csv --json >$D/plain; "
            "for t in none flip ten; do $M eval --model $D/eval/*-e --json "
            "--data $D/data.csv --tta $t >$D/$t; done; cmp $D/plain $D/none && "
            "! cmp -s $D/plain $D/flip && ! cmp -s $D/flip $D/ten && grep -c '\"n\": 32,' $D/ten"),
        0);
    assert_int_equal(shell_run("$M eval --model $D/eval/*-e --data $D/data.csv --split Training"),
                     0);
    shell_has(shell_out, " on Training: 32 images, ");
    shell_has(shell_out, "\naccuracy 100.00 %"); /* learned by heart */
    shell_has(shell_out, "\nsurprise ");
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int code;
        const char *want;
    } cases[] = {
        {"$M train", 2, "moodtop train: which data? expected --data SET"},
        {"$M train --estimate", 2, "moodtop train: which data? expected --data SET"},
        {"$M eval", 2, "moodtop eval: which data? expected --data SET"},
        {"$M train --data $D/none.csv --out $D/x", 1, "none.csv: No such file or directory"},
        {"$M train --strict --data tests/data/bad/csv_short_row.csv --out $D/x", 1,
         "moodtop train: tests/data/bad/csv_short_row.csv:3: expected 2304 pixels, got 2301\n"},
        {"$M train --resume $D --data $D/data.csv", 1, "not a run directory"},
        {"$M train --data $D/data.csv --out $D/data.csv/x --model tests/data/tiny", 1,
         "data.csv/x: cannot make the folder: Not a directory"},
        {"$M eval --data $D/data.csv --model tests/data/tiny --split Private", 2,
         "--split Private: expected Training, PublicTest or PrivateTest"},
        {"$M eval --data $D/data.csv --model tests/data/tiny", 1, "weights.safetensors"},
    };
    for (size_t i = 0; i < MEM_COUNT(cases); i++) {
        int code = shell_run(cases[i].line);
        if (code != cases[i].code)
            fail_msg("%s: exit code %d", cases[i].line, code);
        shell_has(shell_err, cases[i].want);
    }
}

/* A folder of two classes that FER2013 does not have: stripes along and across. */
static void make_stripes(void)
{
    for (int i = 0; i < 40; i++) {
        char *folder = mem_printf("%s/stripes/%s", shell_dir, i % 2 ? "along" : "across");
        char *path = mem_printf("%s/%d.pgm", folder, i);
        struct err err = {""};
        assert_int_equal(file_mkdirs(folder, &err), 0);
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fputs("P5 48 48 255\n", f);
        for (int k = 0; k < 48 * 48; k++)
            fputc(((i % 2 ? k / 48 : k % 48) + i / 2) % 8 < 4 ? 40 : 200, f);
        fclose(f);
        free(path);
        free(folder);
    }
}

static void classes_of_ones_own_get_a_network_of_their_own(void **state)
{
    (void)state;
    make_stripes();
    assert_int_equal(shell_run("$M train -v --model tests/data/tiny --data $D/stripes --batch 8 "
                               "--lr 0.02 --epochs 4 --out $D/own --val 0.2"),
                     0);
    shell_has(shell_err, "gets 2 outputs, one for each class of the data");
    assert_int_equal(shell_run("cat $D/own/*/labels.txt"), 0);
    assert_string_equal(shell_out, "across\nalong\n");
    assert_int_equal(
        shell_run("$M eval --data $D/stripes --val 0.2 --split PublicTest --model $D/own/*"), 0);
    shell_has(shell_out, "PublicTest: 8 images");
    shell_has(shell_out, "accuracy 100.00 %");
    assert_int_equal(shell_run("$M eval --data $D/data.csv --model $D/own/*"), 1);
    shell_has(shell_err, "labels.txt: expected the data set's 7 classes, got 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pipe_gets_a_line_per_epoch),
        cmocka_unit_test(a_terminal_gets_one_line_in_place),
        cmocka_unit_test(an_estimate_tells_time_and_memory),
        cmocka_unit_test(a_signal_saves_and_resume_goes_on),
        cmocka_unit_test(eval_measures_each_split),
        cmocka_unit_test(classes_of_ones_own_get_a_network_of_their_own),
        cmocka_unit_test(what_is_wrong_is_said),
    };
    return cmocka_run_group_tests(tests, make_data, shell_teardown);
}
