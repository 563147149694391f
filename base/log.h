/*
 * log: one line per event with its time, to stderr or to a file. Any thread.
 *
 * While a screen owns the terminal the log goes to a file (log_to), or it would scribble over the
 * picture; messages of third-party libraries are routed here too.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/err.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* Sets the most talkative level that is written; LOG_WARN at start. */
void log_level(enum log_level level);

/* Sends the lines to the end of a file from now on (NULL: back to stderr); 0 or -1. */
int log_to(const char *path, struct err *err);

/* Writes "2026-11-21 09:30:01 warn: text" with one write(2). */
void log_write(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
