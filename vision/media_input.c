/* media_input: see media_input.h. Capture thread. */
#include "vision/media_input.h"

#include <errno.h>
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
#include "vision/media_log.h"

#define SILENCE_S 10 /* of a sender: then it is lost */
#define PIPE_BUFFER 65536
#define PROBE_BYTES 1000000     /* of a pipe or URL: what is read ahead is shown late */
#define PICTURE_BITS 4096       /* a row of pictures is read in bits of that size */
#define PROBE_TIME AV_TIME_BASE /* the same in time */
#define PROBE_PICTURES 2        /* whose distance gives the rate where no header does */

int media_input_error(const struct media_input *in, int code, struct err *err)
{
    const char *name = in->source->label;
    char why[AV_ERROR_MAX_STRING_SIZE] = "";
    if (code == AVERROR_EXIT && source_stopped(in->source))
        return err_set(err, "%s: stopped", name);
    if (code == AVERROR_EXIT)
        return err_set(err, "%s: nothing came for %d s", name, SILENCE_S);
    if (code == AVERROR(EIO) && in->network && in->stream != NULL)
        return err_set(err, "%s: the sender ended the stream", name);
    av_strerror(code, why, sizeof why);
    if (code == AVERROR_INVALIDDATA)
        snprintf(why, sizeof why, "no picture or video that libav can read");
    if (code == AVERROR_INVALIDDATA && in->pipe != NULL && in->format != NULL &&
        strstr(in->format->iformat->name, "mp4") != NULL)
        return err_set(err,
                       "%s: this MP4 has its index at the end and cannot be read from a pipe; give "
                       "the file's name, or \"< FILE\"",
                       name);
    const char *said = media_log_said();
    if (said[0] == '\0' || code == AVERROR(ENOENT) || code == AVERROR(EACCES))
        return err_set(err, "%s: %s", name, why);
    return err_set(err, "%s: %s (%s)", name, why, said);
}

/* ---- reading --------------------------------------------------------------------------------- */

/* Lets a stop, or a sender that fell silent, end a blocking call of libav. */
static int interrupted(void *opaque)
{
    const struct media_input *in = opaque;
    return source_stopped(in->source) ||
           (in->network && clock_now() - in->wait_since > SILENCE_S * CLOCK_S);
}

static int read_stdin(const struct media_input *in, uint8_t *data, int size)
{
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    while (!source_stopped(in->source)) {
        int n = poll(&p, 1, 100);
        if (n < 0 && errno != EINTR)
            return AVERROR(errno);
        if (n <= 0)
            continue;
        ssize_t got = read(STDIN_FILENO, data, (size_t)size);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        return got > 0 ? (int)got : got == 0 ? AVERROR_EOF : AVERROR(errno);
    }
    return AVERROR_EXIT;
}

static int read_pipe(void *opaque, uint8_t *data, int size)
{
    struct media_input *in = opaque;
    int n = in->head_size < size ? in->head_size : size;
    if (n == 0)
        return read_stdin(in, data, size);
    memcpy(data, in->head, (size_t)n);
    in->head_size -= n;
    memmove(in->head, in->head + n, (size_t)in->head_size);
    return n;
}

int media_input_read(struct media_input *in, AVPacket *packet)
{
    in->wait_since = clock_now();
    return av_read_frame(in->format, packet);
}

/* ---- opening --------------------------------------------------------------------------------- */

/* Fails early where libav's own words would be of little help. */
static int check_file(const struct media_input *in, const char *path, struct err *err)
{
    struct stat st;
    if (strcmp(path, "-") == 0)
        return isatty(STDIN_FILENO) ? err_set(err, "stdin: a terminal; expected a picture or video "
                                                   "that is piped in")
                                    : 0;
    if (in->network || stat(path, &st) != 0)
        return 0; /* libav says why */
    if (S_ISDIR(st.st_mode))
        return err_set(err, "%s: a folder", in->source->label);
    return S_ISREG(st.st_mode) && st.st_size == 0
               ? err_set(err, "%s: the file is empty", in->source->label)
               : 0;
}

#if LIBAVFORMAT_VERSION_MAJOR >= 59
typedef const AVInputFormat input_format;
#else
typedef AVInputFormat input_format;
#endif

/*
 * Makes stdin libav's input. Returns the kind of what comes if it is JPEGs, which libav would be
 * slow to make out: it cannot tell one from many before a megabyte has come; else NULL.
 */
