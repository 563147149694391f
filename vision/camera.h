/*
 * camera: which cameras there are, and who uses one; words for the errors of camera.c.
 *
 * The source itself is the row source_camera of source.c's table (source_kinds.h). Capture thread.
 */
#ifndef VISION_CAMERA_H
#define VISION_CAMERA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Puts the path of the first device that captures video into path; false if there is none. */
bool camera_first(char *path, size_t size);

struct camera_device {
    char path[32]; /* "/dev/video0" */
    char name[64];
};

/* The cameras that the kernel lists, which are not opened for it; returns how many. */
int camera_devices(struct camera_device *out, int max);

/* "cameras here: /dev/video0 (Logitech C920), /dev/video2 (...)" or "there are no cameras here". */
void camera_list(char *text, size_t size);

/*
 * Words what errno said when the device at path was opened, asked for a format or started: no such
 * camera, permission, busy (and by whom), or the errno itself, each with the cameras that there
 * are. Returns -1.
 */
int camera_error(struct err *err, const char *path, int code);

#endif
