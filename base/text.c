/* text: see text.h. */
#include "base/text.h"

#include <ctype.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <wchar.h>

#include "base/mem.h"

#define WORD_MAX 63

static int min_of(int a, int b)
{
    return a < b ? a : b;
}

int text_distance(const char *a, const char *b)
{
    int na = (int)strnlen(a, WORD_MAX), nb = (int)strnlen(b, WORD_MAX);
    int d[WORD_MAX + 1][WORD_MAX + 1];
    for (int i = 0; i <= na; i++)
        d[i][0] = i;
    for (int j = 0; j <= nb; j++)
        d[0][j] = j;
    for (int i = 1; i <= na; i++) {
        for (int j = 1; j <= nb; j++) {
            int x = tolower((unsigned char)a[i - 1]), y = tolower((unsigned char)b[j - 1]);
            d[i][j] = min_of(d[i - 1][j - 1] + (x != y), 1 + min_of(d[i - 1][j], d[i][j - 1]));
            if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
                y == tolower((unsigned char)a[i - 2]))
                d[i][j] = min_of(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[na][nb];
}

/* The distance as text_nearer ranks it; more than 3 means: not alike. */
static int unlikeness(const char *word, const char *candidate)
{
    int length = (int)strlen(word);
    if (length >= 3 && strncasecmp(word, candidate, (size_t)length) == 0)
        return 1;
    int d = text_distance(word, candidate);
    return 2 * d < length || d == 0 ? d : WORD_MAX;
}

void text_nearer(const char *word, const char *candidate, const char **best)
{
    int d = unlikeness(word, candidate);
    if (d <= 3 && (*best == NULL || d < unlikeness(word, *best)))
        *best = candidate;
}

bool text_in_list(const char *list, const char *word, int *at)
{
    size_t length = strlen(word);
    int place = 0;
    for (const char *p = list + strspn(list, " "); *p != '\0'; place++) {
        size_t n = strcspn(p, " ");
        if (n == length && memcmp(p, word, n) == 0) {
            if (at != NULL)
                *at = place;
            return true;
        }
        p += n;
        p += strspn(p, " ");
    }
    return false;
}

bool text_copy(char *out, size_t size, const char *text)
{
    size_t n = strnlen(text, size - 1);
    memcpy(out, text, n);
    out[n] = '\0';
    return text[n] == '\0';
}

void text_add(char *out, size_t size, const char *fmt, ...)
{
    size_t used = strlen(out);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(out + used, size - used, fmt, ap);
    va_end(ap);
}

/* ---- UTF-8, whatever the locale ------------------------------------------------------------- */

/* The length in bytes of the sound sequence (RFC 3629) at s, whose code point is put into *c; 0 if
 * there is none. */
static int decode(const char *s, unsigned *c)
{
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned lead = (unsigned char)s[0];
    int n = lead < 0x80 ? 1 : lead < 0xc0 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    *c = n < 2 ? lead : lead & (0x7fu >> n);
    for (int i = 1; i < n; i++) {
        unsigned next = (unsigned char)s[i];
        if ((next & 0xc0) != 0x80)
            return 0;
        *c = *c << 6 | (next & 0x3f);
    }
    if (n == 0 || lead >= 0xf8 || *c < least[n] || *c > 0x10ffff || (*c >= 0xd800 && *c < 0xe000))
        return 0;
    return n;
}

char *text_utf8(const char *text)
{
    char *out = mem_zalloc(2 * strlen(text) + 1, 1), *to = out;
    while (*text != '\0') {
        unsigned c, byte = (unsigned char)*text;
        int n = decode(text, &c);
        if (n == 0) {
            *to++ = (char)(0xc0 | byte >> 6);
            *to++ = (char)(0x80 | (byte & 0x3f));
        }
        memcpy(to, text, (size_t)n);
        to += n;
        text += n > 0 ? n : 1;
    }
    return out;
}

/* The columns that a character takes; -1 for a control character. */
static int columns_of(unsigned c)
{
    int width = wcwidth((wchar_t)c);
    return width >= 0 ? width : c >= 0xa0 ? 1 : -1;
}

int text_cell(char *out, size_t size, const char *text, int columns)
{
    char *plain = text_utf8(text), *at = plain, *to = out, *end = out + size - 1;
    int all = columns < 0 ? INT_MAX : columns, room = all, used;
    unsigned c;
    for (int n = decode(at, &c); *at != '\0'; n = decode(at, &c)) {
        bool control = columns_of(c) < 0;
        int width = control ? 1 : columns_of(c), bytes = control ? 1 : n;
        if (width > room || bytes > end - to)
            break;
        memcpy(to, control ? "?" : at, (size_t)bytes);
        to += bytes;
        at += n;
        room -= width;
    }
    used = all - room;
    for (; columns > 0 && room > 0 && to < end; room--)
        *to++ = ' ';
    *to = '\0';
    free(plain);
    return used;
}
