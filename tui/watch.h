/*
 * watch: one training run on the screen: where it stands, its curves, its classes, its log. Draws
 * from a struct run that its owner polls. UI thread; one owner.
 */
#ifndef TUI_WATCH_H
#define TUI_WATCH_H

#include <curses.h>
#include <stdbool.h>
#include <stdint.h>

#include "nn/run.h"
#include "tui/style.h"
#include "tui/vitals.h"

enum watch_pane {
    WATCH_LOSS,
    WATCH_ACCURACY,
    WATCH_RECALL,
    WATCH_CONFUSION,
    WATCH_LOG,
    WATCH_PANES,
    WATCH_NONE = -1
};

struct watch;

/* style is borrowed. */
struct watch *watch_new(const struct style *style);
void watch_free(struct watch *w);

/* The window that watch_draw gets from now on; NULL = none. */
void watch_resize(struct watch *w, WINDOW *win);

/* Takes in what the run says now; cheap when run->print is as before. NULL = no run. vitals may be
 * NULL; since: seconds that the newest step has been there, by a clock that does not jump. */
void watch_set(struct watch *w, const struct run *run, const struct vitals *vitals, double since);

/*
 * Left, Right, h, l, PgUp, PgDn, Home, End: the cursor that reads values; Esc: off. L: logarithmic
 * losses; s: smoother; Tab, Shift-Tab: the focused pane; z, Enter: that pane alone. False: no such
 * key.
 */
bool watch_key(struct watch *w, int key);

/* Draws all; run is that of the last watch_set, or NULL. */
void watch_draw(struct watch *w, WINDOW *win);

/* The run in a line: "running epoch 3/40 [batch 20/449] loss 1.31 val 56.5 % ETA 41:54". */
void watch_line(const struct run *run, double since, char *text, size_t size);

/*
 * For how many epochs the validation loss has stood above its lowest by more than 1 % while the
 * training loss went on falling: 0 if for fewer than 3, or if it comes down again (the mean of the
 * later half of those epochs is not above that of the earlier).
 */
int watch_overfit(const struct run *run);

/* How many batches of the epoch that is under way are done, as far as its steps say; the run has
 * steps. */
int watch_batch(const struct run *run);

/* Seconds to the end of the epoch and of the run, validation not counted, from the newest step and
 * the seconds since; NAN where they cannot be known. */
void watch_eta(const struct run *run, double since, double *epoch_s, double *run_s);

/* "1:02:03", "2:03"; "-" for NAN. */
void watch_seconds(double seconds, char *out, size_t size);

#endif
