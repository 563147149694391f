/*
 * album: pictures of faces in a folder, once a second, if the user asked for them by name.
 *
 * Written by a thread of its own; the analysis hands over a reference and goes on. Files are named
 * face-ID-DATE-TIME.png; what is cut out is the face's box and a fifth of its side around it.
 */
#ifndef VISION_ALBUM_H
#define VISION_ALBUM_H

#include <stdbool.h>

#include "base/err.h"
#include "vision/frame.h"
#include "vision/scene.h"

struct album;

/* Makes the folder if it is not there and starts the thread; NULL and err. */
struct album *album_open(const char *dir, struct err *err);

/* A frame (borrowed; kept for a moment by a reference) and what was found in it; does nothing if
 * the last one is less than a second old, or a is NULL. Analysis thread. */
void album_put(struct album *a, struct frame *frame, const struct scene *scene);

/* Whether a picture could not be written, and why; then no more are. The opener's thread. */
bool album_failed(struct album *a, struct err *err);

/* Writes what was handed over, ends the thread; NULL is allowed. */
void album_close(struct album *a);

#endif
