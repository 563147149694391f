/*
 * corrections: what a person decided about a data set's rows, in a file beside each source, never
 * in the source: "fer2013.csv.corrections", in a folder "moodtop.corrections".
 *
 * The file is text, one JSON object a line, appended and synced one by one; later lines win:
 *
 *   {"moodtop":"corrections","set":"fer2013.csv","hash":"90ab..."}
 *   {"row":128,"origin":"fer2013.csv:130","image":"12cd...","label":"happy"}
 *   {"row":128,"origin":"fer2013.csv:130","image":"12cd...","exclude":true,"reason":"leak"}
 *   {"row":128,"origin":"fer2013.csv:130","image":"12cd...","undo":true}    the one before it
 *
 * A half last line (the program was killed) is dropped. A line whose image no longer stands at its
 * row is looked for by origin and image, and is stale if it is not found. One thread.
 */
#ifndef NN_CORRECTIONS_H
#define NN_CORRECTIONS_H

#include "nn/dataset.h"

/* Reads what there is for the sources of ds, which is borrowed for as long as this lives and owns
 * it as ds->corrections. NULL and err if a file cannot be read or a line is damaged. */
struct corrections *corrections_open(const struct dataset *ds, struct err *err);

void corrections_close(struct corrections *c);

/* Decide, durably when they return 0. -1 with err naming the file where it cannot be written, and
 * nothing changed. Call dataset_update behind one or many of them. */
int corrections_relabel(struct corrections *c, int row, int class, struct err *err);
int corrections_exclude(struct corrections *c, int row, bool exclude, const char *reason,
                        struct err *err);

/* Takes the last decision back that is not yet taken back, be it of an earlier session: its row, or
 * -1: there is none (err stays ""), or it cannot be written. */
int corrections_undo(struct corrections *c, struct err *err);

/* The class decided for a row, or -1; whether it is excluded, and why ("" = unsaid). */
int corrections_label(const struct corrections *c, int row);
bool corrections_excluded(const struct corrections *c, int row);
const char *corrections_reason(const struct corrections *c, int row);

/* How many rows bear another label than the source's, how many are excluded, and how many lines fit
 * no row any more; any may be NULL. */
void corrections_count(const struct corrections *c, int *relabelled, int *excluded, int *stale);

/* The file for decisions about that row; "" if it can have none. */
const char *corrections_path(const struct corrections *c, int row);

#endif
