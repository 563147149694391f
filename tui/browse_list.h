/*
 * browse_list: which rows of a data set the browser shows, and in which order. Pure but for its
 * buffers, which are taken once; UI thread.
 */
#ifndef TUI_BROWSE_LIST_H
#define TUI_BROWSE_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/study.h"

enum browse_sort {
    BROWSE_ORDER,
    BROWSE_CLASS,
    BROWSE_LOSS,       /* the most wrong first */
    BROWSE_CONFIDENCE, /* the surest first */
    BROWSE_BRIGHTNESS, /* the darkest first */
    BROWSE_RANDOM,
    BROWSE_SORTS
};

extern const char *const browse_sort_names[BROWSE_SORTS];

enum browse_field {
    BROWSE_SPLIT,
    BROWSE_LABEL,
    BROWSE_PREDICTED,
    BROWSE_RESULT,  /* right, wrong */
    BROWSE_FINDING, /* enum doctor_kind, then any of them */
    BROWSE_TOUCHED, /* relabelled, excluded, neither */
    BROWSE_FIELDS
};

/* What a row must be to be shown: a value of each field, -1 = any. */
struct browse_filter {
    int want[BROWSE_FIELDS];
};

struct browse_list {
    int *row; /* (count) */
    int count;
    int *place;       /* (n) where a row stands in row, -1 = not shown */
    int *class_row;   /* (count) the same rows by class, in the same order */
    int *class_first; /* (classes + 1) */
    struct browse_filter filter;
    enum browse_sort sort;
    bool reverse;
    uint32_t seed;     /* of BROWSE_RANDOM */
    uint32_t *finding; /* (n) bits of enum doctor_kind; all 0 until the doctor has run */
    const struct doctor *diagnosed; /* whose findings they are; NULL = nobody's yet */
    uint32_t *key, *spare_key;      /* (n) */
    int *spare_row;                 /* (n) */
    int n, classes;
};

/* Room for the rows of a data set; shows all of them in their order. */
void browse_list_open(struct browse_list *l, const struct dataset *ds);
void browse_list_close(struct browse_list *l); /* stands a zeroed one */

/* Makes row, place and class_row what filter and sort say. Allocates nothing; some milliseconds for
 * FER2013. */
void browse_list_make(struct browse_list *l, const struct study *s);

/* Takes over the doctor's findings, in place of earlier ones. */
void browse_list_findings(struct browse_list *l, const struct doctor *d);

/* Whether filter or sort hang on what the network says. */
bool browse_list_needs_network(const struct browse_list *l);

/* Values of a field of this data set, and the name of one ("any" of -1). */
int browse_field_values(enum browse_field field, const struct dataset *ds);
const char *browse_field_name(enum browse_field field);
const char *browse_value_name(enum browse_field field, const struct dataset *ds, int value);

#endif
