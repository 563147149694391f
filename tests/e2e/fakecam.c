/*
 * fakecam: a camera for tests, as a library to preload: /dev/video0 where there is none.
 *
 * It stands between the program and the C library: syscall() for libv4l2, which makes all its calls
 * through it, open(), ioctl() and the like for everybody else. The descriptor of the device is a
 * timerfd, so that poll() is the kernel's own; the buffers lie in a memfd. What it cannot show is
 * how the kernel and a real driver behave.
 *
 *   FAKECAM_CONTROL  a file with one word, read again at every call that matters:
 *                    ok, absent, denied, busy, notcapture, nospace, stall, unplug, torn
 *   FAKECAM_FORMAT   yuyv (default), grey, mjpeg, or both: yuyv and mjpeg
 *   FAKECAM_SLOW     yuyv comes with 5 pictures a second, says the list of rates
 *   FAKECAM_RANGE    full: the device says that luma is 0..255
 *   FAKECAM_RAW      a file with one picture of 640x480 in that format; without it a moving
 * pattern: luma 16 + (x + 2 y + 5 sequence) % 220, Cb 98, Cr 168 FAKECAM_JPEG     the file that
 * mjpeg sends, 640x480 FAKECAM_NODE     the file that realpath() says /dev/video0 is: whoever holds
 * it is the camera's user
 *
 *   FAKECAM_DEVICES  how many there are, /dev/video0 and so on; 1 at most 4
 *
 * Each has the controls brightness (its luma grows with it), automatic exposure (a menu), exposure
 * (locked while that is on), gain and a switch for the backlight.
 *
 * 30 pictures a second at 640x480 or 320x240; one stream at a time; any thread, under one lock.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define DEVICE "/dev/video"
#define NAME_FOLDER "/sys/class/video4linux/video"
#define NAME "Fake Camera"
#define OTHER_NAME "Other Camera"
#define FDS 1024
#define BUFFERS 8
#define WIDTH 640
#define HEIGHT 480
#define SIZE_MAX_IMAGE (WIDTH * HEIGHT * 2)
#define ROOM ((SIZE_MAX_IMAGE + 4095) / 4096 * 4096)
#define PERIOD INT64_C(33333333)
#define SECOND INT64_C(1000000000)

struct slot {
    bool queued, done;
    uint32_t sequence, used;
    int64_t time;
    uint64_t order;
};

static struct {
    pthread_mutex_t lock;
    bool open[FDS];
    int device[FDS]; /* of those that are open */
    int streamer;    /* the descriptor that streams or has buffers; -1 = none */
    bool streaming;
    int width, height;
    uint32_t format;
    int memory; /* memfd of the buffers */
    uint8_t *image[BUFFERS];
    int buffers;
    struct slot slot[BUFFERS];
    int64_t start;     /* time of tick 0 */
    uint32_t ticks;    /* pictures taken so far */
    uint64_t ordering; /* of queueing */
    uint8_t *still;    /* FAKECAM_RAW or FAKECAM_JPEG */
    size_t still_size;
} cam = {.lock = PTHREAD_MUTEX_INITIALIZER, .streamer = -1, .memory = -1};

/* ---- the real calls ------------------------------------------------------------------------- */

typedef long (*syscall_fn)(long, ...);

static long real(long n, long a, long b, long c, long d, long e, long f)
{
    static syscall_fn next;
    syscall_fn fn = __atomic_load_n(&next, __ATOMIC_ACQUIRE);
    if (fn == NULL) {
        fn = (syscall_fn)dlsym(RTLD_NEXT, "syscall");
        __atomic_store_n(&next, fn, __ATOMIC_RELEASE);
    }
    return fn(n, a, b, c, d, e, f);
}

static int real_open(const char *path, int flags, int mode)
{
    return (int)real(SYS_openat, AT_FDCWD, (long)path, flags, mode, 0, 0);
}

static int real_close(int fd)
{
    return (int)real(SYS_close, fd, 0, 0, 0, 0, 0);
}

static long real_read(int fd, void *data, size_t size)
{
    return real(SYS_read, fd, (long)data, (long)size, 0, 0, 0);
}

