/* crop: see crop.h. */
#include "vision/crop.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>

struct crop_area crop_area(const struct box *box, double margin, int height, int width)
{
    float side = (float)((box->w > box->h ? box->w : box->h) * (1 + margin));
    float least = (float)(height < width ? height : width);
    struct crop_area a = {.w = side * (float)width / least, .h = side * (float)height / least};
    a.x = (float)box->x + ((float)box->w - a.w) / 2;
    a.y = (float)box->y + ((float)box->h - a.h) / 2;
    return a;
}

/*
 * One output pixel's stretch of an axis: it averages [lo, hi). Shrinking, that is the stretch of
 * the picture behind the pixel; enlarging, it is one pixel wide, and then the average over the two
 * pixels it meets is linear interpolation between their middles.
 */
struct stretch {
    float lo, hi;
};

static struct stretch stretch_of(float start, float step, int i)
{
    float middle = start + ((float)i + 0.5f) * step, half = (step > 1 ? step : 1) / 2;
    return (struct stretch){middle - half, middle + half};
}

static int clamp(int i, int n)
{
    return i < 0 ? 0 : i >= n ? n - 1 : i;
}

/* How much of pixel i the stretch covers. */
static float share(struct stretch s, int i)
{
    return fminf((float)i + 1, s.hi) - fmaxf((float)i, s.lo);
}

/* The sum over one row, weighted by how much of each pixel is covered. */
static float row_sum(const uint8_t *row, int n, struct stretch s)
{
    int first = (int)floorf(s.lo), last = (int)ceilf(s.hi) - 1;
    float sum = share(s, first) * row[clamp(first, n)];
    if (last > first)
        sum += share(s, last) * row[clamp(last, n)];
    for (int i = first + 1; i < last; i++)
        sum += row[clamp(i, n)];
    return sum;
}

void crop_scale(const uint8_t *grey, int picture_width, int picture_height,
                const struct crop_area *area, float *out, int height, int width)
{
    assert(area->w > 0 && area->h > 0 && picture_width > 0 && picture_height > 0);
    float step_x = area->w / (float)width, step_y = area->h / (float)height;
    for (int y = 0; y < height; y++) {
        struct stretch down = stretch_of(area->y, step_y, y);
        int first = (int)floorf(down.lo), last = (int)ceilf(down.hi) - 1;
        for (int x = 0; x < width; x++) {
            struct stretch along = stretch_of(area->x, step_x, x);
            float sum = 0;
            for (int j = first; j <= last; j++) {
                const uint8_t *row =
                    grey + (size_t)clamp(j, picture_height) * (size_t)picture_width;
                sum += share(down, j) * row_sum(row, picture_width, along);
            }
            out[y * width + x] = sum / ((along.hi - along.lo) * (down.hi - down.lo));
        }
    }
}

void crop_face(const struct frame *frame, const struct box *box, double margin, float *out,
               int height, int width)
{
    struct crop_area area = crop_area(box, margin, height, width);
    crop_scale(frame->grey, frame->width, frame->height, &area, out, height, width);
}
