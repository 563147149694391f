/*
 * detect: see detect.h. For each scale the picture is shrunk, its integral is taken row by row as
 * the rows appear, and the cascade is scanned over it; all hits are grouped at the end.
 */
#include "vision/detect.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "vision/cascade.h"
#include "vision/group.h"
#include "vision/integral.h"
#include "vision/scan.h"
#include "vision/shrink.h"

#define LEVELS_MAX 1024 /* enough for SCALE_MIN */
#define SCALE_MIN 1.01
#define HITS_MAX 16384 /* raw hits that are kept; the largest picture of people here has 1200 */
#define GLANCE_HITS 2  /* of a place that is looked at closer */
#define GLANCE_MAX 128 /* such places */
#define GLANCE_LARGE (0.8 * DETECT_LARGE) /* a face has hits in sizes below its own */
#define AUTO_PART 30                      /* min_size 0: this part of the picture's height, */
#define AUTO_MIN 24                       /* at least so many pixels */

/* One scale of the picture. */
struct level {
    float scale;      /* how much smaller than the picture */
    int step;         /* of windows, in its own pixels */
    int box_w, box_h; /* a window, in pixels of the picture */
    struct shrink shrink;
};

struct detector {
    struct detect_opts opts;
    struct cascade *cascade;
    int width, height; /* that everything below is made for; 0 before the first picture */
    int levels;
    struct level level[LEVELS_MAX];
    struct integral integral;
    struct scan *scan[2]; /* by step - 1 */
    uint8_t *row;         /* (width + 64) of the shrunk picture */
    struct scan_hit *hit; /* (HITS_MAX) of one level */
    struct box *box;      /* (HITS_MAX) of all levels */
    int boxes;
    struct grouper *grouper;
};

struct detector *detector_open(const struct detect_opts *opts, struct err *err)
{
    if (!(opts->scale_factor >= SCALE_MIN)) { /* also NaN */
        err_set(err, "scale_factor: expected at least %g, got %g", SCALE_MIN, opts->scale_factor);
        return NULL;
    }
    struct cascade *c = cascade_read(opts->cascade, err);
    if (c == NULL)
        return NULL;
    struct detector *d = mem_zalloc(1, sizeof *d);
    d->opts = *opts;
    d->cascade = c;
    d->hit = mem_zalloc(HITS_MAX, sizeof *d->hit);
    d->box = mem_zalloc(HITS_MAX, sizeof *d->box);
    d->grouper = grouper_new(HITS_MAX);
    return d;
}

static void forget_size(struct detector *d)
{
    for (int i = 0; i < d->levels; i++)
        shrink_free(&d->level[i].shrink);
    d->levels = 0;
    scan_free(d->scan[0]);
    scan_free(d->scan[1]);
    d->scan[0] = d->scan[1] = NULL;
    integral_free(&d->integral);
    free(d->row);
    d->row = NULL;
}

void detector_close(struct detector *d)
{
    if (d == NULL)
        return;
    forget_size(d);
    cascade_free(d->cascade);
    grouper_free(d->grouper);
    free(d->hit);
    free(d->box);
    free(d);
}

/* The smallest face that is searched for: as asked, or what one is likely to care about. */
static int least_side(const struct detector *d)
{
    if (d->opts.min_size > 0)
        return d->opts.min_size;
    return d->height / AUTO_PART > AUTO_MIN ? d->height / AUTO_PART : AUTO_MIN;
}

/* Adds the level where a face of the window's size is `factor` times the window. */
static void add_level(struct detector *d, double factor, int box_w, int box_h)
{
    struct level *l = &d->level[d->levels++];
    l->scale = (float)factor;
    l->step = l->scale >= 2.0f ? 1 : 2;
    l->box_w = box_w;
    l->box_h = box_h;
    shrink_init(&l->shrink, d->width, d->height, (int)lrintf((float)d->width / l->scale),
                (int)lrintf((float)d->height / l->scale));
}