static bool mode_is(const char *word)
{
    char text[32] = "";
    const char *path = getenv("FAKECAM_CONTROL");
    int fd = path != NULL ? real_open(path, O_RDONLY | O_CLOEXEC, 0) : -1;
    if (fd >= 0) {
        long n = real_read(fd, text, sizeof text - 1);
        text[n > 0 ? n : 0] = '\0';
        real_close(fd);
    }
    text[strcspn(text, " \n")] = '\0';
    return strcmp(text, word) == 0;
}

static int64_t now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * SECOND + ts.tv_nsec;
}

static int fail(int code)
{
    errno = code;
    return -1;
}

#include "tests/e2e/fakecam_control.h"

/* ---- pictures ------------------------------------------------------------------------------- */

/* The format that the camera offers as number i; 0 if it has no more. */
static uint32_t offered(uint32_t i)
{
    const char *f = getenv("FAKECAM_FORMAT");
    if (f != NULL && strcmp(f, "both") == 0)
        return i == 0 ? V4L2_PIX_FMT_YUYV : i == 1 ? V4L2_PIX_FMT_MJPEG : 0;
    if (i > 0)
        return 0;
    if (f != NULL && strcmp(f, "mjpeg") == 0)
        return V4L2_PIX_FMT_MJPEG;
    return f != NULL && strcmp(f, "grey") == 0 ? V4L2_PIX_FMT_GREY : V4L2_PIX_FMT_YUYV;
}

static bool is_offered(uint32_t format)
{
    return format != 0 && (format == offered(0) || format == offered(1));
}

static void load_still(void)
{
    const char *path = getenv(cam.format == V4L2_PIX_FMT_MJPEG ? "FAKECAM_JPEG" : "FAKECAM_RAW");
    int fd = path != NULL ? real_open(path, O_RDONLY | O_CLOEXEC, 0) : -1;
    free(cam.still);
    cam.still = NULL;
    cam.still_size = 0;
    if (fd < 0)
        return;
    cam.still = malloc(SIZE_MAX_IMAGE);
    long n;
    while (cam.still_size < SIZE_MAX_IMAGE &&
           (n = real_read(fd, cam.still + cam.still_size, SIZE_MAX_IMAGE - cam.still_size)) > 0)
        cam.still_size += (size_t)n;
    real_close(fd);
}

static uint32_t row_bytes(void)
{
    return cam.format == V4L2_PIX_FMT_MJPEG  ? 0
           : cam.format == V4L2_PIX_FMT_GREY ? (uint32_t)cam.width
                                             : 2 * (uint32_t)cam.width;
}

static uint32_t image_bytes(void)
{
    return cam.format == V4L2_PIX_FMT_MJPEG ? SIZE_MAX_IMAGE : row_bytes() * (uint32_t)cam.height;
}

/* Puts the picture of that sequence number into a buffer: how many bytes it has. */
static uint32_t take_picture(uint8_t *out, uint32_t sequence)
{
    if (cam.still_size > 0 && (cam.format == V4L2_PIX_FMT_MJPEG || cam.width == WIDTH)) {
        memcpy(out, cam.still, cam.still_size);
        return (uint32_t)cam.still_size;
    }
    bool grey = cam.format == V4L2_PIX_FMT_GREY;
    int brighter = brightness - 128;
    for (uint32_t y = 0; y < (uint32_t)cam.height; y++) {
        for (uint32_t x = 0; x < (uint32_t)cam.width; x++) {
            int luma = 16 + (int)((x + 2 * y + 5 * sequence) % 220) + brighter;
            *out++ = (uint8_t)(luma < 0 ? 0 : luma > 255 ? 255 : luma);
            if (!grey)
                *out++ = x % 2 == 0 ? 98 : 168;
        }
    }
    return image_bytes();
}

static struct slot *first_of(bool done)
{
    struct slot *first = NULL;
    for (int i = 0; i < cam.buffers; i++) {
        struct slot *s = &cam.slot[i];
        if ((done ? s->done : s->queued && !s->done) && (first == NULL || s->order < first->order))
            first = s;
    }
    return first;
}

