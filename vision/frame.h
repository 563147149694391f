/*
 * frame: one picture on its way through the program; the only counted object there is.
 *
 * A source fills a frame that it took from a pool; the capture thread hands references to the
 * preview and the analysis. Whoever holds a reference may read; only the source writes, before it
 * hands the frame on. The last frame_unref puts the frame back into its pool, from any thread. A
 * pool outlives its users: frames still out keep it alive after frame_pool_free.
 */
#ifndef VISION_FRAME_H
#define VISION_FRAME_H

#include <stdbool.h>
#include <stdint.h>

/* A rectangle in pixels; x, y is the upper left corner. */
struct box {
    int x, y, w, h;
};

/* What the built-in performer knows about its picture; tests and reports read it, the analysis
 * never does. */
struct frame_truth {
    bool known;
    struct box face;
    int mood;        /* index into PERFORMER_MOODS (vision/performer.h) */
    double strength; /* 0 neutral .. 1 fully played */
};

struct frame_pool;

struct frame {
    int width, height;
    uint8_t *grey; /* (height, width) luma, tight rows; always there */
    uint8_t *rgb;  /* (height, width, 3), tight rows; NULL if the source is grey */
    int64_t time;  /* clock_now() when it was captured or became due, ns */
    double pts;    /* seconds since the source's start, by the source's own clock */
    uint64_t seq;  /* 1, 2, ... of this source; a gap means that the source dropped some */
    bool alone;    /* a picture of its own, not the next one of a film */
    struct frame_truth truth;
    struct frame_pool *pool;
};

/* Makes a pool; frames are made on demand, at most max_frames are out at once. */
struct frame_pool *frame_pool_new(int max_frames);

/* Gives up the pool; its memory goes with the last frame that is out. NULL is allowed. */
void frame_pool_free(struct frame_pool *p);

/* A frame of that size with one reference, the caller's; NULL if max_frames are out. rgb = with
 * colour. */
struct frame *frame_new(struct frame_pool *p, int width, int height, bool rgb);

struct frame *frame_ref(struct frame *f);

/* Drops a reference; NULL is allowed. The void pointer suits mailbox_init. */
void frame_unref(void *f);

#endif
