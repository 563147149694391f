/*
 * screen: the terminal while moodtop owns it, from newterm() to the shell's prompt.
 *
 * There is one, so it has no handle; main thread. While it is up, stderr goes to the log file, or
 * whatever writes there would scribble over the picture.
 */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "config/opts.h"
#include "tui/thrift.h"

/* Keys that ncurses has no number for. */
enum { SCREEN_NO_KEY = -1, SCREEN_ESC = 27 };

/*
 * Takes the terminal over. An unknown TERM falls back on a common one (screen_note says which).
 * Keys come from stdin, or from the terminal itself where stdin is something else. -1 and err,
 * nothing changed, if there is no terminal or it cannot move its cursor.
 */
int screen_start(const struct opts *opts, struct err *err);

/* Gives it back as it was. err gets the last error that went to the log meanwhile, if one did and
 * err says nothing yet. */
void screen_end(struct err *err);

/* What the user should know of how the screen was started; "" = nothing. */
const char *screen_note(void);

/* Where keys come from. */
int screen_input_fd(void);

/* The next key that is there, or SCREEN_NO_KEY; never waits. */
int screen_key(void);

/* Gives the terminal back, stops the process, takes it again when continued. */
void screen_suspend(void);

/* Takes the terminal again after a stop that could not be caught (SIGSTOP). */
void screen_retake(void);

/* Someone else may have written to the terminal: draw every cell anew. */
void screen_redraw(void);

/* Asks the terminal for its size; true if it changed, and then all windows are to be made anew. */
bool screen_resized(void);

void screen_mouse(bool on);

/* Sends what was drawn: the one doupdate(). picture: it holds a new picture. */
void screen_flush(bool picture, int64_t now);

/* Whether the terminal has taken the last frame, and if not, when to go on without its word; see
 * tui/pace.h. */
bool screen_ready(bool urgent, int64_t now);
int64_t screen_ready_at(void);

/* What a slow connection leaves of the picture, and the reason in a few words ("" = none); see
 * tui/thrift.h. fps: drawings a second that are wanted. */
enum thrift_step screen_thrift(double fps);
void screen_thrift_text(char *text, size_t size);

#endif
