/* clock: see clock.h. */
#include "base/clock.h"

#include <errno.h>
#include <time.h>

int64_t clock_now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * CLOCK_S + ts.tv_nsec;
}

void clock_sleep_until(int64_t deadline)
{
    struct timespec ts = {.tv_sec = deadline / CLOCK_S, .tv_nsec = deadline % CLOCK_S};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
        continue;
}

int64_t clock_cpu(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * CLOCK_S + t.tv_nsec;
}
