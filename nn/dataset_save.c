/* dataset_save: see dataset_save.h. */
#include "nn/dataset_save.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "nn/classes.h"
#include "nn/csv_row.h"
#include "nn/dataset_how.h"
#include "nn/pack_write.h"

enum { RUN = 512 /* rows that are written at once */ };

/* Who is told how far it is. */
struct teller {
    const char *path;
    bool (*progress)(void *ctx, const struct dataset_progress *p);
    void *ctx;
    int64_t started, told;
};

static struct teller teller_of(const char *path,
                               bool (*progress)(void *ctx, const struct dataset_progress *p),
                               void *ctx)
{
    int64_t now = clock_now();
    return (struct teller){path, progress, ctx, now, now - 100 * CLOCK_MS};
}

/* Tells it some ten times a second; -1 if that is enough. */
static int tell(struct teller *t, int row, int rows, struct err *err)
{
    int64_t now = clock_now();
    if (t->progress == NULL || now - t->told < 100 * CLOCK_MS)
        return 0;
    double done = (double)row / rows, s = (double)(now - t->started) / CLOCK_S;
    struct dataset_progress p = {t->path, done, s, done > 0 ? s / done * (1 - done) : -1};
    t->told = now;
    return t->progress(t->ctx, &p) ? 0 : err_set(err, "given up");
}

/* ---- packs --------------------------------------------------------------------------------- */

static int save_row(const struct dataset *ds, int row, bool lines, int at, struct pack_writer *w)
{
    const struct pack *p = ds->pack;
    int class = ds->points != NULL ? 0 : pack_class(w, ds->class_name[ds->label[row]]);
    uint32_t origin = lines ? p->origin[row] : pack_text(w, p->text + p->origin[row]);
    pack_row(w, at, class, (enum split)ds->split[row], origin);
    if (ds->points == NULL)
        return 0;
    return pack_put_points(w, at, ds->points + (size_t)row * DATASET_POINTS,
                           ds->wide + (size_t)row * DATASET_WIDE);
}

/* Rows [row, end), which keep their origins; none is excluded. */
static int save_run(const struct dataset *ds, int row, int end, bool lines, struct pack_writer *w,
                    struct err *err)
{
    int at = pack_grow(w, end - row, err);
    if (at < 0)
        return -1;
    for (int i = row; i < end; i++)
        if (save_row(ds, i, lines, at + i - row, w) != 0)
            return err_errno(err, "cannot write");
    if (pack_put(w, at, dataset_image(ds, row), end - row) != 0)
        return err_errno(err, "cannot write");
    return 0;
}

/* What is not excluded of the rows [row, end). */
static int save_rows(const struct dataset *ds, int row, int end, bool lines, struct pack_writer *w,
                     struct teller *t, struct err *err)
{
    for (; row < end; row++) {
        int stop = row;
        while (stop < end && stop - row < RUN && !ds->excluded[stop])
            stop++;
        if (tell(t, row, ds->n, err) != 0 ||
            (stop > row && save_run(ds, row, stop, lines, w, err) != 0))
            return -1;
        row = stop > row ? stop - 1 : row;
    }
    return 0;
}

int dataset_save_pack(const struct dataset *ds, const char *path,
                      bool (*progress)(void *ctx, const struct dataset_progress *p), void *ctx,
                      struct err *err)
{
    const struct pack *p = ds->pack;
    struct teller t = teller_of(path, progress, ctx);
    struct pack_writer *w = pack_create(path, 0, err);
    if (w == NULL)
        return -1;
    for (int k = 0; k < p->parts; k++) {
        int last = k + 1 < p->parts ? (int)p->part[k + 1].first : ds->n;
        pack_part(w, p->text + p->part[k].name, "", p->part[k].lines);
        if (save_rows(ds, (int)p->part[k].first, last, p->part[k].lines, w, &t, err) != 0) {
            err_prefix(err, "%s", path);
            pack_abort(w);
            return -1;
        }
    }
    struct pack *done = pack_finish(w, err);
    pack_close(done);
    return done != NULL ? 0 : -1;
}

/* ---- CSV ----------------------------------------------------------------------------------- */

static const char *const point_names[DATASET_POINTS / 2] = {"left_eye_center",
                                                            "right_eye_center",
                                                            "left_eye_inner_corner",
                                                            "left_eye_outer_corner",
                                                            "right_eye_inner_corner",
                                                            "right_eye_outer_corner",
                                                            "left_eyebrow_inner_end",
                                                            "left_eyebrow_outer_end",
                                                            "right_eyebrow_inner_end",
                                                            "right_eyebrow_outer_end",
                                                            "nose_tip",
                                                            "mouth_left_corner",
                                                            "mouth_right_corner",
                                                            "mouth_center_top_lip",
                                                            "mouth_center_bottom_lip"};

