/*
 * cmd: the subcommands. The only place where the parts meet, and the only one that prints.
 *
 * A new subcommand is a new file and a row of the table in main.c. Exit codes: 0, 1 failed, 2
 * usage.
 */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include "config/opts.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct command {
    const char *name;
    const char *args;     /* "[SOURCE]", for the usage line */
    const char *summary;  /* one line of the command list */
    const char *sections; /* option sections that its --help shows: "source detect model live ui" */
    const char *examples; /* lines for --help and the man page */
    /* args are what is left after the options; returns the exit code. */
    int (*run)(const struct opts *opts, int argc, char **argv);
};

extern const struct command cmd_live, cmd_predict, cmd_train, cmd_eval, cmd_config;

#endif
