/*
 * predict: what `moodtop predict` needs besides its main loop: the files of a folder, and where
 * marked pictures go. Private to cmd/predict*.c.
 */
#ifndef CMD_PREDICT_H
#define CMD_PREDICT_H

#include <stdbool.h>

#include "base/err.h"
#include "vision/frame.h"
#include "vision/scene.h"

struct listing {
    char **path; /* "FOLDER/NAME" */
    int count;
};

/* Lists the pictures and videos of a folder by name, as their endings tell; hidden files and
 * folders below are left out. 0 or -1; listing_free in both cases. */
int listing_read(struct listing *list, const char *folder, struct err *err);

void listing_free(struct listing *list);

struct marked;

/* Where marked pictures go: out is a folder, made if it is not there, or, where just one file is
 * read and out ends like a picture, that picture. NULL and err if the folder cannot be made. */
struct marked *marked_open(const char *out, bool one_file, struct err *err);

/*
 * Draws the scene into a copy of the frame and writes it: "a.jpg" becomes OUT/a.png, frame 12 of
 * "b.mp4" OUT/b-000012.png. Where another input took the name, "-2" and so on stands behind it.
 * Files that are there already are written over; 0 or -1.
 */
int marked_write(struct marked *m, const char *path, long frame_number, const struct frame *frame,
                 const struct scene *scene, const char *const *labels, struct err *err);

/* NULL is allowed. */
void marked_close(struct marked *m);

#endif
