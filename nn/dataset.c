/*
 * dataset: see dataset.h. The file is read in blocks and its lines are cut out of them, not mapped:
 * a file that somebody truncates meanwhile must be an error, not a SIGBUS, and 301 MB of page cache
 * must not count as our memory.
 */
#include "nn/dataset.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

#define BLOCK (1 << 20)
#define LINE_MAX_BYTES (1 << 16) /* four times the longest sound row */
#define HEADER "emotion,pixels,Usage"
#define FNV_START UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

static const char *const split_names[SPLITS] = {"Training", "PublicTest", "PrivateTest"};

struct reader {
    const char *path;
    int fd;
    long line; /* number of the line that was cut last, from 1 */
    char *buf; /* (BLOCK + LINE_MAX_BYTES) */
    size_t start, end;
    bool eof;
};

const char *split_name(enum split split)
{
    return split_names[split];
}

int split_find(const char *name)
{
    for (int i = 0; i < SPLITS; i++)
        if (strcmp(name, split_names[i]) == 0)
            return i;
    return -1;
}

/* Moves what is left to the front and reads more behind it; 0 or -1. */
static int fill(struct reader *r, struct err *err)
{
    memmove(r->buf, r->buf + r->start, r->end - r->start);
    r->end -= r->start;
    r->start = 0;
    ssize_t n;
    do
        n = read(r->fd, r->buf + r->end, BLOCK + LINE_MAX_BYTES - r->end);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return err_errno(err, "%s: cannot read", r->path);
    r->eof = n == 0;
    r->end += (size_t)n;
    return 0;
}

/* Cuts the next line, without its end ("\n" or "\r\n"): 1, or 0 at the end of the file, or -1. */
static int next_line(struct reader *r, const char **line, size_t *size, struct err *err)
{
    const char *stop;
    while ((stop = memchr(r->buf + r->start, '\n', r->end - r->start)) == NULL && !r->eof) {
        if (r->end - r->start >= LINE_MAX_BYTES)
            return err_set(err, "%s:%ld: expected a row of at most %d bytes, got a longer one",
                           r->path, r->line + 1, LINE_MAX_BYTES);
        if (fill(r, err) != 0)
            return -1;
    }
    if (stop == NULL && r->start == r->end)
        return 0;
    *line = r->buf + r->start;
    *size = stop != NULL ? (size_t)(stop - *line) : r->end - r->start;
    r->start += *size + (stop != NULL);
    if (*size > 0 && (*line)[*size - 1] == '\r')
        (*size)--;
    r->line++;
    return 1;
}

/* Reads the blank-separated grey levels between p and end into out (DATASET_PIXELS); 0 or -1. */
static int parse_pixels(const char *p, const char *end, uint8_t *out, struct err *err)
{
    int n = 0;
    for (;;) {
        while (p < end && *p == ' ')
            p++;
        if (p == end)
            break;
        const char *first = p;
        unsigned v = 0;
        while (p < end && (unsigned char)(*p - '0') <= 9 && v <= 255)
            v = v * 10 + (unsigned)(*p++ - '0');
        if (v > 255 || p == first || (p < end && *p != ' ')) {
            while (p < end && *p != ' ')
                p++;
            int shown = p - first < 20 ? (int)(p - first) : 20;
            return err_set(err, "expected grey levels 0 to 255, got \"%.*s\" as pixel %d", shown,
                           first, n + 1);
        }
        if (n < DATASET_PIXELS)
            out[n] = (uint8_t)v;
        n++;
    }
    if (n != DATASET_PIXELS)
        return err_set(err, "expected %d pixels, got %d", DATASET_PIXELS, n);
    return 0;
}

/* Reads "emotion,pixels,Usage" of one line into row ds->n; 0 or -1. */
static int parse_row(struct dataset *ds, const char *line, size_t size, struct err *err)
{
    const char *end = line + size;
    const char *comma = memchr(line, ',', size);
    const char *second = comma != NULL ? memchr(comma + 1, ',', (size_t)(end - comma - 1)) : NULL;
    if (second == NULL)
        return err_set(err, "expected " HEADER ", got fewer than three fields");
    if (comma - line != 1 || line[0] < '0' || line[0] >= '0' + DATASET_CLASSES)
        return err_set(err, "expected an emotion 0 to %d, got \"%.*s\"", DATASET_CLASSES - 1,
                       (int)(comma - line < 20 ? comma - line : 20), line);
    char usage[24];
    size_t length = (size_t)(end - second - 1);
    length = length < sizeof usage ? length : sizeof usage - 1;
    memcpy(usage, second + 1, length);
    usage[length] = '\0';
    int split = split_find(usage);
    if (split < 0)
        return err_set(err, "expected Usage Training, PublicTest or PrivateTest, got \"%s\"",
                       usage);
    ds->label[ds->n] = (uint8_t)(line[0] - '0');
    ds->split[ds->n] = (uint8_t)split;
    return parse_pixels(comma + 1, second, ds->pixels + (size_t)ds->n * DATASET_PIXELS, err);
}

