/* loss: see loss.h. */
#include "nn/loss.h"

#include <math.h>
#include <stddef.h>

/* The logarithm of the sum of exp(z / t), without overflow. */
static double log_sum_exp(const float *z, int n, double t)
{
    float top = z[0];
    for (int i = 1; i < n; i++)
        top = z[i] > top ? z[i] : top;
    double sum = 0.0;
    for (int i = 0; i < n; i++)
        sum += exp(((double)z[i] - (double)top) / t);
    return (double)top / t + log(sum);
}

static int index_of_largest(const float *z, int n)
{
    int best = 0;
    for (int i = 1; i < n; i++)
        best = z[i] > z[best] ? i : best;
    return best;
}

void loss_softmax(const float *logits, int n, int classes, float *p)
{
    for (int i = 0; i < n; i++, logits += classes, p += classes) {
        double whole = log_sum_exp(logits, classes, 1.0);
        for (int c = 0; c < classes; c++)
            p[c] = (float)exp((double)logits[c] - whole);
    }
}

double loss_cross_entropy(const float *logits, const float *target, const float *weight, int n,
                          int classes, float *dlogits)
{
    double total = 0.0;
    for (int i = 0; i < n; i++) {
        size_t at = (size_t)i * (size_t)classes;
        const float *z = logits + at, *q = target + at;
        double whole = log_sum_exp(z, classes, 1.0), w = weight != NULL ? (double)weight[i] : 1.0;
        for (int c = 0; c < classes; c++) {
            double log_p = (double)z[c] - whole;
            if (q[c] > 0.0f || isnan(log_p))
                total -= w * (double)q[c] * log_p;
            if (dlogits != NULL)
                dlogits[at + (size_t)c] = (float)(w * (exp(log_p) - (double)q[c]) / n);
        }
    }
    return total / n;
}

double loss_distill(const float *logits, const float *teacher, const float *weight, int n,
                    int classes, float temperature, float share, float *dlogits)
{
    double total = 0.0, t = (double)temperature;
    for (int i = 0; i < n; i++) {
        size_t at = (size_t)i * (size_t)classes;
        double w = weight != NULL ? (double)weight[i] : 1.0;
        double whole_s = log_sum_exp(logits + at, classes, t);
        double whole_t = log_sum_exp(teacher + at, classes, t);
        for (int c = 0; c < classes; c++, at++) {
            double log_s = (double)logits[at] / t - whole_s;
            double log_t = (double)teacher[at] / t - whole_t;
            total += w * t * t * exp(log_t) * (log_t - log_s);
            if (dlogits != NULL)
                dlogits[at] = (float)((1.0 - (double)share) * (double)dlogits[at] +
                                      (double)share * w * t * (exp(log_s) - exp(log_t)) / n);
        }
    }
    return total / n;
}

int loss_correct(const float *logits, const uint8_t *label, int n, int classes)
{
    int right = 0;
    for (int i = 0; i < n; i++)
        right += index_of_largest(logits + (size_t)i * (size_t)classes, classes) == label[i];
    return right;
}
