/* snapshot: what a window shows, as text, or as text with colours (ANSI) that `cat` shows again. UI
 * thread. */
#ifndef TUI_SNAPSHOT_H
#define TUI_SNAPSHOT_H

#include <curses.h>
#include <stddef.h>

#include "base/err.h"

/*
 * Writes the window to a new file in the current folder, named by the time and ending in .ans
 * (ansi) or .txt; direct: colour numbers are 0xRRGGBB. Its name goes into path. 0, or -1 and err.
 */
int snapshot_write(WINDOW *win, bool ansi, bool direct, char *path, size_t size, struct err *err);

#endif
