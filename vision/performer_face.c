/* performer_face: from a person and action units to shapes. See performer_face.h. */
#include "vision/performer_face.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/rng.h"

static void copy3(float *to, const float *from)
{
    memcpy(to, from, 3 * sizeof *to);
}

/* ---- the person ------------------------------------------------------------------------------ */

static void pick_colors(struct look *k, struct rng *r)
{
    static const float skin[][3] = {
        {236, 196, 172}, {224, 180, 150}, {210, 165, 132}, {228, 188, 164}, {190, 142, 108}};
    static const float hair[][3] = {{48, 36, 30}, {76, 54, 38}, {30, 28, 30}, {112, 80, 50}};
    static const float iris[][3] = {{84, 58, 36}, {70, 96, 120}, {86, 100, 66}, {60, 44, 32}};
    static const float cloth[][3] = {{52, 66, 96}, {104, 44, 48}, {60, 62, 60}, {150, 150, 146}};
    copy3(k->skin, skin[rng_below(r, 5)]);
    copy3(k->hair, hair[rng_below(r, 4)]);
    copy3(k->iris, iris[rng_below(r, 4)]);
    copy3(k->cloth, cloth[rng_below(r, 4)]);
    float wall = rng_range(r, 105, 165);
    for (int c = 0; c < 3; c++)
        k->wall[c] = wall + rng_range(r, -10, 10);
}

void look_make(struct look *k, unsigned seed)
{
    struct rng r;
    rng_seed(&r, seed, 1);
    k->width = rng_range(&r, 0.97f, 1.07f);
    k->jaw = rng_range(&r, 1.9f, 2.6f);
    k->chin = rng_range(&r, 1.55f, 1.68f);
    k->eye_gap = rng_range(&r, 0.42f, 0.47f);
    k->eye_size = rng_range(&r, 0.94f, 1.12f);
    k->eye_tilt = rng_range(&r, -0.10f, 0.06f);
    k->brow_thick = rng_range(&r, 0.8f, 1.3f);
    k->brow_arch = rng_range(&r, -0.02f, 0.03f);
    k->nose_width = rng_range(&r, 0.9f, 1.1f);
    k->nose_length = rng_range(&r, 0.60f, 0.67f);
    k->mouth_width = rng_range(&r, 0.36f, 0.42f);
    k->lips = rng_range(&r, 0.8f, 1.25f);
    k->uneven = rng_range(&r, -0.1f, 0.1f);
    k->light = rng_range(&r, -0.35f, 0.35f);
    k->hairline = rng_range(&r, -0.98f, -0.80f);
    k->hair_top = rng_range(&r, -1.86f, -1.70f);
    k->long_hair = rng_below(&r, 3) == 0 ? 1 : 0;
    k->stubble = k->long_hair > 0 ? 0 : rng_range(&r, 0, 0.16f);
    k->grain = rng_u32(&r);
    pick_colors(k, &r);
}

/* ---- adding shapes --------------------------------------------------------------------------- */

static struct ellipse ellipse(float x, float y, float rx, float ry, float angle)
{
    return (struct ellipse){x, y, rx, ry, cosf(angle), sinf(angle)};
}

static void add_relief(struct face *f, float height, struct ellipse at)
{
    assert(f->reliefs < FACE_RELIEFS);
    f->relief[f->reliefs++] = (struct relief){at, height};
}

static void add_tint(struct face *f, float r, float g, float b, struct ellipse at)
{
    assert(f->tints < FACE_TINTS);
    f->tint[f->tints++] = (struct tint){at, {r, g, b}};
}

/* A new stroke in that colour; NULL if it would not be seen. */
static struct stroke *add_stroke(struct face *f, const float *rgb, float alpha, float soft)
{
    if (alpha < 0.02f)
        return NULL;
    assert(f->strokes < FACE_STROKES);
    struct stroke *s = &f->stroke[f->strokes++];
    s->points = 0;
    s->x0 = s->y0 = 1e9f;
    s->x1 = s->y1 = -1e9f;
    s->alpha = alpha;
    s->soft = soft;
    copy3(s->rgb, rgb);
    return s;
}

