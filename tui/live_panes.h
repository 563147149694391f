/*
 * live_panes: draws the three panes of the live view from plain values. UI thread; owns windows
 * and widgets, allocates when made or resized and never while drawing.
 */
#ifndef TUI_LIVE_PANES_H
#define TUI_LIVE_PANES_H

#include <curses.h>
#include <stdint.h>

#include "tui/layout.h"
#include "tui/picture.h"
#include "tui/style.h"
#include "vision/live.h"
#include "vision/scene.h"

#define LIVE_SPAN_S 60.0    /* that the history graph shows at once */
#define LIVE_MEMORY_S 600.0 /* that it can be scrolled back */

enum live_zoom { LIVE_ZOOM_AUTO, LIVE_ZOOM_ON, LIVE_ZOOM_OFF, LIVE_ZOOMS };

/* What is shown; the view's. */
struct live_show {
    struct scene scene;
    struct live_status status;
    struct frame *frame; /* one reference, or NULL */
    const struct infer_info *model;
    struct style_mood mood[SCENE_CLASSES_MAX];
    int selected;  /* id of the chosen face, which may be away; 0 = none yet */
    int64_t now;   /* the time shown; stands still while paused */
    double back_s; /* how far the history is scrolled back */
    enum live_zoom zoom;
    enum layout_pane focus, maximised;
    bool mirror;
    bool crops;       /* what the network sees in place of the history */
    struct seen seen; /* where crops is set */
    int thrift; /* enum thrift_step */
    bool hold;  /* of picture_view */
};

struct live_panes;

struct live_panes *live_panes_new(const struct style *style, const struct ui_opts *ui, int classes);
void live_panes_free(struct live_panes *p);

/* Makes the panes in win, whose size is the layout's; NULL = none. */
void live_panes_resize(struct live_panes *p, WINDOW *win, enum layout_pane maximised);

/* Whether the pane is on the screen. */
bool live_panes_has(const struct live_panes *p, enum layout_pane pane);

/* Draws all that is visible; win's cursor ends on the chosen face. */
void live_panes_draw(struct live_panes *p, WINDOW *win, const struct live_show *show);

/* Remembers the faces of a scene for the history. */
void live_panes_push(struct live_panes *p, const struct scene *scene);

/* Forgets all faces. */
void live_panes_forget(struct live_panes *p);

/* The chosen face if it is in the scene, or NULL. */
const struct scene_face *live_show_face(const struct live_show *show);

/* What is said of a face: its mood's name, or "not sure". */
const char *live_show_mood(const struct live_show *show, const struct scene_face *f);

/* The source's label; of paths and addresses only the last part, which says most. */
const char *live_show_source(const struct live_show *show);

/* What lies at a cell of the terminal: the pane, or LAYOUT_NONE; *face gets the id of the face
 * whose box is there, or 0. */
enum layout_pane live_panes_at(const struct live_panes *p, const struct live_show *show, int y,
                               int x, int *face);

struct picture *live_panes_picture(struct live_panes *p);

#endif
