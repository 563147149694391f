/* shrink: see shrink.h. Rows are mixed first, which is the cheap direction, then columns. */
#include "vision/shrink.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/mem.h"

/* Sample positions of one axis: pixel centres of the small side laid over the large one. Parts go
 * to every so-manieth place. */
static void plan_axis(int src, int dst, int *at, uint16_t *part, int every)
{
    double ratio = 1.0 / ((double)dst / src);
    for (int i = 0; i < dst; i++) {
        double where = ratio * (i + 0.5) - 0.5;
        int left = (int)floor(where);
        at[i] = left < 0 ? 0 : left < src - 1 ? left : src - 1;
        part[every * i] = left < 0 || left >= src - 1 ? 0 : (uint16_t)lrint((where - left) * 256);
    }
}

void shrink_init(struct shrink *s, int src_width, int src_height, int width, int height)
{
    assert(width > 0 && width <= src_width && height > 0 && height <= src_height);
    s->src_width = src_width;
    s->src_height = src_height;
    s->width = width;
    s->height = height;
    s->x = mem_aligned((size_t)width, sizeof *s->x);
    s->x_parts = mem_aligned((size_t)width * 2, sizeof *s->x_parts);
    s->y = mem_aligned((size_t)height, sizeof *s->y);
    s->y_part = mem_aligned((size_t)height, sizeof *s->y_part);
    s->mixed = mem_aligned((size_t)src_width + 1, sizeof *s->mixed);
    plan_axis(src_width, width, s->x, s->x_parts, 2);
    plan_axis(src_height, height, s->y, s->y_part, 1);
    for (int i = width - 1; i >= 0; i--) {
        s->x_parts[2 * i + 1] = s->x_parts[2 * i];
        s->x_parts[2 * i] = 256 - s->x_parts[2 * i + 1];
    }
}

void shrink_free(struct shrink *s)
{
    free(s->x);
    free(s->y);
    free(s->x_parts);
    free(s->y_part);
    free(s->mixed);
    memset(s, 0, sizeof *s);
}

typedef uint16_t vshort __attribute__((vector_size(16)));
typedef uint8_t vbyte __attribute__((vector_size(8)));

/* mixed = upper * (256 - part) + lower * part, 8 columns at a time; the last ones may overlap. */
static void mix_rows(const uint8_t *upper, const uint8_t *lower, unsigned part, int width,
                     uint16_t *mixed)
{
    const vshort down = (vshort){0} + (uint16_t)part, up = 256 - down;
    int x = 0;
    for (; x + 8 <= width; x += 8) {
        vbyte u, l;
        memcpy(&u, upper + x, sizeof u);
        memcpy(&l, lower + x, sizeof l);
        vshort m =
            __builtin_convertvector(u, vshort) * up + __builtin_convertvector(l, vshort) * down;
        memcpy(mixed + x, &m, sizeof m);
    }
    for (; x < width; x++)
        mixed[x] = (uint16_t)(upper[x] * (256 - part) + lower[x] * part);
    mixed[width] = mixed[width - 1];
}

/* One pixel of the small picture. */
static uint8_t mix_columns(const struct shrink *s, int x)
{
    const uint16_t *two = s->mixed + s->x[x], *part = s->x_parts + 2 * x;
    return (uint8_t)(((unsigned)two[0] * part[0] + (unsigned)two[1] * part[1] + 32768) >> 16);
}

#ifdef __SSE2__
/* Four pixels, as 32-bit numbers. Products of signed 16-bit numbers are at hand, so 32768 goes off
 * the pixels first and, as the parts add up to 256, 32768 * 256 comes back in the end. */
static __m128i mix_four(const struct shrink *s, int x)
{
    int32_t pair[4];
    for (int i = 0; i < 4; i++)
        memcpy(&pair[i], s->mixed + s->x[x + i], 4);
    __m128i two = _mm_set_epi32(pair[3], pair[2], pair[1], pair[0]);
    __m128i part = _mm_load_si128((const __m128i *)(s->x_parts + 2 * x));
    __m128i sum = _mm_madd_epi16(_mm_xor_si128(two, _mm_set1_epi16(-32768)), part);
    return _mm_srli_epi32(_mm_add_epi32(sum, _mm_set1_epi32(32768 * 256 + 32768)), 16);
}

static int mix_many_columns(const struct shrink *s, int from, int to, uint8_t *out)
{
    int x = from;
    for (; x + 8 <= to; x += 8) {
        __m128i eight = _mm_packs_epi32(mix_four(s, x), mix_four(s, x + 4));
        _mm_storel_epi64((__m128i *)(out + x - from), _mm_packus_epi16(eight, eight));
    }
    return x;
}
#else
static int mix_many_columns(const struct shrink *s, int from, int to, uint8_t *out)
{
    (void)s, (void)to, (void)out;
    return from;
}
#endif

void shrink_part(struct shrink *s, const uint8_t *src, int stride, int y, int from, int to,
                 uint8_t *out)
{
    assert(from >= 0 && from % SHRINK_ALIGN == 0 && from < to && to <= s->width);
    const uint8_t *upper = src + (size_t)s->y[y] * (size_t)stride;
    unsigned part = s->y_part[y];
    int left = s->x[from], right = s->x[to - 1] + 2;
    right = right < s->src_width ? right : s->src_width;
    upper += left;
    mix_rows(upper, part > 0 ? upper + stride : upper, part, right - left, s->mixed + left);
    for (int x = mix_many_columns(s, from, to, out); x < to; x++)
        out[x - from] = mix_columns(s, x);
}

void shrink_row(struct shrink *s, const uint8_t *src, int stride, int y, uint8_t *out)
{
    shrink_part(s, src, stride, y, 0, s->width, out);
}
