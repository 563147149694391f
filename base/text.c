/* text: see text.h. */
#include "base/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

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
