/*
 * spool: a new file that grows line by line, written by a thread of its own.
 *
 * Whoever puts lines never waits for the disk: they go into memory and from there to the file, at
 * once where nothing was written for 200 ms, else when these are over, so that a crash of the
 * program loses less than a second however few or many lines come. When the disk is full or gone
 * the file ends with its last whole line, and the spool says why. One owner opens and closes;
 * spool_put and spool_failed may come from any thread.
 */
#ifndef BASE_SPOOL_H
#define BASE_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SPOOL_WRITE_MS 200 /* between two writes, at least */

struct spool;

/* Makes the file, which must not exist yet, and starts the thread; room is how many bytes may wait
 * in memory. NULL and err. */
struct spool *spool_open(const char *path, size_t room, struct err *err);

/* Takes whole lines, each ending with '\n'. False if the spool has failed, now or before: too many
 * bytes wait, or the disk took no more. */
bool spool_put(struct spool *s, const char *lines, size_t size);

/* Whether it has failed; then the reason in err. */
bool spool_failed(struct spool *s, struct err *err);

/* Bytes that are in the file. */
uint64_t spool_written(struct spool *s);

/* Writes what waits, forces it to the disk, ends the thread and frees; NULL is allowed. 0, or -1
 * and why it failed, now or before. */
int spool_close(struct spool *s, struct err *err);

#endif
