/* source_about: what a source, a camera most of all, lets its user choose and set; a flat value. */
#ifndef VISION_SOURCE_ABOUT_H
#define VISION_SOURCE_ABOUT_H

#include <stdbool.h>
#include <stdint.h>

#define SOURCE_CONTROLS_MAX 32
#define SOURCE_MODES_MAX 48

/* Brightness, exposure, gain and whatever else a driver has. */
struct source_control {
    uint32_t id;
    char name[32];
    int min, max, step, def, value; /* a switch: 0..1, a menu: its numbers */
    char word[32];                  /* what a menu or a switch calls its value; "" = a number */
    bool locked;                    /* not now: another control (automatic exposure) has it */
};

/* A format, size and rate that can be asked for. */
struct source_mode {
    char format[5]; /* four letters as the driver names it: "YUYV", "MJPG" */
    int width, height;
    double fps; /* the highest; 0 = not said */
};

struct source_about {
    int controls, modes;
    struct source_mode mode[SOURCE_MODES_MAX]; /* large before small */
    int current;                               /* of modes; -1 = none of them */
    struct source_control control[SOURCE_CONTROLS_MAX];
};

#endif
