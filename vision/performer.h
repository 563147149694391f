/*
 * performer: a face drawn by our own code, driven by a few action units, that plays the seven
 * expressions.
 *
 * Pure: the picture is a function of (seed, time); no state, no clock. Action units after Ekman and
 * Friesen 1978 (Facial Action Coding System): which units make which expression is said in the
 * table of performer.c.
 */
#ifndef VISION_PERFORMER_H
#define VISION_PERFORMER_H

#include "vision/frame.h"

#define PERFORMER_MOODS                                                                            \
    7 /* angry, disgust, fear, happy, sad, surprise, neutral: the order of FER2013 */

extern const char *const performer_mood_name[PERFORMER_MOODS];

struct performer {
    unsigned seed;
    int only; /* play just this mood; -1 = all in turn */
};

/* Draws the face at time t (s) into rgb (height, width, 3) and grey (height, width); says what it
 * drew. */
void performer_draw(const struct performer *p, double t, int width, int height, uint8_t *rgb,
                    uint8_t *grey, struct frame_truth *truth);

#endif
