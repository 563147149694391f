/*
 * folder: see folder.h; and the source that shows a folder's pictures one after the other, each for
 * 1 / fps seconds. A file that cannot be read is skipped with a line in the log. Capture thread.
 */
#include "vision/folder.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "vision/timing.h"
#include "vision/source_kinds.h"

#define DEFAULT_FPS 1.0 /* a picture a second */

bool folder_is_picture(const char *name)
{
    static const char *const endings[] = {"jpg",  "jpeg", "png", "bmp", "webp", "gif", "tif",
                                          "tiff", "pgm",  "ppm", "pnm", "jp2",  "avif"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot != NULL && i < MEM_COUNT(endings); i++) {
        if (strcasecmp(dot + 1, endings[i]) == 0)
            return true;
    }
    return false;
}

static int is_picture(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && folder_is_picture(entry->d_name);
}

/* A pipe in a folder would be waited for. */
static bool is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) != 0 || S_ISREG(st.st_mode); /* a dangling link is told when read */
}

int folder_list(const char *dir, char ***paths, struct err *err)
{
    struct dirent **entries;
    int n = scandir(dir, &entries, is_picture, versionsort);
    if (n < 0)
        return err_errno(err, "%s", dir);
    char **list = mem_zalloc((size_t)n, sizeof *list);
    int count = 0;
    for (int i = 0; i < n; i++) {
        char *path = file_join(dir, entries[i]->d_name);
        if (is_file(path))
            list[count++] = path;
        else
            free(path);
        free(entries[i]);
    }
    free(entries);
    *paths = list;
    return count;
}

void folder_free(char **paths, int count)
{
    for (int i = 0; i < count; i++)
        free(paths[i]);
    free(paths);
}

struct folder {
    char **paths;
    int count;
    int at;             /* the file that comes next */
    int readable;       /* files of this round that gave a picture */
    struct source *now; /* the file being read */
    struct frame *held; /* read, and not yet due */
    struct timing timing;
    double fps;
    uint64_t shown;
};

static bool folder_match(const char *uri)
{
    return file_is_dir(uri);
}

static int folder_open(struct source *s, struct err *err)
{
    struct folder *d = s->priv = mem_zalloc(1, sizeof *d);
    d->fps = s->opts.fps > 0 ? s->opts.fps : DEFAULT_FPS;
    timing_init(&d->timing, s->opts.speed);
    int n = folder_list(s->opts.uri, &d->paths, err);
    if (n < 0)
        return -1;
    d->count = n;
    if (n == 0)
        return err_set(err, "%s: no pictures in this folder", s->opts.uri);
    snprintf(s->label, sizeof s->label, "%.200s (%d pictures)", s->opts.uri, n);
    return 0;
}

/* Goes to the next file; at the end of the list starts again if that was asked for. */
static enum source_status next_file(struct source *s, struct folder *d, struct err *err)
{
    source_close(d->now);
    d->now = NULL;
    if (d->at == d->count) {
        if (d->readable == 0) {
            err_set(err, "%s: none of its %d pictures can be read", s->opts.uri, d->count);
            return SOURCE_LOST;
        }
        if (!s->opts.loop)
            return SOURCE_END;
        d->at = 0;
        d->readable = 0;
    }
    struct source_opts opts = s->opts;
    opts.loop = false;
    opts.speed = 0;
    snprintf(opts.uri, sizeof opts.uri, "%s", d->paths[d->at++]);
    struct err why = {""};
    d->now = source_open_until(&s->stop, &opts, s->pool, &why);
    if (d->now == NULL)
        log_write(LOG_WARN, "skipped: %s", why.text);
    return SOURCE_AGAIN;
}

/* Reads the first picture of the open file into d->held. */
static enum source_status read_picture(struct folder *d)
{
    struct err why = {""};
    enum source_status st = source_next(d->now, &d->held, &why);
    if (st == SOURCE_LOST)
        log_write(LOG_WARN, "skipped: %s", why.text);
    if (st == SOURCE_AGAIN)
        return SOURCE_AGAIN;
    source_close(d->now);
    d->now = NULL;
    d->readable += st == SOURCE_FRAME;
    return SOURCE_AGAIN;
}

static enum source_status folder_next(struct source *s, struct frame **out, struct err *err)
{
    struct folder *d = s->priv;
    if (d->held == NULL)
        return d->now != NULL ? read_picture(d) : next_file(s, d, err);
    struct frame *f = d->held;
    double pts = (double)d->shown / d->fps;
    if (!timing_wait(&d->timing, s, pts, &f->time))
        return SOURCE_AGAIN;
    f->pts = pts;
    f->seq = ++d->shown;
    f->alone = true;
    d->held = NULL;
    *out = f;
    return SOURCE_FRAME;
}

static void folder_close(struct source *s)
{
    struct folder *d = s->priv;
    if (d == NULL)
        return;
    source_close(d->now);
    frame_unref(d->held);
    folder_free(d->paths, d->count);
    free(d);
}

const struct source_ops source_folder = {
    .name = "folder",
    .match = folder_match,
    .open = folder_open,
    .next = folder_next,
    .close = folder_close,
};
