/*
 * csv: rows of a CSV file into a pack.
 *
 * FER2013: columns emotion (0..6 or a name), pixels (2304 grey levels separated by blanks) and
 * Usage (Training, PublicTest, PrivateTest; without that column all are Training), in any order,
 * fields quoted or not, lines ended by LF or CRLF, with or without a byte order mark. Sets with
 * classes of their own have a column class, of names, instead of emotion. Kaggle's facial key
 * points: 30 columns of coordinates, empty where unknown, and Image (9216 grey levels).
 *
 * Called by one thread; blocks are read and lines parsed on a pool of threads.
 */
#ifndef NN_CSV_H
#define NN_CSV_H

#include "nn/pack_write.h"

/* Adds all rows of the file to w, which has begun the part. Damaged rows go to pack_damage, or,
 * with how->strict, end it. 0, or -1 with "file:line: expected ..., got ...". */
int csv_read(const char *path, const struct dataset_how *how, struct pack_writer *w,
             struct err *err);

#endif
