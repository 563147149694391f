/* stats: see stats.h. */
#include "nn/stats.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "nn/tone.h"

#define BRIGHTNESS_BIN (256.0 / STATS_BINS)
#define CONTRAST_BIN (128.0 / STATS_BINS)
#define ALIKE_P 0.05 /* below: the splits differ by more than chance explains */

static int bin_of(double value, double width)
{
    int bin = (int)(value / width);
    return bin < STATS_BINS ? bin : STATS_BINS - 1;
}

static void add_tone(struct stats_tones *t, double brightness, double contrast)
{
    t->brightness += brightness;
    t->contrast += contrast;
    t->brightness_bin[bin_of(brightness, BRIGHTNESS_BIN)]++;
    t->contrast_bin[bin_of(contrast, CONTRAST_BIN)]++;
}

static void count(const struct dataset *ds, struct stats *s)
{
    for (int i = 0; i < ds->n; i++) {
        int class = ds->label[i];
        s->relabelled[ds->split[i]] += !ds->excluded[i] && class != ds->given[i];
        s->excluded[ds->split[i]] += ds->excluded[i];
        if (ds->excluded[i])
            continue;
        s->split[ds->split[i]].count[class]++;
        s->all.count[class]++;
    }
}

static void finish_tones(struct stats_tones *t, long n)
{
    t->brightness /= n > 0 ? (double)n : 1;
    t->contrast /= n > 0 ? (double)n : 1;
}

static void count_tones(const struct dataset *ds, const float *brightness, const float *contrast,
                        struct stats *s)
{
    for (int i = 0; i < ds->n; i++)
        if (!ds->excluded[i]) {
            add_tone(&s->tones[ds->label[i]], (double)brightness[i], (double)contrast[i]);
            add_tone(&s->all_tones, (double)brightness[i], (double)contrast[i]);
        }
    for (int c = 0; c < s->classes; c++)
        finish_tones(&s->tones[c], s->all.count[c]);
    finish_tones(&s->all_tones, s->all.n);
}

/* The figures of a mix whose counts stand. */
static void finish_mix(struct stats_mix *m, int classes)
{
    long least = 0, most = 0;
    for (int c = 0; c < classes; c++) {
        m->n += m->count[c];
        m->present += m->count[c] > 0;
        most = m->count[c] > most ? m->count[c] : most;
        if (m->count[c] > 0 && (least == 0 || m->count[c] < least))
            least = m->count[c];
    }
    double entropy = 0;
    for (int c = 0; c < classes; c++)
        if (m->count[c] > 0) {
            double share = (double)m->count[c] / (double)m->n;
            entropy -= share * log(share);
        }
    m->imbalance = least > 0 ? (double)most / (double)least : 0;
    m->effective = m->n > 0 ? exp(entropy) : 0;
}

static void weigh(struct stats *s)
{
    const struct stats_mix *train = &s->split[SPLIT_TRAINING];
    double sum = 0;
    for (int c = 0; c < s->classes; c++) {
        if (train->count[c] == 0)
            continue;
        double n = (double)train->count[c];
        s->weight_balanced[c] = (double)train->n / (train->present * n);
        s->weight_effective[c] = (1 - STATS_BETA) / (1 - pow(STATS_BETA, n));
        sum += s->weight_effective[c];
    }
    for (int c = 0; c < s->classes; c++)
        s->weight_effective[c] *= sum > 0 ? train->present / sum : 0;
}

/* Classes take turns, and each member of a class is shown once before any is shown again. */
static void draw(struct stats *s)
{
    const struct stats_mix *train = &s->split[SPLIT_TRAINING];
    for (int c = 0; c < s->classes; c++) {
        if (train->count[c] == 0)
            continue;
        struct stats_draw *d = &s->draw[c];
        d->shown = (double)train->n / train->present;
        d->times = d->shown / (double)train->count[c];
        d->distinct = fmin(1, d->times);
    }
}

void stats_of(const struct dataset *ds, struct stats *stats)
{
    float *tone = mem_alloc((size_t)ds->n * 2 * sizeof *tone);
    for (int i = 0; i < ds->n; i++) {
        struct tone t = tone_of(dataset_image(ds, i), DATASET_PIXELS);
        tone[i] = t.brightness;
        tone[ds->n + i] = t.contrast;
    }
    stats_of_known(ds, tone, tone + ds->n, stats);
    free(tone);
}

void stats_of_known(const struct dataset *ds, const float *brightness, const float *contrast,
                    struct stats *stats)
{
    memset(stats, 0, sizeof *stats);
    stats->classes = ds->classes;
    count(ds, stats);
    long table[SPLITS * DATASET_CLASSES_MAX];
    for (int i = 0; i < SPLITS; i++) {
        finish_mix(&stats->split[i], stats->classes);
        memcpy(table + (long)i * stats->classes, stats->split[i].count,
               (size_t)stats->classes * sizeof *table);
    }
    finish_mix(&stats->all, stats->classes);
    if (brightness != NULL)
        count_tones(ds, brightness, contrast, stats);
    weigh(stats);
    draw(stats);
    stats->mix = chisq_test(table, SPLITS, stats->classes);
}

const char *stats_mix_words(const struct stats *stats)
{
    const struct chisq *t = &stats->mix;
    if (t->dof == 0)
        return "there are no two splits or classes whose mix could be compared";
    return t->p >= ALIKE_P ? "the splits have the same mix of classes, as far as chance goes"
                           : "the splits do not have the same mix of classes";
}

void stats_mix_numbers(const struct stats *stats, char *text, size_t size)
{
    const struct chisq *t = &stats->mix;
    char p[32];
    snprintf(p, sizeof p, t->p < 0.0001 ? "p < 0.0001" : "p = %.4f", t->p);
    snprintf(text, size, "chi-square %.2f, %d degrees of freedom, %s, Cramer's V %.3f%s",
             t->statistic, t->dof, p, t->v,
             t->dof > 0 && t->least < 5 ? "; a rough answer, as some classes are small" : "");
}
