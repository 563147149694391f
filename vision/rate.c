/* rate: see rate.h. */
#include "vision/rate.h"

#include "base/clock.h"

#define SPAN (2 * CLOCK_S)

void rate_count(struct rate *r, int64_t time)
{
    r->at[r->next] = time;
    r->next = (r->next + 1) % RATE_EVENTS;
    r->events += r->events < RATE_EVENTS;
}

double rate_per_second(const struct rate *r, int64_t now)
{
    int64_t newest = 0, oldest = 0;
    unsigned n = 0;
    for (unsigned i = 1; i <= r->events; i++) {
        int64_t at = r->at[(r->next + RATE_EVENTS - i) % RATE_EVENTS];
        if (at < now - SPAN)
            break;
        newest = n == 0 ? at : newest;
        oldest = at;
        n++;
    }
    return n < 2 || newest <= oldest ? 0 : (double)(n - 1) * CLOCK_S / (double)(newest - oldest);
}