/* Makes the descriptor readable now if a picture waits, else at the next tick. */
static void arm(void)
{
    int64_t at = first_of(true) != NULL ? 1 : cam.start + (int64_t)(cam.ticks + 1) * PERIOD;
    struct itimerspec t = {.it_value = {at / SECOND, at % SECOND}};
    if (!cam.streaming || (mode_is("stall") && first_of(true) == NULL))
        t = (struct itimerspec){0};
    timerfd_settime(cam.streamer, TFD_TIMER_ABSTIME, &t, NULL);
}

/* What the sensor did since the last call: each tick is a picture, lost where no buffer waits. */
static void advance(void)
{
    uint32_t due = (uint32_t)((now() - cam.start) / PERIOD);
    bool torn = mode_is("torn");
    if (!cam.streaming || mode_is("stall"))
        return;
    while (cam.ticks < due) {
        cam.ticks++;
        struct slot *s = first_of(false);
        if (s == NULL)
            continue;
        s->sequence = cam.ticks;
        s->time = cam.start + (int64_t)cam.ticks * PERIOD;
        s->used = take_picture(cam.image[s - cam.slot], cam.ticks);
        if (torn)
            s->used /= 2;
        s->done = true;
    }
}

/* ---- requests ------------------------------------------------------------------------------- */

static int query_cap(int fd, struct v4l2_capability *c)
{
    memset(c, 0, sizeof *c);
    strcpy((char *)c->driver, "fakecam");
    strcpy((char *)c->card, cam.device[fd] == 0 ? NAME : OTHER_NAME);
    strcpy((char *)c->bus_info, "usb-fake");
    c->version = 0x060100;
    c->device_caps = mode_is("notcapture") ? V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING
                                           : V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
    c->capabilities = c->device_caps | V4L2_CAP_DEVICE_CAPS | V4L2_CAP_VIDEO_CAPTURE;
    return 0;
}

static int enum_format(struct v4l2_fmtdesc *d)
{
    if (offered(d->index) == 0 || d->type != V4L2_BUF_TYPE_VIDEO_CAPTURE)
        return fail(EINVAL);
    d->pixelformat = offered(d->index);
    d->flags = d->pixelformat == V4L2_PIX_FMT_MJPEG ? V4L2_FMT_FLAG_COMPRESSED : 0;
    strcpy((char *)d->description, "fake");
    return 0;
}

static void fill_format(struct v4l2_pix_format *p)
{
    bool mjpeg = cam.format == V4L2_PIX_FMT_MJPEG;
    const char *range = getenv("FAKECAM_RANGE");
    *p = (struct v4l2_pix_format){
        .width = (uint32_t)cam.width,
        .height = (uint32_t)cam.height,
        .pixelformat = cam.format,
        .field = V4L2_FIELD_NONE,
        .bytesperline = row_bytes(),
        .sizeimage = image_bytes(),
        .colorspace = mjpeg ? V4L2_COLORSPACE_JPEG : V4L2_COLORSPACE_SRGB,
        .priv = V4L2_PIX_FMT_PRIV_MAGIC,
        .quantization = range != NULL && strcmp(range, "full") == 0 ? V4L2_QUANTIZATION_FULL_RANGE
                                                                    : V4L2_QUANTIZATION_DEFAULT,
    };
}

static int set_format(int fd, struct v4l2_format *f, bool keep)
{
    if (f->type != V4L2_BUF_TYPE_VIDEO_CAPTURE)
        return fail(EINVAL);
    if (keep && (mode_is("busy") || (cam.buffers > 0 && cam.streamer != fd)))
        return fail(EBUSY);
    bool small = f->fmt.pix.width <= WIDTH / 2;
    int width = cam.width, height = cam.height;
    uint32_t format = cam.format;
    cam.width = small ? WIDTH / 2 : WIDTH;
    cam.height = small ? HEIGHT / 2 : HEIGHT;
    cam.format = is_offered(f->fmt.pix.pixelformat) ? f->fmt.pix.pixelformat : offered(0);
    fill_format(&f->fmt.pix);
    if (!keep) {
        cam.width = width;
        cam.height = height;
        cam.format = format;
    }
    return 0;
}

