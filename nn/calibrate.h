/*
 * calibrate: makes a network's probabilities say how often it is right, by one number.
 *
 * Temperature scaling (Guo et al. 2017, "On Calibration of Modern Neural Networks"): logits are
 * divided by T before the softmax, and T is the one with the least cross-entropy on images that the
 * network was not trained on. The order of the classes stays, and so does accuracy. T lies in
 * calibration.json of the model directory, together with a check sum of the weights that it was
 * found for: {"temperature": 1.2, "weights": "0123456789abcdef", "split": "PublicTest", "n": 3589}.
 */
#ifndef NN_CALIBRATE_H
#define NN_CALIBRATE_H

#include <stdint.h>

#include "base/err.h"

#define CALIBRATE_FILE "calibration.json"
#define CALIBRATE_LEAST 0.05 /* temperatures that are looked at and accepted */
#define CALIBRATE_MOST 20.0

/* The mean cross-entropy of p (n, classes), logits or logarithms of probabilities, at T. */
double calibrate_loss(const float *logit, const int *label, int n, int classes, double temperature);

/* The T with the least cross-entropy. */
double calibrate_fit(const float *logit, const int *label, int n, int classes);

/* Turns probabilities p (n, classes), which stand at T = 1, into those at T, in place. */
void calibrate_apply(float *p, int n, int classes, double temperature);

/* Reads the T of a model directory, 1 where there is no file, or where it is for other weights
 * (which is logged); -1 and err if it is damaged. */
int calibrate_read(const char *dir, uint64_t weights, double *temperature, struct err *err);

/* Writes it, atomically; 0 or -1. */
int calibrate_write(const char *dir, uint64_t weights, double temperature, const char *split, int n,
                    struct err *err);

#endif
