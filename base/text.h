/*
 * text: small work on words. Any thread; nothing here keeps or frees what it is given.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* How many letters must be changed, added, dropped or swapped with their neighbour to make b of a
 * (Damerau and Levenshtein, optimal string alignment), upper and lower case being equal. Words
 * longer than 63 bytes are cut there. */
int text_distance(const char *a, const char *b);

/* Keeps in *best the nearer to word of *best and candidate; *best starts as NULL. A candidate
 * counts only if less than half of the word would have to be changed, at most 3 letters, or if the
 * word, of 3 letters or more, begins it. */
void text_nearer(const char *word, const char *candidate, const char **best);

/* Whether word is one of the space-separated words of list; if so and at is not NULL, its place
 * there (0, 1, ...). */
bool text_in_list(const char *list, const char *word, int *at);

/* Copies text into out (size bytes, always ended with NUL); false if it did not fit. */
bool text_copy(char *out, size_t size, const char *text);

/* Appends to the text in out (size bytes); what does not fit is left out. */
void text_add(char *out, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* The text as sound UTF-8: bytes that are none are read as ISO 8859-1. The caller frees it. */
char *text_utf8(const char *text);

/* Fills out (size bytes, 4 for each column suffice) with as much of the text as fits in so many
 * columns of a terminal, then spaces; columns < 0: with all that fits in out, and no spaces. What
 * is no UTF-8 is read as text_utf8 does; a control character becomes '?', so that a file's name
 * cannot steer the terminal. Returns the columns before the spaces. */
int text_cell(char *out, size_t size, const char *text, int columns);

#endif
