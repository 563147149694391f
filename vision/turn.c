/* turn: see turn.h. */
#include "vision/turn.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { REGION_MIN = 16 }; /* pixels: less shows nothing, and no face */

int turn_parse(struct turn *t, const struct source_opts *opts, struct err *err)
{
    double v[4];
    int end = 0;
    *t = (struct turn){.rotate = 90 * (int)opts->rotate, .flip = opts->flip};
    if (opts->region[0] == '\0')
        return 0;
    int n = sscanf(opts->region, "%lf,%lf,%lf,%lf%n", &v[0], &v[1], &v[2], &v[3], &end);
    bool ok = n == 4 && opts->region[end] == '\0';
    for (int i = 0; i < 4 && ok; i++)
        ok = isfinite(v[i]) && v[i] >= 0 && v[i] <= 100;
    if (!ok || v[2] <= 0 || v[3] <= 0 || v[0] + v[2] > 100 || v[1] + v[3] > 100)
        return err_set(err,
                       "region: expected X,Y,WIDTH,HEIGHT in percent of the picture, as "
                       "25,0,50,100, got \"%.60s\"",
                       opts->region);
    t->x = v[0] / 100;
    t->y = v[1] / 100;
    t->w = v[2] / 100;
    t->h = v[3] / 100;
    return 0;
}

bool turn_is_none(const struct turn *t)
{
    return t->rotate == 0 && !t->flip && (t->w <= 0 || t->h <= 0);
}

/* One direction: where a share begins, and how many pixels it has. */
static void span(double at, double share, int room, int *from, int *n)
{
    int least = room < REGION_MIN ? room : REGION_MIN;
    *n = (int)lround(share * room);
    *n = *n < least ? least : *n > room ? room : *n;
    *from = (int)lround(at * room);
    *from = *from < 0 ? 0 : *from > room - *n ? room - *n : *from;
}

struct box turn_region(const struct turn *t, int width, int height)
{
    struct box r = {0, 0, width, height};
    if (t->w <= 0 || t->h <= 0)
        return r;
    span(t->x, t->w, width, &r.x, &r.w);
    span(t->y, t->h, height, &r.y, &r.h);
    return r;
}

/* Where the pixels of an output row lie in the input: the first one, and the step to the next. */
struct walk {
    long first, step;
};

static struct walk walk_of(const struct turn *t, struct box r, int stride, int row)
{
    long across = 1, down = stride, w = r.w, h = r.h;
    long origin = (long)r.y * stride + r.x;
    struct walk k = {0, 0};
    long columns = t->rotate % 180 == 0 ? w : h;
    switch (t->rotate) {
    case 90:
        k = (struct walk){origin + (h - 1) * down + row * across, -down};
        break;
    case 180:
        k = (struct walk){origin + (h - 1 - row) * down + (w - 1) * across, -across};
        break;
    case 270:
        k = (struct walk){origin + (w - 1 - row) * across, down};
        break;
    default:
        k = (struct walk){origin + row * down, across};
    }
    if (t->flip)
        k = (struct walk){k.first + (columns - 1) * k.step, -k.step};
    return k;
}

static void copy_rgb(uint8_t *out, const uint8_t *in, struct walk k, int n)
{
    for (int x = 0; x < n; x++, out += 3) {
        const uint8_t *p = in + 3 * (k.first + x * k.step);
        out[0] = p[0];
        out[1] = p[1];
        out[2] = p[2];
    }
}

struct frame *turn_frame(const struct turn *t, const struct frame *f, struct frame_pool *pool)
{
    struct box r = turn_region(t, f->width, f->height);
    bool lies = t->rotate % 180 != 0;
    int width = lies ? r.h : r.w, height = lies ? r.w : r.h;
    struct frame *out = frame_new(pool, width, height, f->rgb != NULL);
    if (out == NULL)
        return NULL;
    for (int y = 0; y < height; y++) {
        struct walk k = walk_of(t, r, f->width, y);
        uint8_t *grey = out->grey + (size_t)y * (size_t)width;
        for (int x = 0; x < width; x++)
            grey[x] = f->grey[k.first + x * k.step];
        if (f->rgb != NULL)
            copy_rgb(out->rgb + 3 * (size_t)y * (size_t)width, f->rgb, k, width);
    }
    out->time = f->time;
    out->pts = f->pts;
    out->seq = f->seq;
    out->alone = f->alone;
    return out;
}
