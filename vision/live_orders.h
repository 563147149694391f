/* live_orders: what the watcher of a struct live wants of its two threads, until they fetch it.
 * Only vision/live_parts.h includes it. */
#ifndef VISION_LIVE_ORDERS_H
#define VISION_LIVE_ORDERS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/opts.h"
#include "vision/crop.h"
#include "vision/turn.h"

enum { CONTROLS_MAX = 16, BASELINES_MAX = 16 }; /* orders that may wait */

/* What the watcher wants of the capture thread. */
struct orders {
    bool source, turn;
    struct source_opts source_opts;
    struct turn turned;
    int controls;
    struct {
        uint32_t id;
        int value;
    } control[CONTROLS_MAX];
};

/* What the watcher wants of the analysis thread. */
struct wishes {
    bool crop;
    struct crop_how how;
    int watch;
    int baselines;
    struct {
        int id;
        bool on;
    } baseline[BASELINES_MAX];
};

#endif
