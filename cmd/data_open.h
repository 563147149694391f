/*
 * data_open: --data as every command opens it: any kind of set, pictures through vision's readers,
 * progress on stderr, damaged rows told. Main thread.
 */
#ifndef CMD_DATA_OPEN_H
#define CMD_DATA_OPEN_H

#include "config/opts.h"
#include "nn/dataset.h"

/* What opening needs, apart from what is asked for. */
struct data_tools;

/* Makes the tools for that `how`: detect and model say how faces are found and cut out (for
 * crop_faces). From now on ^C and SIGTERM end a conversion with an error, unless somebody hears
 * them already. NULL and err. */
struct data_tools *data_tools_new(const struct opts *opts, struct err *err);

/* The caller ends the tools when the set is open and what was half made is removed: if one of those
 * signals came, the program dies of it here. NULL is allowed. */
void data_tools_free(struct data_tools *t);

/* The `how` of [data] options; valid as long as the tools. */
const struct dataset_how *data_tools_how(const struct data_tools *t);

/*
 * Opens opts->data.set. On a terminal, what takes longer than a second says how far it is; ^C ends
 * it and the program, and leaves nothing. progress, if not NULL, is told instead (a screen's), and
 * ends it by false with an error. Damaged rows and files are told on stderr (the log, with
 * progress): the first ones and how many. NULL and err.
 */
struct dataset *data_open(const struct opts *opts,
                          bool (*progress)(void *ctx, const struct dataset_progress *p), void *ctx,
                          struct err *err);

/* The same of another set than opts->data.set, told on the terminal. */
struct dataset *data_open_set(const struct opts *opts, const char *set, struct err *err);

/* Tells what was left out of the set and how many corrections are applied; screen: in the log. */
void data_tell(const struct dataset *ds, bool screen);

#endif
