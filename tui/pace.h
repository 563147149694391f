/*
 * pace: how often frames may be sent to a terminal that may be slow or far away.
 *
 * Each frame ends with a question (DSR, "CSI 5 n"); the next one waits for the answer ("CSI 0 n"),
 * so at most one frame lies in the buffers between here and there, however slow they are. Pure: a
 * plain value and the caller's clock.
 */
#ifndef TUI_PACE_H
#define TUI_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define PACE_TIMEOUT_NS INT64_C(2000000000) /* an answer that is later than this is lost */
#define PACE_FIXED_NS INT64_C(250000000)    /* between frames where answers never come */

#define PACE_ASKED 4 /* questions that are remembered */

struct pace {
    bool ask;      /* false: no questions, no waiting */
    bool answered; /* the terminal has answered before */
    bool deaf;     /* it did not answer its first question: fixed 4 frames a second */
    int pending;   /* questions without an answer */
    int64_t sent;  /* when the last frame went out, ns */
    int64_t rtt;   /* of the last answer, ns */
    long bytes;    /* of the frame that it was for; 0 = no answer yet, or to nothing */
    int64_t took;  /* ns that this frame had the link for itself */
    int64_t last;  /* when the last answer came */
    struct {
        int64_t at;
        long bytes;
    } asked[PACE_ASKED]; /* (pending), the oldest first */
};

void pace_init(struct pace *p, bool ask);

/* Whether a frame may go out now. urgent: it answers a key, and may overtake one that is under way.
 */
bool pace_ready(struct pace *p, bool urgent, int64_t now);

/* When pace_ready will be true even without an answer; 0 = it is. */
int64_t pace_when(const struct pace *p);

/* A frame of so many bytes went out. */
void pace_sent(struct pace *p, long bytes, int64_t now);

/* The terminal answered: bytes, took and rtt are of the frame that it has taken. */
void pace_answer(struct pace *p, int64_t now);

#endif
