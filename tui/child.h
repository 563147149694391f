/*
 * child: another run of this program, started by the screen, which reads what it prints without
 * ever waiting for it. UI thread; a plain value, zeroed = none.
 */
#ifndef TUI_CHILD_H
#define TUI_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

enum { CHILD_TEXT_MAX = 4096 };

struct child {
    pid_t pid;                   /* 0 = none is there */
    int out, err;                /* pipes; meaningless without a pid */
    char text[CHILD_TEXT_MAX];   /* what it printed, */
    char errors[CHILD_TEXT_MAX]; /* and to stderr; both may be cut at the end */
    int status;                  /* exit code once it has ended; 128 + signal if it was killed */
};

/* Starts /proc/self/exe with these words (argv[0] the program's name, NULL at the end); stdin is
 * empty. A child that is still there is killed first. 0 or -1. */
int child_start(struct child *c, char *const *argv, struct err *err);

/* Takes in what is there; true when it has just ended. */
bool child_poll(struct child *c);

/* Readable when something comes; -1 without a child. */
int child_fd(const struct child *c);

/* Kills it, if it is there, and waits for it. */
void child_kill(struct child *c);

/* Lets it run on without us: it is no longer watched, and init takes it when we end. */
void child_leave(struct child *c);

/* The last line that it wrote to stderr, without the program's name before it; "" = none. about
 * (may be NULL): whose path is left out too, as there would be no room for the reason behind it. */
void child_trouble(const struct child *c, const char *about, char *out, size_t size);

#endif
