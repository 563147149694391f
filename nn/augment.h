/*
 * augment: a training picture, changed at random the way a face in front of a camera varies.
 *
 * A pure function of (seed, epoch, index): no state, any thread, the same result whenever it is
 * asked, which is what lets a resumed run repeat an interrupted one bit for bit.
 */
#ifndef NN_AUGMENT_H
#define NN_AUGMENT_H

#include <stdint.h>

#include "config/opts.h"

/* A number that names one image in one epoch of one run: splitmix64 over the three. */
uint64_t augment_key(uint64_t seed, int epoch, int index);

/*
 * src: (h,w) grey levels; dst: (h,w) grey levels 0..255 as floats. One bilinear warp does flip,
 * shift, rotation and zoom about the centre, with the border repeated outwards; then contrast about
 * the mean and brightness, clamped to 0..255; then a rectangle is erased to the mean. A crop by
 * whole pixels stands between warp and light. What is 0 or
 * false in opts is left out; with everything off dst is src exactly, with flip alone exactly
 * mirrored.
 */
void augment_image(const struct train_opts *opts, uint64_t key, const uint8_t *src, int h, int w,
                   float *dst);

/*
 * Mixup (Zhang et al. 2018): with which of `others` images this one is blended, and the share it
 * keeps, at least a half: that of Beta(alpha, alpha) or the rest of it, whichever is larger.
 */
float augment_blend(double alpha, uint64_t key, int others, int *other);

#endif
