/*
 * runs: the run directories of a folder, as a list that keeps itself up to date; and what is done
 * to them by hand: rename, note, delete. One thread; one owner.
 */
#ifndef NN_RUNS_H
#define NN_RUNS_H

#include "nn/run.h"

struct runs {
    char *dir;
    struct run **run; /* [count], newest first (by name, which begins with the date) */
    int count;
    bool gone;      /* the folder cannot be read (perhaps it is not made yet); the list stays */
    uint64_t print; /* as long as it is the same, all that was read is */
    struct runs_reader *reader;
};

/* Lists a folder, which need not exist yet. */
struct runs *runs_list(const char *dir);

/* Finds new and vanished directories and polls each run; true if anything changed. Pointers to runs
 * that vanished are dead then: whoever keeps one over a poll keeps its name and uses runs_find. */
bool runs_poll(struct runs *runs);

/* The run of that name; NULL if there is none. */
struct run *runs_find(const struct runs *runs, const char *name);

/* NULL is allowed. */
void runs_close(struct runs *runs);

/* The directory that is meant by a path, a name in dir, a part of a name that only one has, or ""
 * for the newest; the caller frees. NULL with err set if there is none. */
char *runs_path(const char *dir, const char *what, struct err *err);

/* Gives the directory another name behind its date ("2026-11-21-0930-NAME"); *path becomes the new
 * one. A run that is trained or waits is refused. 0 or -1. */
int runs_rename(char **path, const char *name, struct err *err);

/* Writes note.txt; an empty text removes it. 0 or -1. */
int runs_note(const char *path, const char *text, struct err *err);

/* Moves it into ".trash" beside it, from where it can be moved back. A run that is trained or waits
 * is refused. 0 or -1. */
int runs_delete(const char *path, struct err *err);

#endif
