/* performer: see performer.h. What is played when; the shapes are performer_face.c's. */
#include "vision/performer.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "vision/performer_face.h"

enum { ANGRY, DISGUST, FEAR, HAPPY, SAD, SURPRISE, NEUTRAL };

const char *const performer_mood_name[PERFORMER_MOODS] = {"angry", "disgust",  "fear",   "happy",
                                                          "sad",   "surprise", "neutral"};

/*
 * Which action units make which expression: the prototypes of Ekman and Friesen's EMFACS (1983),
 * each with the strength at which it is played.
 */
static const float played[PERFORMER_MOODS][AU_COUNT] = {
    [ANGRY] = {[AU4] = 1, [AU5] = .5f, [AU7] = .7f, [AU17] = .4f, [AU23] = 1, [AU9] = .15f},
    [DISGUST] = {[AU4] = .5f,
                 [AU7] = .6f,
                 [AU9] = 1,
                 [AU10] = 1,
                 [AU16] = .3f,
                 [AU17] = .5f,
                 [AU15] = .4f,
                 [AU25] = .35f,
                 [AU6] = .3f},
    [FEAR] = {[AU1] = 1,
              [AU2] = .5f,
              [AU4] = .6f,
              [AU5] = 1,
              [AU20] = 1,
              [AU16] = .4f,
              [AU25] = .6f,
              [AU26] = .35f},
    [HAPPY] = {[AU6] = 1, [AU12] = 1, [AU25] = .8f, [AU26] = .1f},
    [SAD] = {[AU1] = 1, [AU4] = .6f, [AU7] = .25f, [AU15] = 1, [AU17] = .7f, [AU43] = .25f},
    [SURPRISE] = {[AU1] = 1, [AU2] = 1, [AU5] = .9f, [AU25] = .8f, [AU26] = 1},
    [NEUTRAL] = {0},
};

/* One mood of the tour, seconds: a pause, then it comes, stays and goes. */
#define PAUSE_S 0.7
#define ONSET_S 0.6
#define HOLD_S 2.1
#define OFFSET_S 0.6
#define MOOD_S (PAUSE_S + ONSET_S + HOLD_S + OFFSET_S)

#define PAIR_S 8.0    /* two people cross twice in so long */
#define PAIR_FAR 1.7f /* from the middle, face units of a lone performer */

/* A number in [0, 1) that belongs to (seed, what, which). */
static float chance(unsigned seed, unsigned what, uint64_t which)
{
    struct rng r;
    rng_seed(&r, seed ^ which * UINT64_C(0x9e3779b97f4a7c15), what);
    return rng_float(&r);
}

static float ease(double x) /* 0 .. 1, level at both ends */
{
    float c = (float)(x < 0 ? 0 : x > 1 ? 1 : x);
    return c * c * (3 - 2 * c);
}

/* The mood at a place of the tour; each round of seven has an order of its own. */
static int mood_of_turn(unsigned seed, uint64_t turn)
{
    int order[PERFORMER_MOODS] = {HAPPY, SURPRISE, ANGRY, SAD, NEUTRAL, FEAR, DISGUST};
    uint64_t round = turn / PERFORMER_MOODS;
    if (round > 0) {
        struct rng r;
        rng_seed(&r, seed ^ round << 32, 5);
        rng_shuffle(&r, order, PERFORMER_MOODS);
    }
    return order[turn % PERFORMER_MOODS];
}

/* Which mood is played at t, and how strongly. */
static int mood_at(const struct performer *p, double t, float *strength)
{
    if (p->only >= 0) {
        *strength = p->only == NEUTRAL ? 0 : 1;
        return p->only;
    }
    uint64_t turn = (uint64_t)(t / MOOD_S);
    double at = t - (double)turn * MOOD_S - PAUSE_S;
    int mood = mood_of_turn(p->seed, turn);
    float on = ease(at / ONSET_S) * (1 - ease((at - ONSET_S - HOLD_S) / OFFSET_S));
    *strength = mood == NEUTRAL ? 0 : on;
    return on > 0 ? mood : NEUTRAL;
}

/* 1 while the eyes are shut: once in each four seconds or so, for about a quarter of a second. */
static float blink_at(unsigned seed, double t)
{
    const double every = 3.9;
    uint64_t turn = (uint64_t)(t / every);
    double start = (0.1 + 0.8 * chance(seed, 11, turn)) * (every - 0.3);
    double at = t - (double)turn * every - start;
    if (at < 0 || at > 0.26)
        return 0;
    return at < 0.1 ? ease(at / 0.1) : 1 - ease((at - 0.13) / 0.13);
}

