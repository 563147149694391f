/*
 * media: any video or picture that libav reads, as a source: a file, "-" (stdin) or a URL.
 *
 * Two rows of the table: media (files: an end, paced by their time stamps) and stream (rtsp://,
 * http://, ...: lost and opened again; paced by the sender, unless it is a file with an end). One
 * picture is decoded ahead at open, so that a damaged file fails there. Capture thread.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "vision/folder.h"
#include "vision/media_frame.h"
#include "vision/media_input.h"
#include "vision/media_lib.h"
#include "vision/source_kinds.h"
#include "vision/timing.h"

#define DEFAULT_FPS 25.0
#define STILL_FPS 10.0 /* how often a looped still is shown */

struct media {
    struct media_input input;
    AVCodecContext *codec;
    AVPacket *packet;
    AVFrame *picture;
    struct media_convert convert;
    struct timing timing;
    bool ready;       /* `picture` holds one that was not handed over yet */
    bool seen;        /* a picture was decoded since the file was opened */
    bool photo;       /* the first picture is all */
    int bad;          /* libav's code of what the decoder refused last, or 0 */
    int64_t began;    /* when the first picture came, where pictures bear no times */
    double first;     /* time stamp of the first picture, s; NAN = not known yet */
    double shift;     /* seconds of the rounds before this one */
    double last, gap; /* of the last picture on the source's clock, s; the usual distance */
    uint64_t shown;
    uint64_t shown_at_open;
    struct frame *still; /* a looped single picture */
};

/* ---- opening --------------------------------------------------------------------------------- */

static void close_file(struct media *m)
{
    av_frame_free(&m->picture);
    av_packet_free(&m->packet);
    avcodec_free_context(&m->codec);
    media_input_close(&m->input);
    m->ready = m->seen = false;
}

/* Telephones put a second JPEG, a preview or a gain map, behind the first; a photo is one. */
static bool is_photo(const struct source *s, const struct media *m)
{
    const char *kind = m->input.format->iformat->name;
    return folder_is_picture(s->opts.uri) &&
           (strcmp(kind, "jpeg_pipe") == 0 || strcmp(kind, "mjpeg") == 0);
}

static int open_codec(struct source *s, struct media *m, struct err *err)
{
    const AVStream *stream = m->input.stream;
    const AVCodec *codec = avcodec_find_decoder(stream->codecpar->codec_id);
    if (codec == NULL)
        return err_set(err, "%s: no decoder for %s", s->label,
                       avcodec_get_name(stream->codecpar->codec_id));
    if (stream->codecpar->width > 0 &&
        media_check_size(stream->codecpar->width, stream->codecpar->height, err) != 0)
        return err_prefix(err, "%s", s->label);
    m->codec = avcodec_alloc_context3(codec);
    m->packet = av_packet_alloc();
    m->picture = av_frame_alloc();
    if (m->codec == NULL || m->packet == NULL || m->picture == NULL)
        mem_panic("out of memory for libav's decoder");
    avcodec_parameters_to_context(m->codec, stream->codecpar);
    m->codec->thread_count = 1; /* the cores belong to the detector and the network */
    m->codec->max_pixels = MEDIA_PIXELS_MAX;
    int rc = avcodec_open2(m->codec, codec, NULL);
    if (rc < 0)
        return media_input_error(&m->input, rc, err);
    m->photo = is_photo(s, m);
    double fps = av_q2d(stream->avg_frame_rate);
    m->gap = 1 / (fps > 0.1 && fps < 1000 ? fps : DEFAULT_FPS);
    return 0;
}

/* ---- decoding -------------------------------------------------------------------------------- */

/*
 * Sends one packet of the picture stream to the decoder, or tells it that there are no more. A
 * packet that cannot be decoded costs its picture, not the file.
 */
