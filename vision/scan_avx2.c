/* scan_avx2: the kernel of scan_kernel.h for x86 with AVX2, in vectors of 32 bytes. */
#include "vision/scan_plan.h"

#ifdef __x86_64__
#pragma GCC target("avx2")
#include <immintrin.h>

#define LANES 8
#define GROUP 4
#define KERNEL scan_kernel_avx2
#define KERNEL_NAME "avx2"

static int usable(void)
{
    return __builtin_cpu_supports("avx2") != 0;
}

static inline uint32_t bits_of(__v8si mask)
{
    return (uint32_t)_mm256_movemask_ps((__m256)mask);
}

static inline __v8sf root_of(__v8sf x)
{
    return _mm256_sqrt_ps(x);
}

#include "vision/scan_kernel.h"
#else
static int usable(void)
{
    return 0;
}

const struct scan_kernel scan_kernel_avx2 = {.name = "avx2", .usable = usable};
#endif
