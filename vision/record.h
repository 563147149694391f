/*
 * record: what the analysis found, written to a file as it happens: a line for each face of each
 * analysed frame, and one with id 0 for a frame without a face.
 *
 * FILE.jsonl: a JSON object a line. The first says what the record is, a later one with "source"
 * and no "frame" that another source was opened:
 *
 *   {"moodtop":"0.1.0","record":1,"model":"emotion","classes":["angry",...],"source":"demo:",
 *    "started":"2026-11-21T09:30:00.125Z","half_life_s":0.5}
 *   {"time":1795253400.125,"pts":0.033,"frame":1,"size":[640,480],"id":1,"box":[10,20,96,96],
 *    "found":true,"mood":"happy","sure":true,"raw":[0.01,...],"p":[0.02,...]}
 *
 * time: seconds since 1970, when the picture was taken; pts: seconds by the source's own clock;
 * frame: 1, 2, ... of the record; box: x, y, width, height in pixels of `size`; found: false if the
 * face was missed in this frame and is told as it was last; raw: the network's probabilities in
 * the order of `classes`, read against the face's neutral look where one was set; p: the same,
 * smoothed; mood: the label; sure: false if it was shown as "not sure".
 *
 * FILE.csv: "# " and the same first object, then a row of column names, then rows.
 *
 * record_open and record_close belong to one thread, the rest to another (the analysis); neither
 * waits for the disk (base/spool).
 */
#ifndef VISION_RECORD_H
#define VISION_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "nn/infer.h"
#include "vision/scene.h"

#define RECORD_VERSION 1

struct record;

/* Makes the file, whose name ends in .jsonl or .csv and which must not exist, and writes its head.
 * NULL and err. */
struct record *record_open(const char *path, const struct infer_info *model, const char *source,
                           double half_life_s, struct err *err);

/* Writes the lines of a scene; false if the record has failed (record_failed says why). */
bool record_scene(struct record *r, const struct scene *scene);

/* From now on the pictures come from another source; false as above. */
bool record_source(struct record *r, const char *source);

/* Whether writing has failed, and why; any thread. */
bool record_failed(struct record *r, struct err *err);

/* Lines so far, without the head. */
uint64_t record_lines(const struct record *r);

/* Ends and frees it; NULL is allowed. 0, or -1 and err if something could not be written. */
int record_close(struct record *r, struct err *err);

/* Puts a name for a new record into path: "moodtop-20261121-093000.jsonl", or, if like is not "",
 * that name with "-2", "-3", ... before its ending; one that is not there yet. */
void record_name(char *path, size_t size, const char *like);

#endif
