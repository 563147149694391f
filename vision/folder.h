/* folder: the pictures of a folder in the natural order of their names (img2 before img10). */
#ifndef VISION_FOLDER_H
#define VISION_FOLDER_H

#include <stdbool.h>

#include "base/err.h"

/* Whether the ending of a file's name is one of a picture. */
bool folder_is_picture(const char *name);

/*
 * Lists the files of dir whose ending is one of a picture (.jpg, .png, ...), not hidden ones, nor
 * those of folders below it. *paths gets an array that folder_free ends; returns how many, or -1
 * with err if dir cannot be read.
 */
int folder_list(const char *dir, char ***paths, struct err *err);

void folder_free(char **paths, int count);

#endif
