/*
 * app: the one loop. It sleeps in poll() on keys, signals and the views' descriptors, lets the
 * views take in what is new, and draws at most so often as the frame cap and the terminal allow,
 * with one doupdate(). Keys come first: they are dispatched before anything is drawn. Main thread.
 */
#ifndef TUI_APP_H
#define TUI_APP_H

#include "base/err.h"
#include "config/opts.h"
#include "tui/view.h"

#define APP_VIEWS_MAX 9 /* digits 1..9 */

/* A row of the table of views; borrowed until app_run returns. */
struct app_view {
    int number; /* the digit that shows it */
    const struct view_ops *ops;
    void *data; /* the view's v->data */
    /* Fetches what the view needs into data before it is opened: at its first showing, and again
     * at the next try where that failed. Must not take long. NULL = all is there. */
    int (*prepare)(const struct app_view *self, struct err *err);
    void *context; /* for prepare */
};

/*
 * Takes the terminal, shows the view of number `first`, runs until the user quits or a signal ends
 * it, gives the terminal back. The other views are opened when their digit is pressed; one that
 * cannot is an error in the status line. Returns 0 with *signal 0 or the signal (SIGTERM, SIGHUP)
 * that the caller should die of; -1 and err if there is no usable terminal (*screen false) or the
 * first view cannot open (*screen true). With 0, err may hold the last error that was logged while
 * the screen was up.
 */
int app_run(const struct opts *opts, const struct app_view *views, int count, int first,
            int *signal, bool *screen, struct err *err);

/* The app's own keys, as in the help; ends with a row whose act is NULL. */
extern const struct view_key app_keys[];

/* Whether the row is of that key. */
static inline bool app_key_matches(const struct view_key *row, int key)
{
    return row->key == key || (row->twin != 0 && row->twin == key);
}

#endif
