/* crop: see crop.h. */
#include "vision/crop.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#define SPAN 1024 /* pixels of a row that are summed at a time */

struct crop_area crop_area(const struct box *box, double margin, int height, int width)
{
    float side = (float)((box->w > box->h ? box->w : box->h) * (1 + margin));
    float shorter = (float)(height < width ? height : width);
    struct crop_area a = {.w = side * (float)width / shorter, .h = side * (float)height / shorter};
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

static float least(float a, float b) /* fminf is a call, as it minds NaN */
{
    return a < b ? a : b;
}

static float most(float a, float b)
{
    return a > b ? a : b;
}

/* How much of pixel i the stretch covers. */
static float share(struct stretch s, int i)
{
    return least((float)i + 1, s.hi) - most((float)i, s.lo);
}

/* sum[i] += weight * pixel (first + i) of a row of `width`; what lies outside is the border. */
static void add_row(float *restrict sum, const uint8_t *restrict row, int first, int n, int width,
                    float weight)
{
    int i = 0, from = first < 0 ? -first : 0, to = width - first < n ? width - first : n;
    for (; i < n && i < from; i++)
        sum[i] += weight * row[0];
    for (; i < to; i++)
        sum[i] += weight * row[first + i];
    for (; i < n; i++)
        sum[i] += weight * row[width - 1];
}

/* The mean over a stretch of summed rows, of which sum[0] is pixel `first`. */
static float mean_along(const float *sum, int first, struct stretch s)
{
    int from = (int)floorf(s.lo), last = (int)ceilf(s.hi) - 1;
    float all = share(s, from) * sum[from - first];
    for (int i = from + 1; i < last; i++)
        all += sum[i - first];
    if (last > from)
        all += share(s, last) * sum[last - first];
    return all / (s.hi - s.lo);
}

/* One output pixel, by itself. */
static float mean_of(const uint8_t *grey, int width, int height, struct stretch along,
                     struct stretch down)
{
    double all = 0;
    for (int j = (int)floorf(down.lo); j < (int)ceilf(down.hi); j++) {
        const uint8_t *row = grey + (size_t)clamp(j, height) * (size_t)width;
        double line = 0;
        for (int i = (int)floorf(along.lo); i < (int)ceilf(along.hi); i++)
            line += (double)share(along, i) * row[clamp(i, width)];
        all += (double)share(down, j) * line;
    }
    return (float)(all / (double)((along.hi - along.lo) * (down.hi - down.lo)));
}

/* The output pixels from x on whose stretches fit into SPAN pixels: the one behind the last. */
static int fitting(const struct crop_area *area, float step, int x, int width)
{
    int first = (int)floorf(stretch_of(area->x, step, x).lo), end = x;
    while (end < width && (int)ceilf(stretch_of(area->x, step, end).hi) - first <= SPAN)
        end++;
    return end;
}

/*
 * Rows are summed first, which is nearly all of the work, in a loop that the compiler turns into
 * vector instructions; then each output pixel is a sum along what came out.
 */
void crop_scale(const uint8_t *grey, int picture_width, int picture_height,
                const struct crop_area *area, float *out, int height, int width)
{
    assert(area->w > 0 && area->h > 0 && picture_width > 0 && picture_height > 0);
    float step_x = area->w / (float)width, step_y = area->h / (float)height, sum[SPAN];
    for (int x = 0, end; x < width; x = end) {
        end = fitting(area, step_x, x, width);
        int first = (int)floorf(stretch_of(area->x, step_x, x).lo);
        int n = end > x ? (int)ceilf(stretch_of(area->x, step_x, end - 1).hi) - first : 0;
        for (int y = 0; y < height; y++) {
            struct stretch down = stretch_of(area->y, step_y, y);
            memset(sum, 0, (size_t)n * sizeof *sum);
            for (int j = (int)floorf(down.lo); n > 0 && j < (int)ceilf(down.hi); j++)
                add_row(sum, grey + (size_t)clamp(j, picture_height) * (size_t)picture_width, first,
                        n, picture_width, share(down, j) / (down.hi - down.lo));
            for (int i = x; i < end; i++)
                out[y * width + i] = mean_along(sum, first, stretch_of(area->x, step_x, i));
            if (end == x)
                out[y * width + x] = mean_of(grey, picture_width, picture_height,
                                             stretch_of(area->x, step_x, x), down);
        }
        end += end == x;
    }
}

/* Between the four pixels around (x, y), pixels' middles lying at +0.5. */
static float sample(const uint8_t *grey, int width, int height, float x, float y)
{
    float left = floorf(x - 0.5f), top = floorf(y - 0.5f);
    float u = x - 0.5f - left, v = y - 0.5f - top;
    int x0 = clamp((int)left, width), x1 = clamp((int)left + 1, width);
    const uint8_t *a = grey + (size_t)clamp((int)top, height) * (size_t)width;
    const uint8_t *b = grey + (size_t)clamp((int)top + 1, height) * (size_t)width;
    float upper = (1 - u) * a[x0] + u * a[x1], lower = (1 - u) * b[x0] + u * b[x1];
    return (1 - v) * upper + v * lower;
}

/* Samples along one side of an output pixel. */
static int samples_of(float step)
{
    return step > 1 ? (int)ceilf(step) : 1;
}

void crop_scale_turned(const uint8_t *grey, int picture_width, int picture_height,
                       const struct crop_area *area, float turn, float *out, int height, int width)
{
    float mid_x = area->x + area->w / 2, mid_y = area->y + area->h / 2;
    float c = cosf(turn), s = sinf(turn);
    if (fabsf(turn) < 1e-4f) {
        crop_scale(grey, picture_width, picture_height, area, out, height, width);
        return;
    }
    int across = samples_of(area->w / (float)width), down = samples_of(area->h / (float)height);
    float dx = area->w / (float)(width * across), dy = area->h / (float)(height * down);
    for (int i = 0; i < height * width; i++) {
        float sum = 0;
        for (int k = 0; k < across * down; k++) {
            float u = ((float)(i % width * across + k % across) + 0.5f) * dx - area->w / 2;
            float v = ((float)(i / width * down + k / across) + 0.5f) * dy - area->h / 2;
            sum += sample(grey, picture_width, picture_height, mid_x + c * u - s * v,
                          mid_y + s * u + c * v);
        }
        out[i] = sum / (float)(across * down);
    }
}

void crop_face(const struct frame *frame, const struct box *box, const struct crop_how *how,
               const struct crop_pose *pose, float *out, int height, int width)
{
    struct crop_area area = crop_area(box, how->margin, height, width);
    bool align = how->align && pose != NULL;
    area.x += (float)box->w * ((float)how->dx + (align ? pose->dx : 0));
    area.y += (float)box->h * ((float)how->dy + (align ? pose->dy : 0));
    crop_scale_turned(frame->grey, frame->width, frame->height, &area, align ? pose->turn : 0, out,
                      height, width);
}