static void point(struct stroke *s, float x, float y, float half)
{
    if (s == NULL)
        return;
    assert(s->points < STROKE_POINTS);
    s->x[s->points] = x;
    s->y[s->points] = y;
    s->half[s->points++] = half;
    s->x0 = fminf(s->x0, x - half);
    s->y0 = fminf(s->y0, y - half);
    s->x1 = fmaxf(s->x1, x + half);
    s->y1 = fmaxf(s->y1, y + half);
}

/* A wrinkle: a thin dark line over three points. */
static void wrinkle(struct face *f, float alpha, const float xy[6])
{
    float dark[3] = {f->look.skin[0] * .42f, f->look.skin[1] * .34f, f->look.skin[2] * .32f};
    struct stroke *s = add_stroke(f, dark, alpha, 0.035f);
    point(s, xy[0], xy[1], 0.0f);
    point(s, xy[2], xy[3], 0.010f);
    point(s, xy[4], xy[5], 0.0f);
}

/* ---- outlines -------------------------------------------------------------------------------- */

/* Superelliptic above `mid`, with exponent `jaw` below; widest (half) at mid. */
static void outline_make(struct outline *o, float top, float mid, float bottom, float half,
                         float jaw)
{
    o->top = top;
    o->bottom = bottom;
    o->step = (bottom - top) / OUTLINE_STEPS;
    for (int i = 0; i <= OUTLINE_STEPS; i++) {
        float y = top + (float)i * o->step;
        float t = y < mid ? (mid - y) / (mid - top) : (y - mid) / (bottom - mid);
        t = fminf(t, 1);
        float p = y < mid ? 2.3f : jaw, q = y < mid ? 2.3f : 1.75f;
        o->half[i] = half * powf(1 - powf(t, p), 1 / q);
    }
    for (int i = 0; i <= OUTLINE_STEPS; i++) {
        int a = i > 0 ? i - 1 : 0, b = i < OUTLINE_STEPS ? i + 1 : i;
        float d = (o->half[b] - o->half[a]) / ((float)(b - a) * o->step);
        o->slope[i] = 1 / sqrtf(1 + d * d);
    }
}

/* ---- brows, eyes ----------------------------------------------------------------------------- */

static void add_brow(struct face *f, const float *au, float side)
{
    static const float x0[] = {.16f, .32f, .50f, .67f, .84f};
    static const float y0[] = {-.29f, -.355f, -.385f, -.37f, -.28f};
    static const float raise_in[] = {-.17f, -.12f, -.05f, -.01f, 0};
    static const float raise_out[] = {-.02f, -.05f, -.11f, -.15f, -.14f};
    static const float lower[] = {.15f, .12f, .06f, .02f, 0};
    static const float half[] = {.038f, .050f, .046f, .034f, .008f};
    const struct look *k = &f->look;
    float down = au[AU4] * (1 - .6f * au[AU1]);
    float dark[3] = {k->hair[0] * .72f, k->hair[1] * .72f, k->hair[2] * .72f};
    struct stroke *s = add_stroke(f, dark, .88f, .035f);
    for (int i = 0; i < 5; i++) {
        float in = (4 - (float)i) / 4;
        float x = x0[i] + k->eye_gap - .45f - .06f * au[AU4] * in;
        float y = y0[i] - k->brow_arch * (i == 3) + au[AU1] * raise_in[i] + au[AU2] * raise_out[i];
        y += down * lower[i] + au[AU9] * .06f * in;
        point(s, side * x + f->yaw, y + f->pitch, half[i] * k->brow_thick);
    }
}

static void make_eye(struct face *f, const struct pose *pose, int which)
{
    const float *au = pose->au;
    const struct look *k = &f->look;
    struct eye *e = &f->eye[which];
    float open = 1 - au[AU43];
    float squeeze = 1 - .30f * au[AU7] - .22f * au[AU6] - .15f * au[AU9];
    e->x = (which ? 1 : -1) * k->eye_gap + f->yaw;
    e->y = f->pitch + .005f;
    e->half = .215f * k->eye_size;
    e->up = k->eye_size * (.094f * squeeze + .062f * au[AU5]) * open - .030f * (1 - open);
    e->low = k->eye_size *
             (.060f + .012f * au[AU5] - .026f * au[AU7] - .044f * au[AU6] - .018f * au[AU9]);
    e->tilt = (which ? 1 : -1) * (k->eye_tilt + .10f * au[AU1] * (1 - au[AU2]));
    e->iris = .098f * k->eye_size;
    e->iris_x = e->x + .05f * pose->gaze_x;
    e->iris_y = e->y - .012f + .03f * pose->gaze_y;
}

