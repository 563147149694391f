/* stop: asks the trainer of a run to save a checkpoint and end, and waits for that. Main thread. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/cmd.h"
#include "cmd/run_words.h"
#include "nn/rundir.h"

/* Sends SIGTERM to the holder of the lock: to that process and no other, even if it ends just now
 * and its number is given away. 0 or -1. */
static int ask(const char *dir, pid_t pid, struct err *err)
{
    pid_t again;
    long ticket;
    int fd = pid > 0 ? pidfd_open(pid, 0) : -1;
    if (fd < 0)
        return err_set(err, "%s: is trained by a process that cannot be told from here", dir);
    int rc = 0;
    if (rundir_probe(dir, &again, &ticket) != RUNDIR_FREE && again == pid &&
        pidfd_send_signal(fd, SIGTERM, NULL, 0) != 0 && errno != ESRCH)
        rc = err_errno(err, "%s: process %ld cannot be told to stop", dir, (long)pid);
    close(fd);
    return rc;
}

static int stop(const char *dir, struct err *err)
{
    pid_t pid;
    long ticket;
    if (rundir_probe(dir, &pid, &ticket) == RUNDIR_FREE)
        return err_set(err, "%s: is not being trained", dir);
    if (ask(dir, pid, err) != 0)
        return -1;
    while (rundir_probe(dir, &pid, &ticket) != RUNDIR_FREE)
        clock_sleep_until(clock_now() + 20 * CLOCK_MS);
    return 0;
}

static int stop_run(const struct opts *opts, int argc, char **argv)
{
    struct err err = {""};
    char *dir = run_words_path("stop", opts, argc, argv, run_words_alive);
    if (dir == NULL)
        return EXIT_FAILED;
    int rc = stop(dir, &err);
    struct run *run = rc == 0 ? run_open(dir, &err) : NULL;
    if (run != NULL)
        printf("%s: %s after %d of %d epochs\n", dir, run_state_name(run->state), run->epochs,
               run->epochs_wanted);
    else
        fprintf(stderr, "moodtop stop: %s\n", err.text);
    int code = run != NULL ? EXIT_OK : EXIT_FAILED;
    run_close(run);
    free(dir);
    return code;
}

const struct command cmd_stop = {
    .name = "stop",
    .args = "[RUN]",
    .summary = "stop a training run where it can be resumed",
    .sections = "runs",
    .examples = "moodtop stop\n"
                "moodtop stop 2026-11-21-0930-emotion\n",
    .run = stop_run,
};
