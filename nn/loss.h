/* loss: softmax cross-entropy with label smoothing (Szegedy et al. 2016). Pure; any thread. */
#ifndef NN_LOSS_H
#define NN_LOSS_H

#include <stdint.h>

/* p = softmax(logits), row by row; logits, p: (n, classes); they may be the same array. */
void loss_softmax(const float *logits, int n, int classes, float *p);

/*
 * The mean over n rows of -sum_c q_c log p_c, where q is 1 - smoothing on the label plus
 * smoothing / classes everywhere. logits: (n, classes); label: (n). dlogits: (n, classes) gets the
 * gradient of that mean by the logits, (p - q) / n; it may be NULL. correct, which may be NULL,
 * gets how many rows have their largest logit at the label. A NaN among the logits makes the loss
 * NaN.
 */
double loss_cross_entropy(const float *logits, const uint8_t *label, int n, int classes,
                          float smoothing, float *dlogits, int *correct);

#endif
