/*
 * performer: a face drawn by our own code, driven by a few action units, that plays the seven
 * expressions.
 *
 * Pure: the picture is a function of (seed, time); no state, no clock, no allocation. Action units
 * after Ekman and Friesen 1978 (Facial Action Coding System): which units make which expression is
 * said in the table of performer.c; performer_face.c turns them into shapes, performer_paint.c and
 * performer_parts.c paint those. Any thread.
 */
#ifndef VISION_PERFORMER_H
#define VISION_PERFORMER_H

#include "vision/frame.h"

#define PERFORMER_MOODS                                                                            \
    7 /* angry, disgust, fear, happy, sad, surprise, neutral: the order of FER2013 */

extern const char *const performer_mood_name[PERFORMER_MOODS];

struct performer {
    unsigned seed; /* chooses the person, the way it moves and the order of the moods */
    int only;      /* play just this mood, without pauses; -1 = all in turn */
};

/*
 * Draws the face at time t (s, any >= 0) into rgb (height, width, 3) and grey (height, width);
 * either may be NULL, both tight. Sides of 64 pixels or more show a face that a detector finds;
 * smaller ones are drawn too. *truth says what was drawn (NULL is allowed): the box a frontal face
 * detector draws around such a face, the mood, and its strength: 0 while neutral, rising to 1 while
 * a mood is held.
 */
void performer_draw(const struct performer *p, double t, int width, int height, uint8_t *rgb,
                    uint8_t *grey, struct frame_truth *truth);

/*
 * Two performers, who walk to and fro and cross in the middle, the second one in front: hidden
 * faces, for whoever must not mix them up. truth: of each.
 */
void performer_draw_pair(const struct performer *p, double t, int width, int height, uint8_t *rgb,
                         uint8_t *grey, struct frame_truth truth[2]);

#endif
