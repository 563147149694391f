/* scan_plain: the kernel of scan_kernel.h for any machine, in vectors of 16 bytes. */
#define LANES 4
#define GROUP 4
#define KERNEL scan_kernel_plain
#define KERNEL_NAME "plain"

#include <math.h>
#include <stdint.h>

typedef int32_t mask_of_lanes __attribute__((vector_size(16)));
typedef float roots_of_lanes __attribute__((vector_size(16)));

static int usable(void)
{
    return 1;
}

static inline uint32_t bits_of(mask_of_lanes mask)
{
    return (mask[0] & 1u) | (mask[1] & 2u) | (mask[2] & 4u) | (mask[3] & 8u);
}

static inline roots_of_lanes root_of(roots_of_lanes x)
{
    return (roots_of_lanes){sqrtf(x[0]), sqrtf(x[1]), sqrtf(x[2]), sqrtf(x[3])};
}

#include "vision/scan_kernel.h"
