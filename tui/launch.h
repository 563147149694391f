/*
 * launch: the form that starts a training run: its fields, the estimate, and the child process that
 * hands over to a detached trainer. UI thread; one owner.
 */
#ifndef TUI_LAUNCH_H
#define TUI_LAUNCH_H

#include <curses.h>
#include <stdbool.h>

#include "base/err.h"
#include "config/opts.h"
#include "nn/run.h"
#include "tui/style.h"

struct launch;

/* opts: the values that the form begins with, where the last ones were not kept; they and dir, the
 * folder that gets the run, are borrowed. */
struct launch *launch_new(const struct style *style, const struct opts *opts, const char *dir);

/* An estimate that is under way ends; a trainer that is being started goes on. */
void launch_free(struct launch *l);

/* Whether all keys are the form's, as a value is typed. */
bool launch_typing(const struct launch *l);

/* Keys of the form (tui/form.h); false: no such key. */
bool launch_key(struct launch *l, int key);

/* All values become the defaults. */
void launch_reset(struct launch *l);

/* Starts the run: behind the one that is trained, or (now) beside it. What is wrong stands in the
 * form. */
void launch_start(struct launch *l, bool now);

/* Has a few batches tried in a child process; once more: ends it. */
void launch_estimate(struct launch *l);

/* Goes on with a run that ended. */
void launch_resume(struct launch *l, const char *path);

enum launch_news { LAUNCH_NOTHING, LAUNCH_CHANGED, LAUNCH_STARTED };

/* Takes in what the children say. LAUNCH_STARTED: launch_path is the directory of the run that was
 * started or resumed. */
enum launch_news launch_poll(struct launch *l);
const char *launch_path(const struct launch *l);

/* Readable when a child says something; -1 = there is none. */
int launch_fd(const struct launch *l);

/* What went wrong last, or what is under way; "" = nothing. */
const char *launch_said(const struct launch *l);

/* What went wrong has been read. */
void launch_hush(struct launch *l);

/* Fills the window; alive: the run that would have to be waited for, or NULL. */
void launch_draw(struct launch *l, WINDOW *win, const struct run *alive);

#endif
