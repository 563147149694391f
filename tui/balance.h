/* balance: the state of the balance view and its panes. Private to tui/balance*.c; UI thread. */
#ifndef TUI_BALANCE_H
#define TUI_BALANCE_H

#include <curses.h>

#include "nn/stats.h"
#include "tui/layout.h"
#include "tui/study.h"
#include "tui/style.h"
#include "tui/tile.h"
#include "tui/view.h"

enum { BALANCE_KEYS = 10 };

enum balance_pane {
    BALANCE_CLASSES,
    BALANCE_FINDINGS,
    BALANCE_WEIGHTS,
    BALANCE_TONES,
    BALANCE_SAMPLES,
    BALANCE_PANES
};

/* Where the panes lie in the body; h 0 = not there. */
struct balance_layout {
    struct layout_rect pane[BALANCE_PANES];
};

struct balance {
    struct study *study;
    const struct style *style;
    struct style_mood mood[DATASET_CLASSES_MAX];
    struct stats stats;
    const struct dataset *ds;    /* that the stats are of; NULL = none yet */
    const struct doctor *doctor; /* that was drawn last */
    int changes;                 /* of the study, when the stats were made */
    unsigned turns;              /* of the study that are drawn */
    bool toned;                  /* with tones */
    int kind;                    /* the finding that is chosen */
    int sample;                  /* place among its images of the first one shown */
    struct tile *tile;
    struct view_key keys[BALANCE_KEYS]; /* with the hints that are true here */
    int class_top;                      /* first class shown */
    enum balance_pane lower; /* the pane below the classes where there is room for one alone */
};

/* The panes in a body of rows x cols for that many classes. Pure. */
struct balance_layout balance_lay_out(int rows, int cols, int classes, enum balance_pane lower);

/* Whether panes lie side by side, all at once. */
bool balance_is_wide(int cols);

/* How many lines the pane of classes has for classes. */
int balance_class_lines(const struct layout_rect *r);

/* How many of the chosen finding's images have room there, as they are or in pairs. */
int balance_samples_count(const struct balance *b, const struct layout_rect *r);

/* Draws those images: what is wrong with them is best seen. */
void balance_samples_draw(const struct balance *b, WINDOW *win, const struct layout_rect *r);

/* Draws a pane into its rectangle of the window; the cursor ends on the chosen finding. */
void balance_draw(const struct balance *b, WINDOW *win, const struct balance_layout *l);

#endif
