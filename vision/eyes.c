/* eyes: see eyes.h. Lengths without a unit are sides of the face's box. */
#include "vision/eyes.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "vision/detect.h"

enum {
    SIDE = 100, /* that a box is brought to, pixels */
    ROWS = 62,  /* of it that are searched */
    LEAST = 16, /* side of an eye's window */
    MOST = 42,
    FOUND_MAX = 32,
};

#define SHIFT_MAX 0.15f
#define TURN_MAX 0.6f /* a head that leans further is not found by the face cascade either */
#define APART_LEAST 0.25f
#define APART_MOST 0.6f

struct eyes {
    struct detector *detector;
    float *scaled; /* (SIDE, SIDE) */
    uint8_t *grey; /* (ROWS, SIDE) */
};

struct eyes *eyes_open(struct err *err)
{
    struct detect_opts opts = {.cascade = EYES_CASCADE,
                               .scale_factor = 1.1,
                               .min_neighbors = 2,
                               .min_size = LEAST,
                               .max_size = MOST};
    struct detector *d = detector_open(&opts, err);
    if (d == NULL)
        return NULL;
    struct eyes *e = mem_zalloc(1, sizeof *e);
    e->detector = d;
    e->scaled = mem_aligned(SIDE * SIDE, sizeof *e->scaled);
    e->grey = mem_aligned(ROWS * SIDE, 1);
    return e;
}

void eyes_close(struct eyes *e)
{
    if (e == NULL)
        return;
    detector_close(e->detector);
    free(e->scaled);
    free(e->grey);
    free(e);
}

static float middle_x(const struct detection *d)
{
    return ((float)d->box.x + (float)d->box.w / 2) / SIDE;
}

static float middle_y(const struct detection *d)
{
    return ((float)d->box.y + (float)d->box.h / 2) / SIDE;
}

/* How well two windows answer as left and right eye; 0 = they are not. */
static int pair_of(const struct detection *l, const struct detection *r)
{
    float dx = middle_x(r) - middle_x(l), dy = middle_y(r) - middle_y(l);
    float ratio = (float)l->box.w / (float)r->box.w;
    if (middle_x(l) > 0.5f || middle_x(r) < 0.5f || dx < APART_LEAST || dx > APART_MOST ||
        fabsf(atan2f(dy, dx)) > TURN_MAX || ratio < 0.6f || ratio > 1.7f)
        return 0;
    return l->neighbors < r->neighbors ? l->neighbors : r->neighbors;
}

static float bounded(float v)
{
    return fminf(fmaxf(v, -SHIFT_MAX), SHIFT_MAX);
}

/* The middle of the face lies below that of the eyes, in the direction in which the head leans. */
static void pose_of(const struct detection *l, const struct detection *r, struct crop_pose *pose)
{
    float down = 0.5f - EYES_AT;
    pose->turn = atan2f(middle_y(r) - middle_y(l), middle_x(r) - middle_x(l));
    pose->dx = bounded((middle_x(l) + middle_x(r)) / 2 - sinf(pose->turn) * down - 0.5f);
    pose->dy = bounded((middle_y(l) + middle_y(r)) / 2 + cosf(pose->turn) * down - 0.5f);
}

bool eyes_find(struct eyes *e, const struct frame *frame, const struct box *box,
               struct crop_pose *pose)
{
    struct detection found[FOUND_MAX];
    struct crop_area area = crop_area(box, 0, SIDE, SIDE);
    area.h *= (float)ROWS / SIDE;
    crop_scale(frame->grey, frame->width, frame->height, &area, e->scaled, ROWS, SIDE);
    for (int i = 0; i < ROWS * SIDE; i++)
        e->grey[i] = (uint8_t)lrintf(e->scaled[i]);
    int n = detector_run(e->detector, e->grey, SIDE, ROWS, SIDE, found, FOUND_MAX), best = 0;
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < n; k++) {
            int fits = pair_of(&found[i], &found[k]);
            if (fits <= best)
                continue;
            best = fits;
            pose_of(&found[i], &found[k], pose);
        }
    }
    return best > 0;
}
