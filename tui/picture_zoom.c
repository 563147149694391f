/* picture_zoom: a region that follows a face; see picture_follow() in picture.h. Pure. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "tui/picture.h"

#define GLIDE_S 0.15
#define HEIGHT 1.6 /* of the region, in heights of the face */
#define AWAY_S 1.5 /* without a face before the region goes back */

/* At n pixels, moved so that it lies in 0..room; n is at most room. */
static int inside(int at, int n, int room)
{
    return at < 0 ? 0 : at + n > room ? room - n : at;
}

/* The region for a face: in the pane's shape, a bit higher than the face, inside the frame. */
static struct box region_for(const struct picture_zoom *z, const struct box *face)
{
    double shape = z->cols / (2.0 * z->rows), h = fmin(HEIGHT * face->h, z->height);
    double w = fmin(fmax(h * shape, face->w), z->width);
    if (h * shape < z->width)
        h = fmin(w / shape, z->height);
    struct box b = {0, 0, (int)fmax(w, 1), (int)fmax(h, 1)};
    b.x = inside(face->x + face->w / 2 - b.w / 2, b.w, z->width);
    b.y = inside(face->y + face->h / 2 - b.h / 2, b.h, z->height);
    return b;
}

/* Whether the face still sits well in the goal: inside, and of about the right size. */
static bool sits(const struct box *goal, const struct box *face, const struct box *ideal)
{
    int right = goal->x + goal->w, bottom = goal->y + goal->h;
    return face->x >= goal->x && face->y >= goal->y && face->x + face->w <= right &&
           face->y + face->h <= bottom && ideal->h * 3 <= goal->h * 4 &&
           ideal->h * 4 >= goal->h * 3 && ideal->w * 3 <= goal->w * 4 &&
           ideal->w * 4 >= goal->w * 3;
}

static void choose_goal(struct picture_zoom *z, const struct box *face, int64_t now)
{
    if (face != NULL && face->w > 0 && face->h > 0) {
        struct box ideal = region_for(z, face);
        if (!sits(&z->goal, face, &ideal))
            z->goal = ideal;
        z->seen = now;
    } else if (z->seen == 0 || (double)(now - z->seen) > AWAY_S * CLOCK_S) {
        z->goal = (struct box){0, 0, z->width, z->height};
    }
}

struct box picture_follow(struct picture_zoom *z, const struct box *face, int width, int height,
                          int rows, int cols, int64_t now)
{
    bool jump = z->width != width || z->height != height || z->rows != rows || z->cols != cols;
    if (jump) {
        *z = (struct picture_zoom){.width = width, .height = height, .rows = rows, .cols = cols};
        z->goal = (struct box){0, 0, width, height};
    }
    choose_goal(z, face, now);
    double dt = (double)(now - z->time) / CLOCK_S, k = dt > 0 ? 1 - exp(-dt / GLIDE_S) : 0;
    double off = fmax(fmax(fabs(z->goal.x - z->x), fabs(z->goal.y - z->y)),
                      fmax(fabs(z->goal.w - z->w), fabs(z->goal.h - z->h)));
    if (jump || off * (1 - k) < 2)
        k = 1;
    z->x += k * (z->goal.x - z->x);
    z->y += k * (z->goal.y - z->y);
    z->w += k * (z->goal.w - z->w);
    z->h += k * (z->goal.h - z->h);
    z->time = now;
    return (struct box){(int)lround(z->x), (int)lround(z->y), (int)lround(z->w), (int)lround(z->h)};
}
