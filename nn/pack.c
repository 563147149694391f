/* pack: see pack.h. */
#include "nn/pack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "nn/checkpoint.h"
#include "nn/hash.h"

bool pack_is(const char *path)
{
    char magic[8] = "";
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) /* a pipe's bytes come only once */
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool is = read(fd, magic, sizeof magic) == sizeof magic &&
              memcmp(magic, PACK_MAGIC, sizeof magic) == 0;
    close(fd);
    return is;
}

/* Bytes of one item of a section, and how many items there must be; -1: as many as there are. */
static int64_t section_items(const struct pack_header *h, int s, size_t *item)
{
    switch ((enum pack_section)s) {
    case PACK_PIXELS:
        *item = DATASET_PIXELS;
        return h->n;
    case PACK_WIDE:
        *item = DATASET_WIDE;
        return h->section[s].size > 0 ? h->n : 0;
    case PACK_POINTS:
        *item = DATASET_POINTS * sizeof(float);
        return h->section[PACK_WIDE].size > 0 ? h->n : 0;
    case PACK_LABEL:
    case PACK_SPLIT:
        *item = 1;
        return h->n;
    case PACK_ORIGIN:
        *item = sizeof(uint32_t);
        return h->n;
    case PACK_PART:
        *item = sizeof(struct pack_part);
        return h->parts;
    case PACK_CLASS:
        *item = sizeof(uint32_t);
        return h->classes;
    case PACK_DAMAGE:
        *item = sizeof(uint32_t);
        return -1;
    case PACK_STAMP:
        *item = sizeof(struct pack_stamp);
        return -1;
    case PACK_TEXT:
    case PACK_SECTIONS:
        break;
    }
    *item = 1;
    return -1;
}

static int check_header(const struct pack_header *h, size_t size, struct err *err)
{
    if (size < sizeof *h || memcmp(h->magic, PACK_MAGIC, sizeof h->magic) != 0)
        return err_set(err, "expected a pack, got something else");
    if (h->version != PACK_VERSION)
        return err_set(err, "expected a pack of version %d, got one of version %u", PACK_VERSION,
                       h->version);
    if (h->size != size)
        return err_set(err, "expected %llu bytes, got %zu", (unsigned long long)h->size, size);
    if (h->n == 0 || h->n > PACK_ROWS_MAX)
        return err_set(err, "expected 1 to %d rows, got %u", PACK_ROWS_MAX, h->n);
    if (h->classes == 0 || h->classes > DATASET_CLASSES_MAX || h->parts == 0 || h->parts > h->n)
        return err_set(err, "%u classes and %u sources cannot be", h->classes, h->parts);
    for (int s = 0; s < PACK_SECTIONS; s++) {
        uint64_t at = h->section[s].at, length = h->section[s].size;
        size_t item;
        int64_t items = section_items(h, s, &item);
        if (at % 64 != 0 || at > size || length > size - at || length % item != 0 ||
            length / item > PACK_ROWS_MAX * (uint64_t)16 ||
            (items >= 0 && length != (uint64_t)items * item))
            return err_set(err, "section %d does not fit: %llu bytes at %llu", s,
                           (unsigned long long)length, (unsigned long long)at);
    }
    return 0;
}

uint64_t pack_sum(const struct pack_header *h)
{
    struct pack_header copy = *h;
    copy.sum = 0;
    uint64_t sum = checkpoint_hash((const char *)&copy, sizeof copy);
    for (int s = PACK_LABEL; s < PACK_SECTIONS; s++)
        sum = sum * 31 +
              checkpoint_hash((const char *)h + h->section[s].at, (size_t)h->section[s].size);
    return sum;
}

/* Whether it is the place of a string: whatever lies there ends before text does. */
static bool is_text(const struct pack *p, uint32_t at)
{
    return at < p->text_size;
}

static int check_rows(const struct pack *p, struct err *err)
{
    int part = 0;
    for (int i = 0; i < p->n; i++) {
        while (part + 1 < p->parts && p->part[part + 1].first <= (uint32_t)i)
            part++;
        if (p->label[i] >= p->classes || p->split[i] >= SPLITS ||
            (!p->part[part].lines && !is_text(p, p->origin[i])))
            return err_set(err, "row %d: class %d, split %d or its name cannot be", i, p->label[i],
                           p->split[i]);
    }
    return 0;
}

