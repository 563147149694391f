/* doctor_labels: the part of the doctor that doubts labels, and its findings in words. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "nn/doctor_kinds.h"
#include "nn/ferplus.h"

static const struct {
    const char *name, *title;
} kinds[DOCTOR_KINDS] = {
    [DOCTOR_LEAK] = {"leak", "in two splits"},
    [DOCTOR_CONFLICT] = {"conflict", "equal, other label"},
    [DOCTOR_DUPLICATE] = {"duplicate", "repeated in its split"},
    [DOCTOR_NEAR] = {"near_duplicate", "almost a repetition"},
    [DOCTOR_BLANK] = {"blank", "blank"},
    [DOCTOR_FAINT] = {"almost_blank", "almost blank"},
    [DOCTOR_NO_FACE] = {"no_face", "no face found"},
    [DOCTOR_FERPLUS] = {"ferplus", "FER+ voted otherwise"},
    [DOCTOR_UNLIKELY] = {"unlikely", "unlikely label (loss)"},
};

const char *doctor_name(enum doctor_kind kind)
{
    return kinds[kind].name;
}

const char *doctor_title(enum doctor_kind kind)
{
    return kinds[kind].title;
}

/* More than half of the votes are for one thing, and it is not the label. */
bool doctor_find_ferplus(struct doctor_run *run)
{
    for (int i = 0; i < run->n; i++) {
        int row = run->order[i], sum = 0, best = 0;
        const uint8_t *votes = run->how->votes + (size_t)row * DATASET_VOTES;
        for (int v = 0; v < DATASET_VOTES; v++) {
            sum += votes[v];
            best = votes[v] > votes[best] ? v : best;
        }
        if (2 * votes[best] <= sum || ferplus_class[best] == run->ds->label[row])
            continue;
        doctor_add(run, (struct doctor_finding){.kind = DOCTOR_FERPLUS,
                                                .row = row,
                                                .other = -1,
                                                .score = (float)votes[best] / (float)sum,
                                                .better = (int8_t)ferplus_class[best]});
    }
    return true;
}

/* The mean probability of each class over the images that bear its label. */
static void self_confidence(const struct doctor_run *run, double *threshold)
{
    int classes = run->ds->classes;
    long count[DATASET_CLASSES_MAX] = {0};
    memset(threshold, 0, (size_t)classes * sizeof *threshold);
    for (int i = 0; i < run->n; i++) {
        int row = run->order[i], label = run->ds->label[row];
        threshold[label] += (double)run->how->p[(size_t)row * (size_t)classes + (size_t)label];
        count[label]++;
    }
    for (int c = 0; c < classes; c++)
        threshold[c] = count[c] > 0 ? threshold[c] / (double)count[c] : INFINITY;
}

/*
 * Confident learning (Northcutt, Jiang and Chuang 2021, "Confident learning: estimating uncertainty
 * in dataset labels"): of the classes whose probability is at least what images of that label get
 * on average, the likeliest is not the label.
 */
bool doctor_find_unlikely(struct doctor_run *run)
{
    double threshold[DATASET_CLASSES_MAX];
    self_confidence(run, threshold);
    for (int i = 0; i < run->n; i++) {
        int row = run->order[i], best = -1;
        const float *p = run->how->p + (size_t)row * (size_t)run->ds->classes;
        for (int c = 0; c < run->ds->classes; c++)
            if ((double)p[c] >= threshold[c] && (best < 0 || p[c] > p[best]))
                best = c;
        if (best < 0 || best == run->ds->label[row])
            continue;
        float loss = -logf(fmaxf(p[run->ds->label[row]], 1e-12f));
        doctor_add(run, (struct doctor_finding){.kind = DOCTOR_UNLIKELY,
                                                .row = row,
                                                .other = -1,
                                                .score = loss,
                                                .better = (int8_t)best});
    }
    return true;
}

/* "Training fer2013.csv:12 (happy)". */
static void place(const struct dataset *ds, int row, char *text, size_t size)
{
    char origin[256];
    dataset_origin(ds, row, origin, sizeof origin);
    snprintf(text, size, "%s %s (%s)", split_name((enum split)ds->split[row]), origin,
             ds->class_name[ds->label[row]]);
}

void doctor_text(const struct dataset *ds, const struct doctor_finding *f, char *text, size_t size)
{
    char other[320] = "";
    const char *better = f->better >= 0 ? ds->class_name[f->better] : "no class";
    if (f->other >= 0)
        place(ds, f->other, other, sizeof other);
    switch ((enum doctor_kind)f->kind) {
    case DOCTOR_NEAR:
        snprintf(text, size, "%.1f %% like %s", 100 * (double)f->score, other);
        break;
    case DOCTOR_BLANK:
        snprintf(text, size, "all grey level %.0f", (double)f->score);
        break;
    case DOCTOR_FAINT:
        snprintf(text, size, "standard deviation %.1f", (double)f->score);
        break;
    case DOCTOR_FERPLUS:
        snprintf(text, size, "%.0f %% voted %s", 100 * (double)f->score, better);
        break;
    case DOCTOR_UNLIKELY:
        snprintf(text, size, "looks %s, loss %.2f", better, (double)f->score);
        break;
    default:
        snprintf(text, size, "%s%s", f->other >= 0 ? "as " : "", other);
    }
}
