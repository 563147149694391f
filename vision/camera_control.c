/* camera_control: see camera_control.h. */
#include "vision/camera_control.h"

#include <errno.h>
#include <linux/videodev2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

enum { ASKED_MAX = 256 }; /* a driver that never ends its list is broken */

/* ioctl again after a signal. */
static int request(int fd, unsigned long code, void *arg)
{
    int rc;
    do {
        rc = ioctl(fd, code, arg);
    } while (rc < 0 && errno == EINTR);
    return rc;
}

/* ---- controls -------------------------------------------------------------------------------- */

static void word_of(int fd, const struct v4l2_queryctrl *q, struct source_control *c)
{
    if (q->type == V4L2_CTRL_TYPE_BOOLEAN)
        snprintf(c->word, sizeof c->word, "%s", c->value ? "on" : "off");
    if (q->type != V4L2_CTRL_TYPE_MENU)
        return;
    struct v4l2_querymenu m = {.id = q->id, .index = (uint32_t)c->value};
    if (request(fd, VIDIOC_QUERYMENU, &m) == 0)
        snprintf(c->word, sizeof c->word, "%.31s", (const char *)m.name);
}

/* Whether it is one that a user can set; then fills c. */
static bool take(int fd, const struct v4l2_queryctrl *q, struct source_control *c)
{
    bool known = q->type == V4L2_CTRL_TYPE_INTEGER || q->type == V4L2_CTRL_TYPE_BOOLEAN ||
                 q->type == V4L2_CTRL_TYPE_MENU;
    struct v4l2_control now = {.id = q->id};
    if (!known || (q->flags & (V4L2_CTRL_FLAG_DISABLED | V4L2_CTRL_FLAG_READ_ONLY)) ||
        q->minimum > q->maximum || request(fd, VIDIOC_G_CTRL, &now) != 0)
        return false;
    *c = (struct source_control){.id = q->id,
                                 .min = q->minimum,
                                 .max = q->maximum,
                                 .step = q->step > 0 ? q->step : 1,
                                 .def = q->default_value,
                                 .value = now.value,
                                 .locked =
                                     q->flags & (V4L2_CTRL_FLAG_INACTIVE | V4L2_CTRL_FLAG_GRABBED)};
    snprintf(c->name, sizeof c->name, "%.31s", (const char *)q->name);
    word_of(fd, q, c);
    return true;
}

int camera_controls(int fd, struct source_control *out, int max)
{
    struct v4l2_queryctrl q = {.id = V4L2_CTRL_FLAG_NEXT_CTRL};
    int n = 0;
    for (int i = 0; i < ASKED_MAX && n < max && request(fd, VIDIOC_QUERYCTRL, &q) == 0; i++) {
        n += take(fd, &q, &out[n]);
        q.id |= V4L2_CTRL_FLAG_NEXT_CTRL;
    }
    return n;
}

int camera_control_set(int fd, uint32_t id, int value, struct err *err)
{
    struct v4l2_queryctrl q = {.id = id};
    if (request(fd, VIDIOC_QUERYCTRL, &q) != 0)
        return err_errno(err, "control %#x", id);
    value = value < q.minimum ? q.minimum : value > q.maximum ? q.maximum : value;
    struct v4l2_control c = {.id = id, .value = value};
    if (request(fd, VIDIOC_S_CTRL, &c) != 0)
        return err_errno(err, "%.31s", (const char *)q.name);
    return 0;
}

/* ---- modes ----------------------------------------------------------------------------------- */

static double best_rate(int fd, uint32_t format, uint32_t width, uint32_t height)
{
    struct v4l2_frmivalenum v = {.pixel_format = format, .width = width, .height = height};
    double best = 0;
    for (; v.index < ASKED_MAX && request(fd, VIDIOC_ENUM_FRAMEINTERVALS, &v) == 0; v.index++) {
        const struct v4l2_fract *f =
            v.type == V4L2_FRMIVAL_TYPE_DISCRETE ? &v.discrete : &v.stepwise.min;
        if (f->numerator > 0 && (double)f->denominator / f->numerator > best)
            best = (double)f->denominator / f->numerator;
        if (v.type != V4L2_FRMIVAL_TYPE_DISCRETE)
            break;
    }
    return best;
}

static int by_size(const void *left, const void *right)
{
    const struct source_mode *a = left, *b = right;
    long more = (long)b->width * b->height - (long)a->width * a->height;
    return more != 0 ? (more > 0 ? 1 : -1) : strcmp(a->format, b->format);
}

static bool add_mode(int fd, uint32_t format, uint32_t width, uint32_t height,
                     struct source_mode *out)
{
    if (width < 1 || height < 1 || width > 16384 || height > 16384)
        return false;
    *out = (struct source_mode){.width = (int)width, .height = (int)height};
    for (int i = 0; i < 4; i++)
        out->format[i] = (char)(format >> (8 * i));
    out->fps = best_rate(fd, format, width, height);
    return true;
}

static int sizes_of(int fd, uint32_t format, struct source_mode *out, int max)
{
    /* Of cameras that scale to any size, these are asked for. */
    static const uint32_t common[][2] = {{1920, 1080}, {1280, 720}, {640, 480}, {320, 240}};
    struct v4l2_frmsizeenum s = {.pixel_format = format};
    int n = 0;
    for (; s.index < ASKED_MAX && n < max && request(fd, VIDIOC_ENUM_FRAMESIZES, &s) == 0;
         s.index++) {
        if (s.type == V4L2_FRMSIZE_TYPE_DISCRETE) {
            n += add_mode(fd, format, s.discrete.width, s.discrete.height, &out[n]);
            continue;
        }
        for (size_t i = 0; i < sizeof common / sizeof common[0] && n < max; i++) {
            if (common[i][0] <= s.stepwise.max_width && common[i][1] <= s.stepwise.max_height &&
                common[i][0] >= s.stepwise.min_width && common[i][1] >= s.stepwise.min_height)
                n += add_mode(fd, format, common[i][0], common[i][1], &out[n]);
        }
        break;
    }
    return n;
}

int camera_modes(int fd, struct source_mode *out, int max)
{
    struct v4l2_fmtdesc d = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
    int n = 0;
    for (; d.index < ASKED_MAX && n < max && request(fd, VIDIOC_ENUM_FMT, &d) == 0; d.index++) {
        if (d.pixelformat == V4L2_PIX_FMT_YUYV || d.pixelformat == V4L2_PIX_FMT_MJPEG ||
            d.pixelformat == V4L2_PIX_FMT_GREY)
            n += sizes_of(fd, d.pixelformat, out + n, max - n);
    }
    qsort(out, (size_t)n, sizeof *out, by_size);
    return n;
}
