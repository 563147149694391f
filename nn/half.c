/* half: see half.h. */
#include "nn/half.h"

#include <math.h>
#include <string.h>

float half_to_float(uint16_t h)
{
    uint32_t exponent = h >> 10 & 31, fraction = h & 1023, bits;
    float v;
    if (exponent == 31) {
        v = fraction != 0 ? NAN : INFINITY;
    } else if (exponent == 0) {
        v = ldexpf((float)fraction, -24);
    } else {
        bits = (exponent + 127 - 15) << 23 | fraction << 13;
        memcpy(&v, &bits, sizeof v);
    }
    return h >> 15 ? -v : v;
}

/* Drops the lowest n bits (1 to 24), rounded to the nearest, ties to even. */
static uint32_t shift_round(uint32_t v, int n)
{
    uint32_t half = 1u << (n - 1), rest = v & (2 * half - 1);
    v >>= n;
    return v + (rest > half || (rest == half && (v & 1)));
}

uint16_t half_from_float(float f)
{
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    uint32_t sign = bits >> 16 & 0x8000, fraction = bits & 0x7fffff;
    int exponent = (int)(bits >> 23 & 255) - 127 + 15;
    if (isnan(f))
        return (uint16_t)(sign | 0x7e00);
    if (exponent >= 31)
        return (uint16_t)(sign | 0x7c00);
    if (exponent < -10)
        return (uint16_t)sign;
    if (exponent <= 0) /* too small for a leading one: the lowest exponent, 0, has none */
        return (uint16_t)(sign | shift_round(fraction | 0x800000, 14 - exponent));
    /* a carry out of the fraction lands in the exponent, as it should */
    return (uint16_t)(sign | shift_round((uint32_t)exponent << 23 | fraction, 13));
}
