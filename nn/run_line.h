/*
 * run_line: reads numbers out of one line of metrics.jsonl without allocating. Such a file has
 * hundreds of thousands of lines, which a general JSON reader would need a second for; these lines
 * are flat objects that nn/rundir.c wrote. Pure.
 */
#ifndef NN_RUN_LINE_H
#define NN_RUN_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* A key whose number, or whose first `count` numbers of a list (of lists), go to out[0..]. */
struct run_line_key {
    const char *name;
    double *out;
    int count;
};

/* Fills in what the line (ended by NUL) has; the other values stay. False if it is not an object
 * of numbers, strings and lists of numbers. */
bool run_line_read(const char *line, const struct run_line_key *keys, int n);

#endif
