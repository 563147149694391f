/*
 * ferplus: the votes of FER+ (Barsoum et al. 2016, "Training deep networks for facial expression
 * recognition with crowd-sourced label distribution") for the rows of FER2013.
 *
 * A CSV file with a header and a row per row of fer2013.csv, in its order: Usage, Image name, and
 * ten taggers' votes for neutral, happiness, surprise, sadness, anger, disgust, fear, contempt,
 * unknown, NF (not a face). Read by the trainer before it starts; plain values.
 */
#ifndef NN_FERPLUS_H
#define NN_FERPLUS_H

#include "nn/dataset.h"

/*
 * Joins the file to the data set by row. share (ds->n, DATASET_CLASSES) gets, in FER2013's order of
 * classes, how the votes for the seven classes fall; it stays as it is in rows that have none, and
 * in rows that are not of Training, of which nothing is ever used. doubtful (ds->n): most votes, or
 * all, say contempt, unknown or not a face. hash: of the file's bytes. 0, or -1 with "file:line:
 * expected ..., got ..." in err; a Usage that is not that of the data set's row is such an error.
 */
int ferplus_read(const char *path, const struct dataset *ds, float *share, bool *doubtful,
                 uint64_t *hash, struct err *err);

#endif