static void plan_levels(struct detector *d)
{
    int least = least_side(d);
    int most_w = d->opts.max_size > 0 && d->opts.max_size < d->width ? d->opts.max_size : d->width;
    int most_h =
        d->opts.max_size > 0 && d->opts.max_size < d->height ? d->opts.max_size : d->height;
    for (double f = 1; d->levels < LEVELS_MAX; f *= d->opts.scale_factor) {
        int w = (int)lrint(d->cascade->width * f), h = (int)lrint(d->cascade->height * f);
        if (w > most_w || h > most_h)
            break;
        if (w >= least && h >= least)
            add_level(d, f, w, h);
    }
}

static void plan_size(struct detector *d, int width, int height)
{
    forget_size(d);
    d->width = width;
    d->height = height;
    plan_levels(d);
    if (d->levels == 0)
        return;
    const struct shrink *largest = &d->level[0].shrink;
    integral_init(&d->integral, largest->width, largest->height);
    d->row = mem_aligned((size_t)largest->width + 64, 1);
    for (int k = 0; k < 2; k++)
        d->scan[k] =
            scan_new(d->cascade, &d->integral, k + 1, largest->width, largest->height, NULL);
}

static void keep_hits(struct detector *d, const struct level *l, int x, int y, int hits)
{
    for (int i = 0; i < hits; i++)
        d->box[d->boxes++] =
            (struct box){(int)lrintf((float)(x + d->hit[i].x) * l->scale),
                         (int)lrintf((float)(y + d->hit[i].y) * l->scale), l->box_w, l->box_h};
}

/* Scans a part of a level, in its own pixels. */
static void run_part(struct detector *d, struct level *l, const uint8_t *grey, int stride, int step,
                     struct box part)
{
    integral_begin(&d->integral, step);
    for (int y = 0; y < part.h; y++) {
        shrink_part(&l->shrink, grey, stride, part.y + y, part.x, part.x + part.w, d->row);
        integral_add_row(&d->integral, y, d->row, part.w);
    }
    int room = HITS_MAX - d->boxes;
    int hits = scan_run(d->scan[step - 1], &d->integral, part.w, part.h, d->hit, room);
    keep_hits(d, l, part.x, part.y, hits < room ? hits : room);
}

static void run_level(struct detector *d, struct level *l, const uint8_t *grey, int stride,
                      int step)
{
    run_part(d, l, grey, stride, step, (struct box){0, 0, l->shrink.width, l->shrink.height});
}

/* The part of a level where a face like the box is searched for. It starts where windows of the
 * whole search start. */
static struct box part_around(const struct level *l, const struct box *near)
{
    double x = near->x + near->w / 2.0, y = near->y + near->h / 2.0;
    double reach_x = l->box_w / 2.0 + near->w * DETECT_REACH;
    double reach_y = l->box_h / 2.0 + near->h * DETECT_REACH;
    int left = (int)((x - reach_x) / (double)l->scale),
        top = (int)((y - reach_y) / (double)l->scale);
    int right = (int)ceil((x + reach_x) / (double)l->scale) + l->step;
    int lower = (int)ceil((y + reach_y) / (double)l->scale) + l->step;
    left = left > 0 ? left / SHRINK_ALIGN * SHRINK_ALIGN : 0;
    top = top > 0 ? top & ~1 : 0;
    right = right < l->shrink.width ? right : l->shrink.width;
    lower = lower < l->shrink.height ? lower : l->shrink.height;
    return (struct box){left, top, right - left, lower - top};
}

/* The level whose windows are most like the box. */
static int level_of(const struct detector *d, const struct box *near)
{
    int best = 0;
    for (int i = 1; i < d->levels; i++)
        if (abs(d->level[i].box_w - near->w) < abs(d->level[best].box_w - near->w))
            best = i;
    return best;
}

static void search_around(struct detector *d, const uint8_t *grey, int stride,
                          const struct box *near)
{
    int at = level_of(d, near);
    int first = at > DETECT_SIZES ? at - DETECT_SIZES : 0;
    int last = at + DETECT_SIZES < d->levels ? at + DETECT_SIZES : d->levels - 1;
    for (int i = last; i >= first; i--) {
        struct box part = part_around(&d->level[i], near);
        if (part.w > 0 && part.h > 0)
            run_part(d, &d->level[i], grey, stride, d->level[i].step, part);
    }
}

