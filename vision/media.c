/*
 * media: any video or picture that libav reads, as a source: a file, "-" (stdin) or a URL.
 *
 * Two rows of the table: media (files: an end, paced by their time stamps) and stream (rtsp://,
 * http://, ...: lost and opened again; paced by the sender, unless it is a file with an end). One
 * picture is decoded ahead at open, so that a damaged file fails there. Capture thread.
 */
#include <errno.h>
#include <libavcodec/avcodec.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "vision/media_frame.h"
#include "vision/source_kinds.h"
#include "vision/timing.h"

#define DEFAULT_FPS 25.0
#define STILL_FPS 10.0            /* how often a looped still is shown */
#define SILENCE_NS (10 * CLOCK_S) /* of a network stream: then it is lost */
#define STDIN_BUFFER 65536

struct media {
    AVFormatContext *format;
    AVIOContext *stdin_io;
    AVCodecContext *codec;
    AVPacket *packet;
    AVFrame *picture;
    struct media_convert convert;
    struct timing timing;
    int stream;
    bool ready;         /* `picture` holds one that was not handed over yet */
    bool live;          /* a network stream */
    bool seen;          /* a picture was decoded since the file was opened */
    int64_t read_since; /* when the current wait for the network began */
    double first;       /* time stamp of the first picture, s; NAN = not known yet */
    double shift;       /* seconds of the rounds before this one */
    double last, gap;   /* of the last picture on the source's clock, s; the usual distance */
    uint64_t shown;
    uint64_t shown_at_open;
    struct frame *still; /* a looped single picture */
};

static void log_of_libav(void *ctx, int level, const char *fmt, va_list ap)
{
    (void)ctx;
    if (level > AV_LOG_WARNING)
        return;
    char line[512];
    vsnprintf(line, sizeof line, fmt, ap);
    line[strcspn(line, "\n")] = '\0';
    log_write(LOG_INFO, "libav: %s", line);
}

/* ---- opening --------------------------------------------------------------------------------- */

/* Lets a stop, or a sender that fell silent, end a blocking call of libav. */
static int interrupted(void *opaque)
{
    struct source *s = opaque;
    struct media *m = s->priv;
    return source_stopped(s) || (m->live && clock_now() - m->read_since > SILENCE_NS);
}

static int read_stdin(void *opaque, uint8_t *data, int size)
{
    struct source *s = opaque;
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    while (!source_stopped(s)) {
        int n = poll(&p, 1, 100);
        if (n < 0 && errno != EINTR)
            return AVERROR(errno);
        if (n <= 0)
            continue;
        ssize_t got = read(STDIN_FILENO, data, (size_t)size);
        if (got < 0 && errno == EINTR)
            continue;
        return got > 0 ? (int)got : got == 0 ? AVERROR_EOF : AVERROR(errno);
    }
    return AVERROR_EXIT;
}

static int failed(struct source *s, int code, struct err *err)
{
    char why[AV_ERROR_MAX_STRING_SIZE] = "";
    av_strerror(code, why, sizeof why);
    if (code == AVERROR_INVALIDDATA)
        snprintf(why, sizeof why, "no picture or video that libav can read");
    if (code == AVERROR(EIO) && ((struct media *)s->priv)->seen)
        snprintf(why, sizeof why, "the sender ended the stream");
    if (code == AVERROR_EXIT && source_stopped(s))
        snprintf(why, sizeof why, "stopped");
    else if (code == AVERROR_EXIT)
        snprintf(why, sizeof why, "nothing came for %d s", (int)(SILENCE_NS / CLOCK_S));
    return err_set(err, "%s: %s", s->opts.uri, why);
}

static void close_file(struct media *m)
{
    av_frame_free(&m->picture);
    av_packet_free(&m->packet);
    avcodec_free_context(&m->codec);
    avformat_close_input(&m->format);
    if (m->stdin_io != NULL)
        av_freep(&m->stdin_io->buffer);
    avio_context_free(&m->stdin_io);
    m->ready = m->seen = false;
}

