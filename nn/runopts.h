/* runopts: the options of a training run as a JSON object, for run.json and for resuming. Pure. */
#ifndef NN_RUNOPTS_H
#define NN_RUNOPTS_H

#include <jansson.h>

#include "base/err.h"
#include "config/opts.h"

/* Every option that the result depends on, and data, model, threads; the caller's to decref. */
json_t *runopts_to_json(const struct train_opts *opts);

/* An option's value as text, choices by the names that they have on the command line; NULL if the
 * option is unknown or its value does not fit. Points into value, into `text`, or to a constant. */
const char *runopts_text(const char *name, const json_t *value, char *text, size_t size);

/* The reverse. An option that is missing, as an older build did not have it, stays what it is,
 * which the log tells; a value of another type or that is no choice is an error that names it. 0 or
 * -1. */
int runopts_from_json(const json_t *object, struct train_opts *opts, struct err *err);

#endif
