/*
 * camera_find: see camera.h. Asks /sys/class/video4linux for names and /proc for whoever holds a
 * device.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vision/camera.h"

#define DEVICES_MAX 64 /* nodes looked at: /dev/video0 to /dev/video63 */

/* Reads a small file's first line; false if it cannot be read. */
static bool first_line(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, text, size - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    text[strcspn(text, "\n")] = '\0';
    return n > 0;
}

/*
 * Whether node n is there and captures: a UVC camera has a second node that gives only metadata. A
 * node that may not be opened counts, so that the error can name it. With can_open only those that
 * open do.
 */
static bool is_camera(int n, bool can_open, char *name, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/sys/class/video4linux/video%d/name", n);
    if (!first_line(path, name, size))
        snprintf(name, size, "camera");
    snprintf(path, sizeof path, "/dev/video%d", n);
    int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return !can_open && (errno == EACCES || errno == EBUSY);
    struct v4l2_capability cap = {.capabilities = 0};
    bool ok = ioctl(fd, VIDIOC_QUERYCAP, &cap) == 0;
    close(fd);
    unsigned caps = cap.capabilities & V4L2_CAP_DEVICE_CAPS ? cap.device_caps : cap.capabilities;
    return ok && (caps & V4L2_CAP_VIDEO_CAPTURE);
}

bool camera_first(char *path, size_t size)
{
    char name[64];
    for (int n = 0; n < DEVICES_MAX; n++) {
        if (is_camera(n, true, name, sizeof name)) {
            snprintf(path, size, "/dev/video%d", n);
            return true;
        }
    }
    return false;
}

int camera_devices(struct camera_device *out, int max)
{
    int count = 0;
    for (int n = 0; n < DEVICES_MAX && count < max; n++) {
        char path[64], index[16];
        struct camera_device *d = &out[count];
        snprintf(path, sizeof path, "/sys/class/video4linux/video%d/name", n);
        if (!first_line(path, d->name, sizeof d->name))
            continue;
        snprintf(path, sizeof path, "/sys/class/video4linux/video%d/index", n);
        if (first_line(path, index, sizeof index) && strcmp(index, "0") != 0)
            continue; /* a second node of the same camera gives no pictures */
        snprintf(d->path, sizeof d->path, "/dev/video%d", n);
        count++;
    }
    return count;
}

void camera_list(char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (int n = 0; n < DEVICES_MAX && used < size; n++) {
        char name[64];
        if (!is_camera(n, false, name, sizeof name))
            continue;
        used += (size_t)snprintf(text + used, size - used, "%s/dev/video%d (%s)",
                                 used == 0 ? "cameras here: " : ", ", n, name);
    }
    if (used == 0)
        snprintf(text, size, "there are no cameras here");
}

/* Whether one of the process's descriptors is the device. */
static bool holds(const char *pid, const char *device)
{
    char dir[64];
    snprintf(dir, sizeof dir, "/proc/%.20s/fd", pid);
    DIR *d = opendir(dir);
    if (d == NULL)
        return false;
    bool found = false;
    struct dirent *e;
    while (!found && (e = readdir(d)) != NULL) {
        char link[128], target[256];
        snprintf(link, sizeof link, "%s/%.20s", dir, e->d_name);
        ssize_t n = readlink(link, target, sizeof target - 1);
        target[n > 0 ? n : 0] = '\0';
        found = strcmp(target, device) == 0;
    }
    closedir(d);
    return found;
}

/* "PID NAME" of the first other process that has the device open; false if none can be seen. */
static bool find_user(const char *path, char *text, size_t size)
{
    char *device = realpath(path, NULL);
    DIR *proc = opendir("/proc");
    bool found = false;
    struct dirent *e;
    while (proc != NULL && !found && (e = readdir(proc)) != NULL) {
        if (!isdigit((unsigned char)e->d_name[0]) || atol(e->d_name) == (long)getpid())
            continue;
        if (!holds(e->d_name, device != NULL ? device : path))
            continue;
        char comm[64], name[64];
        snprintf(comm, sizeof comm, "/proc/%.20s/comm", e->d_name);
        if (!first_line(comm, name, sizeof name))
            snprintf(name, sizeof name, "?");
        snprintf(text, size, "%.20s %s", e->d_name, name);
        found = true;
    }
    if (proc != NULL)
        closedir(proc);
    free(device);
    return found;
}

int camera_error(struct err *err, const char *path, int code)
{
    char here[256], user[96];
    camera_list(here, sizeof here);
    switch (code) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
        return err_set(err, "no such camera: %s; %s", path, here);
    case EACCES:
    case EPERM:
        return err_set(err,
                       "%s: permission denied: join group video (usermod -aG video USER, then log "
                       "in again); %s",
                       path, here);
    case EBUSY:
        if (!find_user(path, user, sizeof user))
            snprintf(user, sizeof user, "another program");
        return err_set(err, "%s: busy: used by %s; %s", path, user, here);
    case ENOTTY:
    case EINVAL:
        return err_set(err, "%s: not a capture device; %s", path, here);
    default:
        return err_set(err, "%s: %s; %s", path, strerror(code), here);
    }
}
