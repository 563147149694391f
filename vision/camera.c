/*
 * camera: /dev/videoN as a source, through libv4l2 (which decodes MJPEG and the like).
 *
 * Streams into four mapped buffers; next() drains to the newest one, copies it into a pool frame
 * and gives the buffer back at once, so that V4L2's buffers never leave this file. After any loss
 * everything is torn down: a camera that comes back is a new one. Capture thread.
 */
#include "vision/camera.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libv4l2.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "vision/camera_control.h"
#include "vision/camera_jpeg.h"
#include "vision/camera_pixels.h"
#include "vision/source_kinds.h"

#define BUFFERS 4
#define WAIT_MS 100
#define SILENCE_S 5 /* a camera that streams and gives nothing for so long is lost */
#define DEFAULT_WIDTH 640
#define DEFAULT_HEIGHT 480
#define SLOW_FPS 20  /* what YUYV must give, or JPEG is asked for where that gives more */
#define SMALLEST 160 /* the width below which a smaller picture is not worth asking for */

struct camera {
    char path[OPTS_TEXT_MAX];
    char wanted[32]; /* format asked for, "" = the best */
    int fd;
    enum camera_pixels kind;
    bool compressed;          /* JPEG is wanted though there is YUYV */
    struct camera_jpeg *jpeg; /* decodes it then */
    int width, height, stride;
    bool full; /* luma is 0..255 */
    bool streaming;
    int buffers;
    struct {
        void *start;
        size_t length;
    } buffer[BUFFERS];
    int64_t first, last; /* times of the first and the newest picture, or of the start */
};

/* ---- opening --------------------------------------------------------------------------------- */

static bool is_number(const char *s)
{
    size_t n = strspn(s, "0123456789");
    return n > 0 && n <= 3 && s[n] == '\0';
}

static bool camera_match(const char *uri)
{
    return strncmp(uri, "/dev/video", 10) == 0 || strncmp(uri, "/dev/v4l/", 9) == 0 ||
           is_number(uri);
}

/* ioctl again after a signal. */
static int request(const struct camera *c, unsigned long code, void *arg)
{
    int rc;
    do {
        rc = v4l2_ioctl(c->fd, code, arg);
    } while (rc < 0 && errno == EINTR);
    return rc;
}

