/*
 * source: where pictures come from, one interface for all.
 *
 *   /dev/videoN, N         a camera through libv4l2                         vision/camera.c
 *   FILE, -, rtsp:, http:  any video or picture that libav reads            vision/media.c
 *   FOLDER                 its pictures in the order of their names         vision/folder.c
 *   demo:                  the built-in performer (demo:happy plays one)    vision/synthetic.c
 *
 * A new kind is a new file and a row of the table in source.c. A source belongs to the thread that
 * calls source_next (the capture thread); source_stop alone may come from another.
 */
#ifndef VISION_SOURCE_H
#define VISION_SOURCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "config/opts.h"
#include "vision/frame.h"
#include "vision/source_about.h"
#include "vision/turn.h"

enum source_status {
    SOURCE_FRAME, /* a frame was handed over */
    SOURCE_AGAIN, /* nothing yet (time-out, stop flag, no free frame); call again */
    SOURCE_END,   /* the end of the file; never of a camera */
    SOURCE_LOST /* the camera or the stream went away: err says why; close, and open again later */
};

struct source;

struct source_ops {
    const char *name; /* "camera", "media", "folder", "demo" */
    /* Whether this kind serves the URI; rows are asked in order. */
    bool (*match)(const char *uri);
    /* Fills s->priv and s->label; 0 or -1. On -1 close is called too, so it must stand any
     * half-open state. */
    int (*open)(struct source *s, struct err *err);
    /* Waits at most ~100 ms; on SOURCE_FRAME *out has one reference for the caller. Paces itself.
     */
    enum source_status (*next)(struct source *s, struct frame **out, struct err *err);
    void (*close)(struct source *s);
    bool live; /* worth retrying after SOURCE_LOST */
    /* What can be chosen and set; NULL = nothing. */
    void (*about)(struct source *s, struct source_about *about);
    /* Sets a control; 0, or -1 and err. NULL = there are none. */
    int (*control)(struct source *s, uint32_t id, int value, struct err *err);
};

struct source {
    const struct source_ops *ops;
    struct source_opts opts; /* a copy */
    struct frame_pool *pool; /* borrowed */
    struct turn turn;        /* of every picture; its reader may change it */
    bool grey;               /* no colour is wanted: files and demo: spare the work; its reader's */
    atomic_bool stop;        /* set: next returns AGAIN soon */
    const atomic_bool *too;  /* borrowed; NULL, or another flag that says the same */
    char label[256];         /* "Logitech C920 (/dev/video0)", for the status line; set by open */
    void *priv;
};

/* Opens the source of opts->uri; "" means the first camera, or demo: if there is none. Pool is
 * borrowed. */
struct source *source_open(const struct source_opts *opts, struct frame_pool *pool,
                           struct err *err);

/* As source_open; opening (a stream may keep silent for long), and later source_next, end soon when
 * *stop becomes true. stop is borrowed until source_close. */
struct source *source_open_until(const atomic_bool *stop, const struct source_opts *opts,
                                 struct frame_pool *pool, struct err *err);

/* Whether opening it may take long, because someone else decides when pictures come: a stream, a
 * pipe. */
bool source_may_wait(const char *uri);

/* Whether it is worth trying again when it cannot be opened: a camera, a stream; not a file. */
bool source_may_come(const char *uri);

/* The URI for people, without the password that it may hold. */
void source_name(const char *uri, char *text, size_t size);

/* The next picture, turned as s->turn says. */
enum source_status source_next(struct source *s, struct frame **out, struct err *err);

/* Makes source_next return soon; any thread. */
void source_stop(struct source *s);

/* Whether it was told to stop, in either way; for whatever waits inside a source. */
bool source_stopped(const struct source *s);

void source_close(struct source *s);

#endif
