/*
 * line_mode: a scene in words: for terminals too small for a picture, for pipes and for screen
 * readers. Pure.
 */
#ifndef TUI_LINE_MODE_H
#define TUI_LINE_MODE_H

#include <stddef.h>

#include "vision/live.h"
#include "vision/scene.h"

/* "face 1 happy 0.83 neutral 0.10": the moods above 5 %, at most three, the likeliest first. */
void line_mode_face(const struct scene_face *face, const char *const *labels, int classes,
                    char *text, size_t size);

/* "1 happy 83% neutral 10%  2 sad 60%", the face `selected` (its id) first; or what there is
 * instead of faces: "no face", "lost: unplugged". */
void line_mode_scene(const struct scene *scene, const struct live_status *status,
                     const char *const *labels, int selected, char *text, size_t size);

#endif
