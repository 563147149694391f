/* progress: see progress.h. */
#include "cmd/progress.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define EVERY_NS (100 * CLOCK_MS)
#define GUESS_NS CLOCK_S /* how long it takes until an estimate is worth showing */

static volatile sig_atomic_t stopped;

static void on_stop(int sig)
{
    stopped = sig;
}

void progress_start(struct progress *p)
{
    struct sigaction sa = {.sa_handler = on_stop};
    stopped = 0;
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
    *p = (struct progress){.terminal = isatty(STDERR_FILENO) == 1};
}

bool progress_stopped(void)
{
    return stopped != 0;
}

static void show(const struct progress *p, double share, int64_t now)
{
    char left[32] = "";
    int64_t spent = now - p->start;
    if (spent > GUESS_NS && share > 0) {
        int64_t s = (int64_t)((double)spent * (1 - share) / share / 1e9 + 0.5);
        snprintf(left, sizeof left, ", %lld:%02lld left", (long long)(s / 60), (long long)(s % 60));
    }
    fprintf(stderr, "\r%s %3.0f %%%s\033[K", p->what, 100 * share, left);
}

bool progress_tell(struct progress *p, const char *what, long done, long total)
{
    int64_t now = clock_now();
    if (strcmp(what, p->what) != 0) {
        snprintf(p->what, sizeof p->what, "%s", what);
        p->start = now;
        p->shown = 0;
    }
    if (p->terminal && now - p->shown >= EVERY_NS && total > 0) {
        p->shown = now;
        show(p, (double)done / (double)total, now);
    }
    return stopped == 0;
}

void progress_wipe(const struct progress *p)
{
    if (p->terminal)
        fputs("\r\033[K", stderr);
}

void progress_end(void)
{
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    if (stopped != 0)
        raise(stopped);
}
