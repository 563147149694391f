/* camera_pixels: see camera_pixels.h. Fixed point with 8 bits after the point; capture thread. */
#include "vision/camera_pixels.h"

#include <string.h>

size_t camera_pixels_size(enum camera_pixels kind, int stride, int height)
{
    size_t n = (size_t)stride * (size_t)height;
    return kind == CAMERA_YUV420 ? n + 2 * ((size_t)((stride + 1) / 2) * (size_t)((height + 1) / 2))
                                 : n;
}

static inline uint8_t clamp8(int v)
{
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

/* Luma of either range to 0..255; ITU-R BT.601: 16 is black, 235 white. */
static inline int luma(int y, bool full)
{
    return full ? y : clamp8(((y - 16) * 298 + 128) >> 8);
}

/* BT.601 with chroma of either range; y is 0..255 already. */
static inline void put_rgb(uint8_t *out, int y, int cb, int cr, bool full)
{
    int b = cb - 128, r = cr - 128;
    if (!full) { /* chroma spans 224 steps: 255 / 224 */
        b = b * 291 / 256;
        r = r * 291 / 256;
    }
    out[0] = clamp8(y + ((359 * r + 128) >> 8));
    out[1] = clamp8(y - ((88 * b + 183 * r + 128) >> 8));
    out[2] = clamp8(y + ((454 * b + 128) >> 8));
}

static void copy_yuyv(const uint8_t *data, int stride, bool full, struct frame *f)
{
    for (int y = 0; y < f->height; y++) {
        const uint8_t *row = data + (size_t)y * (size_t)stride;
        uint8_t *grey = f->grey + (size_t)y * (size_t)f->width;
        for (int x = 0; x < f->width; x++)
            grey[x] = (uint8_t)luma(row[2 * x], full);
        uint8_t *rgb = f->rgb != NULL ? f->rgb + 3 * (size_t)y * (size_t)f->width : NULL;
        for (int x = 0; rgb != NULL && x < f->width; x++) {
            const uint8_t *pair = row + 4 * (x / 2); /* Y0 Cb Y1 Cr */
            put_rgb(rgb + 3 * x, grey[x], pair[1], pair[3], full);
        }
    }
}

static void copy_yuv420(const uint8_t *data, int stride, bool full, struct frame *f)
{
    int half = (stride + 1) / 2;
    const uint8_t *cb = data + (size_t)stride * (size_t)f->height;
    const uint8_t *cr = cb + (size_t)half * (size_t)((f->height + 1) / 2);
    for (int y = 0; y < f->height; y++) {
        const uint8_t *row = data + (size_t)y * (size_t)stride;
        uint8_t *grey = f->grey + (size_t)y * (size_t)f->width;
        for (int x = 0; x < f->width; x++)
            grey[x] = (uint8_t)luma(row[x], full);
        uint8_t *rgb = f->rgb != NULL ? f->rgb + 3 * (size_t)y * (size_t)f->width : NULL;
        size_t chroma = (size_t)(y / 2) * (size_t)half;
        for (int x = 0; rgb != NULL && x < f->width; x++)
            put_rgb(rgb + 3 * x, grey[x], cb[chroma + (size_t)x / 2], cr[chroma + (size_t)x / 2],
                    full);
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
