/* dataset_save: a data set, as corrected, in a file that lasts: a pack or a CSV file. Whoever
 * opened the set; files are written whole or not at all. */
#ifndef NN_DATASET_SAVE_H
#define NN_DATASET_SAVE_H

#include "nn/dataset.h"

/* Writes a pack with the rows that are not excluded, under the labels they have now; they keep
 * their origins. progress (done: 0..1; false = give up) may be NULL. 0, or -1 and err. */
int dataset_save_pack(const struct dataset *ds, const char *path,
                      bool (*progress)(void *ctx, const struct dataset_progress *p), void *ctx,
                      struct err *err);

/*
 * Writes the same rows as FER2013's file, byte by byte what it would be; key points as Kaggle's;
 * other classes than the seven by name, as nn/csv.h reads them. progress as above. 0, or -1 and
 * err, also where a name cannot stand in such a file.
 */
int dataset_save_csv(const struct dataset *ds, const char *path,
                     bool (*progress)(void *ctx, const struct dataset_progress *p), void *ctx,
                     struct err *err);

#endif
