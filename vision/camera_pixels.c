/* camera_pixels: see camera_pixels.h. Tables in fixed point, 8 bits after the point; capture
 * thread. */
#include "vision/camera_pixels.h"

#include <string.h>

#include "vision/luma.h"

size_t camera_pixels_size(enum camera_pixels kind, int stride, int height)
{
    size_t n = (size_t)stride * (size_t)height;
    return kind == CAMERA_YUV420 ? n + 2 * ((size_t)((stride + 1) / 2) * (size_t)((height + 1) / 2))
                                 : n;
}

/* ITU-R BT.601: what chroma adds to luma that is 0..255 already, and sums brought back into it. */
#define BELOW 320 /* a sum is at least -259 */
#define SUMS 960  /* and at most 255 + 259 */

struct colours {
    int16_t red[256], green_cb[256], green_cr[256], blue[256];
    uint8_t clamped[SUMS];
};

static void make_colours(struct colours *c, bool full)
{
    for (int i = 0; i < 256; i++) {
        int v = full ? i - 128 : (i - 128) * 291 / 256; /* chroma spans 224 steps: 255 / 224 */
        c->red[i] = (int16_t)((359 * v + 128) >> 8);
        c->green_cb[i] = (int16_t)(-((88 * v + 64) >> 8));
        c->green_cr[i] = (int16_t)(-((183 * v + 64) >> 8));
        c->blue[i] = (int16_t)((454 * v + 128) >> 8);
    }
    for (int i = 0; i < SUMS; i++)
        c->clamped[i] = (uint8_t)(i < BELOW ? 0 : i > BELOW + 255 ? 255 : i - BELOW);
}

/* A row of colours; Cb and Cr of pixel x stand at chroma step * (x / 2). */
static void put_row(const struct colours *c, const uint8_t *grey, const uint8_t *cb,
                    const uint8_t *cr, int step, int width, uint8_t *rgb)
{
    for (int x = 0; x < width; x += 2, cb += step, cr += step) {
        const uint8_t *red = c->clamped + BELOW + c->red[*cr];
        const uint8_t *green = c->clamped + BELOW + c->green_cb[*cb] + c->green_cr[*cr];
        const uint8_t *blue = c->clamped + BELOW + c->blue[*cb];
        for (int k = x; k < x + 2 && k < width; k++) {
            *rgb++ = red[grey[k]];
            *rgb++ = green[grey[k]];
            *rgb++ = blue[grey[k]];
        }
    }
}

static void luma_of_yuyv(const uint8_t *restrict row, int width, bool full, uint8_t *restrict grey)
{
    if (full) {
        for (int x = 0; x < width; x++)
            grey[x] = row[2 * x];
    } else {
        for (int x = 0; x < width; x++)
            grey[x] = luma_full(row[2 * x]);
    }
}

static void copy_yuyv(const uint8_t *data, int stride, bool full, struct frame *f)
{
    struct colours c;
    make_colours(&c, full);
    for (int y = 0; y < f->height; y++) {
        const uint8_t *row = data + (size_t)y * (size_t)stride; /* Y0 Cb Y1 Cr */
        size_t at = (size_t)y * (size_t)f->width;
        luma_of_yuyv(row, f->width, full, f->grey + at);
        if (f->rgb != NULL)
            put_row(&c, f->grey + at, row + 1, row + 3, 4, f->width, f->rgb + 3 * at);
    }
}

static void luma_of_plane(const uint8_t *restrict row, int width, bool full, uint8_t *restrict grey)
{
    if (full) {
        memcpy(grey, row, (size_t)width);
    } else {
        for (int x = 0; x < width; x++)
            grey[x] = luma_full(row[x]);
    }
}

static void copy_yuv420(const uint8_t *data, int stride, bool full, struct frame *f)
{
    struct colours c;
    size_t half = (size_t)(stride + 1) / 2;
    const uint8_t *cb = data + (size_t)stride * (size_t)f->height;
    const uint8_t *cr = cb + half * (size_t)((f->height + 1) / 2);
    make_colours(&c, full);
    for (int y = 0; y < f->height; y++) {
        size_t at = (size_t)y * (size_t)f->width, chroma = (size_t)(y / 2) * half;
        luma_of_plane(data + (size_t)y * (size_t)stride, f->width, full, f->grey + at);
        if (f->rgb != NULL)
            put_row(&c, f->grey + at, cb + chroma, cr + chroma, 1, f->width, f->rgb + 3 * at);
    }
}

static void copy_grey(const uint8_t *data, int stride, struct frame *f)
{
    for (int y = 0; y < f->height; y++)
        memcpy(f->grey + (size_t)y * (size_t)f->width, data + (size_t)y * (size_t)stride,
               (size_t)f->width);
}

void camera_pixels_copy(enum camera_pixels kind, const uint8_t *data, int stride, bool full,
                        struct frame *f)
{
    if (kind == CAMERA_YUYV)
        copy_yuyv(data, stride, full, f);
    else if (kind == CAMERA_YUV420)
        copy_yuv420(data, stride, full, f);
    else
        copy_grey(data, stride, f);
}
