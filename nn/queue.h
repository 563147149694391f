/*
 * queue: training runs of one folder wait for each other, so that each has the machine for itself.
 *
 * There is no queue but the waiting trainers themselves: each holds its run's lock, in which its
 * place stands, and looks now and then whether its turn has come. So whoever dies, by whatever
 * means, is out of the queue with the lock that the kernel takes back, and the next one goes on.
 * Places are numbers, not times: no clock matters. Trainer thread.
 */
#ifndef NN_QUEUE_H
#define NN_QUEUE_H

#include <stdbool.h>

#include "nn/rundir.h"

#define QUEUE_LOOK_MS 500 /* how often a trainer looks */

/* Whether no other run of the folder is trained and none waits in front of this one, whose lock
 * then says that it runs; if not, it gets a place, or keeps it. 0, or -1 if the folder cannot be
 * read. */
int queue_turn(struct rundir *r, bool *turn, struct err *err);

#endif
