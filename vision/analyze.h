/*
 * analyze: one frame to one scene: detect, track, crop, infer, smooth.
 *
 * Owns a detector, a tracker and a network; belongs to one thread (the analysis thread, or
 * `predict`'s main). It allocates at open only.
 */
#ifndef VISION_ANALYZE_H
#define VISION_ANALYZE_H

#include "base/err.h"
#include "config/opts.h"
#include "nn/infer.h"
#include "vision/frame.h"
#include "vision/scene.h"
#include "vision/seen.h"

struct analyzer;

/*
 * Opens cascade and model; NULL and err if one of them is missing or damaged. With a half-life of
 * 0, or for a frame that stands alone, nothing is taken from other frames: every one is searched as
 * a whole, nothing is smoothed, and what the detector finds is a face. Otherwise faces are followed
 * (vision/seek.h), they are shown once they are certain (vision/confirm.h), and one that is missed
 * stays at its last place for a moment.
 */
struct analyzer *analyzer_open(const struct detect_opts *detect, const struct model_opts *model,
                               const struct live_opts *live, struct err *err);

/* NULL is allowed. */
void analyzer_close(struct analyzer *a);

/* Labels, input size and name of the network; valid until analyzer_close. */
const struct infer_info *analyzer_model(const struct analyzer *a);

/* Begins anew: the next frame has nothing to do with the last one, and its first face is number 1.
 */
void analyzer_reset(struct analyzer *a);

/* Fills scene from the frame, which is borrowed. Time for tracking and smoothing is frame->pts.
 */
void analyzer_run(struct analyzer *a, const struct frame *frame, struct scene *scene);

/* How faces are cut out from the next frame on, and the face whose crops are kept for
 * analyzer_seen; 0 = none. */
void analyzer_crop(struct analyzer *a, const struct crop_how *how, int watch);

/* Begins to look for the neutral look of a face (vision/calm.h), or drops it. Faces that are not
 * there are ignored. */
void analyzer_baseline(struct analyzer *a, int id, bool on);

/* What the network saw of the watched face in the last frame; the analyzer's. */
const struct seen *analyzer_seen(const struct analyzer *a);

#endif
