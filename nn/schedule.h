/* schedule: the learning rate of a step. Pure; any thread. */
#ifndef NN_SCHEDULE_H
#define NN_SCHEDULE_H

/*
 * Step s (from 0) of `total`: over the first `warmup` steps it rises in a straight line to peak,
 * then falls to 0 along half a cosine (Loshchilov and Hutter 2017, without restarts).
 */
double schedule_lr(double peak, long step, long warmup, long total);

#endif
