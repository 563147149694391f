/* csv_row: one line of a CSV file. Pure; any thread. */
#ifndef NN_CSV_ROW_H
#define NN_CSV_ROW_H

#include "nn/csv_pixels.h"
#include "nn/dataset.h"

enum { CSV_LINE_MAX = 1 << 16 }; /* bytes; four times the longest sound row of FER2013 */
enum { CSV_NAME_MAX = 64 };      /* a class's, with its end */

/* What the header says: which field is what; -1: there is none. */
struct csv_columns {
    int fields, emotion, pixels, usage;
    int class; /* a class by name, of any name, where there is no emotion */
    int image; /* of key points, behind their 30 coordinates; then the others are -1 */
};

/* Names of classes in the order in which they first came. */
struct csv_names {
    int n;
    char name[DATASET_CLASSES_MAX][CSV_NAME_MAX];
};

/* Whether a class of that name (size bytes) can stand in a file: 1 to 63 bytes without commas,
 * quotes, slashes, control characters, blanks at the ends or a dot before it. */
bool csv_is_name(const char *name, size_t size);

/* Reads the header (without its line end); 0, or -1 with what was expected. */
int csv_columns_read(struct csv_columns *c, const char *line, size_t size, struct err *err);

/* Reads a row: class (with c->class its place in names, to which a new one is added), split and
 * pixels (DATASET_PIXELS). The text may be read and out be written CSV_PIXELS_SLACK bytes further.
 * 0 or -1. */
int csv_row_face(const struct csv_columns *c, struct csv_names *names, const char *line,
                 size_t size, uint8_t *label, uint8_t *split, uint8_t *pixels, struct err *err);

/* Reads a row of key points: points (DATASET_POINTS, NAN = unknown) and wide (DATASET_WIDE). */
int csv_row_points(const struct csv_columns *c, const char *line, size_t size, float *points,
                   uint8_t *wide, struct err *err);

#endif
