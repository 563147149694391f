/* media_log: see media_log.h. */
#include "vision/media_log.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "vision/media_lib.h"

static _Thread_local char said[256];

static void log_of_libav(void *ctx, int level, const char *fmt, va_list ap)
{
    (void)ctx;
    if (level > AV_LOG_WARNING)
        return;
    char line[sizeof said];
    vsnprintf(line, sizeof line, fmt, ap);
    size_t n = strcspn(line, "\n");
    line[n] = '\0';
    if (n == 0)
        return;
    log_write(LOG_INFO, "libav: %s", line);
    while (n > 0 && (line[n - 1] == '.' || line[n - 1] == ' '))
        line[--n] = '\0';
    if (level <= AV_LOG_ERROR)
        memcpy(said, line, sizeof said);
}

void media_log_hear(void)
{
    said[0] = '\0';
    av_log_set_callback(log_of_libav);
}

const char *media_log_said(void)
{
    return said;
}
