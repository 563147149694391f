/* report: the sums of a record (vision/tally.h), and how they are printed. */
#ifndef CMD_REPORT_H
#define CMD_REPORT_H

#include "vision/record_read.h"
#include "vision/tally.h"

#define REPORT_COLUMNS 60 /* of the chart over time */

struct report {
    const char *path;
    struct record_head head;
    struct tally tally;
    double length_s; /* of the record, without gaps */
    bool torn;       /* its last line is cut off */
    /* (REPORT_COLUMNS, classes) seconds per label in each column of the chart, of all faces */
    double chart[REPORT_COLUMNS][SCENE_CLASSES_MAX];
};

void report_print_text(const struct report *r);
void report_print_json(const struct report *r);

#endif
