/*
 * launch: hands a run over to a trainer of its own session, which neither a closed terminal nor a
 * dropped connection reaches. Main thread.
 */
#ifndef CMD_LAUNCH_H
#define CMD_LAUNCH_H

#include "base/err.h"
#include "config/opts.h"

/* Starts "moodtop train --resume DIR" on the run directory and returns when that trains, waits in
 * the queue, or has ended well. Its options are opts->train (data, teacher, ferplus, threads) and
 * opts->launch; what it says goes to the run's log.txt. 0, or -1 with its own words in err. */
int launch_detached(const struct opts *opts, const char *dir, struct err *err);

/* Whether our standard error is the run's log.txt: this is such a trainer. */
bool launch_is_detached(const char *dir);

/*
 * Makes a detached trainer give way to other sessions too. Linux may share the processors out among
 * sessions first (CONFIG_SCHED_AUTOGROUP, man 7 sched), and niceness counts only within one: so our
 * own session, where we are alone, gets our niceness. Where the kernel has no such groups, or does
 * not let us, nothing happens.
 */
void launch_give_way(void);

#endif
