/*
 * cmd: the subcommands. The only place where the parts meet, and the only one that prints.
 *
 * A new subcommand is a new file with its "const struct command cmd_NAME", its declaration below,
 * and a row of commands[] in main.c. main has already read the configuration and the flags of the
 * sections that the row lists; --help, man page, completion and README come from the row.
 */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include "config/config.h"
#include "config/opts.h"
#include "tui/view.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct command {
    const char *name;
    const char *args;     /* "[SOURCE]", for the usage line; "" = takes none, which main checks */
    const char *summary;  /* one line of the command list, without full stop */
    const char *sections; /* option sections that it takes: "source detect model live ui"; where two
                             share a flag the first one has it. NULL = reads argv itself */
    const char *examples; /* lines "moodtop ...", for --help and the man page */
    /* args are what is left after the options: argv[0..argc-1] alone; returns the exit code. */
    int (*run)(const struct opts *opts, int argc, char **argv);
    const struct view_ops *view; /* its screen, whose keys the help lists; NULL = none */
};

extern const struct command cmd_live, cmd_browse, cmd_predict, cmd_report, cmd_replay, cmd_train,
    cmd_runs, cmd_watch, cmd_stop, cmd_resume, cmd_eval, cmd_stats, cmd_doctor, cmd_model,
    cmd_bench, cmd_config, cmd_help, cmd_import, cmd_export;

/* All of them, NULL at the end, in the order of the help. */
extern const struct command *const commands[];

/* The command of that name, or NULL. */
const struct command *command_find(const char *name);

/* Where the values of opts came from. */
const struct config *command_config(void);

#endif
