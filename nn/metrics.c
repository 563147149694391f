/* metrics: see metrics.h. */
#include "nn/metrics.h"

#include <assert.h>
#include <math.h>
#include <string.h>

void metrics_clear(struct metrics *m, int classes)
{
    assert(classes > 0 && classes <= METRICS_CLASSES_MAX);
    memset(m, 0, sizeof *m);
    m->classes = classes;
}

void metrics_add(struct metrics *m, const float *p, int label)
{
    assert(label >= 0 && label < m->classes);
    int best = 0, rank = 0; /* rank: how many classes stand before the label */
    for (int c = 0; c < m->classes; c++) {
        best = p[c] > p[best] ? c : best;
        rank += p[c] > p[label] || (c < label && !(p[c] < p[label]));
    }
    m->n++;
    m->loss -= log((double)p[label] > 1e-12 ? (double)p[label] : 1e-12);
    m->top1 += best == label;
    m->top2 += rank < 2;
    m->top3 += rank < 3;
    m->confusion[label][best]++;
    float place = p[best] * METRICS_BINS; /* a NaN goes into bin 0 */
    int b = place < METRICS_BINS ? (int)(place > 0.0f ? place : 0.0f) : METRICS_BINS - 1;
    b = isnan(place) ? 0 : b;
    m->bin[b].n++;
    m->bin[b].right += best == label;
    m->bin[b].confidence += (double)p[best];
}

static double ratio(double a, double b)
{
    return b > 0.0 ? a / b : 0.0;
}

static void summarize_class(const struct metrics *m, int c, struct metrics_class *k)
{
    long predicted = 0;
    *k = (struct metrics_class){0};
    for (int i = 0; i < m->classes; i++) {
        k->n += m->confusion[c][i];
        predicted += m->confusion[i][c];
    }
    double hits = (double)m->confusion[c][c];
    k->precision = ratio(hits, (double)predicted);
    k->recall = ratio(hits, (double)k->n);
    k->f1 = ratio(2.0 * k->precision * k->recall, k->precision + k->recall);
}

void metrics_summarize(const struct metrics *m, struct metrics_summary *s)
{
    memset(s, 0, sizeof *s);
    double n = (double)m->n;
    s->n = m->n;
    s->loss = ratio(m->loss, n);
    s->accuracy = ratio((double)m->top1, n);
    s->top2 = ratio((double)m->top2, n);
    s->top3 = ratio((double)m->top3, n);
    for (int c = 0; c < m->classes; c++) {
        summarize_class(m, c, &s->per_class[c]);
        s->macro_f1 += s->per_class[c].f1 / m->classes;
    }
    for (int b = 0; b < METRICS_BINS; b++)
        s->ece += ratio(fabs((double)m->bin[b].right - m->bin[b].confidence), n);
}
