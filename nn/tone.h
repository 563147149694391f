/* tone: how bright and how contrasty a picture is. Pure; any thread. */
#ifndef NN_TONE_H
#define NN_TONE_H

#include <stdint.h>

struct tone {
    float brightness; /* mean grey level, 0..255 */
    float contrast;   /* standard deviation of the grey levels, 0..127.5 */
    uint8_t low, high;
};

/* Of n > 0 grey levels. */
struct tone tone_of(const uint8_t *grey, int n);

#endif