static int check_texts(const struct pack *p, struct err *err)
{
    if (p->text_size == 0 || p->text[p->text_size - 1] != '\0')
        return err_set(err, "its texts have no end");
    for (int i = 0; i < p->parts; i++)
        if (!is_text(p, p->part[i].name) || !is_text(p, p->part[i].path) ||
            p->part[i].first >= (uint32_t)p->n || (i == 0) != (p->part[i].first == 0) ||
            (i > 0 && p->part[i].first <= p->part[i - 1].first))
            return err_set(err, "source %d cannot be", i);
    for (int i = 0; i < p->classes; i++)
        if (!is_text(p, p->class_at[i]))
            return err_set(err, "class %d has no name", i);
    for (int i = 0; i < p->listed; i++)
        if (!is_text(p, p->damage[i]))
            return err_set(err, "damaged row %d has no text", i);
    for (int i = 0; i < p->stamps; i++)
        if (!is_text(p, p->stamp[i].path))
            return err_set(err, "file %d has no name", i);
    return 0;
}

static const void *section(const struct pack_header *h, enum pack_section s)
{
    return h->section[s].size > 0 ? (const char *)h + h->section[s].at : NULL;
}

/* Sets the pointers and checks what they point to. */
static int look_in(struct pack *p, struct err *err)
{
    const struct pack_header *h = p->header;
    if (check_header(h, p->size, err) != 0)
        return -1;
    if (h->sum != pack_sum(h))
        return err_set(err, "its sum is not right: damaged");
    p->n = (int)h->n;
    p->classes = (int)h->classes;
    p->parts = (int)h->parts;
    p->listed = (int)(h->section[PACK_DAMAGE].size / sizeof(uint32_t));
    p->stamps = (int)(h->section[PACK_STAMP].size / sizeof(struct pack_stamp));
    p->text_size = (size_t)h->section[PACK_TEXT].size;
    p->pixels = section(h, PACK_PIXELS);
    p->wide = section(h, PACK_WIDE);
    p->label = section(h, PACK_LABEL);
    p->split = section(h, PACK_SPLIT);
    p->origin = section(h, PACK_ORIGIN);
    p->part = section(h, PACK_PART);
    p->class_at = section(h, PACK_CLASS);
    p->damage = section(h, PACK_DAMAGE);
    p->stamp = section(h, PACK_STAMP);
    p->points = section(h, PACK_POINTS);
    p->text = section(h, PACK_TEXT);
    return check_texts(p, err) != 0 || check_rows(p, err) != 0 ? -1 : 0;
}

struct pack *pack_map(int fd, struct err *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        err_errno(err, "cannot be looked at");
        return NULL;
    }
    if (!S_ISREG(st.st_mode) || st.st_size < (off_t)sizeof(struct pack_header)) {
        err_set(err, "expected a pack, got %lld bytes", (long long)st.st_size);
        return NULL;
    }
    void *map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) {
        err_errno(err, "cannot be mapped");
        return NULL;
    }
    struct pack *p = mem_zalloc(1, sizeof *p);
    p->header = map;
    p->size = (size_t)st.st_size;
    if (look_in(p, err) != 0) {
        pack_close(p);
        return NULL;
    }
    return p;
}

struct pack *pack_open(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        err_errno(err, "%s", path);
        return NULL;
    }
    struct pack *p = pack_map(fd, err);
    close(fd);
    if (p == NULL)
        err_prefix(err, "%s", path);
    else
        p->self = realpath(path, NULL);
    return p;
}

void pack_close(struct pack *p)
{
    if (p == NULL)
        return;
    munmap((void *)(uintptr_t)p->header, p->size);
    free(p->self);
    free(p);
}

const char *pack_home(const struct pack *p, int part)
{
    return p->header->key != 0 ? p->text + p->part[part].path : p->self != NULL ? p->self : "";
}

uint64_t pack_listing(const char *path)
{
    DIR *dir = opendir(path);
    uint64_t sum = 0;
    for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;)
        if (e->d_name[0] != '.' && strncmp(e->d_name, PACK_CORRECTIONS, strlen(PACK_CORRECTIONS)))
            sum += hash_text(HASH_START, e->d_name); /* in any order */
    if (dir != NULL)
        closedir(dir);
    return sum;
}

void pack_stamp_of(const struct stat *st, struct pack_stamp *stamp)
{
    stamp->size = S_ISDIR(st->st_mode) ? 0 : (uint64_t)st->st_size;
    stamp->inode = (uint64_t)st->st_ino;
    stamp->mtime = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
    stamp->ctime = (int64_t)st->st_ctim.tv_sec * 1000000000 + st->st_ctim.tv_nsec;
}

bool pack_fresh(const struct pack *p)
{
    for (int i = 0; i < p->stamps; i++) {
        const struct pack_stamp *was = &p->stamp[i];
        struct pack_stamp is;
        struct stat st;
        const char *path = p->text + was->path;
        if (was->listing && pack_listing(path) == was->size)
            continue;
        if (was->listing || stat(path, &st) != 0)
            return false;
        pack_stamp_of(&st, &is);
        if (is.size != was->size || is.inode != was->inode || is.mtime != was->mtime ||
            is.ctime != was->ctime)
            return false;
    }
    return true;
}
