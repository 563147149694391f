/*
 * export: `moodtop export SRC DST`: a data set, as corrected, as a CSV file or as folders of
 * pictures. Main thread; pictures are encoded and written on a pool. The folder gets its name when
 * all is in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/thread.h"
#include "cmd/cmd.h"
#include "cmd/data_open.h"
#include "nn/dataset_how.h"
#include "nn/dataset_save.h"
#include "vision/media_encode.h"

enum { BATCH = 512, THREADS_MAX = 64 };

/* Pictures on their way into folders. */
struct folders {
    const struct dataset *ds;
    const char *dir; /* SPLIT/CLASS/ are below it */
    bool jpeg;
    struct media_encoder *encoder[THREADS_MAX]; /* by worker */
    int first;                                  /* row of the batch */
    struct err failed[BATCH];
};

static int write_file(const char *path, const uint8_t *data, size_t size, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    ssize_t n = fd >= 0 ? write(fd, data, size) : -1;
    int code = n >= 0 ? ENOSPC : errno;
    if (fd >= 0 && close(fd) != 0 && n == (ssize_t)size) {
        n = -1;
        code = errno;
    }
    errno = code;
    return n == (ssize_t)size ? 0 : err_errno(err, "%s: cannot write", path);
}

static void encode_task(void *ctx, int i, int worker)
{
    struct folders *f = ctx;
    int row = f->first + i;
    struct err *err = &f->failed[i];
    err->text[0] = '\0';
    if (f->ds->excluded[row])
        return;
    struct media_encoder **e = &f->encoder[worker];
    if (*e == NULL && (*e = media_encoder_open(f->jpeg, DATASET_SIDE, DATASET_SIDE, err)) == NULL)
        return;
    size_t size;
    const uint8_t *data = media_encode(*e, dataset_image(f->ds, row), &size, err);
    char *path = mem_printf("%s/%s/%s/%07d.%s", f->dir, split_name((enum split)f->ds->split[row]),
                            f->ds->class_name[f->ds->label[row]], row, f->jpeg ? "jpg" : "png");
    if (data != NULL)
        write_file(path, data, size, err);
    free(path);
}

static int make_folders(const struct folders *f, struct err *err)
{
    bool used[SPLITS][DATASET_CLASSES_MAX] = {{false}};
    int rc = 0;
    for (int i = 0; i < f->ds->n; i++)
        used[f->ds->split[i]][f->ds->label[i]] |= !f->ds->excluded[i];
    for (int k = 0; k < SPLITS * DATASET_CLASSES_MAX && rc == 0; k++) {
        int s = k / DATASET_CLASSES_MAX, c = k % DATASET_CLASSES_MAX;
        char *path = mem_printf("%s/%s/%s", f->dir, split_name((enum split)s),
                                used[s][c] ? f->ds->class_name[c] : "");
        if (used[s][c])
            rc = file_mkdirs(path, err);
        free(path);
    }
    return rc;
}

static int fill_folders(struct folders *f, struct data_tools *tools, struct err *err)
{
    const struct dataset_how *how = data_tools_how(tools);
    int cpus = thread_cpus(), rc = 0;
    struct pool *pool = pool_new(cpus < THREADS_MAX ? cpus : THREADS_MAX, err);
    int64_t started = clock_now();
    rc = pool != NULL ? make_folders(f, err) : -1;
    for (f->first = 0; f->first < f->ds->n && rc == 0; f->first += BATCH) {
        int n = f->ds->n - f->first < BATCH ? f->ds->n - f->first : BATCH;
        pool_run(pool, n, encode_task, f);
        for (int i = 0; i < n && rc == 0; i++)
            if (f->failed[i].text[0] != '\0')
                rc = err_set(err, "%s", f->failed[i].text);
        double done = (double)(f->first + n) / f->ds->n;
        double s = (double)(clock_now() - started) / CLOCK_S;
        struct dataset_progress p = {f->dir, done, s, s / done * (1 - done)};
        if (rc == 0 && !how->progress(how->ctx, &p))
            rc = err_set(err, "given up; nothing is left of it");
    }
    for (int i = 0; i < THREADS_MAX; i++)
        media_encoder_close(f->encoder[i]);
    pool_free(pool);
    return rc;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    return remove(path);
}

static int export_folders(const struct dataset *ds, const char *to, bool jpeg,
                          struct data_tools *tools, struct err *err)
{
    if (ds->points != NULL)
        return err_set(err, "key points have no classes; expected --format csv");
    if (rmdir(to) != 0 && errno != ENOENT)
        return err_errno(err, "%s: expected a new folder or an empty one", to);
    char *tmp = mem_printf("%s.%ld.tmp", to, (long)getpid());
    struct folders *f = mem_zalloc(1, sizeof *f);
    f->ds = ds;
    f->dir = tmp;
    f->jpeg = jpeg;
    int rc = file_mkdirs(tmp, err);
    if (rc == 0)
        rc = fill_folders(f, tools, err);
    int fd = rc == 0 ? open(tmp, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        if (syncfs(fd) != 0)
            rc = err_errno(err, "%s: cannot write", to);
        close(fd);
    }
    if (rc == 0 && rename(tmp, to) != 0)
        rc = err_errno(err, "%s: cannot be made", to);
    if (rc != 0)
        nftw(tmp, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(f);
    free(tmp);
    return rc;
}

static int export_csv(const struct dataset *ds, const char *to, struct data_tools *tools,
                      struct err *err)
{
    if (file_exists(to)) /* it may be the only copy of a set */
        return err_set(err, "%s: stands already; expected a new name", to);
    return dataset_save_csv(ds, to, data_tools_how(tools)->progress, tools, err);
}

static int export_set(const struct opts *opts, const char *to, struct err *err)
{
    struct dataset *ds = data_open(opts, NULL, NULL, err);
    struct data_tools *tools = ds != NULL ? data_tools_new(opts, err) : NULL;
    int rc = -1;
    if (tools != NULL && opts->export.format == EXPORT_CSV)
        rc = export_csv(ds, to, tools, err);
    else if (tools != NULL)
        rc = export_folders(ds, to, opts->export.images == EXPORT_JPG, tools, err);
    data_tools_free(tools);
    dataset_close(ds);
    return rc;
}

static int export_run(const struct opts *opts, int argc, char **argv)
{
    struct err err = {""};
    struct opts own = *opts;
    int given = own.data.set[0] != '\0';
    if (argc + given != 2) {
        fputs("moodtop export: expected SRC DST: a data set, and the folder or file to make\n",
              stderr);
        return EXIT_USAGE;
    }
    if (!given)
        snprintf(own.data.set, sizeof own.data.set, "%s", argv[0]);
    if (export_set(&own, argv[argc - 1], &err) == 0)
        return EXIT_OK;
    fprintf(stderr, "moodtop export: %s\n", err.text);
    return EXIT_FAILED;
}

const struct command cmd_export = {
    .name = "export",
    .args = "SRC DST",
    .summary = "write a data set, as corrected, as folders of pictures or as a CSV file",
    .sections = "export data model detect",
    .examples = "moodtop export fer2013.csv faces/\n"
                "moodtop export fer2013.csv faces/ --images jpg\n"
                "moodtop export faces/ again.csv --format csv\n"
                "moodtop export --data photos/ --data fer2013.csv all.csv --format csv\n",
    .run = export_run,
};
