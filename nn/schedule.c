/* schedule: see schedule.h. */
#include "nn/schedule.h"

#include <math.h>

static double cosine(const struct train_opts *o, long step, long warmup, long total)
{
    if (step >= total)
        return 0.0;
    double way = (double)(step - warmup) / (double)(total - warmup);
    return o->lr * 0.5 * (1.0 + cos(3.14159265358979323846 * way));
}

double schedule_lr(const struct train_opts *opts, long step, long batches,
                   const struct plateau *plateau)
{
    long warmup = lround(opts->warmup_epochs * (double)batches);
    if (step < warmup)
        return opts->lr * (double)(step + 1) / (double)warmup;
    switch (opts->schedule) {
    case TRAIN_SCHEDULE_COSINE:
        return cosine(opts, step, warmup, (long)opts->epochs * batches);
    case TRAIN_SCHEDULE_CONSTANT:
        return opts->lr;
    case TRAIN_SCHEDULE_STEP:
        return opts->lr * pow(opts->lr_factor, (double)(step / batches / opts->lr_every));
    case TRAIN_SCHEDULE_PLATEAU:
        return opts->lr * plateau->scale;
    }
    return opts->lr;
}

void schedule_epoch(struct plateau *p, const struct train_opts *opts, bool better)
{
    p->wait = better ? 0 : p->wait + 1;
    if (p->wait < opts->lr_every)
        return;
    p->scale *= opts->lr_factor;
    p->wait = 0;
}
