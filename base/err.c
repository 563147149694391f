/* err: see err.h. Any thread; each struct err belongs to whoever declared it. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Words the text. Names in it come from outside and go to a terminal, which control characters
 * would command: they become '?'. */
static void word(struct err *err, const char *fmt, va_list ap)
{
    vsnprintf(err->text, sizeof err->text, fmt, ap);
    for (char *c = err->text; *c != '\0'; c++)
        if (((unsigned char)*c < ' ' && *c != '\n') || *c == 127)
            *c = '?';
}

static void add(struct err *err, const char *text)
{
    size_t used = strlen(err->text);
    snprintf(err->text + used, sizeof err->text - used, ": %s", text);
}

int err_set(struct err *err, const char *fmt, ...)
{
    if (err == NULL)
        return -1;
    va_list ap;
    va_start(ap, fmt);
    word(err, fmt, ap);
    va_end(ap);
    return -1;
}

int err_errno(struct err *err, const char *fmt, ...)
{
    int code = errno;
    if (err == NULL)
        return -1;
    va_list ap;
    va_start(ap, fmt);
    word(err, fmt, ap);
    va_end(ap);
    add(err, strerror(code));
    return -1;
}

int err_prefix(struct err *err, const char *fmt, ...)
{
    if (err == NULL)
        return -1;
    char was[ERR_TEXT_MAX];
    memcpy(was, err->text, sizeof was);
    va_list ap;
    va_start(ap, fmt);
    word(err, fmt, ap);
    va_end(ap);
    add(err, was);
    return -1;
}
