/*
 * pty: the real program (its path in $MOODTOP) in a pseudo-terminal, watched by a model of a
 * terminal (libvterm).
 *
 * Between the test and the program stands a small shell of our own: it is the session's leader,
 * gives the program a process group and the foreground, notes when it stops, and brings it back.
 * Nothing here sleeps for a fixed time: waits end when what they wait for is there, or fail after a
 * generous limit and print the screen.
 */
#ifndef TESTS_E2E_PTY_H
#define TESTS_E2E_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* How long anything is waited for at most, in seconds; sanitizers slow down all of it. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PTY_LIMIT_S 600
#else
#define PTY_LIMIT_S 90
#endif

struct pty;

struct pty_opts {
    int rows, cols;
    const char *const *args; /* behind the program's name; ends with NULL */
    const char *const *env;  /* "NAME=value" sets, "NAME" unsets; ends with NULL; may be NULL */
    long bytes_per_s;        /* how fast the terminal reads; 0 = as it comes */
    bool mute;               /* it answers no questions (DSR) */
    long file_max;           /* bytes that a file can grow to, as on a full disk; 0 = no limit */
    bool nobody;             /* where the test is root: the program is not */
    bool beside;             /* those that are open stay so; else a new one ends them */
};

struct pty_cell {
    uint32_t ch; /* 0 = empty */
    bool bold, reverse;
    bool fg_default, bg_default;
    uint8_t fg[3], bg[3]; /* red, green, blue */
};

/* Starts the program; fails the test if that cannot be done. */
struct pty *pty_open(const struct pty_opts *opts);

/* Kills what still runs and frees all; NULL is allowed. */
void pty_close(struct pty *p);

/* Types. */
void pty_keys(struct pty *p, const char *keys);

/* Reads what comes within ms milliseconds into the screen. */
void pty_pump(struct pty *p, int ms);

/* Waits until the condition holds; false after the limit. */
bool pty_wait(struct pty *p, bool (*cond)(struct pty *p, const void *ctx), const void *ctx);

/* Waits until the text stands on the screen (pty_gone: no longer does), or fails the test. */
void pty_see(struct pty *p, const char *text);
void pty_gone(struct pty *p, const char *text);

/* Waits until the bars are those of a face, and returns its number, which on a slow machine is not
 * always 1: a tracker that sees two pictures a second loses a face and finds another. */
int pty_see_face(struct pty *p);

/* Waits for so many whole frames (each ends with a question, DSR), or fails the test. */
void pty_frames(struct pty *p, int count);

/* Whether the text stands in a row of the screen; *row and *col (may be NULL) say where. */
bool pty_find(struct pty *p, const char *text, int *row, int *col);

/* A row as UTF-8; the caller frees. */
char *pty_row(struct pty *p, int row);

struct pty_cell pty_cell(struct pty *p, int row, int col);

bool pty_alternate(struct pty *p);
bool pty_cursor_visible(struct pty *p);
void pty_cursor(struct pty *p, int *row, int *col);

/* All bytes since the start, or since pty_forget. */
const char *pty_bytes(struct pty *p, size_t *size);
void pty_forget(struct pty *p);

void pty_resize(struct pty *p, int rows, int cols);

/* The program's process id. */
pid_t pty_pid(struct pty *p);

/* Waits until it has ended (reading on); returns the status as waitpid() gives it. */
int pty_end(struct pty *p);

/* Types q, fails the test unless that ends the program well, and closes. */
void pty_quit(struct pty *p);

/* Waits until it has stopped; then pty_foreground brings it back as fg does. */
void pty_stopped(struct pty *p);
void pty_foreground(struct pty *p);

/* Closes the terminal's side, as a dropped connection does. */
void pty_hang_up(struct pty *p);

/* Prints the screen, for failures. */
void pty_dump(struct pty *p);

/* $MOODTOP. */
const char *pty_program(void);

#endif