/* Lashes along the upper lid, the lid's crease, a faint line under the eye. */
static void add_lids(struct face *f, const float *au, const struct eye *e)
{
    static const float lash[3] = {34, 24, 22};
    static const float at[] = {-1.05f, -.66f, -.22f, .22f, .66f, 1.05f};
    const struct look *k = &f->look;
    float dark[3] = {k->skin[0] * .45f, k->skin[1] * .36f, k->skin[2] * .34f};
    float lift = .055f - .03f * au[AU5] + .02f * au[AU43];
    struct stroke *lashes = add_stroke(f, lash, .9f, .018f);
    struct stroke *crease = add_stroke(f, dark, .55f, .03f);
    struct stroke *under = add_stroke(f, dark, .30f + .25f * au[AU6] + .2f * au[AU7], .03f);
    struct stroke *rim = add_stroke(f, dark, .5f, .014f);
    for (int i = 0; i < 6; i++) {
        float s = at[i], arc = fmaxf(0, 1 - s * s), x = e->x + s * e->half;
        float tilt = e->y + e->tilt * (x - e->x);
        float edge = tilt - e->up * arc;
        point(lashes, x, edge, .012f + .008f * arc);
        point(crease, x, tilt - fmaxf(e->up, .05f) * arc - lift * (.4f + .6f * arc), .006f * arc);
        point(under, x, tilt + e->low * arc + .05f + .05f * arc, .008f * arc);
        point(rim, x, tilt + e->low * arc, .005f);
    }
}

static void add_sockets(struct face *f, const float *au, float side)
{
    float x = side * f->look.eye_gap + f->yaw, y = f->pitch;
    float brow = -.12f * au[AU1] - .06f * au[AU2] + .05f * au[AU4];
    add_relief(f, -.085f, ellipse(x, y - .04f, .36f, .26f, side * .12f));
    add_relief(f, .045f, ellipse(side * .5f + f->yaw, y - .42f + brow * .6f, .50f, .20f, 0));
    add_relief(f, .030f, ellipse(x, y, .27f, .19f, 0));
    add_tint(f, .17f, .19f, .18f, ellipse(x, y - .04f, .40f, .30f, 0));
    add_tint(f, .22f, .24f, .22f, ellipse(side * .21f + f->yaw, y - .06f, .16f, .24f, 0));
    add_tint(f, .10f, .13f, .12f, ellipse(x, y + .16f, .28f, .12f, 0));
}

/* ---- forehead, nose, cheeks ------------------------------------------------------------------ */

static void add_forehead(struct face *f, const float *au)
{
    float x = f->yaw, y = f->pitch;
    float lines = .5f * au[AU1] * au[AU2] + .25f * au[AU1] * (1 - au[AU2]);
    for (int i = 0; i < 3; i++) {
        float h = y - .56f - .13f * (float)i, w = .52f - .05f * (float)i;
        w *= au[AU2] > .3f * au[AU1] ? 1 : .55f;
        wrinkle(f, lines,
                (float[]){x - w, h + .03f, x, h + .02f - .06f * au[AU1], x + w, h + .03f});
    }
    for (int side = -1; side <= 1; side += 2) {
        float s = (float)side, frown = au[AU4] * .65f;
        wrinkle(
            f, frown,
            (float[]){x + s * .07f, y - .42f, x + s * .055f, y - .28f, x + s * .085f, y - .14f});
        add_relief(f, .035f * au[AU4], ellipse(x + s * .13f, y - .28f, .10f, .14f, 0));
    }
    add_relief(f, .05f, ellipse(x, y - .75f, .75f, .40f, 0));
    add_relief(f, -.030f, ellipse(x, y - .12f, .22f, .14f, 0));
}

