/*
 * live_screen: what the live view keeps, which tui/live_view.c (data, words, drawing) and
 * tui/live_keys.c (what its keys do) share; nobody else includes it. UI thread.
 */
#ifndef TUI_LIVE_SCREEN_H
#define TUI_LIVE_SCREEN_H

#include "tui/audience.h"
#include "tui/camera_menu.h"
#include "tui/live_panes.h"
#include "tui/live_view.h"

/* What fills the body. */
enum live_page { LIVE_PAGE_PANES, LIVE_PAGE_AUDIENCE, LIVE_PAGE_WORD, LIVE_PAGES };

struct live_screen {
    struct live_show show;
    struct live_panes *panes;
    WINDOW *win; /* borrowed from the app */
    struct crop_how how;
    int watched;     /* the face whose crops were asked for; 0 = none */
    uint64_t pushed; /* the last scene that went into the history */
    int results;     /* scenes so far */
    enum live_page page;
    struct camera_menu menu;
    bool mirror; /* cameras are shown as a mirror shows them */
    struct tally tally;
    int64_t redrawn;
    bool owed;                  /* a picture that waits for what is read in it */
    char trouble[ERR_TEXT_MAX]; /* what a key asked for and did not get */
    struct opts opts;           /* with the model that is used */
};

static inline struct live *live_screen_live(const struct view *v)
{
    const struct live_view_data *data = v->data;
    return data->live;
}

static inline struct live_screen *live_screen_of(const struct view *v)
{
    return v->state;
}

/* How faces are cut out by the options. */
static inline struct crop_how live_screen_crop(const struct view *v)
{
    const struct model_opts *m = &v->opts->model;
    return (struct crop_how){m->margin, m->offset_x, m->offset_y, m->align};
}

/* The keys of the view, and those that a record has a use for. */
extern const struct view_key live_keys[], live_keys_replay[];

/* What has the first word: the camera's menu while it is open. */
bool live_keys_grab(struct view *v, int key);

#endif
