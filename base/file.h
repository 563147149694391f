/*
 * file: whole files in and out, so that a reader never meets half a file; and where a program's
 * files live.
 *
 * Any thread. Paths that are returned belong to the caller, who frees them.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Reads a file of at most max bytes whole; the block has a NUL behind it and is the caller's to
 * free. */
char *file_read(const char *path, size_t max, size_t *size, struct err *err);

/* Writes to "path.tmp", fsync, rename over path, fsync of the folder: old or new contents, never
 * half; 0 or -1. */
int file_write_atomic(const char *path, const void *data, size_t size, struct err *err);

/* Makes a rename over path durable: without it a power cut may bring the old name back. */
void file_sync_folder_of(const char *path);

/* Makes the folder and those above it; 0 if it stands, -1 otherwise. */
int file_mkdirs(const char *path, struct err *err);

bool file_exists(const char *path);
bool file_is_dir(const char *path);

/* "dir/name", with exactly one slash. */
char *file_join(const char *dir, const char *name);

/* The part behind the last slash; points into path. */
const char *file_base(const char *path);

/* The last parts of paths with commas between them, without the slash of a folder, as one text of
 * `size` bytes: "a/fer2013.csv,b/faces/" gives "fer2013.csv, faces". */
void file_names(const char *paths, char *text, size_t size);

/* "$XDG_STATE_HOME/moodtop" and so on, with the specification's fallbacks below $HOME; NULL where
 * neither is set. */
char *file_config_dir(void);
char *file_state_dir(void);
char *file_cache_dir(void);

#endif
