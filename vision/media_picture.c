/* media_picture: see media_picture.h. */
#include "vision/media_picture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "vision/jpeg.h"
#include "vision/media_frame.h"
#include "vision/media_lib.h"
#include "vision/media_log.h"
#include "vision/source.h"

#define FILE_MAX ((size_t)1 << 30)

enum { KINDS = 4 };

/* A format by its first bytes, and what the end of a whole file looks like. */
static const struct {
    enum AVCodecID codec;
    const char *start, *end;
    size_t start_size, end_size;
} kinds[KINDS] = {
    {AV_CODEC_ID_MJPEG, "\xff\xd8\xff", "\xff\xd9", 3, 2},
    {AV_CODEC_ID_PNG, "\x89PNG\r\n\x1a\n", "IEND", 8, 4},
    {AV_CODEC_ID_BMP, "BM", NULL, 2, 0},
    {AV_CODEC_ID_PGM, "P5", NULL, 2, 0},
};

struct media_picture {
    struct jpeg *jpeg; /* what it leaves over goes to libav */
    AVCodecContext *codec[KINDS];
    AVPacket *packet;
    AVFrame *frame;
    struct media_convert convert;
    uint8_t *file, *grey;
    size_t file_room, grey_room;
};

struct media_picture *media_picture_open(void)
{
    struct media_picture *m = mem_zalloc(1, sizeof *m);
    m->jpeg = jpeg_open();
    return m;
}

/* What libav needs from its first picture on. */
static int prepare(struct media_picture *m, struct err *err)
{
    if (m->packet != NULL)
        return 0;
    if (media_lib_need(err) != 0)
        return -1;
    m->packet = av_packet_alloc();
    m->frame = av_frame_alloc();
    if (m->packet == NULL || m->frame == NULL)
        mem_panic("out of memory for libav's decoder");
    return 0;
}

void media_picture_close(struct media_picture *m)
{
    if (m == NULL)
        return;
    jpeg_close(m->jpeg);
    for (int i = 0; i < KINDS; i++)
        avcodec_free_context(&m->codec[i]);
    av_packet_free(&m->packet);
    av_frame_free(&m->frame);
    media_convert_end(&m->convert);
    free(m->file);
    free(m->grey);
    free(m);
}

/* Reads the file into m->file, with the zeros behind it that libav wants; its size, or -1. */
static ssize_t read_whole(struct media_picture *m, const char *path, struct err *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, "%s", path);
    size_t size = 0;
    ssize_t n = -1;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (size_t)st.st_size < FILE_MAX) {
        size_t want = (size_t)st.st_size;
        if (want + AV_INPUT_BUFFER_PADDING_SIZE > m->file_room) {
            m->file_room = 2 * want + AV_INPUT_BUFFER_PADDING_SIZE;
            m->file = mem_realloc(m->file, m->file_room, 1);
        }
        do {
            n = read(fd, m->file + size, want - size);
            size += n > 0 ? (size_t)n : 0;
        } while (size < want && (n > 0 || (n < 0 && errno == EINTR)));
    } else {
        errno = EINVAL;
    }
    close(fd);
    if (n < 0)
        return err_errno(err, "%s: cannot read", path);
    if (size == 0)
        return err_set(err, "%s: expected a picture, got an empty file", path);
    memset(m->file + size, 0, AV_INPUT_BUFFER_PADDING_SIZE);
    return (ssize_t)size;
}

static int kind_of(const uint8_t *file, size_t size)
{
    for (int i = 0; i < KINDS; i++)
        if (size >= kinds[i].start_size && memcmp(file, kinds[i].start, kinds[i].start_size) == 0)
            return i;
    return -1;
}

/* Whether the end of the picture is in the file: libav makes up what is missing. */
static bool is_whole(const struct media_picture *m, size_t size, int kind)
{
    if (kinds[kind].end == NULL)
        return true;
    const uint8_t *from = m->file;
    size_t left = size;
    if (kinds[kind].codec == AV_CODEC_ID_MJPEG) { /* a preview before the picture has an end too */
        for (const uint8_t *p; (p = memmem(from, left, "\xff\xda", 2)) != NULL;) {
            left -= (size_t)(p + 2 - from);
            from = p + 2;
        }
    }
    return memmem(from, left, kinds[kind].end, kinds[kind].end_size) != NULL;
}

