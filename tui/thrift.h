/*
 * thrift: how much of a picture a slow connection gets: first fewer drawings, then a smaller
 * picture, then a plainer one; and back when there is room again.
 *
 * It knows the link by the terminal's answers (tui/pace) and a limit by the user's word (ui
 * max_kbps). Drawings that answer keys are never held back. Pure: a plain value and the caller's
 * clock.
 */
#ifndef TUI_THRIFT_H
#define TUI_THRIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum thrift_step { THRIFT_FULL, THRIFT_RATE, THRIFT_SIZE, THRIFT_PLAIN, THRIFT_STEPS };

struct thrift {
    double budget; /* bytes a second; 0 = no limit */
    double fps;    /* drawings a second that are wanted */
    double link;   /* bytes a second, measured; 0 = not known yet */
    double floor;  /* s: the way there and back alone, known by answers to very few bytes */
    enum thrift_step step;
    double bytes[THRIFT_STEPS]; /* of a drawing with a new picture at that step; 0 = not seen */
    int drawings;               /* with a new picture since the step was taken */
    int64_t changed;            /* when that was */
    int64_t last;               /* when the last picture went out */
    int64_t paid;               /* when the budget for all that went out is there again */
};

void thrift_init(struct thrift *t, double max_kbps, double fps);

/* Whether a drawing with a new picture may go out; when that will be. */
bool thrift_ready(const struct thrift *t, int64_t now);
int64_t thrift_when(const struct thrift *t);

/* A drawing of so many bytes went out; picture: with a new picture. */
void thrift_sent(struct thrift *t, long bytes, bool picture, int64_t now);

/* The terminal has taken a drawing of so many bytes (0: a question alone) within took ns. */
void thrift_answer(struct thrift *t, long bytes, int64_t took, int64_t now);

/* "slow link: 3/s, small", or "" while nothing is held back. */
void thrift_text(const struct thrift *t, char *text, size_t size);

#endif