/* Learns what the streams are; libav decodes a picture for that, which must not be a huge one. */
static int find_streams(struct media *m)
{
    unsigned n = m->format->nb_streams;
    AVDictionary **options = mem_zalloc(n, sizeof *options);
    for (unsigned i = 0; i < n; i++)
        av_dict_set_int(&options[i], "max_pixels", MEDIA_PIXELS_MAX, 0);
    int rc = avformat_find_stream_info(m->format, options);
    for (unsigned i = 0; i < n; i++)
        av_dict_free(&options[i]);
    free(options);
    return rc;
}

static int open_format(struct source *s, struct media *m, struct err *err)
{
    const char *uri = s->opts.uri;
    m->format = avformat_alloc_context();
    if (m->format == NULL)
        mem_panic("out of memory for libav's format context");
    m->format->interrupt_callback = (AVIOInterruptCB){interrupted, s};
    m->read_since = clock_now();
    struct stat st;
    bool piped = strcmp(uri, "-") == 0;
    if (piped && fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode)) {
        uri = "/dev/stdin"; /* "< file": libav may seek in it */
        piped = false;
    }
    if (piped) {
        m->stdin_io =
            avio_alloc_context(av_malloc(STDIN_BUFFER), STDIN_BUFFER, 0, s, read_stdin, NULL, NULL);
        m->format->pb = m->stdin_io;
    }
    /* A plain name must not be taken for a protocol ("a:b.mp4"); libav's file: takes any name. */
    char *name = m->live || m->stdin_io != NULL ? mem_strdup(uri) : mem_printf("file:%s", uri);
    AVDictionary *options = NULL;
    av_dict_set(&options, "pattern_type", "none", 0); /* "a%d.png", "b*.png" are names of files */
    int rc = avformat_open_input(&m->format, name, NULL, &options);
    av_dict_free(&options);
    free(name);
    if (rc < 0)
        return failed(s, rc, err);
    m->read_since = clock_now();
    rc = find_streams(m);
    return rc < 0 ? failed(s, rc, err) : 0;
}

