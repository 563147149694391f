/*
 * infer: a trained network that turns face crops into probabilities. The one header of nn/ that
 * vision/ sees.
 *
 * A struct infer belongs to one thread; it allocates at open and never again. Batch normalisation
 * is folded into the convolutions before it, dropout is gone.
 */
#ifndef NN_INFER_H
#define NN_INFER_H

#include <stdint.h>

#include "base/err.h"

struct infer;

/* What a model directory holds, for headers and status lines; valid until infer_close. */
struct infer_info {
    const char *name;         /* the directory's last part */
    int height, width, depth; /* of the input */
    int classes;
    const char *const *labels; /* classes of them, from labels.txt */
    long params;               /* as Keras counts them: trainable and not */
    long macs;                 /* multiply-adds of one forward pass of one image */
    uint64_t mark;             /* model_mark */
};

/*
 * Reads model.json, weights.safetensors and labels.txt of a model directory ("" is the shipped
 * emotion model) and makes room for max_batch images. NULL with the file and what is wrong in err
 * if a file is missing or damaged, or if shapes disagree.
 */
struct infer *infer_open(const char *dir, int max_batch, struct err *err);

void infer_close(struct infer *in);

const struct infer_info *infer_info(const struct infer *in);

/*
 * x: (N,H,W,C) grey levels 0..255 as floats (a model that wants them scaled begins with a Rescaling
 * or a LayerNormalization layer); p: (N,classes) probabilities, calibrated
 * where the model is (nn/calibrate.h). 1 <= n <= max_batch. x is not kept
 * or changed.
 */
void infer_run(struct infer *in, const float *x, int n, float *p);

#endif