static int by_place(const void *a, const void *b)
{
    const struct box *p = a, *q = b;
    return p->w != q->w ? q->w - p->w : p->y != q->y ? p->y - q->y : p->x - q->x;
}

/* Where two searches overlapped, their hits are there twice. */
static void drop_twins(struct detector *d)
{
    int kept = 0;
    qsort(d->box, (size_t)d->boxes, sizeof *d->box, by_place);
    for (int i = 0; i < d->boxes; i++)
        if (kept == 0 || by_place(&d->box[kept - 1], &d->box[i]) != 0)
            d->box[kept++] = d->box[i];
    d->boxes = kept;
}

static struct box clip(struct box b, int width, int height)
{
    int right = b.x + b.w < width ? b.x + b.w : width;
    int lower = b.y + b.h < height ? b.y + b.h : height;
    b.x = b.x > 0 ? b.x : 0;
    b.y = b.y > 0 ? b.y : 0;
    return (struct box){b.x, b.y, right - b.x, lower - b.y};
}

/* Puts the group in its place among the largest `max` found so far; returns how many there are. */
static int insert(struct detection *out, int n, int max, struct detection new)
{
    int at = n < max ? n : max;
    while (at > 0 && out[at - 1].box.w * out[at - 1].box.h < new.box.w *new.box.h)
        at--;
    if (at >= max)
        return n;
    int last = n < max ? n : max - 1;
    memmove(&out[at + 1], &out[at], (size_t)(last - at) * sizeof *out);
    out[at] = new;
    return last + 1;
}

/* Groups the hits; returns how many faces, the largest `max` of them in out. */
static int take_faces(struct detector *d, int min_neighbors, struct detection *out, int max)
{
    const struct group *group;
    int groups = grouper_run(d->grouper, d->box, d->boxes, min_neighbors, &group);
    int n = 0;
    for (int i = 0; i < groups; i++) {
        struct detection f = {clip(group[i].box, d->width, d->height), group[i].hits};
        if (f.box.w > 0 && f.box.h > 0)
            n = insert(out, n, max, f);
    }
    return n;
}

int detector_run(struct detector *d, const uint8_t *grey, int width, int height, int stride,
                 struct detection *out, int max)
{
    assert(width > 0 && height > 0 && stride >= width && max >= 0);
    if (width != d->width || height != d->height)
        plan_size(d, width, height);
    d->boxes = 0;
    for (int i = d->levels - 1; i >= 0; i--) /* large faces first: should there be no more room */
        run_level(d, &d->level[i], grey, stride, d->level[i].step);
    return take_faces(d, d->opts.min_neighbors, out, max);
}

int detector_search(struct detector *d, const uint8_t *grey, int width, int height, int stride,
                    const struct box *near, int n, int min_neighbors, struct detection *out,
                    int max)
{
    assert(width > 0 && height > 0 && stride >= width && max >= 0);
    if (width != d->width || height != d->height)
        plan_size(d, width, height);
    d->boxes = 0;
    for (int i = 0; i < n && d->levels > 0; i++)
        search_around(d, grey, stride, &near[i]);
    drop_twins(d);
    return take_faces(d, min_neighbors, out, max);
}

int detector_large(const struct detector *d)
{
    return DETECT_LARGE * least_side(d);
}

int detector_glance(struct detector *d, const uint8_t *grey, int width, int height, int stride,
                    bool small, struct detection *out, int max)
{
    struct box near[GLANCE_MAX];
    const struct group *group;
    assert(width > 0 && height > 0 && stride >= width && max >= 0);
    if (width != d->width || height != d->height)
        plan_size(d, width, height);
    d->boxes = 0;
    double least = small ? 0 : GLANCE_LARGE * least_side(d);
    for (int i = d->levels - 1; i >= 0 && d->level[i].box_w >= least; i--)
        run_level(d, &d->level[i], grey, stride, 2);
    int n = grouper_run(d->grouper, d->box, d->boxes, GLANCE_HITS - 1, &group);
    n = n < GLANCE_MAX ? n : GLANCE_MAX;
    for (int i = 0; i < n; i++)
        near[i] = group[i].box;
    return detector_search(d, grey, width, height, stride, near, n, d->opts.min_neighbors, out,
                           max);
}
