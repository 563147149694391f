/*
 * examine: what the doctor needs from other parts of the program: the face detector, and the
 * network's opinion of each image. Private to cmd/.
 */
#ifndef CMD_EXAMINE_H
#define CMD_EXAMINE_H

#include <stdbool.h>
#include <stdint.h>

#include "config/opts.h"
#include "nn/doctor.h"

struct finder;

/*
 * Makes detectors for as many threads. Images are enlarged and get a border of their mean, as
 * FER2013's faces fill the picture and the detector's window is 20 pixels with some room around
 * the face; a face counts that opts' cascade or haarcascade_frontalface_default.xml finds. NULL
 * and err if a cascade cannot be read.
 */
struct finder *finder_open(const struct detect_opts *opts, int threads, struct err *err);

/* Whether there is a face in a 48x48 image; the detectors of `worker`. */
bool finder_look(struct finder *f, const uint8_t *image, int worker);

/* NULL is allowed. */
void finder_close(struct finder *f);

/* What such a finder has said of the images of ds before, for doctor_how.faces; the caller frees.
 */
int8_t *examine_faces(const struct dataset *ds, const struct detect_opts *opts);

/* Keeps that for the next time. */
void examine_faces_keep(const struct dataset *ds, const struct detect_opts *opts,
                        const int8_t *faces);

/*
 * The probabilities (ds->n, classes) that the model of that directory ("" = the shipped emotion
 * model) gives each image, in the set's order of classes; 0 in rows that are excluded. The caller
 * frees them. NULL with err if the model cannot be read or knows other classes; NULL without a
 * word if progress gave up.
 */
float *examine_labels(const struct dataset *ds, const char *model, struct pool *pool,
                      doctor_progress *progress, void *ctx, struct err *err);

/*
 * Excludes from Training what the doctor found to stand in another split, by corrections; or takes
 * those exclusions back (`undo`). Gives how many rows, and brings ds up to date; -1 and err if the
 * corrections cannot be written: what was written before stays. Ends early if progress gives up.
 */
int examine_fix(struct dataset *ds, const struct doctor *d, doctor_progress *progress, void *ctx,
                struct err *err);
int examine_unfix(struct dataset *ds, doctor_progress *progress, void *ctx, struct err *err);

#endif
