/*
 * tally: who was there how long, in which mood, and what all of them together showed. Fed scene by
 * scene by the live screen and by `moodtop report`: the same sums for both.
 *
 * The time from one scene to the next belongs to what the first one showed; a step of more than
 * RECORD_GAP_S, or backwards, belongs to nobody. Flat numbers and one table of faces that grows;
 * one owner, one thread.
 */
#ifndef VISION_TALLY_H
#define VISION_TALLY_H

#include "vision/scene.h"

struct tally_face {
    int id;
    double first, last;               /* seconds of the clock: when it came, when last there */
    double present_s;                 /* it had its number */
    double attention_s;               /* and looked this way: the detector, which knows faces
                                         from the front alone, found it */
    double unsure_s;                  /* its label was shown as "not sure" */
    double mood_s[SCENE_CLASSES_MAX]; /* that was its label */
    double sum[SCENE_CLASSES_MAX];    /* of p times seconds */
    int change[SCENE_CLASSES_MAX][SCENE_CLASSES_MAX]; /* of label, from row to column */
    int mood;                                         /* its last label */
    long scenes;
};

struct tally {
    int classes;
    long scenes;     /* analysed pictures */
    long lines;      /* faces in them */
    double time_s;   /* all, without gaps */
    double nobody_s; /* nobody was there */
    double unsure_s; /* labels were shown as "not sure", summed over faces; part of mood_s */
    int most;        /* faces at once */
    double mood_s[SCENE_CLASSES_MAX];
    double sum[SCENE_CLASSES_MAX], square[SCENE_CLASSES_MAX]; /* of p and p * p times seconds */
    struct tally_face *face;                                  /* (faces), by id */
    int faces, room;
    struct scene before;
    double clock;
};

void tally_init(struct tally *t, int classes);
void tally_free(struct tally *t);

/* Adds a scene at a second of a clock. */
void tally_scene(struct tally *t, const struct scene *scene, double clock);

/* The face of that number, or NULL. */
const struct tally_face *tally_find(const struct tally *t, int id);

/* Seconds that faces were there, summed over faces. */
double tally_present(const struct tally *t);

/* Mean and standard deviation of a class's p over faces and time; 0 if nobody was there. */
double tally_mean(const struct tally *t, int class);
double tally_spread(const struct tally *t, int class);

/* The same over the faces of one scene. */
void tally_now(const struct scene *scene, int class, double *mean, double *spread);

#endif
