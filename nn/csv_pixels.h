/* csv_pixels: blank-separated grey levels. Pure; any thread. */
#ifndef NN_CSV_PIXELS_H
#define NN_CSV_PIXELS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Bytes before and behind a text that csv_pixels_fast may read, and behind out that it may write.
 */
enum { CSV_PIXELS_SLACK = 64 };

/*
 * Reads exactly `want` numbers 0..255 of one to three digits with one blank between two of them
 * from [p, end) into out, 64 characters at a time; false where the text is anything else, which
 * csv_pixels_slow then judges.
 */
bool csv_pixels_fast(const char *p, const char *end, int want, uint8_t *out);

/* The same for any number of blanks and digits: 0, or -1 with "expected 2304 pixels, got 2301". */
int csv_pixels_slow(const char *p, const char *end, int want, uint8_t *out, struct err *err);

#endif