static int enum_size(struct v4l2_frmsizeenum *s)
{
    if (s->index > 1 || !is_offered(s->pixel_format))
        return fail(EINVAL);
    s->type = V4L2_FRMSIZE_TYPE_DISCRETE;
    s->discrete.width = WIDTH >> s->index;
    s->discrete.height = HEIGHT >> s->index;
    return 0;
}

static int enum_interval(struct v4l2_frmivalenum *v)
{
    bool slow = getenv("FAKECAM_SLOW") != NULL && v->pixel_format == V4L2_PIX_FMT_YUYV;
    if (v->index > 0 || !is_offered(v->pixel_format))
        return fail(EINVAL);
    v->type = V4L2_FRMIVAL_TYPE_DISCRETE;
    v->discrete = (struct v4l2_fract){1, slow ? 5 : 30};
    return 0;
}

static int stream_parameters(struct v4l2_streamparm *p)
{
    p->parm.capture =
        (struct v4l2_captureparm){.capability = V4L2_CAP_TIMEPERFRAME, .timeperframe = {1, 30}};
    return 0;
}

static int stream_off(void)
{
    cam.streaming = false;
    for (int i = 0; i < BUFFERS; i++)
        cam.slot[i] = (struct slot){.queued = false};
    return 0;
}

static void drop_buffers(void)
{
    stream_off();
    for (int i = 0; i < cam.buffers; i++)
        munmap(cam.image[i], ROOM);
    if (cam.memory >= 0)
        real_close(cam.memory);
    cam.memory = -1;
    cam.buffers = 0;
    cam.streamer = -1;
}

static int request_buffers(int fd, struct v4l2_requestbuffers *r)
{
    if (r->memory != V4L2_MEMORY_MMAP || r->type != V4L2_BUF_TYPE_VIDEO_CAPTURE)
        return fail(EINVAL);
    if (mode_is("busy") || (cam.buffers > 0 && cam.streamer != fd))
        return fail(EBUSY);
    drop_buffers();
    if (r->count == 0)
        return 0;
    r->count = r->count > BUFFERS ? BUFFERS : r->count;
    cam.memory = memfd_create("fakecam", MFD_CLOEXEC);
    if (cam.memory < 0 || ftruncate(cam.memory, (off_t)(ROOM * r->count)) != 0)
        return -1;
    cam.streamer = fd;
    cam.buffers = (int)r->count;
    for (int i = 0; i < cam.buffers; i++)
        cam.image[i] = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_SHARED, cam.memory, i * ROOM);
    load_still();
    return 0;
}

static void describe(struct v4l2_buffer *b, uint32_t index)
{
    const struct slot *s = &cam.slot[index];
    b->index = index;
    b->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    b->memory = V4L2_MEMORY_MMAP;
    b->field = V4L2_FIELD_NONE;
    b->length = image_bytes();
    b->m.offset = index * ROOM;
    b->bytesused = s->used;
    b->sequence = s->sequence;
    b->timestamp.tv_sec = s->time / SECOND;
    b->timestamp.tv_usec = s->time % SECOND / 1000;
    b->flags = V4L2_BUF_FLAG_MAPPED | V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC |
               (s->queued && !s->done ? V4L2_BUF_FLAG_QUEUED : 0u) |
               (s->done ? V4L2_BUF_FLAG_DONE : 0u);
}

static int query_buffer(struct v4l2_buffer *b)
{
    if (b->index >= (uint32_t)cam.buffers)
        return fail(EINVAL);
    describe(b, b->index);
    return 0;
}

static int queue_buffer(struct v4l2_buffer *b)
{
    if (b->index >= (uint32_t)cam.buffers || cam.slot[b->index].queued)
        return fail(EINVAL);
    advance();
    cam.slot[b->index] = (struct slot){.queued = true, .order = ++cam.ordering};
    arm();
    return 0;
}

/* Where the device was: a pipe that nobody reads, on which poll() says POLLERR. */
static int unplug(int fd)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) == 0) {
        real_close(ends[0]);
        dup3(ends[1], fd, O_CLOEXEC);
        real_close(ends[1]);
    }
    cam.streaming = false;
    return fail(ENODEV);
}

