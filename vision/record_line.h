/* record_line: one line of a record, in either format, checked field by field. Pure. */
#ifndef VISION_RECORD_LINE_H
#define VISION_RECORD_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "vision/record_read.h"

/* What a line says. */
struct record_line {
    bool source; /* nothing but another source, which is then in the head */
    double time, pts;
    long frame;
    int width, height;
    struct scene_face face; /* id 0: none */
};

/* The first line, without what stands before its '{'. 0, or -1 and err. */
int record_line_head(const char *text, size_t size, struct record_head *head, struct err *err);

/* A line of JSON. Another source goes into the head. 0, or -1 and err. */
int record_line_json(const char *text, size_t size, struct record_head *head,
                     struct record_line *out, struct err *err);

/* A line of CSV, without its end; it is changed. 0, or -1 and err. */
int record_line_csv(char *text, const struct record_head *head, struct record_line *out,
                    struct err *err);

#endif
