/*
 * live: a source and an analyzer, each on a thread of its own, and what whoever watches may ask.
 *
 * Capture, analysis and watcher never wait for each other: frames go through mailboxes where the
 * newest wins, scenes are copied under a mutex, an eventfd tells that something is new. A lost
 * camera is a state (LIVE_LOST, with the reason) and a retry every second, not an end. All
 * functions: the thread that opened it. What one may ask of its source: vision/live_source.h.
 */
#ifndef VISION_LIVE_H
#define VISION_LIVE_H

#include <stdbool.h>

#include "base/err.h"
#include "config/opts.h"
#include "nn/infer.h"
#include "vision/crop.h"
#include "vision/frame.h"
#include "vision/live_status.h"
#include "vision/scene.h"
#include "vision/seen.h"

struct live;

/*
 * Opens model and cascade and starts both threads; begins the record of opts->live.record. NULL and
 * err if model, cascade, record or, at the first try, the source cannot be opened; a source that
 * keeps its opener waiting (source_may_wait) is LIVE_OPENING then, unless opts->live.plain. paced =
 * false (for pipes and tests): every frame is analysed and every scene handed over: the capture
 * waits for the analysis, and for live_update to fetch the scene. LIVE_ENDED comes when the last
 * frame has been analysed.
 */
struct live *live_open(const struct opts *opts, bool paced, struct err *err);

/* A record in place of source and analysis; NULL and err if it cannot be read. Its scenes come as
 * they were found, at opts->replay.speed; there is no picture. */
struct live *live_open_replay(const char *path, const struct opts *opts, struct err *err);

/* Stops and joins the threads, then frees all; NULL is allowed. */
void live_close(struct live *l);

/* Becomes readable when a frame, scene or state is new; live_update clears it. */
int live_fd(const struct live *l);

/*
 * Copies the newest scene and status. Returns whether the scene's seq or the state changed since
 * the last call. With frame not NULL and a newer frame there: drops *frame, which may be NULL, and
 * puts the newest there.
 */
bool live_update(struct live *l, struct scene *scene, struct live_status *status,
                 struct frame **frame);

/*
 * Begins to write what is found to a new file (vision/record.h), or with NULL ends it. The end of
 * an earlier record comes first. 0, or -1 and err: the file cannot be made, or (its end) written.
 */
int live_record(struct live *l, const char *path, struct err *err);

/* Whether a record is being written. */
bool live_recording(struct live *l);

/* The watcher shows no colour: sources that can save themselves the work do. Faces are read from
 * grey pictures either way. */
void live_grey(struct live *l, bool on);

/* How faces are cut out from now on, and the face whose crops live_seen gives; 0 = none. While the
 * source is paused its last frame is analysed again. A replay has no pictures: nothing happens. */
void live_crop(struct live *l, const struct crop_how *how, int watch);

/* What the network saw last of that face; a replay leaves *seen alone. */
void live_seen(struct live *l, struct seen *seen);

/* Begins to look for a face's neutral look (vision/calm.h), or drops it. */
void live_baseline(struct live *l, int id, bool on);

/* Of a replay: goes to a second of the record; sets the speed, > 0. */
void live_seek(struct live *l, double position);
void live_speed(struct live *l, double speed);

/* Holds the source (a file does not go on, a camera's frames are dropped) or lets it go on. */
void live_pause(struct live *l, bool on);

/* Whether the last live_pause held it; the status says so when the source has heard of it. */
bool live_paused(const struct live *l);

/* Reads faces with another model (and detector) from the next frame on; the source goes on. Loads
 * it in the caller's thread. What live_model gave before is dead then. -1 and err, and all as it
 * was, if it cannot be opened. */
int live_use_model(struct live *l, const struct opts *opts, struct err *err);

const struct infer_info *live_model(const struct live *l);

#endif
