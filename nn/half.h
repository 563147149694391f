/* half: IEEE 754 binary16 numbers to floats and back, rounded to the nearest, ties to even. Pure.
 */
#ifndef NN_HALF_H
#define NN_HALF_H

#include <stdint.h>

float half_to_float(uint16_t h);

/* Too large a number becomes infinite; a NaN stays one. */
uint16_t half_from_float(float f);

#endif
