/* convert: see convert.h. */
#include "nn/convert.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "nn/cache.h"
#include "nn/csv.h"
#include "nn/dataset_how.h"
#include "nn/hash.h"
#include "nn/tree.h"

#define VAL_SHARE 0.1

struct sources {
    int n;
    char *path[CONVERT_SOURCES_MAX]; /* as given */
    char *full[CONVERT_SOURCES_MAX];
    bool kept; /* all are files or folders, which can be looked at again */
};

/* A kind of source: one row for each. */
struct kind {
    bool (*match)(const char *path);
    int (*read)(const char *path, const struct dataset_how *how, struct pack_writer *w,
                struct err *err);
};

static bool is_anything(const char *path)
{
    (void)path;
    return true;
}

/* Makes a share of a source's rows the validation, where it has none. */
static void split_off(struct pack_writer *w, int first, const struct dataset_how *how)
{
    pack_split(w, first, how->val > 0.0 ? how->val : VAL_SHARE, how->seed);
}

static int read_csv(const char *path, const struct dataset_how *how, struct pack_writer *w,
                    struct err *err)
{
    char *full = realpath(path, NULL);
    struct stat st;
    bool file = full != NULL && stat(full, &st) == 0 && S_ISREG(st.st_mode);
    pack_part(w, file_base(path), file ? full : "", true);
    int rc = file ? pack_stamp_file(w, full, err) : 0;
    free(full);
    int first = pack_count(w);
    if (rc != 0 || csv_read(path, how, w, err) != 0)
        return -1;
    split_off(w, first, how); /* if there was no Usage column */
    return 0;
}

static bool is_folder(const char *path)
{
    return file_is_dir(path);
}

static int read_tree(const char *path, const struct dataset_how *how, struct pack_writer *w,
                     struct err *err)
{
    char *full = realpath(path, NULL);
    if (full == NULL)
        return err_errno(err, "%s", path);
    pack_part(w, file_base(full), full, false);
    bool named = false;
    int first = pack_count(w), rc = pack_kind(w, false, err);
    if (rc == 0)
        rc = tree_read(full, how, w, &named, err);
    if (rc == 0 && !named)
        split_off(w, first, how);
    free(full);
    return rc;
}

/* Copies the rows of a pack, which keep where they came from as far as a name can tell. */
static int copy_rows(const struct pack *p, int part, const int *class, struct pack_writer *w,
                     struct err *err)
{
    int first = (int)p->part[part].first;
    int last = part + 1 < p->parts ? (int)p->part[part + 1].first : p->n;
    pack_part(w, p->text + p->part[part].name, pack_home(p, part), p->part[part].lines);
    int at = pack_kind(w, p->points != NULL, err) == 0 ? pack_grow(w, last - first, err) : -1;
    if (at < 0)
        return -1;
    for (int i = first; i < last; i++) {
        uint32_t origin = p->part[part].lines ? p->origin[i] : pack_text(w, p->text + p->origin[i]);
        pack_row(w, at + i - first, class[p->label[i]], (enum split)p -> split[i], origin);
        if (p->wide != NULL &&
            pack_put_points(w, at + i - first, p->points + (size_t)i * DATASET_POINTS,
                            p->wide + (size_t)i * DATASET_WIDE) != 0)
            return err_errno(err, "cannot keep the pictures");
    }
    const uint8_t *pixels = p->pixels + (size_t)first * DATASET_PIXELS;
    return pack_put(w, at, pixels, last - first) == 0 ? 0 : err_errno(err, "cannot write the pack");
}

static int read_pack(const char *path, const struct dataset_how *how, struct pack_writer *w,
                     struct err *err)
{
    struct pack *p = pack_open(path, err);
    int class[DATASET_CLASSES_MAX], rc = p == NULL ? -1 : pack_stamp_file(w, path, err);
    (void)how;
    for (int c = 0; rc == 0 && c < p->classes; c++) {
        class[c] = p->points != NULL ? 0 : pack_class(w, p->text + p->class_at[c]);
        if (class[c] < 0)
            rc = err_set(err, "%s: more than %d classes", path, DATASET_CLASSES_MAX);
    }
    for (int i = 0; rc == 0 && i < p->parts; i++)
        rc = copy_rows(p, i, class, w, err);
    for (int i = 0; rc == 0 && i < p->listed; i++)
        pack_damage(w, p->text + p->damage[i]);
    pack_close(p);
    return rc;
}

static const struct kind kinds[] = {
    {pack_is, read_pack},
    {is_folder, read_tree},
    {is_anything, read_csv},
};

static void sources_free(struct sources *s)
{
    for (int i = 0; i < s->n; i++) {
        free(s->path[i]);
        free(s->full[i]);
    }
}

