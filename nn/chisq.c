/* chisq: see chisq.h. */
#include "nn/chisq.h"

#include <assert.h>
#include <float.h>
#include <math.h>

#define TERMS_MAX 100000
#define EPSILON 1e-16
#define TINY 1e-300

/* P(a, x) by its power series: e^-x x^a / Gamma(a+1) (1 + x/(a+1) + x^2/((a+1)(a+2)) + ...). */
static double lower_series(double a, double x)
{
    double term = 1, sum = 1;
    for (int i = 1; i < TERMS_MAX && term > sum * EPSILON; i++) {
        term *= x / (a + i);
        sum += term;
    }
    return sum * exp(a * log(x) - x - lgamma(a + 1));
}

/* Q(a, x) by the even part of its continued fraction. */
static double upper_fraction(double a, double x)
{
    double b = x + 1 - a, c = 1 / TINY, d = 1 / b, h = d;
    for (int i = 1; i < TERMS_MAX; i++) {
        double an = -i * (i - a);
        b += 2;
        d = an * d + b;
        d = fabs(d) < TINY ? TINY : d;
        c = b + an / c;
        c = fabs(c) < TINY ? TINY : c;
        d = 1 / d;
        h *= d * c;
        if (fabs(d * c - 1) < EPSILON * 4)
            break;
    }
    return h * exp(a * log(x) - x - lgamma(a));
}

double chisq_gamma_q(double a, double x)
{
    assert(a > 0 && x >= 0);
    if (x == 0)
        return 1;
    return x < a + 1 ? 1 - lower_series(a, x) : upper_fraction(a, x);
}

struct sums {
    double all;
    int rows, columns; /* that hold anything */
};

static double sum_of(const long *counts, int n, int stride)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += (double)counts[(long)i * stride];
    return sum;
}

static struct sums add_up(const long *counts, int rows, int columns)
{
    struct sums s = {0, 0, 0};
    for (int r = 0; r < rows; r++) {
        double sum = sum_of(counts + (long)r * columns, columns, 1);
        s.all += sum;
        s.rows += sum > 0;
    }
    for (int c = 0; c < columns; c++)
        s.columns += sum_of(counts + c, rows, columns) > 0;
    return s;
}

struct chisq chisq_test(const long *counts, int rows, int columns)
{
    struct chisq t = {.p = 1, .least = DBL_MAX};
    struct sums s = add_up(counts, rows, columns);
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < columns; c++) {
            double expected = sum_of(counts + (long)r * columns, columns, 1) *
                              sum_of(counts + c, rows, columns) / fmax(s.all, 1);
            if (expected <= 0)
                continue;
            double off = (double)counts[(long)r * columns + c] - expected;
            t.statistic += off * off / expected;
            t.least = fmin(t.least, expected);
        }
    if (s.rows < 2 || s.columns < 2)
        return (struct chisq){.p = 1};
    t.dof = (s.rows - 1) * (s.columns - 1);
    t.p = chisq_gamma_q(t.dof / 2.0, t.statistic / 2);
    int smaller = s.rows < s.columns ? s.rows : s.columns;
    t.v = sqrt(t.statistic / (s.all * (smaller - 1)));
    return t;
}