static int open_codec(struct source *s, struct media *m, struct err *err)
{
    m->stream = av_find_best_stream(m->format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    if (m->stream < 0)
        return err_set(err, "%s: no picture in this file", s->opts.uri);
    AVStream *stream = m->format->streams[m->stream];
    int width = stream->codecpar->width, height = stream->codecpar->height;
    if (width > MEDIA_SIDE_MAX || height > MEDIA_SIDE_MAX)
        return err_set(err, "%s: pictures of %dx%d; at most %d a side", s->opts.uri, width, height,
                       MEDIA_SIDE_MAX);
    const AVCodec *codec = avcodec_find_decoder(stream->codecpar->codec_id);
    if (codec == NULL)
        return err_set(err, "%s: no decoder for %s", s->opts.uri,
                       avcodec_get_name(stream->codecpar->codec_id));
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
        return failed(s, rc, err);
    double fps = av_q2d(stream->avg_frame_rate);
    m->gap = 1 / (fps > 0.1 && fps < 1000 ? fps : DEFAULT_FPS);
    return 0;
}

/* ---- decoding -------------------------------------------------------------------------------- */

/* Sends one packet of the picture stream to the decoder, or tells it that there are no more. */
static int feed(struct media *m)
{
    m->read_since = clock_now();
    int rc = av_read_frame(m->format, m->packet);
    if (rc == AVERROR_EXIT || rc == AVERROR(EAGAIN))
        return rc;
    if (rc < 0) {
        if (rc != AVERROR_EOF && m->live)
            return rc;
        if (rc != AVERROR_EOF)
            log_write(LOG_WARN, "libav: the file cannot be read to its end (%d)", rc);
        rc = avcodec_send_packet(m->codec, NULL);
        return rc == AVERROR_EOF ? 0 : rc;
    }
    if (m->packet->stream_index == m->stream) {
        rc = avcodec_send_packet(m->codec, m->packet);
        if (rc < 0)
            log_write(LOG_INFO, "libav: a packet cannot be decoded (%d)", rc);
    }
    av_packet_unref(m->packet);
    return 0;
}

/* Decodes until a picture is ready. A damaged packet costs its picture, not the file. */
static enum source_status decode(struct source *s, struct media *m, struct err *err)
{
    for (;;) {
        int rc = avcodec_receive_frame(m->codec, m->picture);
        if (rc == 0) {
            m->ready = m->seen = true;
            return SOURCE_FRAME;
        }
        if (rc == AVERROR_EOF)
            break;
        rc = feed(m);
        if (source_stopped(s) || rc == AVERROR(EAGAIN))
            return SOURCE_AGAIN;
        if (rc < 0) {
            failed(s, rc, err);
            return SOURCE_LOST;
        }
    }
    if (m->live && m->format->duration == AV_NOPTS_VALUE) {
        err_set(err, "%s: the sender ended the stream", s->opts.uri);
        return SOURCE_LOST;
    }
    if (!m->seen) {
        err_set(err, "%s: no picture in it can be decoded", s->opts.uri);
        return SOURCE_LOST;
    }
    return SOURCE_END;
}

static int open_file(struct source *s, struct media *m, struct err *err)
{
    if (open_format(s, m, err) != 0 || open_codec(s, m, err) != 0)
        return -1;
    enum source_status st = decode(s, m, err);
    if (st == SOURCE_LOST)
        return -1;
    m->first = NAN;
    m->shown_at_open = m->shown;
    return 0;
}

/* When the decoded picture is due on the source's own clock, s; never before the one before it. */
static double time_of(struct media *m)
{
    const AVStream *stream = m->format->streams[m->stream];
    double next = m->shown == 0 ? 0 : m->last + m->gap;
    if (m->picture->best_effort_timestamp == AV_NOPTS_VALUE)
        return next;
    double stamp = (double)m->picture->best_effort_timestamp * av_q2d(stream->time_base);
    if (isnan(m->first))
        m->first = stamp;
    double t = m->shift + stamp - m->first;
    return m->shown > 0 && (t <= m->last || t > m->last + 3600) ? next : t;
}

/* ---- the source ------------------------------------------------------------------------------ */

static const char *scheme_end(const char *uri)
{
    return strstr(uri, "://");
}

static bool media_match(const char *uri)
{
    return uri[0] != '\0';
}

static bool stream_match(const char *uri)
{
    return scheme_end(uri) != NULL && strncmp(uri, "file://", 7) != 0;
}

static int media_open(struct source *s, struct err *err)
{
    struct media *m = s->priv = mem_zalloc(1, sizeof *m);
    m->live = stream_match(s->opts.uri);
    av_log_set_callback(log_of_libav);
    if (strncmp(s->opts.uri, "file://", 7) == 0)
        memmove(s->opts.uri, s->opts.uri + 7, strlen(s->opts.uri + 7) + 1);
    if (open_file(s, m, err) != 0)
        return -1;
    bool sender_paces = m->live && m->format->duration == AV_NOPTS_VALUE;
    timing_init(&m->timing, sender_paces ? 0 : s->opts.speed);
    snprintf(s->label, sizeof s->label, "%.250s",
             strcmp(s->opts.uri, "-") == 0 ? "stdin" : s->opts.uri);
    return 0;
}

/* At the end of a file that is to be looped: opens it again, or holds it if it is one picture. */
static enum source_status begin_again(struct source *s, struct media *m, struct err *err)
{
    if (!s->opts.loop || m->stdin_io != NULL)
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
    double pts = time_of(m);
    if (!timing_wait(&m->timing, s, pts, &due))
        return SOURCE_AGAIN;
    struct frame *f = NULL;
    struct media_turn turn = media_turn_of(m->picture, m->format->streams[m->stream]);
    if (media_convert(&m->convert, m->picture, turn, s->pool, &f, err) != 0) {
        err_prefix(err, "%s", s->opts.uri);
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