static int feed(struct source *s, struct media *m)
{
    int rc = media_input_read(&m->input, m->packet);
    if (rc == AVERROR(EAGAIN))
        clock_sleep_until(clock_now() + 10 * CLOCK_MS);
    if (rc == AVERROR_EXIT || rc == AVERROR(EAGAIN) ||
        (rc < 0 && rc != AVERROR_EOF && m->input.network))
        return rc;
    if (rc < 0) {
        if (rc != AVERROR_EOF)
            log_write(LOG_WARN, "%s: cannot be read beyond %.1f s", s->label, m->last);
        rc = avcodec_send_packet(m->codec, NULL);
        return rc == AVERROR_EOF ? 0 : rc;
    }
    if (m->packet->stream_index == m->input.stream->index)
        m->bad = avcodec_send_packet(m->codec, m->packet);
    av_packet_unref(m->packet);
    return 0;
}

/* What stands when the decoder has no more pictures. */
static enum source_status ended(struct source *s, struct media *m, struct err *err)
{
    if (m->input.endless) {
        err_set(err, "%s: the sender ended the stream", s->label);
        return SOURCE_LOST;
    }
    if (m->seen)
        return SOURCE_END;
    media_input_error(&m->input, m->bad < 0 ? m->bad : AVERROR_INVALIDDATA, err);
    return SOURCE_LOST;
}

/* Decodes until a picture is ready. */
static enum source_status decode(struct source *s, struct media *m, struct err *err)
{
    while (!m->photo || !m->seen) {
        int rc = avcodec_receive_frame(m->codec, m->picture);
        if (rc == 0) {
            m->ready = m->seen = true;
            return SOURCE_FRAME;
        }
        if (rc == AVERROR_EOF)
            break;
        if (rc != AVERROR(EAGAIN))
            m->bad = rc;
        rc = feed(s, m);
        if (source_stopped(s) || rc == AVERROR(EAGAIN))
            return SOURCE_AGAIN;
        if (rc < 0) {
            media_input_error(&m->input, rc, err);
            return SOURCE_LOST;
        }
    }
    return ended(s, m, err);
}

static int open_file(struct source *s, struct media *m, struct err *err)
{
    if (media_input_open(&m->input, s, err) != 0 || open_codec(s, m, err) != 0 ||
        decode(s, m, err) == SOURCE_LOST)
        return -1;
    if (m->ready && media_check_size(m->picture->width, m->picture->height, err) != 0)
        return err_prefix(err, "%s", s->label);
    m->first = NAN;
    m->shown_at_open = m->shown;
    return 0;
}

/* The time of pictures that bear none: that of their arrival, but a pipe's are not taken faster
 * than DEFAULT_FPS. */
static double by_arrival(const struct source *s, struct media *m)
{
    int64_t now = clock_now();
    if (m->shown == 0)
        m->began = now;
    double elapsed = (double)(now - m->began) / (double)CLOCK_S;
    double least = m->shown == 0 ? 0 : m->last + (m->input.endless ? 0.001 : m->gap);
    elapsed *= m->input.endless ? 1 : s->opts.speed;
    return elapsed > least ? elapsed : least;
}

/* When the decoded picture is due on the source's own clock, s; never before the one before it. */
static double time_of(const struct source *s, struct media *m)
{
    const AVStream *stream = m->input.stream;
    double next = m->shown == 0 ? 0 : m->last + m->gap;
    if (m->input.unstamped && (m->input.endless || (m->input.pipe != NULL && s->opts.speed > 0)))
        return by_arrival(s, m);
    if (m->picture->best_effort_timestamp == AV_NOPTS_VALUE)
        return next;
    double stamp = (double)m->picture->best_effort_timestamp * av_q2d(stream->time_base);
    if (isnan(m->first))
        m->first = stamp;
    double t = m->shift + stamp - m->first;
    return m->shown > 0 && (t <= m->last || t > m->last + 3600) ? next : t;
}

/* ---- the source ------------------------------------------------------------------------------ */

static bool media_match(const char *uri)
{
    return uri[0] != '\0';
}

static bool stream_match(const char *uri)
{
    return strstr(uri, "://") != NULL && strncmp(uri, "file://", 7) != 0;
}

