/* runopts: the options of a training run as a JSON object, for run.json and for resuming. Pure. */
#ifndef NN_RUNOPTS_H
#define NN_RUNOPTS_H

#include <jansson.h>

#include "base/err.h"
#include "config/opts.h"

/* Every option that the result depends on, and data, model, threads; the caller's to decref. */
json_t *runopts_to_json(const struct train_opts *opts);

/* The reverse; an option that is missing or of another type is an error that names it. 0 or -1. */
int runopts_from_json(const json_t *object, struct train_opts *opts, struct err *err);

#endif