static void add_nose(struct face *f, const float *au)
{
    const struct look *k = &f->look;
    float x = f->yaw * 1.35f, y = f->pitch, w = k->nose_width;
    float tip = y + k->nose_length - .05f * au[AU9];
    float wing = .185f * w + .03f * au[AU9] + .015f * au[AU12];
    add_relief(f, .092f, ellipse(x, y + .22f, .17f * w, .54f, 0));
    add_relief(f, .085f, ellipse(x, tip - .02f, .19f * w, .17f, 0));
    add_relief(f, -.05f, ellipse(x, tip + .20f, .10f, .12f, 0)); /* philtrum */
    add_tint(f, .30f, .34f, .34f, ellipse(x, tip + .125f, .27f * w, .075f, 0));
    for (int side = -1; side <= 1; side += 2) {
        float s = (float)side, rise = .05f * au[AU9] + .03f * au[AU10];
        add_relief(f, .060f, ellipse(x + s * wing, tip + .04f - rise, .10f, .11f, 0));
        add_tint(f, .72f, .78f, .78f,
                 ellipse(x + s * .105f * w, tip + .105f - rise * .7f, .070f, .040f, s * .35f));
        add_tint(f, .22f, .26f, .26f,
                 ellipse(x + s * (wing + .09f), tip + .05f - rise, .07f, .12f, 0));
        for (int i = 0; i < 2; i++) {
            float h = y + .10f + .11f * (float)i;
            wrinkle(f, .5f * au[AU9],
                    (float[]){x + s * .05f, h - .05f, x + s * .12f, h, x + s * .17f, h + .08f});
        }
    }
}

static void add_cheek(struct face *f, const float *au, float side)
{
    const struct look *k = &f->look;
    const struct mouth *m = &f->mouth;
    float x = f->yaw, y = f->pitch, lift = .6f * au[AU12] + .4f * au[AU6];
    add_relief(f, .055f + .06f * lift,
               ellipse(x + side * .56f, y + .50f - .10f * lift, .40f - .06f * lift,
                       .34f - .06f * lift, 0));
    add_relief(f, .02f + .05f * au[AU12],
               ellipse(x + side * (m->half + .10f), m->y + m->corner, .13f, .18f, 0));
    add_tint(f, .01f, .06f + .02f * lift, .06f + .02f * lift,
             ellipse(x + side * .60f, y + .50f, .34f, .28f, 0));
    float fold = .16f + .45f * au[AU12] + .40f * au[AU9] + .25f * au[AU10] + .15f * au[AU15];
    float dark[3] = {k->skin[0] * .50f, k->skin[1] * .40f, k->skin[2] * .38f};
    struct stroke *s = add_stroke(f, dark, fminf(fold, .75f), .07f);
    float top = y + k->nose_length - .03f - .06f * au[AU9];
    float out = m->half + .09f + .03f * au[AU12], end = m->y + m->corner - .03f + .1f * au[AU15];
    point(s, x + side * .26f * k->nose_width, top, .0f);
    point(s, x + side * (.35f + .07f * au[AU12]), top + .10f, .014f);
    point(s, x + side * (out - .02f), (top + end) / 2 + .06f, .014f);
    point(s, x + side * out, end, .0f);
    for (int i = 0; i < 3; i++) { /* crow's feet */
        float h = y - .04f + .07f * (float)i, far = x + side * (k->eye_gap + .40f);
        wrinkle(f, .38f * au[AU6],
                (float[]){x + side * (k->eye_gap + .25f), y + .02f * (float)i,
                          x + side * (k->eye_gap + .33f), (y + h) / 2, far,
                          h - .03f + .03f * (float)i});
    }
}

/* ---- mouth, chin ----------------------------------------------------------------------------- */

