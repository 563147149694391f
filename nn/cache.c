/* cache: see cache.h. A pack's time of change is that of its last use. */
#include "nn/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"

#define DAY_S 86400
#define PACK_END ".pack"
#define MEMO_END ".memo"
#define HALF_END ".tmp"

char *cache_path(const char *name, uint64_t key)
{
    char *dir = file_cache_dir(), *path = NULL;
    struct err err = {""};
    if (dir != NULL && file_mkdirs(dir, &err) == 0)
        path = mem_printf("%s/%.100s-%016llx" PACK_END, dir, name, (unsigned long long)key);
    else if (dir != NULL)
        log_write(LOG_WARN, "%s; the data set will be converted every time", err.text);
    free(dir);
    return path;
}

struct pack *cache_open(const char *path, uint64_t key)
{
    struct pack *p = file_exists(path) ? pack_open(path, NULL) : NULL;
    if (p == NULL)
        return NULL;
    if (p->header->key == key && pack_fresh(p)) {
        utimensat(AT_FDCWD, path, NULL, 0); /* if it fails, it may be converted again one day */
        return p;
    }
    pack_close(p);
    return NULL;
}

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n > m && strcmp(name + n - m, end) == 0;
}

/* Whether none of the sources of a pack is there. */
static bool is_orphan(const char *path)
{
    struct pack *p = pack_open(path, NULL);
    bool gone = p != NULL && p->header->key != 0;
    for (int i = 0; gone && i < p->parts; i++)
        gone = access(pack_home(p, i), F_OK) != 0 && errno == ENOENT;
    pack_close(p);
    return gone;
}

static bool is_old(const struct stat *st, int days)
{
    return time(NULL) - st->st_mtime > (time_t)days * DAY_S;
}

void cache_tidy(const char *path)
{
    char *dir = mem_printf("%.*s", (int)(file_base(path) - path), path);
    DIR *d = opendir(dir);
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
        bool pack = ends_with(e->d_name, PACK_END), memo = ends_with(e->d_name, MEMO_END);
        bool half = ends_with(e->d_name, HALF_END) &&
                    (strstr(e->d_name, PACK_END) != NULL || strstr(e->d_name, MEMO_END) != NULL);
        if ((!half && !pack && !memo) || strcmp(e->d_name, file_base(path)) == 0)
            continue;
        struct stat st;
        char *other = file_join(dir, e->d_name);
        if (lstat(other, &st) == 0 && S_ISREG(st.st_mode) &&
            (is_old(&st, half ? CACHE_DAYS_HALF : CACHE_DAYS) || (pack && is_orphan(other))) &&
            unlink(other) == 0)
            log_write(LOG_INFO, "%s: removed from the cache", other);
        free(other);
    }
    if (d != NULL)
        closedir(d);
    free(dir);
}
