/*
 * help: everything that explains the program, made from the option table and the command table.
 * Main thread; all print to stdout.
 */
#ifndef CMD_HELP_H
#define CMD_HELP_H

#include "cmd/cmd.h"
#include "config/table.h"

#define HELP_TEXT_MAX 768
#define HELP_ABOUT "faces and moods of a camera, a video or pictures, live in the terminal"

/* Prints the help of a command; NULL = of the program. */
void help_print(const struct command *command);

/* Calls put for each key of a table: "[ ]", "the previous or next face". */
void help_keys(const struct view_key *keys, void (*put)(const char *label, const char *help));

/* Prints moodtop(1) in roff with the man macros. */
void help_man(void);

/* Prints the tables of commands and options as they stand in README.md. */
void help_markdown(void);

/* Prints the completion script for bash. */
void help_completion(void);

/* "a whole number from 0 to 10, in pixels", "one of adam, sgd"; "" where any text will do. out has
 * HELP_TEXT_MAX bytes. */
void help_range(const struct table_row *row, char *out);

/* Copies the next word of a list of sections to out (TABLE_FLAG_MAX bytes) and moves the list
 * behind it; false at its end. */
bool help_next_section(const char **sections, char *out);

#endif
