/*
 * detect: the detector as a filter, for tests/bench/detect.py.
 *
 * detect CASCADE FACTOR NEIGHBORS SIDE: frames come in as "WIDTH HEIGHT\n" and their grey bytes;
 * for each, a line with the nanoseconds it took and its boxes, "x,y,w,h", goes out.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "vision/detect.h"

static void run(struct detector *d, const uint8_t *grey, int width, int height)
{
    static struct detection face[DETECT_MAX];
    int64_t begin = clock_now();
    int n = detector_run(d, grey, width, height, width, face, DETECT_MAX);
    printf("%lld", (long long)(clock_now() - begin));
    for (int i = 0; i < n; i++)
        printf(" %d,%d,%d,%d", face[i].box.x, face[i].box.y, face[i].box.w, face[i].box.h);
    putchar('\n');
    fflush(stdout);
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: detect CASCADE FACTOR NEIGHBORS SIDE\n");
        return 2;
    }
    struct err err = {""};
    struct detect_opts opts = {
        .scale_factor = atof(argv[2]), .min_neighbors = atoi(argv[3]), .min_size = atoi(argv[4])};
    snprintf(opts.cascade, sizeof opts.cascade, "%s", argv[1]);
    struct detector *d = detector_open(&opts, &err);
    if (d == NULL) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    int width, height;
    while (scanf("%d %d", &width, &height) == 2 && getchar() == '\n') {
        size_t size = (size_t)width * (size_t)height;
        uint8_t *grey = mem_alloc(size);
        if (fread(grey, 1, size, stdin) == size)
            run(d, grey, width, height);
        free(grey);
    }
    detector_close(d);
    return 0;
}
