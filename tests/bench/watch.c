/*
 * The watch screen of a long run: how long 10,000 epochs take from the file to the first drawing,
 * and what a look at a run that goes on costs.
 */
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "nn/dataset.h"
#include "nn/run.h"
#include "tui/watch.h"

enum { EPOCHS = 10000, STEPS = 45 /* of an epoch: FER2013 in batches of 64, every tenth */ };

static void write_step(FILE *f, int epoch, int i)
{
    int batch = (i + 1) * 10 > 449 ? 449 : (i + 1) * 10;
    fprintf(f,
            "{\"event\":\"step\",\"epoch\":%d,\"step\":%d,\"batch\":%d,\"batches\":449,\"loss\":"
            "1.23456789,\"accuracy\":0.512345678,\"lr\":0.0123456789,\"images_per_s\":650.123456,"
            "\"memory\":350123456,\"eta_s\":1234.56789,\"time\":1795272728}\n",
            epoch, (epoch - 1) * 449 + batch, batch);
}

static void write_epoch(FILE *f, int epoch)
{
    double loss = 1.8 / sqrt(epoch), val = 1.5 / sqrt(epoch) + 0.0001 * epoch;
    fprintf(f,
            "{\"event\":\"epoch\",\"epoch\":%d,\"step\":%d,\"loss\":%.9g,\"accuracy\":%.9g,"
            "\"val_loss\":%.9g,\"val_accuracy\":%.9g,\"val_macro_f1\":0.58,\"lr\":0.0123456789,"
            "\"seconds\":44.1234567,\"recall\":[0.5,0.5,0.5,0.8,0.5,0.7,0.6],\"confusion\":[",
            epoch, epoch * 449, loss, 1 - loss / 2, val, 1 - val / 2);
    for (int row = 0; row < DATASET_CLASSES; row++) {
        for (int k = 0; k < DATASET_CLASSES; k++)
            fprintf(f, "%s%d", k > 0 ? "," : row > 0 ? "],[" : "[", 10 + row * k);
    }
    fprintf(f, "]],\"time\":1795272728}\n");
}

/* A run directory with every event of so long a run; returns its path. */
static char *make_run(bool steps)
{
    static char dir[64];
    snprintf(dir, sizeof dir, "/tmp/moodtop-bench-XXXXXX");
    if (mkdtemp(dir) == NULL)
        return NULL;
    char *about = file_join(dir, "run.json"), *events = file_join(dir, "metrics.jsonl");
    static const char text[] = "{\"version\":\"0\",\"started\":1,\"options\":{\"epochs\":10000}}";
    file_write_atomic(about, text, sizeof text - 1, NULL);
    FILE *f = fopen(events, "w");
    fputs("{\"event\":\"start\",\"epoch\":0,\"step\":0,\"time\":1}\n", f);
    for (int e = 1; e <= EPOCHS; e++) {
        for (int i = 0; i < STEPS && steps; i++)
            write_step(f, e, i);
        write_epoch(f, e);
    }
    fclose(f);
    free(about);
    free(events);
    return dir;
}

static double ms(int64_t from)
{
    return (double)(clock_now() - from) / 1e6;
}

static void measure(bool steps)
{
    struct err err = {""};
    struct ui_opts ui = {.color = UI_COLOR_256};
    char *dir = make_run(steps), *command;
    int64_t from = clock_now();
    struct run *run = run_open(dir, &err);
    double opened = ms(from);
    if (run == NULL) {
        printf("%s\n", err.text);
        return;
    }
    struct style *style = style_new(&ui);
    struct watch *w = watch_new(style);
    WINDOW *win = newpad(46, 160);
    watch_resize(w, win);
    from = clock_now();
    watch_set(w, run, NULL, 0);
    watch_draw(w, win);
    double first = ms(from);
    int64_t cpu = clock_cpu();
    for (int i = 0; i < 20; i++)
        run_poll(run);
    double look = (double)(clock_cpu() - cpu) / 20e6;
    cpu = clock_cpu();
    for (int i = 0; i < 20; i++) {
        werase(win);
        run->print++;
        watch_set(w, run, NULL, i);
        watch_draw(w, win);
    }
    double draw = (double)(clock_cpu() - cpu) / 20e6;
    fprintf(
        stderr,
        "%d epochs%s: read %.1f ms, first drawing %.1f ms; a look %.3f ms, all taken in and drawn "
        "anew %.2f ms\n",
        run->epochs, steps ? " with their steps" : "", opened, first, look, draw);
    watch_free(w);
    run_close(run);
    command = mem_printf("rm -r %s", dir);
    if (system(command) != 0)
        fprintf(stderr, "%s is left behind\n", dir);
    free(command);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    FILE *out = tmpfile(), *in = fopen("/dev/null", "r");
    if (newterm("xterm-256color", out, in) == NULL)
        return 1;
    resize_term(48, 160);
    measure(false);
    measure(true);
    endwin();
    return 0;
}
