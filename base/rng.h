/*
 * rng: a small random number generator whose whole state is a plain value.
 *
 * PCG32 (O'Neill 2014, "PCG: A Family of Simple Fast Space-Efficient Statistically Good
 * Algorithms", XSH-RR variant). The same seed and stream give the same numbers on every machine;
 * copying the struct saves the position, writing its 16 bytes into a checkpoint resumes it. One
 * owner, no locks.
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdint.h>

struct rng {
    uint64_t state;
    uint64_t inc; /* odd; selects the stream */
};

/* Starts the generator; different streams of one seed are independent. */
void rng_seed(struct rng *r, uint64_t seed, uint64_t stream);

/* Uniform in [0, 2^32). */
uint32_t rng_u32(struct rng *r);

/* Uniform in [0, n), without modulo bias; n > 0. */
uint32_t rng_below(struct rng *r, uint32_t n);

/* Uniform in [0, 1), 24 bits. */
float rng_float(struct rng *r);

/* Uniform in [lo, hi). */
float rng_range(struct rng *r, float lo, float hi);

/* Normal with mean 0 and deviation 1 (Box and Muller 1958). */
float rng_normal(struct rng *r);

/* Puts n ints into random order (Fisher and Yates). */
void rng_shuffle(struct rng *r, int *items, int n);

#endif
