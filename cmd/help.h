/*
 * help: everything that explains the program, made from the option table and the command table.
 * Main thread.
 */
#ifndef CMD_HELP_H
#define CMD_HELP_H

#include <stdio.h>

#include "cmd/cmd.h"
#include "config/table.h"

#define HELP_TEXT_MAX 768

/* Prints the help of a command; NULL = of the program. */
void help_print(const struct command *command);

/* "one of adam, sgd; default adam": what the option may be and what it is; out has HELP_TEXT_MAX
 * bytes. */
void help_range(const struct table_row *row, char *out);

#endif