/* The eyes jump from place to place, as eyes do. */
static void gaze_at(unsigned seed, double t, struct pose *pose)
{
    const double every = 1.3;
    uint64_t turn = (uint64_t)(t / every) + 1;
    float part = ease((t - (double)(turn - 1) * every) / 0.08);
    for (int axis = 0; axis < 2; axis++) {
        float from = chance(seed, 20 + (unsigned)axis, turn - 1) - 0.5f;
        float to = chance(seed, 20 + (unsigned)axis, turn) - 0.5f;
        *(axis ? &pose->gaze_y : &pose->gaze_x) = (from + (to - from) * part) * (axis ? 0.4f : 1);
    }
}

/* Slow swaying: two sines whose phases the seed chooses. */
static float sway(unsigned seed, unsigned what, double t, double period_s)
{
    double phase = 6.2831853 * chance(seed, what, 0);
    double turn = 6.2831853 * t / period_s;
    return (float)(0.65 * sin(turn + phase) + 0.35 * sin(2.3 * turn + 2 * phase));
}

static void pose_at(const struct performer *p, double t, struct pose *pose,
                    struct frame_truth *truth)
{
    float strength;
    int mood = mood_at(p, t, &strength);
    *truth = (struct frame_truth){.known = true, .mood = mood, .strength = strength};
    memset(pose, 0, sizeof *pose);
    for (int k = 0; k < AU_COUNT; k++)
        pose->au[k] = played[mood][k] * strength;
    pose->au[AU43] = fmaxf(pose->au[AU43], blink_at(p->seed, t));
    gaze_at(p->seed, t, pose);
    pose->x = 0.32f * sway(p->seed, 30, t, 9.1);
    pose->y = 0.10f * sway(p->seed, 31, t, 6.7);
    pose->roll = 0.06f * sway(p->seed, 32, t, 7.9);
    pose->zoom = 1 + 0.06f * sway(p->seed, 33, t, 13.3);
    pose->yaw = 0.06f * sway(p->seed, 34, t, 5.3);
    pose->pitch = 0.03f * sway(p->seed, 35, t, 6.1);
}

/* Where a frontal face detector draws its box, face units. */
static void truth_box(const struct face *f, struct box *box)
{
    const float half = 1.26f;
    float x, y;
    face_to_pixel(f, f->yaw, 0.24f + f->pitch, &x, &y);
    float side = 2 * half * f->scale;
    box->w = box->h = (int)lrintf(side);
    box->x = (int)lrintf(x - side / 2);
    box->y = (int)lrintf(y - side / 2);
}

void performer_draw(const struct performer *p, double t, int width, int height, uint8_t *rgb,
                    uint8_t *grey, struct frame_truth *truth)
{
    assert(width > 0 && height > 0 && t >= 0 && p->only < PERFORMER_MOODS);
    struct pose pose;
    struct frame_truth played_now;
    struct look look;
    struct face face;
    pose_at(p, t, &pose, &played_now);
    look_make(&look, p->seed);
    face_make(&face, &look, &pose, width, height);
    face_paint(&face, 1, width, height, rgb, grey);
    truth_box(&face, &played_now.face);
    if (truth != NULL)
        *truth = played_now;
}

void performer_draw_pair(const struct performer *p, double t, int width, int height, uint8_t *rgb,
                         uint8_t *grey, struct frame_truth truth[2])
{
    assert(width > 0 && height > 0 && t >= 0 && p->only < PERFORMER_MOODS);
    struct face face[2];
    float way = (float)cos(6.2831853 * t / PAIR_S);
    for (int i = 0; i < 2; i++) {
        struct performer one = {.seed = p->seed + 77 * (unsigned)i, .only = p->only};
        struct pose pose;
        struct look look;
        pose_at(&one, t, &pose, &truth[i]);
        pose.x = (i == 0 ? -PAIR_FAR : PAIR_FAR) * way;
        pose.y += i == 0 ? -0.1f : 0.25f;
        pose.zoom *= i == 0 ? 0.56f : 0.64f; /* the one in front is nearer */
        look_make(&look, one.seed);
        face_make(&face[i], &look, &pose, width, height);
        truth_box(&face[i], &truth[i].face);
    }
    face_paint(face, 2, width, height, rgb, grey);
}
