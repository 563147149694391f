/* timing: see timing.h. Capture thread. */
#include "vision/timing.h"

#include "base/clock.h"

#define WAIT_NS (100 * CLOCK_MS)
#define STEP_NS (10 * CLOCK_MS) /* how soon a stop is noticed */
#define LATE_NS (500 * CLOCK_MS)
#define HURRY_NS (500 * CLOCK_MS)
#define HURRY_PART 10 /* of the distance between two pictures: one of so many parts */
#define LONGEST_S 1e9 /* 30 years; in ns it fits into an int64_t, as a slower speed would not */

void timing_init(struct timing *p, double speed)
{
    *p = (struct timing){.speed = speed};
}

/* Moves the origin for a picture that is waited for the first time. */
static void hurry(struct timing *p, int64_t at, int64_t now)
{
    int64_t step = (at - p->last) / HURRY_PART;
    bool early = now < p->origin + at;
    if (!p->hurries || at == p->last)
        return;
    p->last = at;
    step = step > p->left ? p->left : step;
    if (!early || step < 0)
        return;
    p->origin -= step;
    p->left -= step;
}

bool timing_wait(struct timing *p, const struct source *s, double pts, int64_t *due)
{
    int64_t now = clock_now();
    *due = now;
    if (p->speed <= 0)
        return true;
    double wanted = pts / p->speed;
    int64_t at = (int64_t)((wanted < LONGEST_S ? wanted : LONGEST_S) * (double)CLOCK_S);
    if (!p->running || now - (p->origin + at) > LATE_NS) {
        p->running = true;
        p->origin = now - at;
        p->last = at;
        p->left = HURRY_NS;
    }
    hurry(p, at, now);
    *due = p->origin + at;
    int64_t until = *due < now + WAIT_NS ? *due : now + WAIT_NS;
    while (now < until && !source_stopped(s)) {
        clock_sleep_until(until < now + STEP_NS ? until : now + STEP_NS);
        now = clock_now();
    }
    return now >= *due;
}
