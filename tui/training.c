/* training: see training.h. */
#include "tui/training.h"

#include <signal.h>
#include <stddef.h>

bool training_look(struct training *t, int64_t now)
{
    if (t->runs == NULL) {
        t->runs = runs_list(t->dir);
        t->looked = now;
        return true;
    }
    if (now - t->looked < TRAINING_LOOK_NS)
        return false;
    t->looked = now;
    return runs_poll(t->runs);
}

struct run *training_alive(const struct training *t)
{
    struct run *waiting = NULL;
    for (int i = 0; t->runs != NULL && i < t->runs->count; i++) {
        struct run *run = t->runs->run[i];
        if (run->state == RUN_RUNNING)
            return run;
        if (run->state == RUN_WAITING && waiting == NULL)
            waiting = run;
    }
    return waiting;
}

bool training_stop(struct run *run)
{
    run_poll(run); /* the pid of a trainer that has ended may be another process's by now */
    return run_alive(run) && run->pid > 0 && kill(run->pid, SIGTERM) == 0;
}

void training_close(struct training *t)
{
    runs_close(t->runs);
    t->runs = NULL;
}
