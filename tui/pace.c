/* pace: see pace.h. */
#include "tui/pace.h"

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

void pace_sent(struct pace *p, int64_t now)
{
    p->sent = now;
    p->pending += p->ask ? 1 : 0;
}

void pace_answer(struct pace *p, int64_t now)
{
    p->answered = true;
    p->deaf = false;
    p->rtt = now - p->sent;
    if (p->pending > 0)
        p->pending--;
}
