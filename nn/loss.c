/* loss: see loss.h. */
#include "nn/loss.h"

#include <math.h>
#include <stddef.h>

/* The logarithm of the sum of exp(z), without overflow. */
static double log_sum_exp(const float *z, int n)
{
    float top = z[0];
    for (int i = 1; i < n; i++)
        top = z[i] > top ? z[i] : top;
    double sum = 0.0;
    for (int i = 0; i < n; i++)
        sum += exp((double)z[i] - (double)top);
    return (double)top + log(sum);
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
        double whole = log_sum_exp(logits, classes);
        for (int c = 0; c < classes; c++)
            p[c] = (float)exp((double)logits[c] - whole);
    }
}

double loss_cross_entropy(const float *logits, const uint8_t *label, int n, int classes,
                          float smoothing, float *dlogits, int *correct)
{
    double total = 0.0;
    int right = 0;
    double rest = (double)smoothing / classes;
    for (int i = 0; i < n; i++) {
        const float *z = logits + (size_t)i * (size_t)classes;
        double whole = log_sum_exp(z, classes);
        for (int c = 0; c < classes; c++) {
            double log_p = (double)z[c] - whole;
            double q = rest + (c == label[i] ? 1.0 - (double)smoothing : 0.0);
            if (q > 0.0)
                total -= q * log_p;
            if (dlogits != NULL)
                dlogits[(size_t)i * (size_t)classes + (size_t)c] = (float)((exp(log_p) - q) / n);
        }
        right += index_of_largest(z, classes) == label[i];
    }
    if (correct != NULL)
        *correct = right;
    return total / n;
}
