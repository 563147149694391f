/* calibrate: see calibrate.h. */
#include "nn/calibrate.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"

enum { FILE_MAX = 65536 };

#define CLOSE 1e-4 /* of the logarithm of T */

/* ---- the number ------------------------------------------------------------------------------ */

static double loss_of(const float *logit, int label, int classes, double temperature)
{
    double most = (double)logit[0], sum = 0;
    for (int c = 1; c < classes; c++)
        most = fmax(most, (double)logit[c]);
    for (int c = 0; c < classes; c++)
        sum += exp(((double)logit[c] - most) / temperature);
    return log(sum) - ((double)logit[label] - most) / temperature;
}

double calibrate_loss(const float *logit, const int *label, int n, int classes, double temperature)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += loss_of(logit + (size_t)i * (size_t)classes, label[i], classes, temperature);
    return n > 0 ? sum / n : 0;
}

/* Golden-section search over log T: the loss is convex in 1 / T, so there is one least. */
double calibrate_fit(const float *logit, const int *label, int n, int classes)
{
    const double part = (sqrt(5) - 1) / 2;
    double lo = log(CALIBRATE_LEAST), hi = log(CALIBRATE_MOST);
    double a = hi - part * (hi - lo), b = lo + part * (hi - lo);
    double at_a = calibrate_loss(logit, label, n, classes, exp(a));
    double at_b = calibrate_loss(logit, label, n, classes, exp(b));
    while (hi - lo > CLOSE) {
        if (at_a < at_b) {
            hi = b;
            b = a;
            at_b = at_a;
            a = hi - part * (hi - lo);
            at_a = calibrate_loss(logit, label, n, classes, exp(a));
        } else {
            lo = a;
            a = b;
            at_a = at_b;
            b = lo + part * (hi - lo);
            at_b = calibrate_loss(logit, label, n, classes, exp(b));
        }
    }
    return exp((lo + hi) / 2);
}

/* softmax(z / T) is softmax(z) to the power of 1 / T, brought to the sum of 1. */
void calibrate_apply(float *p, int n, int classes, double temperature)
{
    const float power = (float)(1 / temperature);
    for (int i = 0; i < n && temperature != 1; i++, p += classes) {
        float most = 0, sum = 0;
        for (int c = 0; c < classes; c++)
            most = fmaxf(most, p[c]);
        for (int c = 0; c < classes && most > 0; c++)
            sum += p[c] = powf(p[c] / most, power);
        for (int c = 0; c < classes && sum > 0; c++)
            p[c] /= sum;
    }
}

/* ---- the file -------------------------------------------------------------------------------- */

static int parse(const char *path, const char *text, size_t size, uint64_t weights, double *out,
                 struct err *err)
{
    json_error_t where;
    json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &where);
    const json_t *t = json_object_get(root, "temperature");
    const char *sum = json_string_value(json_object_get(root, "weights"));
    double value = json_number_value(t);
    char want[17];
    int rc = 0;
    snprintf(want, sizeof want, "%016" PRIx64, weights);
    if (root == NULL)
        rc = err_set(err, "%s:%d: %s", path, where.line, where.text);
    else if (!json_is_number(t) || !(value >= CALIBRATE_LEAST && value <= CALIBRATE_MOST))
        rc = err_set(err, "%s: \"temperature\": expected a number from %g to %g", path,
                     CALIBRATE_LEAST, CALIBRATE_MOST);
    else if (sum != NULL && strcmp(sum, want) != 0)
        log_write(LOG_WARN, "%s: is for other weights and is not used", path);
    else
        *out = value;
    json_decref(root);
    return rc;
}

int calibrate_read(const char *dir, uint64_t weights, double *temperature, struct err *err)
{
    char *path = file_join(dir, CALIBRATE_FILE);
    size_t size;
    int rc = 0;
    *temperature = 1;
    if (file_exists(path)) {
        char *text = file_read(path, FILE_MAX, &size, err);
        rc = text == NULL ? -1 : parse(path, text, size, weights, temperature, err);
        free(text);
    }
    free(path);
    return rc;
}

int calibrate_write(const char *dir, uint64_t weights, double temperature, const char *split, int n,
                    struct err *err)
{
    char *path = file_join(dir, CALIBRATE_FILE), text[256];
    int size = snprintf(text, sizeof text,
                        "{\"temperature\": %.4f, \"weights\": \"%016" PRIx64
                        "\", \"split\": \"%.32s\", \"n\": %d}\n",
                        temperature, weights, split, n);
    int rc = file_write_atomic(path, text, (size_t)size, err);
    free(path);
    return rc;
}
