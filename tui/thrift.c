/* thrift: see thrift.h. */
#include "tui/thrift.h"

#include <stdio.h>

#define HEAVY_S 0.3                 /* a drawing that takes the link so long is too much */
#define LIGHT_S 0.2                 /* one that would take so long is not */
#define SHARE 1.5                   /* from one picture to the next, in times that one takes */
#define KEEP_NS INT64_C(5000000000) /* before a step back up */
#define SAMPLE_S 0.01               /* an answer that is later than the floor by less says: fast */
#define CREEP 1.05
#define FRESH 0.3 /* weight of a new measurement */

enum { SURE = 3, SMALL = 200 }; /* drawings before a step down; bytes that say nothing of a link */

void thrift_init(struct thrift *t, double max_kbps, double fps)
{
    *t = (struct thrift){.budget = max_kbps * 1000, .fps = fps};
}

/* Bytes a second that there are; 0 = any number. */
static double speed(const struct thrift *t)
{
    return t->budget > 0 && (t->link <= 0 || t->budget < t->link) ? t->budget : t->link;
}

/* Seconds that a drawing takes at a step, as far as is known. */
static double cost(const struct thrift *t, enum thrift_step step)
{
    double v = speed(t);
    return v > 0 ? t->bytes[step] / v : 0;
}

int64_t thrift_when(const struct thrift *t)
{
    int64_t when = t->budget > 0 ? t->paid : 0;
    if (t->step == THRIFT_FULL)
        return when;
    int64_t due = t->last + (int64_t)(SHARE * cost(t, t->step) * 1e9);
    return due > when ? due : when;
}

bool thrift_ready(const struct thrift *t, int64_t now)
{
    return now >= thrift_when(t);
}

static void go(struct thrift *t, int step, int64_t now)
{
    t->step = (enum thrift_step)step;
    t->changed = now;
    t->drawings = 0;
}

/* Takes a step down where drawings take too long, or up where they would not. */
static void consider(struct thrift *t, int64_t now)
{
    double period = 1 / t->fps, now_s = cost(t, t->step);
    if (speed(t) <= 0 || t->drawings < SURE)
        return;
    if (t->step < THRIFT_PLAIN && now_s > (t->step == THRIFT_FULL ? period : HEAVY_S)) {
        go(t, (int)t->step + 1, now);
        return;
    }
    if (t->step == THRIFT_FULL || now - t->changed < KEEP_NS)
        return;
    double more = cost(t, t->step - 1);
    if (more < (t->step == THRIFT_RATE ? 0.7 * period : LIGHT_S))
        go(t, (int)t->step - 1, now);
}

static void mix(double *kept, double fresh)
{
    *kept = *kept > 0 ? (1 - FRESH) * *kept + FRESH * fresh : fresh;
}

void thrift_sent(struct thrift *t, long bytes, bool picture, int64_t now)
{
    if (t->budget > 0)
        t->paid = (t->paid > now ? t->paid : now) + (int64_t)((double)bytes / t->budget * 1e9);
    if (!picture)
        return;
    mix(&t->bytes[t->step], (double)bytes);
    t->last = now;
    t->drawings++;
    consider(t, now);
}

void thrift_answer(struct thrift *t, long bytes, int64_t took, int64_t now)
{
    double s = (double)took / 1e9;
    if (bytes < 0 || took <= 0)
        return;
    if (bytes < SMALL) /* the way there and back alone; it may become longer, slowly */
        t->floor = s < CREEP * t->floor || t->floor <= 0 ? s : CREEP * t->floor;
    if (bytes < SMALL && s - t->floor < HEAVY_S)
        return;
    double own = s - t->floor;
    mix(&t->link, (double)bytes / (own > SAMPLE_S ? own : SAMPLE_S));
    consider(t, now);
}

void thrift_text(const struct thrift *t, char *text, size_t size)
{
    char why[48] = "slow link";
    double each = SHARE * cost(t, t->step);
    text[0] = '\0';
    if (t->step == THRIFT_FULL)
        return;
    if (t->budget > 0 && speed(t) >= t->budget)
        snprintf(why, sizeof why, "%.0f kB/s", t->budget / 1000);
    double rate = each > 0 && 1 / each < t->fps ? 1 / each : t->fps;
    if (t->step == THRIFT_RATE && rate > 0.9 * t->fps)
        return; /* nobody sees that */
    snprintf(text, size, "%s: %.*f/s%s%s", why, rate < 2 ? 1 : 0, rate,
             t->step >= THRIFT_SIZE ? ", small" : "", t->step >= THRIFT_PLAIN ? ", plain" : "");
}
