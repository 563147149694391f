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

enum { FERPLUS_VOTES = 10 }; /* what a tagger could say: the columns, in the file's order */

/* FER2013's class of each column; -1: none of the seven (contempt, unknown, not a face). */
extern const int ferplus_class[FERPLUS_VOTES];

/*
 * Joins the file to the data set by row, as ferplus_votes does; a set in memory has the file's
 * rows. votes (ds->n, FERPLUS_VOTES) gets the share of each column among the taggers; it stays as
 * it is in rows without any vote, and in rows that are not of Training, of which nothing is ever
 * used. hash: of the file's bytes. 0, or -1 with "file:line: expected ..., got ..." in err; a Usage
 * that is not that of the data set's row is such an error.
 */
int ferplus_read(const char *path, const struct dataset *ds, float *votes, uint64_t *hash,
                 struct err *err);

/*
 * Joins the numbers of votes to the rows of one CSV file of the set, by their lines: the longest
 * that has not more rows than there are votes. votes (ds->n, DATASET_VOTES), in the file's order of
 * columns; other rows keep what they have. 0 or -1, as ferplus_read.
 */
int ferplus_votes(const char *path, const struct dataset *ds, uint8_t *votes, struct err *err);

/*
 * How the votes (FERPLUS_VOTES) for the seven classes fall: share (DATASET_CLASSES), in FER2013's
 * order. false, and share as it was: most votes, or all, say contempt, unknown or not a face.
 */
bool ferplus_share(const float *votes, float *share);

/*
 * How probable each label is where the votes fall as they do: P(label | votes) by softmax
 * regression on the shares and their square roots, fitted to these n rows themselves by accelerated
 * gradient descent (Nesterov 1983). FER+ says neutral twice as often as FER2013; learned from the
 * plain votes a network would say so too, learned from these it keeps FER2013's mix and loses its
 * noise.
 * votes (n, FERPLUS_VOTES), label (n), probability (n, DATASET_CLASSES); returns the mean
 * cross-entropy, in nats. The same input gives the same bits.
 */
double ferplus_posterior(const float *votes, const int *label, int n, float *probability);

#endif