/* The grey levels as text, "12 " at 4 times 12, and how long each is without the blank. */
struct levels {
    char text[256 * 4];
    uint8_t length[256];
};

static void levels_init(struct levels *l)
{
    for (int v = 0; v < 256; v++) {
        char text[8];
        l->length[v] = (uint8_t)snprintf(text, sizeof text, "%d ", v) - 1;
        memcpy(l->text + (size_t)v * 4, text, 4);
    }
}

/* Writes n grey levels with blanks between them at out; returns the end. */
static char *put_pixels(const struct levels *l, const uint8_t *pixels, int n, char *out)
{
    for (int i = 0; i < n; i++) {
        memcpy(out, l->text + (size_t)pixels[i] * 4, 4);
        out += l->length[pixels[i]] + 1;
    }
    return out - 1;
}

/* A number with as few digits as give the same float; unknown is empty. */
static char *put_point(float v, char *out)
{
    if (isnan(v))
        return out;
    for (int digits = 1; digits <= 9; digits++) {
        int n = snprintf(out, 32, "%.*g", digits, (double)v);
        if (strtof(out, NULL) == v || digits == 9)
            return out + n;
    }
    return out;
}

/* Whether the classes are FER2013's, which have numbers there. */
static bool is_seven(const struct dataset *ds)
{
    return ds->classes == DATASET_CLASSES && strcmp(ds->class_name[0], classes_names[0]) == 0;
}

/* The line of a row, with its end, at out (a line's room); returns its end. */
static char *put_row(const struct dataset *ds, const struct levels *l, int row, char *out)
{
    if (ds->points == NULL) {
        if (is_seven(ds))
            out += sprintf(out, "%d,", ds->label[row]);
        else
            out += sprintf(out, "%s,", ds->class_name[ds->label[row]]);
        out = put_pixels(l, dataset_image(ds, row), DATASET_PIXELS, out);
        return out + sprintf(out, ",%s\n", split_name((enum split)ds->split[row]));
    }
    for (int i = 0; i < DATASET_POINTS; i++) {
        out = put_point(ds->points[(size_t)row * DATASET_POINTS + (size_t)i], out);
        *out++ = ',';
    }
    out = put_pixels(l, ds->wide + (size_t)row * DATASET_WIDE, DATASET_WIDE, out);
    *out++ = '\n';
    return out;
}

static void put_header(const struct dataset *ds, FILE *f)
{
    if (ds->points == NULL) {
        fprintf(f, "%s,pixels,Usage\n", is_seven(ds) ? "emotion" : "class");
        return;
    }
    for (int i = 0; i < DATASET_POINTS / 2; i++)
        fprintf(f, "%s_x,%s_y,", point_names[i], point_names[i]);
    fputs("Image\n", f);
}

static int put_rows(const struct dataset *ds, FILE *f, struct teller *t, struct err *err)
{
    struct levels l;
    char *line = mem_alloc((size_t)4 * DATASET_WIDE + 1024);
    int rc = 0;
    levels_init(&l);
    for (int i = 0; i < ds->n && rc == 0; i++) {
        if (i % 256 == 0)
            rc = tell(t, i, ds->n, err);
        if (ds->excluded[i] || rc != 0)
            continue;
        size_t size = (size_t)(put_row(ds, &l, i, line) - line);
        if (fwrite(line, 1, size, f) != size)
            rc = err_errno(err, "cannot write");
    }
    free(line);
    return rc < 0 ? err_prefix(err, "%s", t->path) : 0;
}

int dataset_save_csv(const struct dataset *ds, const char *path,
                     bool (*progress)(void *ctx, const struct dataset_progress *p), void *ctx,
                     struct err *err)
{
    for (int c = 0; c < ds->classes && ds->points == NULL; c++)
        if (!csv_is_name(ds->class_name[c], strlen(ds->class_name[c])))
            return err_set(err,
                           "%s: the class \"%s\" cannot stand in a CSV file; expected --format "
                           "folders",
                           path, ds->class_name[c]);
    char *tmp = mem_printf("%s.%ld.tmp", path, (long)getpid());
    FILE *f = fopen(tmp, "we");
    int rc = f != NULL ? 0 : err_errno(err, "%s: cannot write", path);
    if (rc == 0) {
        put_header(ds, f);
        struct teller t = teller_of(path, progress, ctx);
        rc = put_rows(ds, f, &t, err);
        if (rc == 0 && (fflush(f) != 0 || fsync(fileno(f)) != 0))
            rc = err_errno(err, "%s: cannot write", path);
        if (fclose(f) != 0 && rc == 0)
            rc = err_errno(err, "%s: cannot write", path);
        if (rc == 0 && rename(tmp, path) != 0)
            rc = err_errno(err, "%s: cannot write", path);
        if (rc == 0)
            file_sync_folder_of(path);
        else
            unlink(tmp);
    }
    free(tmp);
    return rc;
}
