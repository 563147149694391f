/* file: see file.h. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"

char *file_read(const char *path, size_t max, size_t *size, struct err *err)
{
    FILE *f = fopen(path, "rbe");
    if (f == NULL) {
        err_errno(err, "%s", path);
        return NULL;
    }
    size_t used = 0, room = 65536;
    char *data = mem_alloc(room + 1);
    for (;;) {
        used += fread(data + used, 1, room - used, f);
        if (used < room || used > max)
            break;
        room *= 2;
        data = mem_realloc(data, room + 1, 1);
    }
    bool failed = ferror(f);
    if (failed)
        err_errno(err, "%s: cannot read", path);
    else if (used > max)
        err_set(err, "%s: larger than the %zu bytes allowed here", path, max);
    fclose(f);
    if (failed || used > max) {
        free(data);
        return NULL;
    }
    data[used] = '\0';
    *size = used;
    return data;
}

static int write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, data, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        data += n;
        size -= (size_t)n;
    }
    return 0;
}

/* Makes the rename itself durable: without it a power cut may bring the old name back. */
void file_sync_folder_of(const char *path)
{
    char *dir = mem_strdup(path);
    char *slash = strrchr(dir, '/');
    if (slash != NULL)
        slash[slash == dir] = '\0';
    int fd = open(slash != NULL ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(dir);
}

int file_write_atomic(const char *path, const void *data, size_t size, struct err *err)
{
    char *tmp = mem_printf("%s.tmp", path);
    int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    bool ok = fd >= 0 && write_all(fd, data, size) == 0 && fsync(fd) == 0;
    int code = errno;
    if (fd >= 0 && close(fd) != 0 && ok) {
        ok = false;
        code = errno;
    }
    if (ok && rename(tmp, path) != 0) {
        ok = false;
        code = errno;
    }
    if (ok) {
        file_sync_folder_of(path);
    } else {
        if (fd >= 0)
            unlink(tmp);
        errno = code;
        err_errno(err, "%s: cannot write", path);
    }
    free(tmp);
    return ok ? 0 : -1;
}

int file_mkdirs(const char *path, struct err *err)
{
    char *part = mem_strdup(path);
    for (char *p = part + 1; *p != '\0'; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        mkdir(part, 0777); /* a failure shows at the last part */
        *p = '/';
    }
    mkdir(part, 0777);
    bool ok = file_is_dir(part);
    if (!ok)
        err_errno(err, "%s: cannot make the folder", path);
    free(part);
    return ok ? 0 : -1;
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool file_is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char *file_join(const char *dir, const char *name)
{
    size_t n = strlen(dir);
    while (n > 1 && dir[n - 1] == '/')
        n--;
    bool root = n == 1 && dir[0] == '/';
    return mem_printf("%.*s%s%s", (int)n, dir, root || n == 0 ? "" : "/", name);
}

const char *file_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

void file_names(const char *paths, char *text, size_t size)
{
    text[0] = '\0';
    for (const char *end; *paths != '\0'; paths = end + (*end == ',')) {
        end = strchrnul(paths, ',');
        size_t n = (size_t)(end - paths);
        while (n > 1 && paths[n - 1] == '/')
            n--;
        const char *from = n > 1 ? memrchr(paths, '/', n - 1) : NULL;
        from = from != NULL ? from + 1 : paths;
        text_add(text, size, "%s%.*s", text[0] != '\0' ? ", " : "", (int)(paths + n - from), from);
    }
}

/* The XDG base directory specification: an unset, empty or relative variable means the default
 * below $HOME. */
static char *xdg_dir(const char *variable, const char *below_home)
{
    const char *dir = getenv(variable);
    if (dir != NULL && dir[0] == '/')
        return mem_printf("%s/moodtop", dir);
    const char *home = getenv("HOME");
    if (home == NULL || home[0] != '/')
        return NULL;
    return mem_printf("%s/%s/moodtop", home, below_home);
}

char *file_config_dir(void)
{
    return xdg_dir("XDG_CONFIG_HOME", ".config");
}

char *file_state_dir(void)
{
    return xdg_dir("XDG_STATE_HOME", ".local/state");
}

char *file_cache_dir(void)
{
    return xdg_dir("XDG_CACHE_HOME", ".cache");
}
