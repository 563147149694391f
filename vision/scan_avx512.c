/* scan_avx512: the kernel of scan_kernel.h for x86 with AVX-512, in vectors of 32 bytes, of
 * which it has 32 (64 bytes would cross a cache line at nearly every load, and were slower). */
#include "vision/scan_plan.h"

#ifdef __x86_64__
#pragma GCC target("avx2,avx512f,avx512dq,avx512vl")
#include <immintrin.h>

#define LANES 8
#define GROUP 8
#define KERNEL scan_kernel_avx512
#define KERNEL_NAME "avx512"

static int usable(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}

static inline uint32_t bits_of(__v8si mask)
{
    return _mm256_movepi32_mask((__m256i)mask);
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

const struct scan_kernel scan_kernel_avx512 = {.name = "avx512", .usable = usable};
#endif