static void make_mouth(struct face *f, const float *au)
{
    const struct look *k = &f->look;
    struct mouth *m = &f->mouth;
    float jaw = au[AU26], thin = 1 - .55f * au[AU23];
    m->x = f->yaw * 1.15f;
    m->y = f->pitch + 1.055f - .03f * au[AU17] - .03f * au[AU10] + .03f * jaw;
    m->half = k->mouth_width + .12f * au[AU12] + .11f * au[AU20] - .05f * au[AU23] - .09f * jaw +
              .02f * au[AU15];
    m->corner = .13f * au[AU15] - .16f * au[AU12] + .03f * au[AU20] + .03f * au[AU10] - .012f;
    m->round = jaw * (1 - .6f * au[AU20]);
    m->open_up = .035f * au[AU25] + .04f * jaw + .05f * au[AU10] * au[AU25];
    m->open = .11f * au[AU25] + .34f * jaw + .05f * au[AU16] * au[AU25] + .03f * au[AU20];
    m->lip_up = .095f * k->lips * thin * (1 - .25f * au[AU12]) * (1 - .2f * au[AU20]);
    m->lip_low = .120f * k->lips * thin * (1 - .15f * au[AU12]) * (1 + .2f * au[AU17]);
    m->teeth = .14f * au[AU12] + .09f * au[AU10] + .07f * au[AU20] + .05f * jaw;
    m->teeth_low = .07f * au[AU20] + .05f * au[AU16];
}

static void add_chin(struct face *f, const float *au)
{
    const struct look *k = &f->look;
    const struct mouth *m = &f->mouth;
    float x = m->x, low = m->y + m->open + m->lip_low;
    float take = .22f + .12f * au[AU17] + .1f * au[AU23];
    add_relief(f, .07f + .04f * au[AU17], ellipse(x, f->chin - .22f, .30f, .20f, 0));
    add_relief(f, .05f, ellipse(x, m->y + .02f, m->half * 1.25f, .26f, 0));
    add_tint(f, take, take * 1.15f, take * 1.15f, ellipse(x, low + .05f, .26f, .085f, 0));
    add_tint(f, k->stubble, k->stubble * .85f, k->stubble * .7f,
             ellipse(x, 1.20f + f->pitch, .85f, .62f, 0));
    for (int side = -1; side <= 1; side += 2) { /* the dimples at the corners of the mouth */
        float s = (float)side;
        add_tint(f, .16f, .19f, .19f,
                 ellipse(x + s * (m->half + .02f), m->y + m->corner + .01f, .10f, .08f, 0));
        wrinkle(f, .5f * au[AU15],
                (float[]){x + s * (m->half + .05f), m->y + m->corner + .02f,
                          x + s * (m->half + .10f), m->y + m->corner + .12f,
                          x + s * (m->half + .09f), m->y + m->corner + .24f});
    }
}

/* ---- the whole ------------------------------------------------------------------------------- */

void face_to_pixel(const struct face *f, float x, float y, float *px, float *py)
{
    *px = f->x + f->scale * (x * f->cs - y * f->sn);
    *py = f->y + f->scale * (x * f->sn + y * f->cs);
}

static void place(struct face *f, const struct pose *pose, int width, int height)
{
    float fit = fminf((float)height * 0.205f, (float)width * 0.22f);
    f->scale = fit * pose->zoom;
    f->x = (float)width * 0.5f + fit * pose->x;
    f->y = (float)height * 0.47f + fit * pose->y;
    f->cs = cosf(pose->roll);
    f->sn = sinf(pose->roll);
    f->yaw = pose->yaw;
    f->pitch = pose->pitch;
}

void face_make(struct face *f, const struct look *look, const struct pose *pose, int width,
               int height)
{
    f->look = *look;
    f->reliefs = f->tints = f->strokes = 0;
    place(f, pose, width, height);
    f->chin = look->chin + .20f * pose->au[AU26] + .03f * pose->au[AU25] + pose->pitch * .5f;
    outline_make(&f->head, -1.62f, .10f, f->chin, look->width, look->jaw);
    outline_make(&f->hair, look->hair_top, -.15f, .62f, look->width + .10f, 3.2f);
    outline_make(&f->mane, look->hair_top, .30f, 2.15f, look->width + .26f, 5);
    make_mouth(f, pose->au);
    add_forehead(f, pose->au);
    for (int i = 0; i < 2; i++) {
        float side = i ? 1 : -1;
        float au[AU_COUNT];
        for (int j = 0; j < AU_COUNT; j++)
            au[j] = pose->au[j] * (1 + side * look->uneven);
        add_sockets(f, au, side);
        add_cheek(f, au, side);
        make_eye(f, pose, i);
        add_lids(f, au, &f->eye[i]);
        add_brow(f, au, side);
    }
    add_nose(f, pose->au);
    add_chin(f, pose->au);
}
