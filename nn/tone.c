/* tone: see tone.h. */
#include "nn/tone.h"

#include <math.h>

struct tone tone_of(const uint8_t *grey, int n)
{
    uint32_t sum = 0;
    uint64_t squares = 0;
    uint8_t low = 255, high = 0;
    for (int i = 0; i < n; i++) {
        uint32_t v = grey[i];
        sum += v;
        squares += v * v;
        low = grey[i] < low ? grey[i] : low;
        high = grey[i] > high ? grey[i] : high;
    }
    double mean = (double)sum / n, variance = (double)squares / n - mean * mean;
    return (struct tone){(float)mean, (float)sqrt(variance > 0 ? variance : 0), low, high};
}
