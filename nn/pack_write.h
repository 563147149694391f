/*
 * pack_write: a pack in the making.
 *
 * Belongs to one thread, but for pack_put and pack_put_points. It is written as "PATH.PID.tmp",
 * which becomes PATH, whole and synced, in pack_finish: two who write the same pack do each other
 * no harm, and whoever gives up leaves nothing.
 */
#ifndef NN_PACK_WRITE_H
#define NN_PACK_WRITE_H

#include "nn/pack.h"

struct pack_writer;

/* Begins a pack at path, or one in memory alone if path is NULL. NULL and err. */
struct pack_writer *pack_create(const char *path, uint64_t key, struct err *err);

/* A new source; the rows that follow are its. */
void pack_part(struct pack_writer *w, const char *name, const char *path, bool lines);

/* Says whether the rows of this source are key points or faces with labels; of a pack all are the
 * one or the other. 0, or -1 with the sources that cannot be one set. */
int pack_kind(struct pack_writer *w, bool points, struct err *err);

/* Room for n more rows; the first one's number, or -1 and err if there are too many. */
int pack_grow(struct pack_writer *w, int n, struct err *err);

/* Writes pixels of n rows that pack_grow gave; any thread; 0, or -1 with errno. */
int pack_put(struct pack_writer *w, int row, const uint8_t *pixels, int n);

/* Label, split and origin of a row. */
void pack_row(struct pack_writer *w, int row, int label, enum split split, uint32_t origin);

/* Key points (30) and the picture in full (9216) of a row; all rows have them or none. 0, or -1
 * with errno. */
int pack_put_points(struct pack_writer *w, int row, const float *points, const uint8_t *wide);

/* Adds n rows from `row` on to the hash, whose split and class stay from now on, if those before
 * them have been; pack_finish adds what is left, which costs reading it again. */
void pack_hash(struct pack_writer *w, int row, const uint8_t *pixels, int n);

/* Puts a string among the pack's; its place. */
uint32_t pack_text(struct pack_writer *w, const char *text);

/* One damaged row or file, "file:line: what". */
void pack_damage(struct pack_writer *w, const char *text);

/* The class of that name, the seven's other names included, made if there is none; -1 if 64 are. */
int pack_class(struct pack_writer *w, const char *name);

/* The first of all; NULL if there is none. */
const char *pack_first_damage(const struct pack_writer *w);

/* Takes down what the file or folder is now. 0 or -1. */
int pack_stamp_file(struct pack_writer *w, const char *path, struct err *err);

/* The same as it was seen before (pack_stamp_of); the place of its path among the pack's texts, any
 * end of which may serve as an origin. */
uint32_t pack_stamp_put(struct pack_writer *w, const char *path, const struct pack_stamp *seen);

/* The same of a folder's names alone. */
void pack_stamp_listing(struct pack_writer *w, const char *path);

int pack_count(const struct pack_writer *w);

/* Makes a share of the Training rows from `first` on PublicTest, of each class as many, by a random
 * choice of that seed; only where there is no row of PublicTest yet and none is hashed. */
void pack_split(struct pack_writer *w, int first, double share, int seed);

/* Completes the pack and maps it; NULL and err. Frees the writer, in any case. */
struct pack *pack_finish(struct pack_writer *w, struct err *err);

/* Gives up, leaving no file; NULL is allowed. */
void pack_abort(struct pack_writer *w);

#endif