static int dequeue_buffer(int fd, struct v4l2_buffer *b)
{
    if (mode_is("unplug"))
        return unplug(fd);
    if (!cam.streaming)
        return fail(EINVAL);
    advance();
    struct slot *s = first_of(true);
    if (s != NULL) {
        describe(b, (uint32_t)(s - cam.slot));
        *s = (struct slot){.queued = false};
    }
    arm();
    return s != NULL ? 0 : fail(EAGAIN);
}

static int stream_on(void)
{
    bool small = cam.width <= WIDTH / 2 || (cam.format == V4L2_PIX_FMT_MJPEG && offered(1) != 0);
    if (mode_is("nospace") && !small)
        return fail(ENOSPC);
    cam.start = now();
    cam.ticks = 0;
    cam.streaming = true;
    arm();
    return 0;
}

static int answer(int fd, unsigned long code, void *arg)
{
    if (mode_is("unplug"))
        return unplug(fd);
    switch (code) {
    case VIDIOC_QUERYCAP:
        return query_cap(fd, arg);
    case VIDIOC_ENUM_FMT:
        return enum_format(arg);
    case VIDIOC_G_FMT:
        fill_format(&((struct v4l2_format *)arg)->fmt.pix);
        return ((struct v4l2_format *)arg)->type == V4L2_BUF_TYPE_VIDEO_CAPTURE ? 0 : fail(EINVAL);
    case VIDIOC_TRY_FMT:
        return set_format(fd, arg, false);
    case VIDIOC_S_FMT:
        return set_format(fd, arg, true);
    case VIDIOC_ENUM_FRAMESIZES:
        return enum_size(arg);
    case VIDIOC_ENUM_FRAMEINTERVALS:
        return enum_interval(arg);
    case VIDIOC_G_PARM:
    case VIDIOC_S_PARM:
        return stream_parameters(arg);
    case VIDIOC_REQBUFS:
        return request_buffers(fd, arg);
    case VIDIOC_QUERYBUF:
        return query_buffer(arg);
    case VIDIOC_QBUF:
        return queue_buffer(arg);
    case VIDIOC_DQBUF:
        return dequeue_buffer(fd, arg);
    case VIDIOC_QUERYCTRL:
        return query_control(arg);
    case VIDIOC_QUERYMENU:
        return query_menu(arg);
    case VIDIOC_G_CTRL:
        return get_control(arg);
    case VIDIOC_S_CTRL:
        return set_control(arg);
    case VIDIOC_STREAMON:
        return stream_on();
    case VIDIOC_STREAMOFF:
        return stream_off();
    default:
        return fail(ENOTTY);
    }
}

/* ---- what the program calls ------------------------------------------------------------------ */

static bool is_ours(int fd)
{
    return fd >= 0 && fd < FDS && __atomic_load_n(&cam.open[fd], __ATOMIC_ACQUIRE);
}

static int devices(void)
{
    const char *text = getenv("FAKECAM_DEVICES");
    int n = text != NULL ? atoi(text) : 1;
    return n < 1 ? 1 : n > 4 ? 4 : n;
}

/* The number behind the prefix and before the suffix, if there is such a camera; else -1. */
static int number_in(const char *path, const char *prefix, const char *suffix)
{
    size_t n = strlen(prefix);
    if (strncmp(path, prefix, n) != 0 || path[n] < '0' || path[n] >= '0' + devices() ||
        strcmp(path + n + 1, suffix) != 0)
        return -1;
    return path[n] - '0';
}

static bool is_device(const char *path)
{
    return number_in(path, DEVICE, "") >= 0;
}

static int open_name(int device)
{
    const char *name = device == 0 ? NAME "\n" : OTHER_NAME "\n";
    int fd = memfd_create("name", MFD_CLOEXEC);
    if (fd >= 0 && write(fd, name, strlen(name)) > 0)
        lseek(fd, 0, SEEK_SET);
    return fd;
}

