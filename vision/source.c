/*
 * source: see source.h. The table of kinds; a source belongs to the thread that reads it (capture
 * thread, or `predict`'s main), only source_stop comes from elsewhere.
 */
#include "vision/source.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "vision/camera.h"
#include "vision/source_kinds.h"

/* Asked in this order; the last one takes any name. */
static const struct source_ops *const kinds[] = {&source_camera, &source_synthetic, &source_stream,
                                                 &source_folder, &source_media};

static const struct source_ops *kind_of(const char *uri)
{
    for (size_t i = 0; i < MEM_COUNT(kinds); i++) {
        if (kinds[i]->match(uri))
            return kinds[i];
    }
    return NULL;
}

struct source *source_open(const struct source_opts *opts, struct frame_pool *pool, struct err *err)
{
    return source_open_until(NULL, opts, pool, err);
}

struct source *source_open_until(const atomic_bool *stop, const struct source_opts *opts,
                                 struct frame_pool *pool, struct err *err)
{
    struct source *s = mem_zalloc(1, sizeof *s);
    s->too = stop;
    s->opts = *opts;
    s->pool = pool;
    if (s->opts.uri[0] == '\0' && !camera_first(s->opts.uri, sizeof s->opts.uri))
        snprintf(s->opts.uri, sizeof s->opts.uri, "demo:");
    snprintf(s->label, sizeof s->label, "%.250s", s->opts.uri);
    s->ops = kind_of(s->opts.uri);
    assert(s->ops != NULL);
    if (turn_parse(&s->turn, opts, err) != 0) {
        free(s);
        return NULL;
    }
    if (s->ops->open(s, err) != 0) {
        source_close(s);
        return NULL;
    }
    return s;
}

enum source_status source_next(struct source *s, struct frame **out, struct err *err)
{
    *out = NULL;
    if (source_stopped(s))
        return SOURCE_AGAIN;
    enum source_status got = s->ops->next(s, out, err);
    if (got != SOURCE_FRAME || turn_is_none(&s->turn))
        return got;
    struct frame *turned = turn_frame(&s->turn, *out, s->pool);
    frame_unref(*out);
    *out = turned;
    return turned != NULL ? SOURCE_FRAME : SOURCE_AGAIN; /* all frames are out: dropped */
}

bool source_may_wait(const char *uri)
{
    struct stat st;
    return kind_of(uri) == &source_stream || strcmp(uri, "-") == 0 ||
           (stat(uri, &st) == 0 && S_ISFIFO(st.st_mode));
}

bool source_may_come(const char *uri)
{
    return kind_of(uri) == NULL || kind_of(uri)->live;
}

void source_name(const char *uri, char *text, size_t size)
{
    const char *host = strstr(uri, "://");
    const char *at = host != NULL ? strchr(host + 3, '@') : NULL;
    const char *colon = host != NULL ? strchr(host + 3, ':') : NULL;
    if (at != NULL && colon != NULL && colon < at && at < host + 3 + strcspn(host + 3, "/"))
        snprintf(text, size, "%.*s:***%.180s", (int)(colon - uri < 50 ? colon - uri : 50), uri, at);
    else
        snprintf(text, size, "%.250s", strcmp(uri, "-") == 0 ? "stdin" : uri);
}

void source_stop(struct source *s)
{
    atomic_store(&s->stop, true);
}

bool source_stopped(const struct source *s)
{
    return atomic_load(&s->stop) || (s->too != NULL && atomic_load(s->too));
}

void source_close(struct source *s)
{
    if (s == NULL)
        return;
    s->ops->close(s);
    free(s);
}