static AVCodecContext *decoder(struct media_picture *m, int kind)
{
    if (m->codec[kind] != NULL)
        return m->codec[kind];
    const AVCodec *codec = avcodec_find_decoder(kinds[kind].codec);
    AVCodecContext *c = codec != NULL ? avcodec_alloc_context3(codec) : NULL;
    if (c == NULL)
        return NULL;
    c->thread_count = 1;
    c->max_pixels = MEDIA_PIXELS_MAX;
    c->err_recognition = AV_EF_EXPLODE;
    if (avcodec_open2(c, codec, NULL) < 0)
        avcodec_free_context(&c);
    m->codec[kind] = c;
    return c;
}

/* Decodes the file into m->frame; 0 or libav's code. */
static int decode(struct media_picture *m, AVCodecContext *c, size_t size)
{
    m->packet->data = m->file;
    m->packet->size = (int)size;
    m->packet->flags = AV_PKT_FLAG_KEY;
    int rc = avcodec_send_packet(c, m->packet);
    m->packet->data = NULL;
    m->packet->size = 0;
    if (rc >= 0)
        rc = avcodec_receive_frame(c, m->frame);
    if (rc == AVERROR(EAGAIN)) { /* it waits for more */
        avcodec_send_packet(c, NULL);
        rc = avcodec_receive_frame(c, m->frame);
        avcodec_flush_buffers(c);
    }
    if (rc < 0)
        avcodec_flush_buffers(c);
    return rc;
}

static uint8_t *grey_room(struct media_picture *m, int width, int height)
{
    size_t need = (size_t)width * (size_t)height;
    if (need > m->grey_room) {
        free(m->grey);
        m->grey = mem_alloc(need);
        m->grey_room = need;
    }
    return m->grey;
}

/* m->frame as upright grey. */
static const uint8_t *convert(struct media_picture *m, int *width, int *height, struct err *err)
{
    struct media_turn turn = media_turn_of(m->frame, NULL);
    if (media_check_size(m->frame->width, m->frame->height, err) != 0)
        return NULL;
    *width = turn.transpose ? m->frame->height : m->frame->width;
    *height = turn.transpose ? m->frame->width : m->frame->height;
    uint8_t *grey = grey_room(m, *width, *height);
    return media_convert_grey(&m->convert, m->frame, turn, grey, err) == 0 ? grey : NULL;
}

/* Any other format: the first picture of a source. */
static const uint8_t *read_source(struct media_picture *m, const char *path, int *width,
                                  int *height, struct err *err)
{
    struct source_opts opts = {0};
    struct frame_pool *pool = frame_pool_new(4);
    struct frame *f = NULL;
    const uint8_t *grey = NULL;
    struct source *s = NULL;
    if ((size_t)snprintf(opts.uri, sizeof opts.uri, "%s", path) >= sizeof opts.uri)
        err_set(err, "%s: its name is too long", path);
    else if ((s = source_open(&opts, pool, err)) != NULL) {
        enum source_status status;
        do
            status = source_next(s, &f, err);
        while (status == SOURCE_AGAIN);
        if (status == SOURCE_FRAME) {
            *width = f->width;
            *height = f->height;
            grey = memcpy(grey_room(m, f->width, f->height), f->grey,
                          (size_t)f->width * (size_t)f->height);
        } else if (status == SOURCE_END) {
            err_set(err, "%s: holds no picture", path);
        }
    }
    frame_unref(f);
    source_close(s);
    frame_pool_free(pool);
    return grey;
}

const uint8_t *media_picture_read(struct media_picture *m, const char *path, int *width,
                                  int *height, struct err *err)
{
    ssize_t size = read_whole(m, path, err);
    if (size < 0)
        return NULL;
    int kind = kind_of(m->file, (size_t)size);
    if (kind >= 0 && kinds[kind].codec == AV_CODEC_ID_MJPEG) {
        const uint8_t *plain = jpeg_grey(m->jpeg, m->file, (size_t)size, width, height);
        if (plain != NULL)
            return plain;
    }
    if (prepare(m, err) != 0)
        return NULL;
    AVCodecContext *c = kind >= 0 ? decoder(m, kind) : NULL;
    if (c == NULL)
        return read_source(m, path, width, height, err);
    if (!is_whole(m, (size_t)size, kind)) {
        err_set(err, "%s: the picture is cut off: expected its end, got the end of the file", path);
        return NULL;
    }
    media_log_hear();
    int rc = decode(m, c, (size_t)size);
    if (rc < 0) {
        const char *said = media_log_said();
        char why[AV_ERROR_MAX_STRING_SIZE] = "";
        av_strerror(rc, why, sizeof why);
        err_set(err, "%s: cannot be decoded: %s", path, said[0] != '\0' ? said : why);
        return NULL;
    }
    const uint8_t *grey = convert(m, width, height, err);
    if (grey == NULL)
        err_prefix(err, "%s", path);
    av_frame_unref(m->frame);
    return grey;
}
