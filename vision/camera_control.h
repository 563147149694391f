/*
 * camera_control: what a V4L2 device lets one set (brightness, exposure, gain, ...) and which
 * formats and sizes it has. Belongs to the camera open as fd; capture thread.
 */
#ifndef VISION_CAMERA_CONTROL_H
#define VISION_CAMERA_CONTROL_H

#include "base/err.h"
#include "vision/source_about.h"

/* Numbers, switches and menus that can be changed, as they are now; returns how many. */
int camera_controls(int fd, struct source_control *out, int max);

/* Sets one, kept inside its range; 0, or -1 and err, which begins with its name. */
int camera_control_set(int fd, uint32_t id, int value, struct err *err);

/* The sizes of each format that camera.c reads without help, large before small; returns how many.
 */
int camera_modes(int fd, struct source_mode *out, int max);

#endif
