/* loss: softmax cross-entropy against probabilities (labels, votes, mixtures). Pure; any thread. */
#ifndef NN_LOSS_H
#define NN_LOSS_H

#include <stdint.h>

/* p = softmax(logits), row by row; logits, p: (n, classes); they may be the same array. */
void loss_softmax(const float *logits, int n, int classes, float *p);

/*
 * The mean over n rows of -w sum_c q_c log p_c. logits, target (q): (n, classes); weight (w): (n),
 * or NULL for ones. dlogits: (n, classes) gets the gradient of that mean by the logits,
 * w (p - q) / n; it may be NULL. A NaN among the logits makes the loss NaN.
 */
double loss_cross_entropy(const float *logits, const float *target, const float *weight, int n,
                          int classes, float *dlogits);

/*
 * Distillation (Hinton, Vinyals and Dean 2015, "Distilling the knowledge in a neural network"). The
 * mean over n rows of w T^2 sum_c t_c log(t_c / s_c), where t and s are the softmax of the
 * teacher's and of our logits divided by the temperature T. dlogits, if not NULL, becomes
 * (1 - share) dlogits + share times the gradient of that mean, w T (s - t) / n.
 */
double loss_distill(const float *logits, const float *teacher, const float *weight, int n,
                    int classes, float temperature, float share, float *dlogits);

/* How many of n rows have their largest logit at the label. */
int loss_correct(const float *logits, const uint8_t *label, int n, int classes);

#endif
