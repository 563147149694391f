/*
 * annotate: draws what was found into a picture: around each face a box, above it its number and
 * top mood, below it a bar for each class. Pure; any thread.
 */
#ifndef VISION_ANNOTATE_H
#define VISION_ANNOTATE_H

#include "vision/scene.h"

/* Marks the faces of scene in rgb (height, width, 3), tight rows; labels are the classes' names.
 * Whatever does not fit into the picture is cut off at its edge. */
void annotate_scene(uint8_t *rgb, int width, int height, const struct scene *scene,
                    const char *const *labels);

#endif
