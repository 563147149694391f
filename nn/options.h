/*
 * options: reads the "config" object of a Keras layer so that nothing in it is passed over in
 * silence.
 *
 * Each opt_* call asks for one option and gives the Keras default where it is absent. The first
 * error stays; later calls then do nothing. opt_end complains about what nobody asked for. Lives on
 * the stack of one config() call.
 */
#ifndef NN_OPTIONS_H
#define NN_OPTIONS_H

#include "nn/layer.h"

#define OPTIONS_MAX 40

struct options {
    const char *layer, *kind;
    const json_t *config;
    struct err *err;
    bool failed;
    int known, common; /* options asked for; the first of them every layer has */
    const char *name[OPTIONS_MAX];
};

/* Starts reading; also takes the options that every layer has (name, dtype, trainable...). */
void opt_begin(struct options *o, struct layer *l, const json_t *config, struct err *err);

/* A whole number in [lo, hi]. */
int opt_int(struct options *o, const char *name, int fallback, int lo, int hi);

/* Any finite number. */
float opt_float(struct options *o, const char *name, float fallback);

/* Booleans, also written as 0 and 1. */
bool opt_bool(struct options *o, const char *name, bool fallback);

/* A number or a list of two numbers in [1, hi]: pair[0] is for height; null means the fallback. */
void opt_pair(struct options *o, const char *name, const int *fallback, int hi, int *pair);

/* Which of the words (ended by NULL) it is. */
int opt_word(struct options *o, const char *name, const char *const *words, int fallback);

/* The raw value, NULL if absent or null. */
const json_t *opt_json(struct options *o, const char *name);

/* An option that must be null, absent, or have this value (as a number, or all of a list). */
void opt_only(struct options *o, const char *name, int value);

/* Options (ended by NULL) that say nothing that matters here. */
void opt_ignore(struct options *o, const char *const *names);

/* Options (ended by NULL) that a trainer would need to obey: accepted with a warning in the log. */
void opt_warn(struct options *o, const char *const *names);

/* Words an error about an option: 'layer "a" (Conv2D): option "b" is ...'. */
void opt_fail(struct options *o, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Complains about any option that was not asked for; 0 or -1. */
int opt_end(struct options *o);

#endif
