/*
 * How long it takes to open a data set for the first time, with an empty cache directory, and
 * later: "data CSV" prints both beside reading the file with cat and writing its pixels; "data
 * first SET" the seconds of the first opening alone.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cmd/data_open.h"
#include "config/config.h"

enum { ROUNDS = 5 };

static char cache[] = "/tmp/moodtop-bench-XXXXXX";

static double since(int64_t start)
{
    return (double)(clock_now() - start) / CLOCK_S;
}

static void empty_cache(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s/moodtop'", cache);
    if (system(command) != 0)
        exit(1);
}

/* Seconds of one opening; *n: its rows. */
static double open_once(const struct opts *opts, const char *set, int *n)
{
    struct err err = {""};
    int64_t start = clock_now();
    struct dataset *ds = data_open_set(opts, set, &err);
    double s = since(start);
    if (ds == NULL) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    *n = ds->n;
    dataset_close(ds);
    return s;
}

static double cat(const char *file)
{
    char *command = mem_printf("cat '%s' >/dev/null", file);
    int64_t start = clock_now();
    if (system(command) != 0)
        exit(1);
    free(command);
    return since(start);
}

/* Seconds of writing as many bytes, synced, in the cache's folder. */
static double write_pixels(int n)
{
    char *path = mem_printf("%s/pixels", cache), *block = mem_zalloc(1 << 20, 1);
    size_t left = (size_t)n * DATASET_PIXELS;
    int64_t start = clock_now();
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    while (left > 0) {
        ssize_t done = write(fd, block, left < 1 << 20 ? left : 1 << 20);
        if (done <= 0)
            exit(1);
        left -= (size_t)done;
    }
    if (fsync(fd) != 0 || close(fd) != 0)
        exit(1);
    double s = since(start);
    unlink(path);
    free(path);
    free(block);
    return s;
}

static double less(double a, double b)
{
    return a < b ? a : b;
}

int main(int argc, char **argv)
{
    static struct config config;
    double read = 1e9, wrote = 1e9, first = 1e9, later = 1e9;
    int n = 0;
    bool alone = argc == 3 && strcmp(argv[1], "first") == 0;
    if ((argc != 2 && !alone) || mkdtemp(cache) == NULL || setenv("XDG_CACHE_HOME", cache, 1) != 0)
        return 2;
    config_init(&config);
    for (int i = 0; i < (alone ? 1 : ROUNDS); i++) {
        empty_cache();
        first = less(first, open_once(&config.opts, argv[argc - 1], &n));
        if (alone)
            break;
        later = less(later, open_once(&config.opts, argv[1], &n));
        read = less(read, cat(argv[1]));
        wrote = less(wrote, write_pixels(n));
    }
    if (alone)
        printf("%.4f\n", first);
    else
        printf("%d images: first opening %.0f ms, %.2f times cat (%.0f ms) and writing the pixels "
               "(%.0f ms); later ones %.1f ms\n",
               n, 1e3 * first, first / (read + wrote), 1e3 * read, 1e3 * wrote, 1e3 * later);
    empty_cache();
    rmdir(cache);
    config_free(&config);
    return 0;
}
