/*
 * err: one sentence about what went wrong in the world (a file, a device, an option).
 *
 * The function that knows the fact words it; callers that know more put a prefix before it; only
 * cmd/ prints it and only tui/ shows it. Our own bugs are asserts and never come this way. A struct
 * err lives on its user's stack; every function here accepts NULL and then only drops the text.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define ERR_TEXT_MAX 512

struct err {
    char text[ERR_TEXT_MAX]; /* "" while nothing went wrong */
};

/* Words the error, over whatever stood there; control characters become '?'. Returns -1, so that
 * "return err_set(...)" reads well. */
int err_set(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* As err_set, and ends the sentence with ": " and what errno says. */
int err_errno(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Puts "prefix: " before the sentence; returns -1. */
int err_prefix(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
