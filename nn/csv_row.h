/* csv_row: one line of a CSV file. Pure; any thread. */
#ifndef NN_CSV_ROW_H
#define NN_CSV_ROW_H

#include "nn/csv_pixels.h"
#include "nn/dataset.h"

enum { CSV_LINE_MAX = 1 << 16 }; /* bytes; four times the longest sound row of FER2013 */

/* What the header says: which field is what; -1: there is none. */
struct csv_columns {
    int fields, emotion, pixels, usage;
    int image; /* of key points, behind their 30 coordinates; then the others are -1 */
};

/* Reads the header (without its line end); 0, or -1 with what was expected. */
int csv_columns_read(struct csv_columns *c, const char *line, size_t size, struct err *err);

/* Reads a row: class, split and pixels (DATASET_PIXELS). The text may be read and out be written
 * CSV_PIXELS_SLACK bytes further. 0 or -1. */
int csv_row_face(const struct csv_columns *c, const char *line, size_t size, uint8_t *label,
                 uint8_t *split, uint8_t *pixels, struct err *err);

/* Reads a row of key points: points (DATASET_POINTS, NAN = unknown) and wide (DATASET_WIDE). */
int csv_row_points(const struct csv_columns *c, const char *line, size_t size, float *points,
                   uint8_t *wide, struct err *err);

#endif
