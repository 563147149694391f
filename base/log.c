/* log: see log.h. The level and the descriptor are atomics; a line is one write(2), so no lock is
 * needed. */
#include "base/log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static _Atomic int level_now = LOG_WARN;
static _Atomic int fd_now = STDERR_FILENO;

void log_level(enum log_level level)
{
    atomic_store(&level_now, (int)level);
}

int log_to(const char *path, struct err *err)
{
    int fd = STDERR_FILENO;
    if (path != NULL) {
        fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
        if (fd < 0)
            return err_errno(err, "%s: cannot write the log", path);
    }
    int old = atomic_exchange(&fd_now, fd);
    if (old != STDERR_FILENO)
        close(old);
    return 0;
}

void log_write(enum log_level level, const char *fmt, ...)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    if ((int)level > atomic_load(&level_now))
        return;
    char line[1024];
    time_t t = time(NULL);
    struct tm tm;
    localtime_r(&t, &tm);
    size_t n = strftime(line, sizeof line, "%Y-%m-%d %H:%M:%S ", &tm);
    n += (size_t)snprintf(line + n, sizeof line - n, "%s: ", names[level]);
    va_list ap;
    va_start(ap, fmt);
    int m = vsnprintf(line + n, sizeof line - n - 1, fmt, ap);
    va_end(ap);
    n = m < 0 ? n : n + (size_t)m;
    if (n > sizeof line - 2)
        n = sizeof line - 2;
    line[n++] = '\n';
    if (write(atomic_load(&fd_now), line, n) < 0)
        return; /* a full disk must not stop the program; there is nowhere left to say so */
}
