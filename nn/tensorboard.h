/*
 * tensorboard: the epochs of a run as an event file that TensorBoard reads (--tensorboard).
 *
 * A file events.out.tfevents.* in the run directory, made anew from metrics.jsonl by each trainer,
 * so that it is whole after any crash, and appended to after each epoch. Its records are framed as
 * TFRecord (length, data, each with a masked CRC-32C) and hold Event messages in protobuf's wire
 * format, both written by hand from the descriptions in tensorflow/core/lib/io/record_writer.h and
 * tensorflow/core/util/event.proto. Trainer thread; one owner.
 */
#ifndef NN_TENSORBOARD_H
#define NN_TENSORBOARD_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct tensorboard;

/* Writes what the run directory has so far into a new event file, which replaces older ones. */
struct tensorboard *tensorboard_open(const char *dir, struct err *err);

/* Appends the epochs that metrics.jsonl has more by now; 0 or -1. */
int tensorboard_update(struct tensorboard *t, struct err *err);

/* NULL is allowed. */
void tensorboard_close(struct tensorboard *t);

/* CRC-32C (Castagnoli, RFC 3720 B.4) of some bytes. */
uint32_t tensorboard_crc(const void *data, size_t size);

#endif
