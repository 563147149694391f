/* pace: see pace.h. */
#include "tui/pace.h"

#include <string.h>

void pace_init(struct pace *p, bool ask)
{
    *p = (struct pace){.ask = ask};
}

bool pace_ready(struct pace *p, bool urgent, int64_t now)
{
    if (!p->ask || p->pending == 0)
        return true;
    if (p->deaf) {
        bool due = urgent || now - p->sent >= PACE_FIXED_NS;
        p->pending = due ? 0 : p->pending;
        return due;
    }
    if (now - p->sent >= PACE_TIMEOUT_NS) {
        /* Once it has answered, a lost answer is an accident; otherwise it never will. */
        p->deaf = !p->answered;
        p->pending = 0;
        return true;
    }
    return urgent && p->pending < 2;
}

int64_t pace_when(const struct pace *p)
{
    if (!p->ask || p->pending == 0)
        return 0;
    return p->sent + (p->deaf ? PACE_FIXED_NS : PACE_TIMEOUT_NS);
}

void pace_sent(struct pace *p, long bytes, int64_t now)
{
    p->sent = now;
    if (!p->ask)
        return;
    if (p->pending < PACE_ASKED) {
        p->asked[p->pending].at = now;
        p->asked[p->pending].bytes = bytes;
    }
    p->pending++;
}

void pace_answer(struct pace *p, int64_t now)
{
    p->answered = true;
    p->deaf = false;
    p->bytes = 0;
    p->took = 0;
    if (p->pending > 0) {
        int64_t at = p->asked[0].at;
        p->rtt = now - at;
        p->took = now - (at > p->last ? at : p->last);
        p->bytes = p->asked[0].bytes;
        memmove(&p->asked[0], &p->asked[1], sizeof p->asked - sizeof p->asked[0]);
        p->pending--;
    }
    p->last = now;
}