static int media_open(struct source *s, struct err *err)
{
    struct media *m = s->priv = mem_zalloc(1, sizeof *m);
    if (strncmp(s->opts.uri, "file://", 7) == 0)
        memmove(s->opts.uri, s->opts.uri + 7, strlen(s->opts.uri + 7) + 1);
    source_name(s->opts.uri, s->label, sizeof s->label);
    if (open_file(s, m, err) != 0)
        return -1;
    timing_init(&m->timing, m->input.endless ? 0 : s->opts.speed);
    m->timing.hurries = m->input.pipe != NULL;
    return 0;
}

/* At the end of a file that is to be looped: opens it again, or holds it if it is one picture. */
static enum source_status begin_again(struct source *s, struct media *m, struct err *err)
{
    if (!s->opts.loop || m->input.pipe != NULL)
        return SOURCE_END;
    if (m->shown - m->shown_at_open == 1 && m->still != NULL) {
        m->gap = 1 / (s->opts.fps > 0 ? s->opts.fps : STILL_FPS);
        close_file(m);
        return SOURCE_AGAIN;
    }
    close_file(m);
    if (open_file(s, m, err) != 0)
        return SOURCE_LOST;
    m->shift = m->last + m->gap;
    return SOURCE_AGAIN;
}

static struct frame *copy_still(struct source *s, const struct frame *still)
{
    struct frame *f = frame_new(s->pool, still->width, still->height, still->rgb != NULL);
    if (f == NULL)
        return NULL;
    size_t n = (size_t)still->width * (size_t)still->height;
    memcpy(f->grey, still->grey, n);
    if (f->rgb != NULL)
        memcpy(f->rgb, still->rgb, 3 * n);
    return f;
}

static enum source_status hand_over(struct media *m, struct frame *f, double pts, int64_t due,
                                    struct frame **out)
{
    if (f == NULL) {
        clock_sleep_until(clock_now() +
                          CLOCK_MS); /* all are out: the reader is slower than we are */
        return SOURCE_AGAIN;
    }
    f->pts = m->last = pts;
    f->time = due;
    f->seq = ++m->shown;
    *out = f;
    return SOURCE_FRAME;
}

static enum source_status media_next(struct source *s, struct frame **out, struct err *err)
{
    struct media *m = s->priv;
    int64_t due;
    if (m->codec == NULL) { /* a looped still */
        double pts = m->last + m->gap;
        if (!timing_wait(&m->timing, s, pts, &due))
            return SOURCE_AGAIN;
        return hand_over(m, copy_still(s, m->still), pts, due, out);
    }
    if (!m->ready) {
        enum source_status st = decode(s, m, err);
        if (st == SOURCE_END)
            return begin_again(s, m, err);
        if (st != SOURCE_FRAME)
            return st;
    }
    double pts = time_of(s, m);
    if (!timing_wait(&m->timing, s, pts, &due))
        return SOURCE_AGAIN;
    struct frame *f = NULL;
    struct media_turn turn = media_turn_of(m->picture, m->input.stream);
    if (media_convert(&m->convert, m->picture, turn, s->grey, s->pool, &f, err) != 0) {
        err_prefix(err, "%s", s->label);
        return SOURCE_LOST;
    }
    m->ready = f == NULL;
    if (f != NULL && s->opts.loop && m->shown == m->shown_at_open) {
        frame_unref(m->still); /* kept in case it stays the only one */
        m->still = frame_ref(f);
    } else if (f != NULL) {
        frame_unref(m->still);
        m->still = NULL;
    }
    if (f != NULL) /* a photo, that is, and not one that is shown again and again */
        f->alone = m->shown == 0 && !s->opts.loop && folder_is_picture(s->opts.uri);
    return hand_over(m, f, pts, due, out);
}

static void media_close(struct source *s)
{
    struct media *m = s->priv;
    if (m == NULL)
        return;
    close_file(m);
    media_convert_end(&m->convert);
    frame_unref(m->still);
    free(m);
}

const struct source_ops source_media = {
    .name = "media",
    .match = media_match,
    .open = media_open,
    .next = media_next,
    .close = media_close,
};

const struct source_ops source_stream = {
    .name = "stream",
    .match = stream_match,
    .open = media_open,
    .next = media_next,
    .close = media_close,
    .live = true,
};