static int add_source(struct sources *s, const char *path, size_t length, struct err *err)
{
    if (s->n == CONVERT_SOURCES_MAX)
        return err_set(err, "more than %d data sets at once", CONVERT_SOURCES_MAX);
    char *name = mem_printf("%.*s", (int)length, path), *full = realpath(name, NULL);
    struct stat st;
    s->path[s->n] = name;
    s->full[s->n++] = full != NULL ? full : mem_strdup(name); /* a pipe of /dev/fd has no path */
    if (stat(name, &st) != 0)
        return err_errno(err, "%s", name);
    s->kept = s->kept && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
    return 0;
}

/* Takes "A,B" apart; a path that exists may have commas of its own. */
static int sources_split(struct sources *s, const char *data, struct err *err)
{
    *s = (struct sources){.kept = true};
    if (file_exists(data) || strchr(data, ',') == NULL)
        return add_source(s, data, strlen(data), err);
    for (const char *p = data; *p != '\0';) {
        size_t length = strcspn(p, ",");
        if (length > 0 && add_source(s, p, length, err) != 0)
            return -1;
        p += length + (p[length] == ',');
    }
    return s->n > 0 ? 0 : err_set(err, "%s: names no data set", data);
}

static uint64_t key_of(const struct sources *s, const struct dataset_how *how)
{
    uint64_t key = hash_number(HASH_START, PACK_VERSION);
    for (int i = 0; i < s->n; i++)
        key = hash_text(key, s->full[i]);
    key = hash_number(key, (uint64_t)(how->val * 1e6));
    return hash_number(key, (uint64_t)how->seed * 2 + how->crop_faces);
}

static int read_all(const struct sources *s, const struct dataset_how *how, struct pack_writer *w,
                    struct err *err)
{
    for (int i = 0; i < s->n; i++) {
        size_t k = 0;
        while (!kinds[k].match(s->path[i]))
            k++;
        if (kinds[k].read(s->path[i], how, w, err) != 0)
            return -1;
    }
    if (pack_count(w) > 0)
        return 0;
    const char *first = pack_first_damage(w);
    return first != NULL ? err_set(err, "%s", first)
                         : err_set(err, "%s: expected rows below the header, got none", s->path[0]);
}

int convert_into(const char *data, const struct dataset_how *how, struct pack_writer *w,
                 struct err *err)
{
    struct sources s;
    int rc = sources_split(&s, data, err);
    if (rc == 0)
        rc = read_all(&s, how, w, err);
    sources_free(&s);
    return rc;
}

/* err is not NULL. */
static struct pack *make(const struct sources *s, const struct dataset_how *how, const char *path,
                         uint64_t key, struct err *err)
{
    struct pack_writer *w = pack_create(path, key, err);
    if (w == NULL && path != NULL) { /* a home that cannot be written to */
        log_write(LOG_WARN, "%s; the data set is converted into memory", err->text);
        err->text[0] = '\0';
        w = pack_create(NULL, key, err);
    }
    if (w == NULL)
        return NULL;
    if (read_all(s, how, w, err) != 0) {
        pack_abort(w);
        return NULL;
    }
    return pack_finish(w, err);
}

static struct pack *open_sources(const struct sources *s, const struct dataset_how *how,
                                 struct err *err)
{
    if (s->n == 1 && pack_is(s->full[0]))
        return pack_open(s->path[0], err);
    uint64_t key = key_of(s, how);
    char *path = s->kept ? cache_path(file_base(s->full[0]), key) : NULL;
    struct pack *p = path != NULL ? cache_open(path, key) : NULL;
    if (p == NULL) {
        p = make(s, how, path, key, err);
        if (p != NULL && path != NULL)
            cache_tidy(path);
    }
    free(path);
    return p;
}

struct pack *convert_open(const char *data, const struct dataset_how *how, struct err *err)
{
    struct sources s;
    struct err own;
    err = err != NULL ? err : &own;
    struct pack *p = NULL;
    if (sources_split(&s, data, err) == 0)
        p = open_sources(&s, how, err);
    sources_free(&s);
    if (p == NULL || !how->strict || p->listed == 0)
        return p;
    err_set(err, "%s", p->text + p->damage[0]);
    pack_close(p);
    return NULL;
}

char *convert_resolve(const char *data)
{
    struct sources s;
    bool found = sources_split(&s, data, NULL) == 0;
    char *all = mem_strdup(found ? "" : data);
    for (int i = 0; found && i < s.n; i++) {
        char *more = mem_printf("%s%s%s", all, i > 0 ? "," : "", s.full[i]);
        free(all);
        all = more;
    }
    sources_free(&s);
    return all;
}
