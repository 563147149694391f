/*
 * The browser as its user feels it: the real program in a pseudo-terminal of 160x48, from its start
 * to the first whole screen, and from each key to the whole screen that shows its effect, while the
 * network looks at all images in the background. "browse SET ROWS"; the set has been opened before.
 * The processor time is that of the thread that draws: what is left of the rest on a busy machine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "tests/e2e/pty.h"
#include "tests/unit/unit.h"

enum { STARTS = 12, TIMES_MAX = 1024 };

struct times {
    double ms[TIMES_MAX], cpu[TIMES_MAX];
    int n;
};

static struct times all;
static int rows;
static const char *set;

static double since(int64_t start)
{
    return (double)(clock_now() - start) / CLOCK_MS;
}

static int by_size(const void *a, const void *b)
{
    double d = *(const double *)a - *(const double *)b;
    return (d > 0) - (d < 0);
}

/* Milliseconds that the program's main thread has had a processor. */
static double cpu_of(struct pty *p)
{
    char path[64];
    unsigned long long ns = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%d/schedstat", (int)pty_pid(p), (int)pty_pid(p));
    FILE *f = fopen(path, "r");
    if (f != NULL && fscanf(f, "%llu", &ns) != 1)
        ns = 0;
    if (f != NULL)
        fclose(f);
    return (double)ns / CLOCK_MS;
}

static void report(const char *what, struct times *t)
{
    qsort(t->ms, (size_t)t->n, sizeof *t->ms, by_size);
    qsort(t->cpu, (size_t)t->n, sizeof *t->cpu, by_size);
    printf("%-22s %4d times: median %5.1f ms, 95th percentile %5.1f, worst %5.1f; processor %5.1f, "
           "%5.1f, %5.1f\n",
           what, t->n, t->ms[t->n / 2], t->ms[(t->n * 95 - 1) / 100], t->ms[t->n - 1],
           t->cpu[t->n / 2], t->cpu[(t->n * 95 - 1) / 100], t->cpu[t->n - 1]);
    fflush(stdout);
    t->n = 0;
}

static void add(struct times *t, double ms, double cpu)
{
    if (t->n == TIMES_MAX)
        return;
    t->ms[t->n] = ms;
    t->cpu[t->n++] = cpu;
}

static struct pty *start(struct times *t)
{
    const char *args[] = {"browse", "--data", set, NULL};
    char see[32];
    snprintf(see, sizeof see, "1/%d", rows);
    int64_t from = clock_now();
    struct pty *p = pty_open(&(struct pty_opts){.rows = 48, .cols = 160, .args = args});
    do
        pty_frames(p, 1);
    while (!pty_find(p, see, NULL, NULL));
    add(t, since(from), cpu_of(p));
    return p;
}

/* Types, and waits for a whole screen that shows what must come of it. */
static void press(struct pty *p, struct times *t, const char *keys, const char *see)
{
    double cpu = cpu_of(p);
    int64_t from = clock_now();
    pty_keys(p, keys);
    do
        pty_frames(p, 1);
    while (!pty_find(p, see, NULL, NULL));
    double ms = since(from);
    cpu = cpu_of(p) - cpu;
    add(t, ms, cpu);
    add(&all, ms, cpu);
}

/* The place of the chosen face, from the status line's "17/35887". */
static int place(struct pty *p)
{
    char of[32], *line = pty_row(p, 0);
    snprintf(of, sizeof of, "/%d", rows);
    char *at = strstr(line, of);
    while (at != NULL && at > line && at[-1] != ' ')
        at--;
    int n = at != NULL ? atoi(at) : -1;
    free(line);
    return n;
}

/* Types a key that moves `step` faces on, so many times. */
static void move(struct pty *p, const char *what, const char *key, int step, int times)
{
    struct times t = {.n = 0};
    char see[32];
    for (int i = 0; i < times; i++) {
        snprintf(see, sizeof see, " %d/%d", place(p) + step, rows);
        press(p, &t, key, see);
    }
    report(what, &t);
}

/* How many faces a key moves on. */
static int step_of(struct pty *p, const char *key)
{
    int before = place(p);
    pty_keys(p, key);
    while (place(p) == before)
        pty_frames(p, 1);
    return place(p) - before;
}

static void moves(struct pty *p)
{
    move(p, "right", "l", 1, 150);
    move(p, "down", "j", step_of(p, "j"), 100);
    move(p, "page down", " ", step_of(p, " "), 100);
    struct times t = {.n = 0};
    char first[32], last[32];
    snprintf(first, sizeof first, " 1/%d", rows);
    snprintf(last, sizeof last, " %d/%d", rows, rows);
    for (int i = 0; i < 25; i++) {
        press(p, &t, "G", last);
        press(p, &t, "\033OH", first);
    }
    report("home and end", &t);
}

static void jumps(struct pty *p)
{
    struct times t = {.n = 0};
    for (int i = 1; i <= 50; i++) {
        char keys[32], see[32];
        int row = (int)((long)i * 7919 * 13 % rows);
        snprintf(keys, sizeof keys, "g%d", row);
        pty_keys(p, keys);
        pty_see(p, keys + 1);
        snprintf(see, sizeof see, " %d/%d", row + 1, rows);
        press(p, &t, "\r", see);
    }
    report("g N Enter", &t);
}

static void filters(struct pty *p)
{
    struct times t = {.n = 0};
    for (int i = 0; i < 5; i++) {
        press(p, &t, "f", "show only");
        press(p, &t, "l", "< Training");
        press(p, &t, "l", "< PublicTest");
        press(p, &t, "j", "class ");
        press(p, &t, "l", "< angry");
        press(p, &t, "l", "< disgust");
        press(p, &t, "k", "split ");
        press(p, &t, "c", "< any ");
        press(p, &t, "\r", "by order");
    }
    report("filter", &t);
}

static void orders(struct pty *p)
{
    static const char *const see[] = {"by class", "by most wrong first", "by confidence",
                                      "by brightness", "by order"};
    struct times t = {.n = 0};
    for (int i = 0; i < 6; i++) {
        for (size_t k = 0; k < MEM_COUNT(see); k++)
            press(p, &t, "s", see[k]);
        press(p, &t, "S", "reversed");
        press(p, &t, "r", "by random");
        press(p, &t, "s", "by order");
    }
    report("sort", &t);
}

static void looks(struct pty *p)
{
    struct times t = {.n = 0};
    for (int i = 0; i < 10; i++) {
        press(p, &t, "c", "by class");
        press(p, &t, "c", "by order");
    }
    report("sheet of classes", &t);
}

static void memory(struct pty *p)
{
    char *path = mem_printf("/proc/%d/status", (int)pty_pid(p)), line[128];
    FILE *f = fopen(path, "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, "VmHWM:", 6) == 0 || strncmp(line, "RssAnon:", 8) == 0)
            fputs(line, stdout);
    if (f != NULL)
        fclose(f);
    free(path);
}

int main(int argc, char **argv)
{
    struct times t = {.n = 0};
    struct pty *p = NULL;
    if (argc != 3)
        return 2;
    set = argv[1];
    rows = atoi(argv[2]);
    for (int i = 0; i < STARTS; i++) {
        pty_close(p);
        p = start(&t);
    }
    report("start to first screen", &t);
    moves(p);
    jumps(p);
    filters(p);
    orders(p);
    looks(p);
    report("all keys", &all);
    memory(p);
    pty_close(p);
    return 0;
}
