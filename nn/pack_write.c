/* pack_write: see pack_write.h. */
#include "nn/pack_write.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/rng.h"
#include "nn/classes.h"
#include "nn/hash.h"

#define PIXELS_AT 4096
#define ALIGN(x) (((x) + 63) & ~(uint64_t)63)

enum { HASHED = 256 /* rows that are read back at once */ };

struct pack_writer {
    char *path, *tmp; /* NULL: in memory alone */
    int fd, wide_fd;  /* wide_fd: pictures in full, until there are all; or -1 */
    uint64_t key, hash;
    int n, room, hashed;
    uint8_t *label, *split;
    uint32_t *origin;
    float *points;
    struct pack_part *part;
    struct pack_stamp *stamp;
    uint32_t *damage, *class_at;
    char *text;
    size_t text_size, text_room;
    int parts, stamps, damages, classes;
    int own; /* the first class that is none of the seven */
    int64_t skipped;
    char *kind[2]; /* the first source of labels, of key points; owned */
};

struct pack_writer *pack_create(const char *path, uint64_t key, struct err *err)
{
    struct pack_writer *w = mem_zalloc(1, sizeof *w);
    w->wide_fd = -1;
    w->key = key;
    w->hash = HASH_START;
    w->own = DATASET_CLASSES;
    if (path == NULL) {
        w->fd = memfd_create("moodtop pack", MFD_CLOEXEC);
    } else {
        w->path = mem_strdup(path);
        w->tmp = mem_printf("%s.%ld.tmp", path, (long)getpid());
        w->fd = open(w->tmp, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    }
    if (w->fd < 0) {
        err_errno(err, "%s: cannot write", path != NULL ? w->tmp : "memory");
        pack_abort(w);
        return NULL;
    }
    pack_text(w, "");
    for (int c = 0; c < DATASET_CLASSES; c++)
        pack_class(w, classes_names[c]);
    return w;
}

/* Room for one more item in a small array; its size doubles. */
static void *one_more(void *array, int count, size_t item)
{
    bool full = count == 0 || (count >= 16 && (count & (count - 1)) == 0);
    if (!full)
        return array;
    return mem_realloc(array, count == 0 ? 16 : (size_t)count * 2, item);
}

uint32_t pack_text(struct pack_writer *w, const char *text)
{
    size_t size = strlen(text) + 1;
    if (w->text_size + size > w->text_room) {
        w->text_room = w->text_room * 2 + size + 4096;
        w->text = mem_realloc(w->text, w->text_room, 1);
    }
    memcpy(w->text + w->text_size, text, size);
    w->text_size += size;
    return (uint32_t)(w->text_size - size);
}

void pack_part(struct pack_writer *w, const char *name, const char *path, bool lines)
{
    if (w->parts > 0 && w->part[w->parts - 1].first == (uint32_t)w->n)
        w->parts--; /* the one before has no row */
    w->part = one_more(w->part, w->parts, sizeof *w->part);
    w->part[w->parts++] =
        (struct pack_part){(uint32_t)w->n, lines, pack_text(w, name), pack_text(w, path)};
}

int pack_kind(struct pack_writer *w, bool points, struct err *err)
{
    const char *name = w->text + w->part[w->parts - 1].name;
    if (w->kind[!points] != NULL)
        return err_set(err, "%s holds %s, %s %s: they cannot be one data set", w->kind[!points],
                       points ? "faces with labels" : "key points", name,
                       points ? "key points" : "faces with labels");
    if (w->kind[points] == NULL)
        w->kind[points] = mem_strdup(name);
    return 0;
}

int pack_grow(struct pack_writer *w, int n, struct err *err)
{
    assert(n >= 0);
    if (n > PACK_ROWS_MAX - w->n)
        return err_set(err, "more than %d rows", PACK_ROWS_MAX);
    if (w->n + n > w->room) {
        w->room = w->room * 2 + n + 1024;
        w->label = mem_realloc(w->label, (size_t)w->room, 1);
        w->split = mem_realloc(w->split, (size_t)w->room, 1);
        w->origin = mem_realloc(w->origin, (size_t)w->room, sizeof *w->origin);
        if (w->points != NULL)
            w->points = mem_realloc(w->points, (size_t)w->room * DATASET_POINTS, sizeof(float));
    }
    w->n += n;
    return w->n - n;
}

/* Writes all of it; 0, or -1 with errno. */
static int write_at(int fd, const void *data, size_t size, off_t at)
{
    const char *p = data;
    while (size > 0) {
        ssize_t n = pwrite(fd, p, size, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            errno = n == 0 ? ENOSPC : errno;
            return -1;
        }
        p += n;
        at += n;
        size -= (size_t)n;
    }
    return 0;
}

int pack_put(struct pack_writer *w, int row, const uint8_t *pixels, int n)
{
    off_t at = PIXELS_AT + (off_t)row * DATASET_PIXELS, size = (off_t)n * DATASET_PIXELS;
    int rc = write_at(w->fd, pixels, (size_t)size, at);
    if (rc == 0 &&
        w->tmp != NULL) /* the disk begins now; the sync at the end has less to wait for */
        sync_file_range(w->fd, at, size, SYNC_FILE_RANGE_WRITE);
    return rc;
}

void pack_row(struct pack_writer *w, int row, int label, enum split split, uint32_t origin)
{
    w->label[row] = (uint8_t)label;
    w->split[row] = (uint8_t)split;
    w->origin[row] = origin;
}

int pack_put_points(struct pack_writer *w, int row, const float *points, const uint8_t *wide)
{
    if (w->wide_fd < 0) {
        w->wide_fd = memfd_create("moodtop pictures", MFD_CLOEXEC);
        w->points = mem_realloc(w->points, (size_t)w->room * DATASET_POINTS, sizeof(float));
    }
    memcpy(w->points + (size_t)row * DATASET_POINTS, points, DATASET_POINTS * sizeof(float));
    return w->wide_fd < 0 ? -1
                          : write_at(w->wide_fd, wide, DATASET_WIDE, (off_t)row * DATASET_WIDE);
}

void pack_hash(struct pack_writer *w, int row, const uint8_t *pixels, int n)
{
    if (row != w->hashed) /* rows before it still wait */
        return;
    for (int i = 0; i < n; i++)
        w->hash = hash_row(w->hash, w->label[row + i], w->split[row + i],
                           pixels + (size_t)i * DATASET_PIXELS);
    w->hashed += n;
}

void pack_damage(struct pack_writer *w, const char *text)
{
    w->skipped++;
    if (w->damages == PACK_DAMAGE_MAX)
        return;
    w->damage = one_more(w->damage, w->damages, sizeof *w->damage);
    w->damage[w->damages++] = pack_text(w, text);
}

int pack_class(struct pack_writer *w, const char *name)
{
    int known = w->classes >= DATASET_CLASSES ? classes_find(name) : -1;
    if (known >= 0)
        return known;
    for (int i = 0; i < w->classes; i++)
        if (strcmp(w->text + w->class_at[i], name) == 0)
            return i;
    if (w->classes == DATASET_CLASSES_MAX)
        return -1;
    w->class_at = one_more(w->class_at, w->classes, sizeof *w->class_at);
    w->class_at[w->classes] = pack_text(w, name);
    return w->classes++;
}

uint32_t pack_stamp_put(struct pack_writer *w, const char *path, const struct pack_stamp *seen)
{
    w->stamp = one_more(w->stamp, w->stamps, sizeof *w->stamp);
    struct pack_stamp *s = &w->stamp[w->stamps++];
    *s = *seen;
    return s->path = pack_text(w, path);
}

int pack_stamp_file(struct pack_writer *w, const char *path, struct err *err)
{
    struct pack_stamp seen = {0};
    struct stat st;
    if (stat(path, &st) != 0)
        return err_errno(err, "%s", path);
    pack_stamp_of(&st, &seen);
    pack_stamp_put(w, path, &seen);
    return 0;
}

const char *pack_first_damage(const struct pack_writer *w)
{
    return w->damages > 0 ? w->text + w->damage[0] : NULL;
}

void pack_stamp_listing(struct pack_writer *w, const char *path)
{
    pack_stamp_put(w, path, &(struct pack_stamp){.listing = 1, .size = pack_listing(path)});
}

int pack_count(const struct pack_writer *w)
{
    return w->n;
}

void pack_split(struct pack_writer *w, int first, double share, int seed)
{
    if (w->hashed > first)
        return;
    for (int i = first; i < w->n; i++)
        if (w->split[i] == SPLIT_PUBLIC)
            return;
    int *row = mem_alloc((size_t)(w->n - first) * sizeof *row + 1);
    for (int c = 0; c < w->classes; c++) {
        struct rng r;
        int count = 0;
        for (int i = first; i < w->n; i++)
            if (w->label[i] == c && w->split[i] == SPLIT_TRAINING)
                row[count++] = i;
        rng_seed(&r, (uint64_t)seed, (uint64_t)c);
        rng_shuffle(&r, row, count);
        for (int i = 0; i < (int)((double)count * share + 0.5); i++)
            w->split[row[i]] = SPLIT_PUBLIC;
    }
    free(row);
}

/* ---- the end ------------------------------------------------------------------------------- */

/* Hashes the rows that nobody has hashed yet: out of the file. */
static int hash_rest(struct pack_writer *w)
{
    uint8_t *images = mem_alloc((size_t)HASHED * DATASET_PIXELS);
    int rc = 0;
    for (int i = w->hashed; i < w->n && rc == 0; i = w->hashed) {
        int n = w->n - i < HASHED ? w->n - i : HASHED;
        off_t at = PIXELS_AT + (off_t)i * DATASET_PIXELS;
        if (pread(w->fd, images, (size_t)n * DATASET_PIXELS, at) != (ssize_t)n * DATASET_PIXELS)
            rc = -1;
        else
            pack_hash(w, i, images, n);
    }
    free(images);
    for (int c = w->own; c < w->classes; c++)
        w->hash = hash_text(w->hash, w->text + w->class_at[c]);
    return rc;
}

/* Appends the pictures in full. */
static int append_wide(struct pack_writer *w, uint64_t at)
{
    static const size_t block = 1 << 20;
    char *buffer = mem_alloc(block);
    uint64_t size = (uint64_t)w->n * DATASET_WIDE, done = 0;
    while (done < size) {
        size_t want = size - done < block ? (size_t)(size - done) : block;
        ssize_t n = pread(w->wide_fd, buffer, want, (off_t)done);
        if (n <= 0 || write_at(w->fd, buffer, (size_t)n, (off_t)(at + done)) != 0)
            break;
        done += (uint64_t)n;
    }
    free(buffer);
    return done == size ? 0 : -1;
}

/* Lays the sections out and writes them; 0, or -1 with errno. */
static int write_sections(struct pack_writer *w, struct pack_header *h)
{
    size_t n = (size_t)w->n;
    bool wide = w->wide_fd >= 0;
    const struct {
        const void *data;
        size_t size;
    } all[PACK_SECTIONS] = {
        [PACK_PIXELS] = {NULL, n * DATASET_PIXELS},
        [PACK_WIDE] = {NULL, wide ? n * DATASET_WIDE : 0},
        [PACK_LABEL] = {w->label, n},
        [PACK_SPLIT] = {w->split, n},
        [PACK_ORIGIN] = {w->origin, n * sizeof *w->origin},
        [PACK_PART] = {w->part, (size_t)w->parts * sizeof *w->part},
        [PACK_CLASS] = {w->class_at, (size_t)w->classes * sizeof *w->class_at},
        [PACK_DAMAGE] = {w->damage, (size_t)w->damages * sizeof *w->damage},
        [PACK_STAMP] = {w->stamp, (size_t)w->stamps * sizeof *w->stamp},
        [PACK_POINTS] = {w->points, wide ? n * DATASET_POINTS * sizeof(float) : 0},
        [PACK_TEXT] = {w->text, w->text_size},
    };
    uint64_t at = PIXELS_AT;
    for (int s = 0; s < PACK_SECTIONS; s++) {
        h->section[s].at = at;
        h->section[s].size = all[s].size;
        if (all[s].data != NULL && write_at(w->fd, all[s].data, all[s].size, (off_t)at) != 0)
            return -1;
        if (s == PACK_WIDE && wide && append_wide(w, at) != 0)
            return -1;
        at = ALIGN(at + all[s].size);
    }
    h->size = at;
    return ftruncate(w->fd, (off_t)at);
}

/* Drops the seven classes where all rows have others. */
static void drop_unused(struct pack_writer *w)
{
    if (w->points != NULL) {
        w->class_at[0] = pack_text(w, "face");
        w->classes = 1;
        return;
    }
    for (int i = 0; i < w->n; i++)
        if (w->label[i] < DATASET_CLASSES)
            return;
    w->classes -= DATASET_CLASSES;
    w->own = 0;
    memmove(w->class_at, w->class_at + DATASET_CLASSES, (size_t)w->classes * sizeof *w->class_at);
    for (int i = 0; i < w->n; i++)
        w->label[i] -= DATASET_CLASSES;
}

/* Writes everything but the name; 0, or -1 with errno. */
static int complete(struct pack_writer *w)
{
    struct pack_header h = {.version = PACK_VERSION};
    if (w->hashed == 0) /* then no row's class is fixed */
        drop_unused(w);
    memcpy(h.magic, PACK_MAGIC, sizeof h.magic);
    h.n = (uint32_t)w->n;
    h.classes = (uint32_t)w->classes;
    h.parts = (uint32_t)w->parts;
    h.skipped = w->skipped;
    h.key = w->key;
    if (hash_rest(w) != 0 || write_sections(w, &h) != 0)
        return -1;
    h.hash = w->hash;
    if (write_at(w->fd, &h, sizeof h, 0) != 0)
        return -1;
    void *map = mmap(NULL, (size_t)h.size, PROT_READ, MAP_SHARED, w->fd, 0);
    if (map == MAP_FAILED)
        return -1;
    h.sum = pack_sum(map);
    munmap(map, (size_t)h.size);
    return write_at(w->fd, &h, sizeof h, 0);
}

struct pack *pack_finish(struct pack_writer *w, struct err *err)
{
    struct pack *p = NULL;
    if (w->parts > 0 && w->part[w->parts - 1].first == (uint32_t)w->n)
        w->parts--;
    if (complete(w) != 0 || (w->tmp != NULL && fsync(w->fd) != 0))
        err_errno(err, "%s: cannot write", w->path != NULL ? w->path : "memory");
    else if ((p = pack_map(w->fd, err)) == NULL)
        err_prefix(err, "%s", w->path != NULL ? w->path : "memory");
    if (p != NULL && w->tmp != NULL) {
        if (rename(w->tmp, w->path) != 0) {
            err_errno(err, "%s: cannot write", w->path);
            pack_close(p);
            p = NULL;
        } else {
            file_sync_folder_of(w->path);
            free(w->tmp);
            w->tmp = NULL;
        }
    }
    pack_abort(w);
    return p;
}

void pack_abort(struct pack_writer *w)
{
    if (w == NULL)
        return;
    if (w->fd >= 0) {
        if (w->tmp != NULL)
            unlink(w->tmp);
        close(w->fd);
    }
    if (w->wide_fd >= 0)
        close(w->wide_fd);
    for (int i = 0; i < 2; i++)
        free(w->kind[i]);
    free(w->path);
    free(w->tmp);
    free(w->label);
    free(w->split);
    free(w->origin);
    free(w->points);
    free(w->part);
    free(w->stamp);
    free(w->damage);
    free(w->class_at);
    free(w->text);
    free(w);
}
