/* vitals: see vitals.h; proc(5) and the kernel's Documentation/ABI for thermal zones and hwmon. */
#include "tui/vitals.h"

#include <fcntl.h>
#include <glob.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

/* The start of a small file; false if it cannot be read. */
static bool read_small(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t n = fd >= 0 ? read(fd, text, size - 1) : -1;
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    return n > 0;
}

/* Clock ticks that the process has used, NAN if it is gone. Its name may hold anything, so the
 * fields are counted from its last bracket: utime is the 12th behind it, stime the next. */
static double ticks_of(pid_t pid)
{
    char path[64], text[1024];
    unsigned long user, kernel;
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    if (!read_small(path, text, sizeof text))
        return NAN;
    const char *p = strrchr(text, ')');
    if (p == NULL ||
        sscanf(p + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel) != 2)
        return NAN;
    return (double)user + (double)kernel;
}

static double memory_of(pid_t pid)
{
    char path[64], text[256];
    unsigned long pages;
    snprintf(path, sizeof path, "/proc/%ld/statm", (long)pid);
    if (!read_small(path, text, sizeof text) || sscanf(text, "%*u %lu", &pages) != 1)
        return NAN;
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static double free_memory(void)
{
    char text[512];
    unsigned long kilobytes;
    if (!read_small("/proc/meminfo", text, sizeof text))
        return NAN;
    const char *p = strstr(text, "MemAvailable:");
    return p != NULL && sscanf(p, "MemAvailable: %lu", &kilobytes) == 1 ? (double)kilobytes * 1024.0
                                                                        : NAN;
}

static double load(void)
{
    double one;
    return getloadavg(&one, 1) == 1 ? one : NAN;
}

/* The hottest of the sensors that tell something believable, in millidegrees. */
static double hottest(void)
{
    glob_t found = {0};
    char text[32];
    double best = NAN;
    int flags = GLOB_NOSORT;
    glob("/sys/class/thermal/thermal_zone*/temp", flags, NULL, &found);
    glob("/sys/class/hwmon/hwmon*/temp*_input", flags | GLOB_APPEND, NULL, &found);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        if (!read_small(found.gl_pathv[i], text, sizeof text))
            continue;
        double c = strtod(text, NULL) / 1000;
        if (c > 0 && c < 150)
            best = fmax(isnan(best) ? c : best, c);
    }
    globfree(&found);
    return best;
}

void vitals_look(struct vitals *v, pid_t pid, int64_t now)
{
    double ticks = pid > 0 ? ticks_of(pid) : NAN;
    double seconds = (double)(now - v->looked) / CLOCK_S;
    v->cpu = NAN;
    if (v->looked != 0 && pid == v->pid && seconds > 0 && ticks >= v->ticks)
        v->cpu = (ticks - v->ticks) / (double)sysconf(_SC_CLK_TCK) / seconds;
    v->pid = pid;
    v->ticks = ticks;
    v->looked = now;
    v->memory = pid > 0 ? memory_of(pid) : NAN;
    v->memory_free = free_memory();
    v->load = load();
    v->celsius = hottest();
    v->cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);
}
