/* clock: time that only goes forward, in nanoseconds (CLOCK_MONOTONIC). Any thread. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#define CLOCK_MS INT64_C(1000000)
#define CLOCK_S INT64_C(1000000000)

/* Now, in ns since some fixed moment in the past. V4L2's monotonic buffer time stamps share its
 * zero. */
int64_t clock_now(void);

/* Processor time that all threads of this process have used so far, in ns: what a computation costs
 * on a machine that others use too. */
int64_t clock_cpu(void);

/* Sleeps until clock_now() reaches the deadline; returns at once if it has passed. */
void clock_sleep_until(int64_t deadline);

#endif
