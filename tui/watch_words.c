/* watch_words: what a run's numbers say in words and times; see watch.h. Pure. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/watch.h"

enum { OVERFIT_LEAST = 3 };

#define OVERFIT_ABOVE 1.01

void watch_seconds(double seconds, char *out, size_t size)
{
    if (!isfinite(seconds) || seconds < 0 || seconds > 1e9) {
        snprintf(out, size, "-");
        return;
    }
    long s = (long)(seconds + 0.5);
    if (s >= 86400)
        snprintf(out, size, "%ldd %ld:%02ldh", s / 86400, s / 3600 % 24, s / 60 % 60);
    else if (s >= 3600)
        snprintf(out, size, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(out, size, "%ld:%02ld", s / 60, s % 60);
}

/* Mean validation loss of epochs from..to-1. */
static double mean_loss(const struct run *run, int from, int to)
{
    double sum = 0;
    for (int i = from; i < to; i++)
        sum += run->epoch[i].val_loss;
    return sum / (to - from);
}

int watch_overfit(const struct run *run)
{
    int best = 0, last = run->epochs - 1;
    for (int i = 1; i <= last; i++)
        if (run->epoch[i].val_loss < run->epoch[best].val_loss)
            best = i;
    int n = last - best;
    if (n < OVERFIT_LEAST)
        return 0;
    const struct run_epoch *low = &run->epoch[best], *now = &run->epoch[last];
    bool rising =
        mean_loss(run, last + 1 - n / 2, last + 1) > mean_loss(run, best + 1, best + 1 + n / 2);
    return now->val_loss > low->val_loss * OVERFIT_ABOVE && now->loss < low->loss && rising ? n : 0;
}

int watch_batch(const struct run *run)
{
    const struct run_step *s = &run->step[run->steps - 1];
    int done = run->epochs > 0 ? run->epoch[run->epochs - 1].epoch : 0;
    return s->epoch <= done && done < run->epochs_wanted ? 0 : s->batch;
}

void watch_eta(const struct run *run, double since, double *epoch_s, double *run_s)
{
    *epoch_s = *run_s = NAN;
    if (run->steps == 0 || run->state != RUN_RUNNING)
        return;
    const struct run_step *s = &run->step[run->steps - 1];
    const char *batch = run_option(run, "batch");
    double images = batch != NULL ? strtod(batch, NULL) : NAN;
    double batch_s = images / s->images_per_s;
    if (s->batches <= 0 || !isfinite(batch_s))
        return;
    *epoch_s = fmax((s->batches - watch_batch(run)) * batch_s - since, 0);
    *run_s = isfinite(s->eta_s)
                 ? s->eta_s
                 : ((double)run->epochs_wanted * s->batches - (double)s->step) * batch_s;
    *run_s = fmax(*run_s - since, 0);
}

void watch_line(const struct run *run, double since, char *text, size_t size)
{
    double epoch_s, run_s;
    char eta[32];
    watch_eta(run, since, &epoch_s, &run_s);
    watch_seconds(run_s, eta, sizeof eta);
    int n = snprintf(text, size, "%s epoch %d/%d", run_state_name(run->state), run->epochs,
                     run->epochs_wanted);
    if (run->state == RUN_RUNNING && run->steps > 0 && (size_t)n < size) {
        const struct run_step *s = &run->step[run->steps - 1];
        n += snprintf(text + n, size - (size_t)n, " batch %d/%d loss %.4f", watch_batch(run),
                      s->batches, s->loss);
    }
    if (run->best >= 0 && (size_t)n < size)
        n += snprintf(text + n, size - (size_t)n, " best %.2f%% (%d)",
                      100 * run->epoch[run->best].val_accuracy, run->epoch[run->best].epoch);
    if (run->state == RUN_RUNNING && (size_t)n < size)
        snprintf(text + n, size - (size_t)n, " ETA %s", eta);
}
