/*
 * camera_menu: the overlay in which a source is chosen, its size and controls are set, and its
 * pictures are turned, mirrored and cut. UI thread; a plain value, zeroed = closed. What is changed
 * takes effect at once, through vision/live_source.h.
 */
#ifndef TUI_CAMERA_MENU_H
#define TUI_CAMERA_MENU_H

#include <curses.h>
#include <stdbool.h>

#include "tui/style.h"
#include "vision/camera.h"
#include "vision/live.h"

enum { CAMERA_MENU_DEVICES = 16 };

struct camera_menu {
    bool open;
    int row, top, page;
    int devices;
    struct camera_device device[CAMERA_MENU_DEVICES];
    char given[OPTS_TEXT_MAX]; /* the source that the program was started with; "" = none */
    int mode;                  /* chosen, but not yet taken; -1 = the one in use */
    bool *mirror;              /* the view's, borrowed: shown as a mirror does */
};

/* Opens it: looks which cameras there are. given, mirror: see above. */
void camera_menu_open(struct camera_menu *m, const char *given, bool *mirror);

/* Takes a key while open; false: not one of its keys. */
bool camera_menu_key(struct camera_menu *m, struct live *live, int key);

/* Draws it in the middle of the window; the cursor ends on the chosen row. */
void camera_menu_draw(struct camera_menu *m, struct live *live, const struct style *style,
                      WINDOW *win);

#endif
