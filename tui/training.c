/* training: see training.h. */
#include "tui/training.h"

#include <stdio.h>

#include "base/clock.h"

#define FIRST_NS (100 * CLOCK_MS) /* a folder that answers at all mostly does so by then */

/* True if what is to be said about a folder that does not answer is another than before. */
static bool listen(struct training *t, int64_t now)
{
    int silent = (int)(lookout_silence(t->lookout, now) / CLOCK_S);
    if (silent == t->silent)
        return false;
    t->silent = silent;
    t->trouble[0] = '\0';
    if (silent > 0)
        snprintf(t->trouble, sizeof t->trouble, "no answer for %d s from %.400s", silent, t->dir);
    return true;
}

void training_look(struct training *t, int64_t now)
{
    struct err err = {""};
    bool first = t->lookout == NULL, news = false;
    if (first) {
        t->none = (struct runs){.dir = t->dir};
        t->runs = &t->none;
        t->lookout = lookout_open(t->dir, &err);
        snprintf(t->trouble, sizeof t->trouble, "%s", err.text);
        t->serial++;
    }
    if (t->lookout == NULL)
        return;
    t->sight = lookout_see(t->lookout, first ? now + FIRST_NS : now, &news);
    if (t->sight != NULL) {
        t->runs = t->sight->runs;
        t->run = t->sight->watched;
    }
    t->serial += listen(t, now) || news;
}

const struct run *training_alive(const struct training *t)
{
    const struct run *waiting = NULL;
    for (int i = 0; i < t->runs->count; i++) {
        const struct run *run = t->runs->run[i];
        if (run->state == RUN_RUNNING)
            return run;
        if (run->state == RUN_WAITING && waiting == NULL)
            waiting = run;
    }
    return waiting;
}

unsigned training_ask(struct training *t, enum lookout_order order, const char *path,
                      const char *text)
{
    return t->lookout != NULL ? lookout_ask(t->lookout, order, path, text) : 0;
}

const struct lookout_answer *training_answer(const struct training *t, unsigned *number)
{
    if (*number == 0 || t->sight == NULL || t->sight->answer.number < *number)
        return NULL;
    *number = 0;
    return &t->sight->answer;
}

void training_close(struct training *t)
{
    lookout_close(t->lookout);
    t->lookout = NULL;
    t->sight = NULL;
}
