/* runs: see runs.h. */
#include "nn/runs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "nn/hash.h"
#include "nn/rundir.h"

#define TRASH ".trash"
#define SETTLE (2 * CLOCK_S) /* a folder's time stamp may be too coarse to show the next change */
#define NAME_BYTES_MAX 200

struct runs_reader {
    struct timespec modified;
    ino_t inode;
    int64_t look_until; /* the folder is read with each poll until then */
    bool unready;       /* a directory there has no run.json yet */
};

/* ---- the list ------------------------------------------------------------------------------ */

/* Position of a name, or where it would stand: newest first, so names descend. */
static int place(const struct runs *runs, const char *name, bool *found)
{
    int lo = 0, hi = runs->count;
    while (lo < hi) {
        int mid = (lo + hi) / 2, order = strcmp(name, runs->run[mid]->name);
        if (order == 0) {
            *found = true;
            return mid;
        }
        if (order > 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    *found = false;
    return lo;
}

struct run *runs_find(const struct runs *runs, const char *name)
{
    bool found;
    int i = place(runs, name, &found);
    return found ? runs->run[i] : NULL;
}

static bool has_about(const char *dir)
{
    struct stat st;
    char *about = file_join(dir, "run.json");
    bool stands = stat(about, &st) == 0 && S_ISREG(st.st_mode);
    free(about);
    return stands;
}

/* Adds the directory of that name if it is a run that is not listed yet; true if so. */
static bool add(struct runs *runs, const char *name)
{
    bool found;
    int at = place(runs, name, &found);
    if (found)
        return false;
    char *path = file_join(runs->dir, name);
    struct run *run = has_about(path) ? run_open(path, NULL) : NULL;
    if (run == NULL)
        runs->reader->unready |= file_is_dir(path);
    free(path);
    if (run == NULL)
        return false;
    runs->run = mem_realloc(runs->run, (size_t)runs->count + 1, sizeof(struct run *));
    memmove(&runs->run[at + 1], &runs->run[at], (size_t)(runs->count - at) * sizeof(struct run *));
    runs->run[at] = run;
    runs->count++;
    return true;
}

/* Reads the folder; true if it has new runs. */
static bool look(struct runs *runs)
{
    bool changed = false;
    DIR *dir = opendir(runs->dir);
    if (dir == NULL)
        return false;
    runs->reader->unready = false;
    for (struct dirent *e; (e = readdir(dir)) != NULL;)
        if (e->d_name[0] != '.')
            changed |= add(runs, e->d_name);
    closedir(dir);
    return changed;
}

/* Whether the folder may hold other names than before. */
static bool must_look(struct runs *runs)
{
    struct stat st;
    struct runs_reader *r = runs->reader;
    runs->gone = stat(runs->dir, &st) != 0 || !S_ISDIR(st.st_mode);
    if (runs->gone)
        return false;
    int64_t now = clock_now();
    if (st.st_ino != r->inode || st.st_mtim.tv_sec != r->modified.tv_sec ||
        st.st_mtim.tv_nsec != r->modified.tv_nsec)
        r->look_until = now + SETTLE;
    r->inode = st.st_ino;
    r->modified = st.st_mtim;
    return now < r->look_until || r->unready;
}

/* Drops the runs whose directories are gone from a folder that is there. */
static bool drop_gone(struct runs *runs)
{
    int kept = 0, before = runs->count;
    for (int i = 0; i < before; i++) {
        if (runs->run[i]->gone && !file_exists(runs->run[i]->path))
            run_close(runs->run[i]);
        else
            runs->run[kept++] = runs->run[i];
    }
    runs->count = kept;
    return kept < before;
}

bool runs_poll(struct runs *runs)
{
    bool was_gone = runs->gone, changed = must_look(runs) && look(runs);
    changed |= was_gone != runs->gone;
    for (int i = 0; i < runs->count; i++)
        changed |= run_poll(runs->run[i]);
    if (!runs->gone)
        changed |= drop_gone(runs);
    runs->print = hash_number(HASH_START, runs->gone);
    for (int i = 0; i < runs->count; i++)
        runs->print = hash_number(runs->print, runs->run[i]->print);
    return changed;
}

struct runs *runs_list(const char *dir)
{
    struct runs *runs = mem_zalloc(1, sizeof *runs);
    runs->dir = mem_strdup(dir);
    runs->reader = mem_zalloc(1, sizeof *runs->reader);
    runs_poll(runs);
    return runs;
}

void runs_close(struct runs *runs)
{
    if (runs == NULL)
        return;
    for (int i = 0; i < runs->count; i++)
        run_close(runs->run[i]);
    free(runs->run);
    free(runs->reader);
    free(runs->dir);
    free(runs);
}

/* ---- which run is meant -------------------------------------------------------------------- */

/* The run of that folder whose name is `what`, or else the only one whose name has it as a part, or
 * for "" the last by name; NULL with err set. */
static char *search(const char *dir, const char *what, struct err *err)
{
    DIR *d = opendir(dir);
    if (d == NULL) {
        err_errno(err, "%s", dir);
        return NULL;
    }
    char *best = NULL;
    int hits = 0;
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        char *path = file_join(dir, e->d_name);
        bool fits = e->d_name[0] != '.' && strstr(e->d_name, what) != NULL && has_about(path);
        bool better = fits && (best == NULL || strcmp(path, best) > 0);
        hits += fits;
        free(better ? best : path);
        best = better ? path : best;
    }
    closedir(d);
    if (hits > 0 && (hits == 1 || what[0] == '\0'))
        return best;
    free(best);
    if (hits == 0)
        err_set(err, "%s: no run there%s%s", dir, what[0] != '\0' ? " is called " : "", what);
    else
        err_set(err, "%s: %d runs of %s are called so; more of the name is needed", what, hits,
                dir);
    return NULL;
}

char *runs_path(const char *dir, const char *what, struct err *err)
{
    if (what[0] != '\0') {
        if (has_about(what))
            return mem_strdup(what);
        char *path = file_join(dir, what);
        if (what[0] != '/' && has_about(path))
            return path;
        free(path);
        if (strchr(what, '/') != NULL) {
            err_set(err, "%s: not a run directory: there is no run.json", what);
            return NULL;
        }
    }
    return search(dir, what, err);
}

/* ---- by hand ------------------------------------------------------------------------------- */

/* The folder in which the run's directory lies; the caller frees. */
static char *folder_of(const char *path, const char **name, struct err *err)
{
    char *full = realpath(path, NULL), *slash;
    if (full == NULL || (slash = strrchr(full, '/')) == full) {
        err_errno(err, "%s", path);
        free(full);
        return NULL;
    }
    *slash = '\0';
    *name = slash + 1;
    return full;
}

/* Renames a directory whose lock this process takes for that moment, never over another one. */
static int move(const char *from, const char *to, struct err *err)
{
    struct rundir *held = rundir_reopen(from, err);
    if (held == NULL)
        return -1;
    int rc = renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
    if (rc != 0 && errno == EINVAL && !file_exists(to)) /* a file system without that flag */
        rc = rename(from, to);
    if (rc != 0)
        err_errno(err, "%s: cannot be moved to %s", from, to);
    rundir_close(held);
    return rc;
}

/* How long the date in front of a name is, "2026-11-21-0930-"; 0 if it has none. */
static size_t date_length(const char *name)
{
    static const char shape[] = "0000-00-00-0000-";
    for (size_t i = 0; i < sizeof shape - 1; i++)
        if (shape[i] == '0' ? name[i] < '0' || name[i] > '9' : name[i] != shape[i])
            return 0;
    return sizeof shape - 1;
}

int runs_rename(char **path, const char *name, struct err *err)
{
    const char *old;
    if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL ||
        strlen(name) > NAME_BYTES_MAX)
        return err_set(err, "\"%s\": a run's name is 1 to %d letters without / and not a dot first",
                       name, NAME_BYTES_MAX);
    char *folder = folder_of(*path, &old, err);
    if (folder == NULL)
        return -1;
    size_t date = date_length(name) > 0 ? 0 : date_length(old);
    char *to = mem_printf("%s/%.*s%s", folder, (int)date, old, name);
    int rc = move(*path, to, err);
    if (rc == 0) {
        free(*path);
        *path = to;
    } else {
        free(to);
    }
    free(folder);
    return rc;
}

int runs_note(const char *path, const char *text, struct err *err)
{
    char *file = file_join(path, "note.txt"), *line = mem_printf("%s\n", text);
    int rc = 0;
    if (text[0] != '\0')
        rc = file_write_atomic(file, line, strlen(line), err);
    else if (unlink(file) != 0 && errno != ENOENT)
        rc = err_errno(err, "%s: cannot be removed", file);
    free(line);
    free(file);
    return rc;
}

int runs_delete(const char *path, struct err *err)
{
    const char *name;
    char *folder = folder_of(path, &name, err);
    if (folder == NULL)
        return -1;
    char *trash = file_join(folder, TRASH), *to = file_join(trash, name);
    for (int i = 2; file_exists(to) && i < 1000; i++) {
        free(to);
        to = mem_printf("%s/%s-%d", trash, name, i);
    }
    int rc = file_mkdirs(trash, err);
    if (rc == 0)
        rc = move(path, to, err);
    free(to);
    free(trash);
    free(folder);
    return rc;
}
