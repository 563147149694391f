/* fit: see fit.h. Pure. */
#include "tui/fit.h"

#include <assert.h>
#include <stdint.h>

static int min(int a, int b)
{
    return a < b ? a : b;
}

static int max(int a, int b)
{
    return a > b ? a : b;
}

/* The part of a span (at, at + n) that lies in (0, room): *n is 0 if none does. */
static void clip(int *at, int *n, int room)
{
    int64_t end = (int64_t)*at + *n;
    *at = min(max(*at, 0), room);
    *n = end > room ? room - *at : end > *at ? (int)end - *at : 0;
}

/* a * b / c, rounded to the nearest; all > 0 or a = 0. */
static int scaled(int64_t a, int64_t b, int64_t c)
{
    return (int)((2 * a * b + c) / (2 * c));
}

struct fit fit_make(int width, int height, struct box zoom, int rows, int cols, bool mirror)
{
    assert(width > 0 && height > 0 && rows > 0 && cols > 0);
    struct fit f = {zoom, {0, 0, 0, 0}, mirror};
    clip(&f.region.x, &f.region.w, width);
    clip(&f.region.y, &f.region.h, height);
    if (f.region.w <= 0 || f.region.h <= 0)
        f.region = (struct box){0, 0, width, height};
    struct picture_rect *a = &f.area;
    a->w = cols;
    a->h = scaled(cols, f.region.h, 2 * (int64_t)f.region.w);
    if (a->h > rows) {
        a->h = rows;
        a->w = min(scaled(2 * (int64_t)rows, f.region.w, f.region.h), cols);
    }
    a->h = max(a->h, 1);
    a->w = max(a->w, 1);
    a->y = (rows - a->h) / 2;
    a->x = (cols - a->w) / 2;
    return f;
}

/* A span of pixels as cells: at least one, inside 0..cells. */
static void map_span(int *at, int *n, int pixels, int cells)
{
    int end = scaled(*at + *n, cells, pixels);
    *at = scaled(*at, cells, pixels);
    if (end <= *at) {
        *at = min(*at, cells - 1);
        end = *at + 1;
    }
    *n = end - *at;
}

struct picture_rect fit_map(const struct fit *f, struct box box)
{
    box.x -= f->region.x;
    box.y -= f->region.y;
    clip(&box.x, &box.w, f->region.w);
    clip(&box.y, &box.h, f->region.h);
    if (box.w <= 0 || box.h <= 0 || f->area.w == 0)
        return (struct picture_rect){0, 0, 0, 0};
    if (f->mirror)
        box.x = f->region.w - box.x - box.w;
    map_span(&box.x, &box.w, f->region.w, f->area.w);
    map_span(&box.y, &box.h, f->region.h, f->area.h);
    return (struct picture_rect){f->area.y + box.y, f->area.x + box.x, box.h, box.w};
}
