/*
 * study: a data set that views look at, and what is found out about it meanwhile. Made by cmd/,
 * which opens the set in the background and computes; shared by all views of it.
 *
 * UI thread: update brings the plain values up to date and never waits.
 */
#ifndef TUI_STUDY_H
#define TUI_STUDY_H

#include <stdbool.h>

#include "nn/dataset.h"
#include "nn/doctor.h"
#include "nn/survey.h"

struct study {
    const char *source;    /* --data as given */
    char name[120];        /* the last parts of its paths */
    struct dataset *ds;    /* NULL until it is open; relabelled by the views alone */
    struct survey *survey; /* NULL until then */
    struct survey_news news;
    const struct doctor *doctor; /* NULL until it has run; a new one when it knows more */
    bool diagnosing;             /* it is at work */
    int changes;                 /* grows with each correction, so that views can tell */
    char what[160];              /* "reading fer2013.csv: 41 %, 3 s left"; "" = all is there */
    char trouble[ERR_TEXT_MAX];  /* why the set cannot be opened; "" = no trouble */
    int go;                      /* the row that the browser is to show (a finding); -1 = none */
    int kind;                    /* ... with all that have this finding; -1 = just the row */
    unsigned turns;              /* grows with each change, see study_follow */
    int fd;                      /* readable when update has something */
    bool (*update)(struct study *s);   /* true = something changed */
    void (*diagnose)(struct study *s); /* starts the doctor, if it has not run */
};

/* Brings s up to date; whether anything changed since the view that keeps `seen` last asked. */
static inline bool study_follow(struct study *s, unsigned *seen)
{
    s->turns += s->update(s);
    bool news = *seen != s->turns;
    *seen = s->turns;
    return news;
}

#endif
