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

struct analyzer;

/*
 * Opens cascade and model; NULL and err if one of them is missing or damaged. Of live, half_life_s
 * and max_faces count: with a half-life of 0 every frame stands on its own, that is, nothing is
 * smoothed and a face that the detector misses is not shown at its last place for a moment either.
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

#endif
