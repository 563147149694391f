/*
 * chisq: Pearson's chi-square test on a table of counts, and the incomplete gamma function that
 * its p-value is made of. Pure; any thread.
 */
#ifndef NN_CHISQ_H
#define NN_CHISQ_H

struct chisq {
    double statistic; /* sum over the cells of (observed - expected)^2 / expected */
    int dof;          /* (rows - 1) (columns - 1), empty rows and columns left out; 0 = no test */
    double p;         /* chance of such a statistic or a larger one if all rows are alike; 1 if
                         dof is 0 */
    double v;         /* Cramer's V: 0 alike .. 1 as different as can be */
    double least;     /* smallest expected count: below 5 the p-value is a rough one */
};

/*
 * The regularised upper incomplete gamma function Q(a, x), a > 0, x >= 0. Series 6.5.29 of
 * Abramowitz and Stegun 1964 for x < a + 1, elsewhere their continued fraction 6.5.31 by Lentz's
 * method as Thompson and Barnett 1986 modified it; relative error about 1e-14.
 */
double chisq_gamma_q(double a, double x);

/* Whether the rows of counts (rows, columns) have the same mix of columns: Pearson 1900. */
struct chisq chisq_test(const long *counts, int rows, int columns);

#endif
