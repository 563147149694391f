/*
 * shell: lines of shell that run the real program ($M there; the test has its path in $MOODTOP) and
 * what they print. HOME and the folders of configuration, cache and state are the tests' folder,
 * $D, or lie in it. Main thread.
 */
#ifndef TESTS_E2E_SHELL_H
#define TESTS_E2E_SHELL_H

#include <stdbool.h>

/* The tests' folder, and what the last line printed; belong to shell. */
extern const char *shell_dir;
extern char *shell_out, *shell_err;

/* Makes the folder. inside: lines are run in it, else where the test was started. 0, or -1. */
int shell_begin(bool inside);

/* The same with a folder that is there, whose name the caller keeps and who removes it. */
void shell_use(const char *folder, bool inside);

/* Frees all, and removes the folder that shell_begin made; 0 if that went well. */
int shell_end(void);

/* As cmocka's group wants it: shell_begin(false), and shell_end(). */
int shell_setup(void **state);
int shell_teardown(void **state);

/* Runs a line; gives its exit code, -1 if a signal ended it. */
int shell_run(const char *line);

/* A file of the tests' folder as text, which the caller frees; or fails the test. */
char *shell_read(const char *name);

/* Fails the test unless the part stands in the text. */
void shell_has(const char *text, const char *part);

#endif