static void grow(struct dataset *ds, int *room)
{
    *room = *room > 0 ? *room * 2 : 1024;
    ds->pixels = mem_realloc(ds->pixels, (size_t)*room, DATASET_PIXELS);
    ds->label = mem_realloc(ds->label, (size_t)*room, 1);
    ds->split = mem_realloc(ds->split, (size_t)*room, 1);
}

static int read_rows(struct dataset *ds, struct reader *r, struct err *err)
{
    const char *line;
    size_t size;
    int room = 0, more = next_line(r, &line, &size, err);
    if (more < 0)
        return -1;
    if (more == 0 || size != strlen(HEADER) || memcmp(line, HEADER, size) != 0)
        return err_set(err, "%s:1: expected the header \"" HEADER "\", got \"%.*s\"", r->path,
                       more ? (int)(size < 40 ? size : 40) : 0, more ? line : "");
    while ((more = next_line(r, &line, &size, err)) > 0) {
        if (size == 0)
            continue;
        if (ds->n == room)
            grow(ds, &room);
        if (parse_row(ds, line, size, err) != 0)
            return err_prefix(err, "%s:%ld", r->path, r->line);
        ds->n++;
    }
    if (more == 0 && ds->n == 0)
        return err_set(err, "%s: expected rows below the header, got none", r->path);
    return more;
}

/* FNV-1a, eight bytes at a time: the data set's name for itself, not a defence. */
static uint64_t hash_words(uint64_t hash, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i + 8 <= size; i += 8) {
        uint64_t word;
        memcpy(&word, data + i, 8);
        hash = (hash ^ word) * FNV_PRIME;
        hash ^= hash >> 32; /* the high bits must reach the low ones: words, not bytes */
    }
    return hash;
}

static void index_rows(struct dataset *ds)
{
    uint64_t hash = FNV_START;
    for (int i = 0; i < ds->n; i++) {
        ds->count[ds->split[i]]++;
        hash = (hash ^ (uint64_t)(ds->label[i] * SPLITS + ds->split[i])) * FNV_PRIME;
        hash = hash_words(hash, dataset_image(ds, i), DATASET_PIXELS);
    }
    ds->hash = hash;
    int used[SPLITS] = {0};
    for (int s = 0; s < SPLITS; s++)
        ds->row[s] = mem_alloc((size_t)ds->count[s] * sizeof(int));
    for (int i = 0; i < ds->n; i++)
        ds->row[ds->split[i]][used[ds->split[i]]++] = i;
}

struct dataset *dataset_open(const char *path, struct err *err)
{
    struct reader r = {.path = path};
    r.fd = open(path, O_RDONLY | O_CLOEXEC);
    if (r.fd < 0) {
        err_errno(err, "%s", path);
        return NULL;
    }
    struct dataset *ds = mem_zalloc(1, sizeof *ds);
    r.buf = mem_alloc(BLOCK + LINE_MAX_BYTES);
    int rc = read_rows(ds, &r, err);
    free(r.buf);
    close(r.fd);
    if (rc != 0) {
        dataset_close(ds);
        return NULL;
    }
    index_rows(ds);
    return ds;
}

void dataset_close(struct dataset *ds)
{
    if (ds == NULL)
        return;
    for (int s = 0; s < SPLITS; s++)
        free(ds->row[s]);
    free(ds->pixels);
    free(ds->label);
    free(ds->split);
    free(ds);
}

const uint8_t *dataset_image(const struct dataset *ds, int row)
{
    return ds->pixels + (size_t)row * DATASET_PIXELS;
}

/* The slot of an image in an open-addressed table of rows: where it stands, or the empty one. */
static size_t find_slot(const struct dataset *ds, const int *table, size_t mask, const uint8_t *img)
{
    size_t slot = hash_words(FNV_START, img, DATASET_PIXELS) & mask;
    while (table[slot] >= 0 && memcmp(dataset_image(ds, table[slot]), img, DATASET_PIXELS) != 0)
        slot = (slot + 1) & mask;
    return slot;
}

int dataset_seen_before(const struct dataset *ds, enum split split, bool *seen)
{
    size_t size = 1024;
    while (size < (size_t)ds->n * 2)
        size *= 2;
    int *table = mem_alloc(size * sizeof *table);
    memset(table, -1, size * sizeof *table);
    for (int i = 0; i < ds->n; i++)
        if (ds->split[i] < split)
            table[find_slot(ds, table, size - 1, dataset_image(ds, i))] = i;
    int found = 0;
    for (int i = 0; i < ds->count[split]; i++) {
        size_t slot = find_slot(ds, table, size - 1, dataset_image(ds, ds->row[split][i]));
        seen[i] = table[slot] >= 0;
        found += seen[i];
    }
    free(table);
    return found;
}
