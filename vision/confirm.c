/* confirm: see confirm.h. */
#include "vision/confirm.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "vision/crop.h"
#include "vision/detect.h"

enum {
    SIDE = 60,  /* that a box is brought to, pixels */
    PART = 90,  /* that is searched */
    LEAST = 42, /* sizes that pass as the box's */
    MOST = 84,
    FOUND_MAX = 16,
};

#define STEP 1.05 /* from size to size */
#define NEAR 0.3  /* sides that the middle of what is found may lie off */

struct confirm {
    struct detector *detector;
    float *scaled; /* (PART, PART) */
    uint8_t *grey; /* the same */
};

struct confirm *confirm_open(const struct detect_opts *opts, struct err *err)
{
    struct detect_opts fine = *opts;
    fine.scale_factor = STEP;
    fine.min_neighbors = 1;
    fine.min_size = LEAST;
    fine.max_size = MOST;
    struct detector *d = detector_open(&fine, err);
    if (d == NULL)
        return NULL;
    struct confirm *c = mem_zalloc(1, sizeof *c);
    c->detector = d;
    c->scaled = mem_aligned(PART * PART, sizeof *c->scaled);
    c->grey = mem_aligned(PART * PART, 1);
    return c;
}

void confirm_close(struct confirm *c)
{
    if (c == NULL)
        return;
    detector_close(c->detector);
    free(c->scaled);
    free(c->grey);
    free(c);
}

int confirm_count(struct confirm *c, const struct frame *frame, const struct box *box)
{
    struct detection found[FOUND_MAX];
    struct crop_area area = crop_area(box, (double)PART / SIDE - 1, PART, PART);
    crop_scale(frame->grey, frame->width, frame->height, &area, c->scaled, PART, PART);
    for (int i = 0; i < PART * PART; i++)
        c->grey[i] = (uint8_t)lrintf(c->scaled[i]);
    int n = detector_run(c->detector, c->grey, PART, PART, PART, found, FOUND_MAX), most = 0;
    for (int i = 0; i < n; i++) {
        const struct box *b = &found[i].box;
        double x = b->x + (b->w - PART) / 2.0, y = b->y + (b->h - PART) / 2.0;
        if (hypot(x, y) <= NEAR * SIDE && found[i].neighbors > most)
            most = found[i].neighbors;
    }
    return most;
}
