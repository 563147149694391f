/*
 * record_read: a record (vision/record.h) read back, scene by scene, in either of its formats.
 *
 * Nothing in the file is trusted: a damaged line is an error with its number. Only the last line
 * may be cut off, as a crash leaves it; it is then left out. One thread.
 */
#ifndef VISION_RECORD_READ_H
#define VISION_RECORD_READ_H

#include <stdbool.h>

#include "base/err.h"
#include "vision/scene.h"

#define RECORD_GAP_S 2.0 /* a step of pts that is longer, or backwards, takes no time */

struct record_head {
    char version[32], model[128], started[40];
    char source[512]; /* of the scene read last */
    double half_life_s;
    int classes;
    char label[SCENE_CLASSES_MAX][64];
};

struct record_reader;

/* Opens a record and reads its head. NULL and err. */
struct record_reader *record_read_open(const char *path, struct err *err);

void record_read_close(struct record_reader *r);

const struct record_head *record_read_head(const struct record_reader *r);

/*
 * Reads the next scene: 1, 0 at the end, -1 and err. Set are seq (the record's frame number), time
 * (ns since 1970), pts, width, height, classes and the faces; neighbors is 1 or 0.
 */
int record_read_next(struct record_reader *r, struct scene *scene, struct err *err);

/* Seconds from the first scene to the one read last: the sum of the steps of pts that count. */
double record_read_clock(const struct record_reader *r);

/* Whether the last line was cut off. */
bool record_read_torn(const struct record_reader *r);

/* A place between two scenes: before the one read last; and back to it. */
struct record_place {
    long offset, line;
    double clock, pts;
    bool begun;
};
struct record_place record_read_place(const struct record_reader *r);
void record_read_go(struct record_reader *r, const struct record_place *place);

#endif
