/* source_kit: what the tests of sources share: opening, reading, and small pictures and films. */
#ifndef TESTS_SOURCE_KIT_H
#define TESTS_SOURCE_KIT_H

#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "tests/unit/folder.h"
#include "vision/source.h"

#define PATIENCE (60 * CLOCK_S) /* a test that waits for longer has failed */

static struct frame_pool *pool;

static inline int kit_open(void **state)
{
    pool = frame_pool_new(4);
    return make_dir(state);
}

static inline int kit_close(void **state)
{
    frame_pool_free(pool);
    return remove_dir(state);
}

/* A path in the test's folder; it lives until the program ends or 16 others were asked for. */
static inline const char *in_dir(const char *name)
{
    static char paths[16][512];
    static int at;
    at = (at + 1) % 16;
    snprintf(paths[at], sizeof paths[at], "%s/%s", dir, name);
    return paths[at];
}

static inline void save(const char *path, const void *data, size_t size)
{
    struct err err = {""};
    if (file_write_atomic(path, data, size, &err) != 0)
        fail_msg("%s", err.text);
}

static inline struct source_opts as_fast_as_read(const char *uri)
{
    struct source_opts o = {.speed = 0, .seed = 1};
    snprintf(o.uri, sizeof o.uri, "%s", uri);
    return o;
}

static inline struct source *must_open(const struct source_opts *o)
{
    struct err err = {""};
    struct source *s = source_open(o, pool, &err);
    if (s == NULL)
        fail_msg("%s", err.text);
    return s;
}

static inline struct source *open_fast(const char *uri)
{
    struct source_opts o = as_fast_as_read(uri);
    return must_open(&o);
}

static inline void must_not_open(const char *uri, const char *sentence)
{
    struct source_opts o = as_fast_as_read(uri);
    struct err err = {""};
    struct source *s = source_open(&o, pool, &err);
    source_close(s);
    if (s != NULL)
        fail_msg("%s was opened", uri);
    if (strstr(err.text, sentence) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.text, sentence);
}

/* The next thing that is not "nothing yet". */
static inline enum source_status next_of(struct source *s, struct frame **f, struct err *err)
{
    int64_t end = clock_now() + PATIENCE;
    enum source_status st;
    do {
        st = source_next(s, f, err);
    } while (st == SOURCE_AGAIN && clock_now() < end);
    return st;
}

static inline struct frame *must_next(struct source *s)
{
    struct err err = {""};
    struct frame *f;
    enum source_status st = next_of(s, &f, &err);
    if (st != SOURCE_FRAME)
        fail_msg("expected a frame, got status %d: %s", st, err.text);
    return f;
}

static inline void must_end(struct source *s)
{
    struct err err = {""};
    struct frame *f;
    assert_int_equal(next_of(s, &f, &err), SOURCE_END);
}

/* Reads to the end: how many frames came, their times growing and their numbers without a gap. */
static inline int count_frames(struct source *s)
{
    struct err err = {""};
    struct frame *f;
    double pts = -1;
    int n = 0;
    enum source_status st;
    while ((st = next_of(s, &f, &err)) == SOURCE_FRAME) {
        assert_true(f->pts > pts);
        assert_int_equal(f->seq, ++n);
        pts = f->pts;
        frame_unref(f);
    }
    if (st != SOURCE_END)
        fail_msg("after %d frames: %s", n, err.text);
    return n;
}

/*
 * Writes a film of n pictures in grey, YUV4MPEG2 at 25 a second; picture i is all luma + i.
 */
static inline void save_film(const char *path, int width, int height, int n, int luma, bool full)
{
    size_t pixels = (size_t)width * (size_t)height;
    size_t chroma = 2 * (size_t)((width + 1) / 2) * (size_t)((height + 1) / 2);
    char *data = mem_alloc(128 + (size_t)n * (6 + pixels + chroma));
    size_t at = (size_t)sprintf(data, "YUV4MPEG2 W%d H%d F25:1 Ip A1:1 C420jpeg XCOLORRANGE=%s\n",
                                width, height, full ? "FULL" : "LIMITED");
    for (int i = 0; i < n; i++) {
        at += (size_t)sprintf(data + at, "FRAME\n");
        memset(data + at, luma + i, pixels);
        memset(data + at + pixels, 128, chroma);
        at += pixels + chroma;
    }
    save(path, data, at);
    free(data);
}

#endif
