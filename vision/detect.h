/*
 * detect: finds faces in a grey picture with a Viola-Jones cascade.
 *
 * Viola and Jones 2001, "Rapid object detection using a boosted cascade of simple features"; scale
 * pyramid and grouping as in OpenCV's CascadeClassifier::detectMultiScale. A detector belongs to
 * one thread; it allocates when the picture's size changes and never otherwise.
 */
#ifndef VISION_DETECT_H
#define VISION_DETECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "config/opts.h"
#include "vision/frame.h"

#define DETECT_MAX 256   /* faces in one picture */
#define DETECT_REACH 0.2 /* of detector_search */
#define DETECT_SIZES 2
#define DETECT_LARGE 2 /* of detector_glance: least sizes that make a face large */

struct detector;

struct detection {
    struct box box;
    int neighbors; /* raw hits behind it: a measure of certainty */
};

/* Reads the cascade (a path, or a bare name such as haarcascade_frontalface_alt.xml); NULL and err
 * on failure. */
struct detector *detector_open(const struct detect_opts *opts, struct err *err);

void detector_close(struct detector *d);

/* Finds faces in grey (height, width), rows `stride` bytes apart; returns how many, at most max,
 * largest first. */
int detector_run(struct detector *d, const uint8_t *grey, int width, int height, int stride,
                 struct detection *out, int max);

/*
 * The same, looking only around n boxes where faces are expected: DETECT_REACH of a side beyond
 * each, at the size of the box and DETECT_SIZES steps of the scale factor above and below. What
 * lies there is seen in the very pixels of the whole search; min_neighbors is the caller's, as
 * fewer sizes give fewer hits.
 */
int detector_search(struct detector *d, const uint8_t *grey, int width, int height, int stride,
                    const struct box *near, int n, int min_neighbors, struct detection *out,
                    int max);

/*
 * The whole picture at a third of the cost of detector_run: windows start at every second row and
 * column of all sizes, and where that gives two hits or more detector_search looks closer. Of faces
 * that detector_run only just finds, some are missed. Without `small` only large faces are certain
 * to be looked for, those of detector_large, at half of that cost.
 */
int detector_glance(struct detector *d, const uint8_t *grey, int width, int height, int stride,
                    bool small, struct detection *out, int max);

/* The side of the smallest large face in pictures of the last one's size. */
int detector_large(const struct detector *d);

#endif
