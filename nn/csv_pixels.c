/*
 * csv_pixels: see csv_pixels.h. The fast reader finds the blanks of 64 characters at once as the
 * bits of a word (as simdjson does: Langdale and Lemire 2019, "Parsing gigabytes of JSON per
 * second"), so that one number does not wait for the end of the one before.
 */
#include "nn/csv_pixels.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Bit i of *blank: p[i] is a blank; of *digit: it is a digit. 64 characters. */
static inline void classify(const char *p, uint64_t *blank, uint64_t *digit)
{
    *blank = *digit = 0;
#ifdef __SSE2__
    const __m128i space = _mm_set1_epi8(' '), zero = _mm_set1_epi8('0'), nine = _mm_set1_epi8(9);
    for (int i = 0; i < 4; i++) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
        __m128i d = _mm_sub_epi8(x, zero);
        uint64_t b = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, space));
        uint64_t n = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(d, nine), d));
        *blank |= b << (16 * i);
        *digit |= n << (16 * i);
    }
#else
    for (int i = 0; i < 64; i++) {
        *blank |= (uint64_t)(p[i] == ' ') << i;
        *digit |= (uint64_t)((unsigned char)(p[i] - '0') <= 9) << i;
    }
#endif
}

/*
 * The number of `length` digits before p, and whether it is none of 0..255 of 1 to 3 digits. The
 * four bytes before p are one word: what stands before the number is shifted out, and the digits'
 * sum 100 a + 10 b + c comes out of one product, in its top byte.
 */
static inline uint8_t number_before(const char *p, unsigned length, unsigned *bad)
{
    uint32_t word;
    memcpy(&word, p - 4, 4);
    word = (word & 0x0f0f0f0f) >> 8; /* the first digit lowest, the last in bits 16 to 19 */
    uint32_t digits = word >> (8 * (3 - length) & 31) << (8 * (3 - length) & 31);
    *bad |= (length - 1 > 2) | (__builtin_bswap32(digits << 8) > 0x020505);
    return (uint8_t)((digits << 8) * (1 + (10 << 8) + (100 << 16)) >> 24);
}

bool csv_pixels_fast(const char *p, const char *end, int want, uint8_t *out)
{
    const char *before = p - 1; /* the separator before the number */
    unsigned bad = 0;
    int n = 0;
    for (const char *block = p; block <= end; block += 64) {
        uint64_t blank, digit;
        classify(block, &blank, &digit);
        if (end - block < 64) { /* the end is a separator; nothing behind it counts */
            uint64_t inside = (UINT64_C(1) << (end - block)) - 1;
            blank = (blank & inside) | (inside + 1);
            digit |= ~inside;
        }
        if ((blank | digit) != ~UINT64_C(0) || n + __builtin_popcountll(blank) > want)
            return false;
        for (; blank != 0; blank &= blank - 1) {
            const char *at = block + __builtin_ctzll(blank);
            out[n++] = number_before(at, (unsigned)(at - before - 1), &bad);
            before = at;
        }
    }
    return n == want && !bad;
}

int csv_pixels_slow(const char *p, const char *end, int want, uint8_t *out, struct err *err)
{
    int n = 0;
    for (;;) {
        while (p < end && *p == ' ')
            p++;
        if (p == end)
            break;
        const char *first = p;
        unsigned v = 0;
        while (p < end && (unsigned char)(*p - '0') <= 9 && v <= 255)
            v = v * 10 + (unsigned)(*p++ - '0');
        if (v > 255 || p == first || (p < end && *p != ' ')) {
            while (p < end && *p != ' ')
                p++;
            int shown = p - first < 20 ? (int)(p - first) : 20;
            return err_set(err, "expected grey levels 0 to 255, got \"%.*s\" as pixel %d", shown,
                           first, n + 1);
        }
        if (n < want)
            out[n] = (uint8_t)v;
        n++;
    }
    if (n != want)
        return err_set(err, "expected %d pixels, got %d", want, n);
    return 0;
}
