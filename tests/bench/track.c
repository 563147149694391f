/*
 * track: what it costs to follow the faces of a video, for tests/bench/track.py.
 *
 * track CASCADE FACTOR NEIGHBORS SIDE VIDEO: prints "frames, CPU nanoseconds a frame": of finding
 * faces as the live program does (whole searches now and then, known faces around their place) and
 * of telling who is who; decoding and network are left out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "vision/confirm.h"
#include "vision/seek.h"
#include "vision/source.h"

static struct tracker tracker;
static struct detection found[DETECT_MAX];
static struct looks looks[DETECT_MAX];

static double cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static void find(struct seeker *seeker, struct confirm *confirm, const struct frame *frame)
{
    int whole, n = seeker_run(seeker, &tracker, frame, found, 16, &whole);
    for (int i = 0; i < n; i++)
        looks_take(&looks[i], frame, &found[i].box);
    tracker_update(&tracker, found, looks, n, frame->pts);
    for (int i = 0; i < tracker.tracks; i++) {
        struct track *k = &tracker.track[i];
        if (!k->certain && k->detection >= 0 && k->doubted++ < 4)
            k->certain = confirm_count(confirm, frame, &k->box) >= CONFIRM_CERTAIN;
    }
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        fprintf(stderr, "usage: track CASCADE FACTOR NEIGHBORS SIDE VIDEO\n");
        return 2;
    }
    struct err err = {""};
    struct detect_opts opts = {.scale_factor = atof(argv[2]),
                               .min_neighbors = atoi(argv[3]),
                               .min_size = atoi(argv[4]),
                               .every_s = 0.5};
    struct source_opts from = {.speed = 0};
    snprintf(opts.cascade, sizeof opts.cascade, "%s", argv[1]);
    snprintf(from.uri, sizeof from.uri, "%s", argv[5]);
    struct seeker *seeker = seeker_open(&opts, &err);
    struct confirm *confirm = seeker != NULL ? confirm_open(&opts, &err) : NULL;
    struct frame_pool *pool = frame_pool_new(2);
    struct source *source = confirm != NULL ? source_open(&from, pool, &err) : NULL;
    double spent = 0;
    long frames = 0;
    tracker_init(&tracker);
    for (enum source_status got = SOURCE_AGAIN; source != NULL;) {
        struct frame *frame = NULL;
        got = source_next(source, &frame, &err);
        if (got != SOURCE_FRAME && got != SOURCE_AGAIN)
            break;
        if (got == SOURCE_AGAIN)
            continue;
        double begin = cpu_ns();
        find(seeker, confirm, frame);
        spent += cpu_ns() - begin;
        frames++;
        frame_unref(frame);
    }
    printf("%ld %.0f\n", frames, frames > 0 ? spent / (double)frames : 0);
    fputs(err.text, stderr);
    source_close(source);
    frame_pool_free(pool);
    confirm_close(confirm);
    seeker_close(seeker);
    return source == NULL;
}
