/*
 * live: a source and an analyzer, each on a thread of its own, and what whoever watches may ask.
 *
 * Capture, analysis and watcher never wait for each other: frames go through mailboxes where the
 * newest wins, scenes are copied under a mutex, an eventfd tells that something is new. A lost
 * camera is a state (LIVE_LOST, with the reason) and a retry every second, not an end. All
 * functions: the thread that opened it.
 */
#ifndef VISION_LIVE_H
#define VISION_LIVE_H

#include <stdbool.h>

#include "base/err.h"
#include "config/opts.h"
#include "nn/infer.h"
#include "vision/frame.h"
#include "vision/scene.h"

enum live_state { LIVE_OPENING, LIVE_RUNNING, LIVE_PAUSED, LIVE_LOST, LIVE_ENDED };

struct live_status {
    enum live_state state;
    char why[ERR_TEXT_MAX]; /* for LIVE_LOST, and LIVE_ENDED if it was not the end of the file */
    char source[256];       /* the source's label */
    int width, height;
    double capture_fps; /* over the last two seconds */
    double analysed_fps;
    uint64_t captured, analysed, dropped;
};

struct live;

/*
 * Opens model and cascade and starts both threads. NULL and err if model, cascade or, at the first
 * try, the source cannot be opened. paced = false (for pipes and tests): every frame is analysed
 * and every scene handed over: the capture waits for the analysis, and for live_update to fetch the
 * scene. LIVE_ENDED comes when the last frame has been analysed.
 */
struct live *live_open(const struct opts *opts, bool paced, struct err *err);

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

/* Holds the source (a file does not go on, a camera's frames are dropped) or lets it go on. */
void live_pause(struct live *l, bool on);

const struct infer_info *live_model(const struct live *l);

#endif
