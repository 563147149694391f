/*
 * teacher: a trained network that tells a training one, picture by picture, how likely it finds
 * each class. Trainer thread; inference mode, its layers' slices on the trainer's pool.
 */
#ifndef NN_TEACHER_H
#define NN_TEACHER_H

#include <stdint.h>

#include "base/err.h"
#include "base/thread.h"
#include "nn/dataset.h"

struct teacher;

/* Reads a model directory with weights, for batches of up to `batch` pictures of the
 * data set. The pool is borrowed until teacher_close. NULL and err where it cannot teach. */
struct teacher *teacher_open(const char *dir, const struct dataset *ds, int batch,
                             struct pool *pool, struct err *err);

/* Its logits (n, classes) for x (n, 48, 48, 1); valid until the next call. */
const float *teacher_logits(struct teacher *t, const float *x, int n);

/* Of its architecture and weights. */
uint64_t teacher_hash(const struct teacher *t);

/* NULL is allowed. */
void teacher_close(struct teacher *t);

#endif
