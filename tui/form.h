/*
 * form: a list of options to fill in, made from rows of the option table: typed or chosen, checked
 * with every key by the table's own check. UI thread; one owner; draws into any window.
 */
#ifndef TUI_FORM_H
#define TUI_FORM_H

#include <curses.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "config/opts.h"
#include "config/table.h"
#include "tui/style.h"

struct form_field {
    const char *section, *key; /* of the option table */
    const char *label;         /* "learning rate" */
    const char *title;         /* of the group that begins here, or NULL */
};

struct form;

/* The fields are borrowed; their texts are the defaults. Asserts that the table has the options. */
struct form *form_new(const struct form_field *fields, int count);
void form_free(struct form *f);

/* Takes over the fields' values of opts. */
void form_set(struct form *f, const struct opts *opts);

/* Puts all values into opts. -1 where one is wrong: err begins with its label, and it becomes the
 * chosen field. */
int form_get(struct form *f, struct opts *opts, struct err *err);

/* Reads "section.key=value" lines as form_save wrote them; what does not fit (any more) is passed
 * over. A file that is not there changes nothing. */
void form_load(struct form *f, const char *path);

/* Writes the values that are right; folders are made. 0 or -1. */
int form_save(const struct form *f, const char *path, struct err *err);

/* Whether a value is being typed: all keys are then form_key's. */
bool form_typing(const struct form *f);

/*
 * Up, Down, k, j, Tab, PgUp, PgDn, g, G, Home, End choose a field; Enter (or a blank) begins to
 * type, or takes the next choice; Left and Right step through choices; Backspace gives the default.
 * While typing, Enter and Up, Down, Tab keep what stands there, Esc drops it. False: no such key.
 */
bool form_key(struct form *f, int key);

/* The chosen field: its row, its value as it stands there, and what is wrong with it ("" =
 * nothing). */
const struct table_row *form_row(const struct form *f);
const char *form_value(const struct form *f);
const char *form_trouble(const struct form *f);

/* The value of any field, NULL if there is no such field. */
const char *form_text(const struct form *f, const char *section, const char *key);

/* Chooses a field; nothing happens if there is no such field. */
void form_choose(struct form *f, const char *section, const char *key);

/* How many fields are wrong. */
int form_wrong(const struct form *f);

/* Fills the window, scrolled so that the chosen field is seen; the cursor ends where typing goes.
 */
void form_draw(struct form *f, const struct style *style, WINDOW *win);

#endif