static int open_device(int device, int flags)
{
    if (mode_is("absent") || mode_is("unplug"))
        return fail(ENOENT);
    if (mode_is("denied"))
        return fail(EACCES);
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | (flags & O_NONBLOCK ? TFD_NONBLOCK : 0));
    if (fd < 0 || fd >= FDS)
        return fail(EMFILE);
    pthread_mutex_lock(&cam.lock);
    if (cam.buffers == 0) {
        cam.width = WIDTH;
        cam.height = HEIGHT;
        cam.format = offered(0);
    }
    cam.device[fd] = device;
    pthread_mutex_unlock(&cam.lock);
    __atomic_store_n(&cam.open[fd], true, __ATOMIC_RELEASE);
    return fd;
}

static int open_any(int dir, const char *path, int flags, int mode)
{
    int device = number_in(path, DEVICE, ""), named = number_in(path, NAME_FOLDER, "/name");
    if (device >= 0)
        return open_device(device, flags);
    if (named >= 0)
        return mode_is("absent") || mode_is("unplug") ? fail(ENOENT) : open_name(named);
    return (int)real(SYS_openat, dir, (long)path, flags, mode, 0, 0);
}

static int close_any(int fd)
{
    if (is_ours(fd)) {
        pthread_mutex_lock(&cam.lock);
        cam.open[fd] = false;
        if (cam.streamer == fd)
            drop_buffers();
        pthread_mutex_unlock(&cam.lock);
    }
    return real_close(fd);
}

static int ioctl_any(int fd, unsigned long code, void *arg)
{
    if (!is_ours(fd))
        return (int)real(SYS_ioctl, fd, (long)code, (long)arg, 0, 0, 0);
    pthread_mutex_lock(&cam.lock);
    int rc = answer(fd, code & 0xffffffff, arg);
    int code_of_error = errno;
    pthread_mutex_unlock(&cam.lock);
    errno = code_of_error;
    return rc;
}

static void *mmap_any(void *at, size_t size, int prot, int flags, int fd, off_t offset)
{
    if (is_ours(fd))
        fd = cam.memory;
    return (void *)real(SYS_mmap, (long)at, (long)size, prot, flags, fd, offset);
}

#define PUBLIC __attribute__((visibility("default")))

PUBLIC long syscall(long n, ...)
{
    va_list ap;
    long a[6];
    va_start(ap, n);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(ap, long);
    va_end(ap);
    switch (n) {
    case SYS_openat:
        return open_any((int)a[0], (const char *)a[1], (int)a[2], (int)a[3]);
    case SYS_close:
        return close_any((int)a[0]);
    case SYS_ioctl:
        return ioctl_any((int)a[0], (unsigned long)a[1], (void *)a[2]);
    case SYS_mmap:
        return (long)mmap_any((void *)a[0], (size_t)a[1], (int)a[2], (int)a[3], (int)a[4], a[5]);
    default:
        return real(n, a[0], a[1], a[2], a[3], a[4], a[5]);
    }
}

static int mode_of(int flags, va_list ap)
{
    return flags & (O_CREAT | __O_TMPFILE) ? va_arg(ap, int) : 0;
}

PUBLIC int open(const char *path, int flags, ...)
{
    va_list ap;
    va_start(ap, flags);
    int mode = mode_of(flags, ap);
    va_end(ap);
    return open_any(AT_FDCWD, path, flags, mode);
}

PUBLIC int open64(const char *path, int flags, ...) __attribute__((alias("open")));

PUBLIC int openat(int dir, const char *path, int flags, ...)
{
    va_list ap;
    va_start(ap, flags);
    int mode = mode_of(flags, ap);
    va_end(ap);
    return open_any(dir, path, flags, mode);
}

PUBLIC int openat64(int dir, const char *path, int flags, ...) __attribute__((alias("openat")));

PUBLIC int close(int fd)
{
    return close_any(fd);
}

PUBLIC int ioctl(int fd, unsigned long code, ...)
{
    va_list ap;
    va_start(ap, code);
    void *arg = va_arg(ap, void *);
    va_end(ap);
    return ioctl_any(fd, code, arg);
}

PUBLIC char *realpath(const char *path, char *resolved)
{
    const char *node = getenv("FAKECAM_NODE");
    char *full = canonicalize_file_name(is_device(path) && node != NULL ? node : path);
    if (full == NULL || resolved == NULL)
        return full;
    snprintf(resolved, PATH_MAX, "%s", full);
    free(full);
    return resolved;
}
