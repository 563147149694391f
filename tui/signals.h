/*
 * signals: what the outside asks of a program that owns a terminal, and a terminal left sane
 * whatever kills it.
 *
 * Polite signals (INT, TERM, HUP, TSTP, CONT, WINCH) are noted and wake the loop through a
 * descriptor; handlers instead of a signalfd, because libraries may have started threads that block
 * nothing. A fatal one (SEGV, ABRT, BUS, FPE, ILL, QUIT) restores the terminal and then takes its
 * course. If a loop that was asked to end does not within two seconds (a terminal that takes no
 * more bytes), the program dies of SIGTERM, terminal restored. One set per process; main thread.
 */
#ifndef TUI_SIGNALS_H
#define TUI_SIGNALS_H

#include <stdbool.h>

#include "base/err.h"

enum signals_bit {
    SIGNALS_INT = 1,
    SIGNALS_TERM = 2,
    SIGNALS_HUP = 4,
    SIGNALS_STOP = 8,
    SIGNALS_CONT = 16,
    SIGNALS_RESIZE = 32,
};

/* Takes the signals over; restore puts the terminal back and must be async-signal-safe. Before
 * newterm(), or ncurses takes some itself. 0 or -1. */
int signals_start(void (*restore)(void), struct err *err);

/* Gives them back. */
void signals_end(void);

/* Readable when a signal came. */
int signals_fd(void);

/* What came since the last call: signals_bit, or'ed. */
int signals_take(void);

/* Stops the process as ^Z does; returns when it is continued. */
void signals_stop(void);

#endif
