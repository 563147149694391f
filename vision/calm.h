/*
 * calm: from the network's answers, frame by frame, to what is said of a face: smoothed over time,
 * a label that does not flicker, and whether it is certain enough to be said at all.
 *
 * A flat value per face, one thread.
 */
#ifndef VISION_CALM_H
#define VISION_CALM_H

#include <stdbool.h>

#include "vision/scene.h"

#define CALM_LOOK_S 3.0 /* how long somebody looks neutral for a baseline */
#define CALM_BACK 0.05f /* how far above the threshold "sure" begins again */

/* How answers are calmed; the same for all faces. */
struct calm_how {
    int classes;
    int neutral;        /* the class of a neutral face; -1 = the network has none */
    double half_life_s; /* of the smoothed probabilities; 0 = none, and no hysteresis either */
    double hysteresis;  /* another label must be ahead by so much */
    double sure;        /* the label's probability that is enough */
};

struct calm {
    double time;                  /* when p was last fed, s; < 0 = never */
    float raw[SCENE_CLASSES_MAX]; /* the last answer, with the baseline's shift */
    float p[SCENE_CLASSES_MAX];   /* smoothed */
    int mood;                     /* the label */
    bool sure;
    enum scene_baseline baseline;
    double looking;                 /* seconds of neutral looks that are in the sum */
    float shift[SCENE_CLASSES_MAX]; /* while looking: the sum of log p * seconds; then what is added
                                       to log p */
};

/* Knows nothing yet. */
void calm_init(struct calm *c);

/*
 * Begins to look for a neutral face for CALM_LOOK_S seconds of answers, or drops the baseline.
 * From then on log p is shifted so that this face, looking as it did then, reads as neutral: what
 * a change of prior probabilities does (Saerens, Latinne and Decaestecker 2002), here per person.
 * Nothing happens where the network has no neutral class.
 */
void calm_baseline(struct calm *c, const struct calm_how *how, bool on);

/*
 * Feeds one answer (classes) at its time (s). Smoothing: after half_life_s seconds half of the old
 * value is left, however many frames came between.
 */
void calm_feed(struct calm *c, const struct calm_how *how, const float *answer, double time);

#endif