static input_format *open_pipe(struct media_input *in)
{
    static const uint8_t jpeg[3] = {0xff, 0xd8, 0xff};
    uint8_t *buffer = av_malloc(PIPE_BUFFER);
    if (buffer != NULL)
        in->pipe = avio_alloc_context(buffer, PIPE_BUFFER, 0, in, read_pipe, NULL, NULL);
    if (in->pipe == NULL)
        mem_panic("out of memory for stdin");
    in->format->pb = in->pipe;
    for (int n = 1; in->head_size < (int)sizeof in->head && n > 0; in->head_size += n > 0 ? n : 0)
        n = read_stdin(in, in->head + in->head_size, (int)sizeof in->head - in->head_size);
    bool is_jpeg = in->head_size == sizeof in->head && memcmp(in->head, jpeg, sizeof jpeg) == 0 &&
                   in->head[3] != 0xf7; /* that would be JPEG-LS */
    return is_jpeg ? av_find_input_format("jpeg_pipe") : NULL;
}

/* The name as libav wants it: a plain name must not be taken for a protocol ("a:b.mp4"). */
static char *name_for_libav(const struct media_input *in, const char *uri)
{
    struct stat st;
    if (in->network)
        return mem_strdup(uri);
    if (strcmp(uri, "-") != 0)
        return mem_printf("file:%s", uri);
    bool file = fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode);
    return mem_strdup(file ? "file:/dev/stdin" : ""); /* "< file" can be sought in */
}

static int open_format(struct media_input *in, const char *uri, struct err *err)
{
    char *name = name_for_libav(in, uri);
    in->format = avformat_alloc_context();
    if (in->format == NULL)
        mem_panic("out of memory for libav's format context");
    in->format->interrupt_callback = (AVIOInterruptCB){interrupted, in};
    in->wait_since = clock_now();
    input_format *kind = name[0] == '\0' ? open_pipe(in) : NULL;
    if (in->pipe != NULL || in->network) {
        in->format->probesize = PROBE_BYTES;
        in->format->max_analyze_duration = PROBE_TIME;
        in->format->fps_probe_size = PROBE_PICTURES;
    }
    AVDictionary *options = NULL;
    if (in->pipe != NULL || in->network)
        av_dict_set_int(&options, "frame_size", PICTURE_BITS, 0);
    av_dict_set(&options, "pattern_type", "none", 0); /* "%d" in a picture's name is just that */
    int rc = avformat_open_input(&in->format, name, kind, &options);
    av_dict_free(&options);
    free(name);
    return rc < 0 ? media_input_error(in, rc, err) : 0;
}

/*
 * Whether single pictures come in a row, without times, whose first one tells all there is to know
 * (libav's kinds jpeg_pipe, png_pipe, mpjpeg, ...). Looking ahead would hold a slow camera's
 * pictures back for seconds.
 */
static bool is_plain(const struct media_input *in)
{
    const char *kind = in->format->iformat->name;
    size_t n = strlen(kind);
    return (in->pipe != NULL || in->network) && in->format->nb_streams == 1 &&
           ((n > 5 && strcmp(kind + n - 5, "_pipe") == 0) || strstr(kind, "mjpeg") != NULL ||
            strcmp(kind, "mpjpeg") == 0);
}

/* Lets libav look at the streams, with a bound on the pictures that it decodes for that. */
static int look_at_streams(struct media_input *in, struct err *err)
{
    unsigned n = in->format->nb_streams;
    AVDictionary **options = mem_zalloc(n, sizeof(*options));
    for (unsigned i = 0; i < n; i++)
        av_dict_set_int(&options[i], "max_pixels", MEDIA_PIXELS_MAX, 0);
    in->wait_since = clock_now();
    int rc = avformat_find_stream_info(in->format, n > 0 ? options : NULL);
    for (unsigned i = 0; i < n; i++)
        av_dict_free(&options[i]);
    free(options);
    return rc < 0 ? media_input_error(in, rc, err) : 0;
}

int media_input_open(struct media_input *in, const struct source *source, struct err *err)
{
    const char *uri = source->opts.uri;
    *in = (struct media_input){.source = source, .network = strstr(uri, "://") != NULL};
    if (media_lib_need(err) != 0)
        return -1;
    media_log_hear();
    if (check_file(in, uri, err) != 0 || open_format(in, uri, err) != 0)
        return -1;
    in->unstamped = is_plain(in);
    if (!in->unstamped && look_at_streams(in, err) != 0)
        return -1;
    int stream = av_find_best_stream(in->format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    if (stream < 0)
        return err_set(err, "%s: no picture in it", source->label);
    in->stream = in->format->streams[stream];
    in->endless = in->network && in->format->duration <= 0; /* unknown is negative */
    return 0;
}

void media_input_close(struct media_input *in)
{
    avformat_close_input(&in->format);
    if (in->pipe != NULL)
        av_freep(&in->pipe->buffer);
    avio_context_free(&in->pipe);
    in->stream = NULL;
}