static bool has_native(const struct camera *c, uint32_t format)
{
    struct v4l2_fmtdesc d = {.index = 0, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
    for (; request(c, VIDIOC_ENUM_FMT, &d) == 0; d.index++) {
        if (d.pixelformat == format && !(d.flags & V4L2_FMT_FLAG_EMULATED))
            return true;
    }
    return false;
}

/* The most pictures a second in that format and size; 0 = not offered, -1 = the driver cannot say.
 */
static double rate_of(const struct camera *c, uint32_t format, int width, int height)
{
    struct v4l2_frmivalenum v = {
        .pixel_format = format, .width = (uint32_t)width, .height = (uint32_t)height};
    double best = 0;
    for (; request(c, VIDIOC_ENUM_FRAMEINTERVALS, &v) == 0; v.index++) {
        const struct v4l2_fract *f =
            v.type == V4L2_FRMIVAL_TYPE_DISCRETE ? &v.discrete : &v.stepwise.min;
        if (f->numerator > 0 && (double)f->denominator / f->numerator > best)
            best = (double)f->denominator / f->numerator;
        if (v.type != V4L2_FRMIVAL_TYPE_DISCRETE)
            return best;
    }
    return v.index == 0 && errno != EINVAL ? -1 : best;
}

/* Whether JPEG moves and YUYV does not: at large sizes USB 2 carries only some YUYV a second. */
static bool is_slow(const struct camera *c, int width, int height)
{
    double plain = rate_of(c, V4L2_PIX_FMT_YUYV, width, height);
    return plain >= 0 && plain < SLOW_FPS && rate_of(c, V4L2_PIX_FMT_MJPEG, width, height) > plain;
}

/* Luma straight from the sensor if it can be had, else what libv4l2 makes of MJPEG or Bayer. */
static uint32_t choose_format(struct camera *c, int width, int height)
{
    bool yuyv = has_native(c, V4L2_PIX_FMT_YUYV), jpeg = has_native(c, V4L2_PIX_FMT_MJPEG);
    bool want_yuyv = strcasecmp(c->wanted, "YUYV") == 0;
    bool want_jpeg = strcasecmp(c->wanted, "MJPG") == 0;
    bool want_grey = strcasecmp(c->wanted, "GREY") == 0;
    c->compressed = yuyv && jpeg && !want_grey &&
                    (c->compressed || want_jpeg || (!want_yuyv && is_slow(c, width, height)));
    c->kind = yuyv && !c->compressed && !want_grey                       ? CAMERA_YUYV
              : has_native(c, V4L2_PIX_FMT_GREY) && (!yuyv || want_grey) ? CAMERA_GREY
                                                                         : CAMERA_YUV420;
    return c->compressed            ? V4L2_PIX_FMT_MJPEG
           : c->kind == CAMERA_YUYV ? V4L2_PIX_FMT_YUYV
           : c->kind == CAMERA_GREY ? V4L2_PIX_FMT_GREY
                                    : V4L2_PIX_FMT_YUV420;
}

static int set_format(struct camera *c, int width, int height, struct err *err)
{
    struct v4l2_format f = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
    uint32_t wanted = choose_format(c, width, height);
    f.fmt.pix.width = (uint32_t)width;
    f.fmt.pix.height = (uint32_t)height;
    f.fmt.pix.pixelformat = wanted;
    f.fmt.pix.field = V4L2_FIELD_ANY;
    if (request(c, VIDIOC_S_FMT, &f) != 0)
        return camera_error(err, c->path, errno);
    const struct v4l2_pix_format *pix = &f.fmt.pix;
    if (pix->pixelformat != wanted)
        return err_set(err, "%s: offers neither YUYV, grey nor anything that libv4l2 can convert",
                       c->path);
    if (pix->width < 1 || pix->height < 1 || pix->width > 16384 || pix->height > 16384)
        return err_set(err, "%s: offers pictures of %ux%u", c->path, pix->width, pix->height);
    int row = c->kind == CAMERA_YUYV ? 2 * (int)pix->width : (int)pix->width;
    c->width = (int)pix->width;
    c->height = (int)pix->height;
    c->stride = (int)pix->bytesperline > row && !c->compressed ? (int)pix->bytesperline : row;
    if (c->compressed && (c->jpeg = camera_jpeg_new(c->fd, c->width, c->height)) == NULL)
        return err_set(err, "%s: nothing decodes its JPEGs", c->path);
    /* Decoded JPEG spans 0..255, and so do sensors that deliver plain grey. */
    bool jpeg = c->kind == CAMERA_YUV420 &&
                (has_native(c, V4L2_PIX_FMT_MJPEG) || has_native(c, V4L2_PIX_FMT_JPEG));
    c->full =
        jpeg || c->kind == CAMERA_GREY || pix->quantization == V4L2_QUANTIZATION_FULL_RANGE ||
        (pix->quantization == V4L2_QUANTIZATION_DEFAULT && pix->colorspace == V4L2_COLORSPACE_JPEG);
    return 0;
}

/* Asks for a frame rate; a camera that has no such control keeps its own. */
static void set_rate(const struct camera *c, double fps)
{
    struct v4l2_streamparm p = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
    if (fps <= 0)
        return;
    p.parm.capture.timeperframe.numerator = 1000;
    p.parm.capture.timeperframe.denominator = (uint32_t)(fps * 1000);
    request(c, VIDIOC_S_PARM, &p);
}

static int map_buffers(struct camera *c, struct err *err)
{
    struct v4l2_requestbuffers r = {
        .count = BUFFERS, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
    if (request(c, VIDIOC_REQBUFS, &r) != 0)
        return camera_error(err, c->path, errno);
    int count = r.count < BUFFERS ? (int)r.count : BUFFERS;
    for (int i = 0; i < count; i++) {
        struct v4l2_buffer b = {.index = (uint32_t)i, .type = r.type, .memory = r.memory};
        if (request(c, VIDIOC_QUERYBUF, &b) != 0)
            return camera_error(err, c->path, errno);
        void *p = v4l2_mmap(NULL, b.length, PROT_READ | PROT_WRITE, MAP_SHARED, c->fd, b.m.offset);
        if (p == MAP_FAILED)
            return err_errno(err, "%s: cannot map its buffers", c->path);
        c->buffer[c->buffers].start = p;
        c->buffer[c->buffers++].length = b.length;
    }
    if (c->buffers < 2)
        return err_set(err, "%s: gave %d buffers, 2 are needed", c->path, c->buffers);
    return 0;
}

static int queue(const struct camera *c, int index)
{
    struct v4l2_buffer b = {
        .index = (uint32_t)index, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
    return request(c, VIDIOC_QBUF, &b);
}

static int start(struct camera *c)
{
    for (int i = 0; i < c->buffers; i++) {
        if (queue(c, i) != 0)
            return -1;
    }
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    c->streaming = request(c, VIDIOC_STREAMON, &type) == 0;
    return c->streaming ? 0 : -1;
}

static void unmap_buffers(struct camera *c)
{
    for (int i = 0; i < c->buffers; i++)
        v4l2_munmap(c->buffer[i].start, c->buffer[i].length);
    c->buffers = 0;
}

static void close_device(struct camera *c)
{
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    if (c->fd < 0)
        return;
    if (c->streaming)
        request(c, VIDIOC_STREAMOFF, &type); /* fails on an unplugged one, and that is fine */
    c->streaming = false;
    unmap_buffers(c);
    camera_jpeg_free(c->jpeg);
    c->jpeg = NULL;
    v4l2_close(c->fd);
    c->fd = -1;
}

static int open_device(struct camera *c, char *name, size_t size, struct err *err)
{
    c->fd = v4l2_open(c->path, O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);
    if (c->fd < 0)
        return camera_error(err, c->path, errno);
    struct v4l2_capability cap;
    if (request(c, VIDIOC_QUERYCAP, &cap) != 0)
        return camera_error(err, c->path, errno);
    unsigned caps = cap.capabilities & V4L2_CAP_DEVICE_CAPS ? cap.device_caps : cap.capabilities;
    if (!(caps & V4L2_CAP_VIDEO_CAPTURE))
        return camera_error(err, c->path, ENOTTY);
    if (!(caps & V4L2_CAP_STREAMING))
        return err_set(err, "%s: cannot stream", c->path);
    snprintf(name, size, "%.32s", (const char *)cap.card);
    return 0;
}

/*
 * Opens and starts the device; where the USB bus has no room (ENOSPC), again as JPEG, then at half
 * the size. A new format after a failed STREAMON wants a fresh descriptor.
 */
static int open_and_start(struct camera *c, const struct source_opts *o, char *name, size_t size,
                          struct err *err)
{
    int width = o->width > 0 ? o->width : DEFAULT_WIDTH;
    int height = o->height > 0 ? o->height : DEFAULT_HEIGHT;
    for (;;) {
        if (open_device(c, name, size, err) != 0 || set_format(c, width, height, err) != 0)
            return -1;
        set_rate(c, o->fps);
        if (map_buffers(c, err) != 0)
            return -1;
        if (start(c) == 0)
            return 0;
        int code = errno;
        bool other = c->kind == CAMERA_YUYV && has_native(c, V4L2_PIX_FMT_MJPEG);
        if (code != ENOSPC || (!other && width / 2 < SMALLEST))
            return camera_error(err, c->path, code);
        log_write(LOG_WARN, "%s: no room on the bus for %dx%d, trying %s", c->path, width, height,
                  other ? "JPEG" : "half");
        close_device(c);
        c->compressed = true;
        width = other ? width : width / 2;
        height = other ? height : height / 2;
    }
}

static int camera_open(struct source *s, struct err *err)
{
    struct camera *c = s->priv = mem_zalloc(1, sizeof *c);
    c->fd = -1;
    snprintf(c->wanted, sizeof c->wanted, "%s", s->opts.format);
    if (is_number(s->opts.uri))
        snprintf(c->path, sizeof c->path, "/dev/video%.3s", s->opts.uri);
    else
        snprintf(c->path, sizeof c->path, "%s", s->opts.uri);
    if (v4l2_log_file == NULL)
        v4l2_log_file = fopen("/dev/null", "we"); /* it would write over the screen */
    char name[64] = "";
    if (open_and_start(c, &s->opts, name, sizeof name, err) != 0)
        return -1;
    c->last = clock_now();
    snprintf(s->label, sizeof s->label, "%s (%.150s)", name, c->path);
    return 0;
}

/* ---- streaming ------------------------------------------------------------------------------- */

/* Takes a filled buffer if there is one: its index, or -1 with errno. */
static int dequeue(const struct camera *c, struct v4l2_buffer *b)
{
    *b = (struct v4l2_buffer){.type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
    if (request(c, VIDIOC_DQBUF, b) != 0)
        return -1;
    if (b->index < (uint32_t)c->buffers)
        return (int)b->index;
    errno = EIO;
    return -1;
}

/* The newest filled buffer; older ones go back unread. -1 with errno EAGAIN if none is filled. */
static int newest(const struct camera *c, struct v4l2_buffer *b)
{
    int index = dequeue(c, b);
    while (index >= 0) {
        struct pollfd p = {.fd = c->fd, .events = POLLIN};
        struct v4l2_buffer next;
        if (poll(&p, 1, 0) <= 0 || !(p.revents & POLLIN))
            break;
        int newer = dequeue(c, &next);
        if (newer < 0)
            break;
        queue(c, index);
        index = newer;
        *b = next;
    }
    return index;
}

static int64_t time_of(const struct v4l2_buffer *b)
{
    if ((b->flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) != V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC)
        return clock_now();
    return (int64_t)b->timestamp.tv_sec * CLOCK_S + (int64_t)b->timestamp.tv_usec * 1000;
}

/* The picture that the buffer holds; NULL if it is torn: the next one comes in a moment. */
static const uint8_t *picture_in(const struct camera *c, const struct v4l2_buffer *b)
{
    uint8_t *data = c->buffer[b->index].start;
    size_t room = c->buffer[b->index].length,
           need = camera_pixels_size(c->kind, c->stride, c->height);
    if ((b->flags & V4L2_BUF_FLAG_ERROR) || b->bytesused > room)
        return NULL;
    if (c->jpeg != NULL)
        return camera_jpeg_decode(c->jpeg, data, b->bytesused);
    return b->bytesused >= need ? data : NULL;
}

/* NULL if all frames are out: then this picture is dropped. */
static struct frame *copy_picture(struct source *s, struct camera *c, const struct v4l2_buffer *b,
                                  const uint8_t *picture)
{
    struct frame *f = frame_new(s->pool, c->width, c->height, c->kind != CAMERA_GREY);
    if (f == NULL)
        return NULL;
    camera_pixels_copy(c->kind, picture, c->stride, c->full, f);
    f->time = time_of(b);
    c->first = c->first != 0 ? c->first : f->time;
    f->pts = (double)(f->time - c->first) / (double)CLOCK_S;
    f->seq = (uint64_t)b->sequence + 1;
    return f;
}

static enum source_status lost(const struct camera *c, const char *why, struct err *err)
{
    err_set(err, "%s: %s", c->path, why);
    return SOURCE_LOST;
}

/* No picture came, or none that is whole; how long the camera has been good for nothing decides. */
static enum source_status nothing(const struct camera *c, struct err *err)
{
    if (clock_now() - c->last <= SILENCE_S * CLOCK_S)
        return SOURCE_AGAIN;
    return lost(c, "no picture for 5 s", err);
}

static enum source_status camera_next(struct source *s, struct frame **out, struct err *err)
{
    struct camera *c = s->priv;
    struct pollfd p = {.fd = c->fd, .events = POLLIN};
    int n = poll(&p, 1, WAIT_MS);
    if (n > 0 && (p.revents & (POLLERR | POLLHUP | POLLNVAL)))
        return lost(c, "the camera went away", err);
    if (n <= 0)
        return nothing(c, err);
    struct v4l2_buffer b;
    int index = newest(c, &b);
    if (index < 0) {
        if (errno == ENODEV || errno == EIO || errno == ENXIO)
            return lost(c, "the camera went away", err);
        return nothing(c, err);
    }
    const uint8_t *picture = picture_in(c, &b);
    *out = picture != NULL ? copy_picture(s, c, &b, picture) : NULL;
    queue(c, index);
    if (picture == NULL)
        return nothing(c, err);
    c->last = clock_now();
    return *out != NULL ? SOURCE_FRAME : SOURCE_AGAIN;
}

static void camera_close(struct source *s)
{
    if (s->priv != NULL)
        close_device(s->priv);
    free(s->priv);
}

/* The format in use, as modes name it. */
static const char *format_name(const struct camera *c)
{
    return c->kind == CAMERA_GREY ? "GREY" : c->kind == CAMERA_YUYV ? "YUYV" : "MJPG";
}

static void camera_about(struct source *s, struct source_about *about)
{
    const struct camera *c = s->priv;
    about->controls = camera_controls(c->fd, about->control, SOURCE_CONTROLS_MAX);
    about->modes = camera_modes(c->fd, about->mode, SOURCE_MODES_MAX);
    about->current = -1;
    for (int i = 0; i < about->modes; i++) {
        const struct source_mode *m = &about->mode[i];
        if (m->width == c->width && m->height == c->height &&
            strcmp(m->format, format_name(c)) == 0)
            about->current = i;
    }
}

static int camera_control(struct source *s, uint32_t id, int value, struct err *err)
{
    const struct camera *c = s->priv;
    if (camera_control_set(c->fd, id, value, err) == 0)
        return 0;
    return err_prefix(err, "%s", c->path);
}

const struct source_ops source_camera = {
    .name = "camera",
    .match = camera_match,
    .open = camera_open,
    .next = camera_next,
    .close = camera_close,
    .about = camera_about,
    .control = camera_control,
    .live = true,
};
