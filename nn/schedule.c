/* schedule: see schedule.h. */
#include "nn/schedule.h"

#include <math.h>

double schedule_lr(double peak, long step, long warmup, long total)
{
    if (step < warmup)
        return peak * (double)(step + 1) / (double)warmup;
    if (step >= total)
        return 0.0;
    double way = (double)(step - warmup) / (double)(total - warmup);
    return peak * 0.5 * (1.0 + cos(3.14159265358979323846 * way));
}
