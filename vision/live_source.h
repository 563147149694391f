/* live_source: what a watcher may ask of the source behind a struct live (vision/live.h), by the
 * same thread. A replay has none: nothing happens. */
#ifndef VISION_LIVE_SOURCE_H
#define VISION_LIVE_SOURCE_H

#include "config/opts.h"
#include "vision/live.h"
#include "vision/source_about.h"
#include "vision/turn.h"

/* Opens another source in place of the one that is there. A replay has none: nothing happens. */
void live_switch(struct live *l, const struct source_opts *source);

/* The options of the source that is there or being opened. */
struct source_opts live_source(struct live *l);

/* What the source lets one choose and set; nothing before it is open. */
void live_about(struct live *l, struct source_about *about);

/* Sets a control of the source soon; live_about then tells what became of it. */
void live_control(struct live *l, uint32_t id, int value);

/* How pictures are cut, turned and mirrored from now on. */
void live_turn(struct live *l, const struct turn *turn);
struct turn live_turned(struct live *l);

#endif
