/*
 * csv: see csv.h. The file is read in blocks and its lines are cut out of them, not mapped: a file
 * that somebody truncates meanwhile must be an error, not a SIGBUS, and 301 MB of page cache must
 * not count as our memory.
 *
 * While the threads of the pool parse one block, in pieces, one of them reads the next. A piece
 * keeps its rows to itself; they get their places in the pack, in order, when the block is done,
 * and are written while the next one is parsed.
 */
#include "nn/csv.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"
#include "nn/csv_row.h"
#include "nn/dataset_how.h"

#include <sys/stat.h>

enum { PIECES = 8, PIECE = 1 << 20, BLOCK = PIECES * PIECE };
enum { THREADS_MAX = 8, FRONT = CSV_LINE_MAX + 2 * CSV_PIXELS_SLACK };
/* No row is shorter than this: digits and blanks alone. */
enum { ROW_MIN = 2 * DATASET_PIXELS, ROWS_MAX = (BLOCK + FRONT) / ROW_MIN + 2 };

struct damage {
    long line; /* of its piece, from 0 */
    char *text;
};

/* A part of a block that begins and ends with a line, and what was found in it. */
struct piece {
    const char *start, *end;
    long lines, first_line;
    int rows, room;
    uint8_t *pixels; /* (room, DATASET_PIXELS) and slack */
    uint8_t *label, *split;
    struct csv_names names; /* of the labels, where they have any */
    uint32_t *line;         /* of each row, from 0 */
    float *points;          /* of key points */
    uint8_t *wide;
    struct damage *damage;
    int damages, damages_room;
    int at; /* its first row in the pack */
    int error;
};

struct block {
    char *data; /* (FRONT + BLOCK + slack): what the one before left over ends at FRONT */
    size_t start, size;
    bool eof;
    int error;
};

/* The pieces of one block. */
struct wave {
    struct piece piece[PIECES];
    int pieces;
};

struct csv {
    const char *path;
    const struct dataset_how *how;
    struct pack_writer *w;
    struct pool *pool;
    struct csv_columns columns;
    int fd;
    bool pipe; /* or anything else that may let us wait: read by the caller's thread, which hears */
    struct block block[2];
    int now;             /* the block that is parsed; the other one is read */
    struct wave wave[2]; /* of each block; that of the other one is written meanwhile */
    long line;           /* lines before the block */
    bool rest;           /* drop what comes before the next line end: a line that was too long */
    double size, done;   /* bytes; size 0 of what is no file */
    int64_t started, told;
};

/* ---- on any thread ------------------------------------------------------------------------- */

/* Reads the block behind what is left of the one before. */
static void read_some(struct csv *c, struct block *b)
{
    ssize_t n = read(c->fd, b->data + FRONT + b->size, BLOCK - b->size);
    if (n < 0 && errno == EINTR)
        return;
    b->error = n < 0 ? errno : 0;
    b->eof = n == 0;
    b->size += n > 0 ? (size_t)n : 0;
}

static bool is_filled(const struct block *b)
{
    return b->size == BLOCK || b->eof || b->error != 0;
}

static void read_block(struct csv *c, struct block *b)
{
    while (!is_filled(b))
        read_some(c, b);
}

static void piece_room(struct piece *p, bool points)
{
    if (p->rows < p->room)
        return;
    p->room = p->room > 0 ? p->room * 2 : PIECE / 8192 + 32;
    size_t room = (size_t)p->room;
    p->pixels = mem_realloc(p->pixels, room * DATASET_PIXELS + CSV_PIXELS_SLACK, 1);
    p->label = mem_realloc(p->label, room, 1);
    p->split = mem_realloc(p->split, room, 1);
    p->line = mem_realloc(p->line, room, sizeof *p->line);
    if (!points)
        return;
    p->points = mem_realloc(p->points, room * DATASET_POINTS, sizeof(float));
    p->wide = mem_realloc(p->wide, room * DATASET_WIDE + CSV_PIXELS_SLACK, 1);
}

static void add_damage(struct piece *p, const char *text)
{
    if (p->damages == p->damages_room) {
        p->damages_room = p->damages_room * 2 + 8;
        p->damage = mem_realloc(p->damage, (size_t)p->damages_room, sizeof *p->damage);
    }
    p->damage[p->damages++] = (struct damage){p->lines, mem_strdup(text)};
}

/* A picture of 96x96 at half its size: the mean of four pixels each. */
static void halve(const uint8_t *wide, uint8_t *out)
{
    for (int y = 0; y < DATASET_SIDE; y++)
        for (int x = 0; x < DATASET_SIDE; x++) {
            const uint8_t *p = wide + 2 * y * 2 * DATASET_SIDE + 2 * x;
            *out++ =
                (uint8_t)((p[0] + p[1] + p[2 * DATASET_SIDE] + p[2 * DATASET_SIDE + 1] + 2) / 4);
        }
}

static void parse_line(const struct csv_columns *c, struct piece *p, const char *line, size_t size)
{
    struct err err = {""};
    size_t row = (size_t)p->rows;
    int rc;
    piece_room(p, c->image >= 0);
    uint8_t *pixels = p->pixels + row * DATASET_PIXELS;
    if (size > CSV_LINE_MAX) {
        rc = err_set(&err, "expected a row of at most %d bytes, got a longer one", CSV_LINE_MAX);
    } else if (c->image >= 0) {
        uint8_t *wide = p->wide + row * DATASET_WIDE;
        rc = csv_row_points(c, line, size, p->points + row * DATASET_POINTS, wide, &err);
        p->label[row] = 0;
        p->split[row] = SPLIT_TRAINING;
        if (rc == 0)
            halve(wide, pixels);
    } else {
        rc = csv_row_face(c, &p->names, line, size, p->label + row, p->split + row, pixels, &err);
    }
    p->line[row] = (uint32_t)p->lines;
    if (rc != 0)
        add_damage(p, err.text);
    else
        p->rows++;
}

static void parse_piece(const struct csv_columns *c, struct piece *p)
{
    p->lines = 0;
    p->names.n = 0;
    p->rows = p->damages = p->error = 0;
    for (const char *line = p->start; line < p->end; p->lines++) {
        const char *stop = memchr(line, '\n', (size_t)(p->end - line));
        size_t size = (size_t)((stop != NULL ? stop : p->end) - line);
        size_t bare = size > 0 && line[size - 1] == '\r' ? size - 1 : size;
        if (bare > 0)
            parse_line(c, p, line, bare);
        line += size + 1;
    }
}

/* The hash runs through all rows of a wave, one after the other; where classes and splits are not
 * what they will be, it waits. */
static void hash_wave(const struct csv *c, const struct wave *w)
{
    bool fixed = c->columns.usage >= 0 && c->columns.class < 0;
    for (int k = 0; k < w->pieces && fixed; k++)
        pack_hash(c->w, w->piece[k].at, w->piece[k].pixels, w->piece[k].rows);
}

static void write_piece(const struct csv *c, struct piece *p)
{
    if (p->rows > 0 && pack_put(c->w, p->at, p->pixels, p->rows) != 0)
        p->error = errno;
}

/* The i-th thing to do while a block is parsed: hash the one before, read the next one, parse the
 * pieces, write those of the one before. */
static void do_task(void *ctx, int i, int worker)
{
    struct csv *c = ctx;
    struct wave *now = &c->wave[c->now], *before = &c->wave[1 - c->now];
    (void)worker;
    if (i == 0)
        hash_wave(c, before);
    else if (i == 1 && !c->pipe)
        read_block(c, &c->block[1 - c->now]);
    else if (i > 1 && i < 2 + now->pieces)
        parse_piece(&c->columns, &now->piece[i - 2]);
    else if (i > 1)
        write_piece(c, &before->piece[i - 2 - now->pieces]);
}

/* ---- on the caller's thread ---------------------------------------------------------------- */

/* Cuts what is whole of the block into pieces and puts what is left before the next block. */
static void cut_block(struct csv *c)
{
    struct block *b = &c->block[c->now], *next = &c->block[1 - c->now];
    struct wave *w = &c->wave[c->now];
    char *start = b->data + b->start, *end = b->data + FRONT + b->size;
    if (c->rest) {
        char *stop = memchr(start, '\n', (size_t)(end - start));
        start = stop != NULL ? stop : end; /* the line end itself ends what was kept of the line */
        c->rest = stop == NULL && !b->eof;
        if (stop != NULL)
            start++;
    }
    char *whole = end;
    if (!b->eof) {
        char *last = memrchr(start, '\n', (size_t)(end - start));
        whole = last != NULL ? last + 1 : start;
    }
    size_t left = (size_t)(end - whole), keep = left;
    next->start = FRONT;
    next->size = 0;
    next->eof = b->eof;
    if (left > CSV_LINE_MAX) { /* enough of it to be judged too long, by its piece */
        keep = 0;
        c->rest = true;
        whole = end;
    }
    memcpy(next->data + FRONT - keep, whole, keep);
    next->start = FRONT - keep;
    w->pieces = 0;
    for (int i = 1; start < whole; i++) {
        char *stop = whole;
        if (whole - start > PIECE && i < PIECES) {
            char *at = memchr(start + PIECE, '\n', (size_t)(whole - start - PIECE));
            stop = at != NULL ? at + 1 : whole;
        }
        w->piece[w->pieces].start = start;
        w->piece[w->pieces++].end = stop;
        start = stop;
    }
}

/* Takes the damaged rows of a piece down; -1 if the first one ends it all. */
static int take_damage(struct csv *c, struct piece *p, struct err *err)
{
    int rc = 0;
    for (int i = 0; i < p->damages; i++) {
        char *text = mem_printf("%s:%ld: %s", c->path, p->first_line + p->damage[i].line + 1,
                                p->damage[i].text);
        if (c->how->strict && rc == 0)
            rc = err_set(err, "%s", text);
        pack_damage(c->w, text);
        free(text);
        free(p->damage[i].text);
    }
    p->damages = 0;
    return rc;
}

/* Makes the labels of a piece classes of the pack: by name, where they have names. */
static int name_classes(struct csv *c, struct piece *p, struct err *err)
{
    int class[DATASET_CLASSES_MAX];
    for (int i = 0; i < p->names.n; i++)
        class[i] = -1;
    for (int i = 0; i < p->rows && c->columns.class >= 0; i++) {
        int *of = &class[p->label[i]];
        if (*of < 0 && (*of = pack_class(c->w, p->names.name[p->label[i]])) < 0)
            return err_set(err, "%s: more than %d classes", c->path, DATASET_CLASSES_MAX);
        p->label[i] = (uint8_t)*of;
    }
    return 0;
}

/* Gives the pieces' rows their places in the pack. */
static int place_rows(struct csv *c, struct err *err)
{
    int rc = 0;
    struct wave *w = &c->wave[c->now];
    for (int k = 0; k < w->pieces; k++) {
        struct piece *p = &w->piece[k];
        p->first_line = c->line;
        c->line += p->lines;
        if (take_damage(c, p, rc == 0 ? err : NULL) != 0)
            rc = -1;
        rc = rc == 0 ? name_classes(c, p, err) : rc;
        p->at = rc == 0 ? pack_grow(c->w, p->rows, err) : 0;
        rc = p->at < 0 ? -1 : rc;
        for (int i = 0; i < p->rows && rc == 0; i++) {
            pack_row(c->w, p->at + i, p->label[i], (enum split)p->split[i],
                     (uint32_t)(p->first_line + p->line[i] + 1));
            if (p->points != NULL &&
                pack_put_points(c->w, p->at + i, p->points + (size_t)i * DATASET_POINTS,
                                p->wide + (size_t)i * DATASET_WIDE) != 0)
                rc = err_errno(err, "%s: cannot keep", c->path);
        }
    }
    return rc;
}

/* Tells how far it is; -1 if that is enough. */
static int tell(struct csv *c, struct err *err)
{
    int64_t now = clock_now();
    if (c->how->progress == NULL || now - c->told < 100 * CLOCK_MS)
        return 0;
    c->told = now;
    struct dataset_progress p = {c->path, c->size > 0 ? c->done / c->size : 0.0,
                                 (double)(now - c->started) / CLOCK_S, -1.0};
    if (p.done > 0.02)
        p.left = p.seconds / p.done * (1.0 - p.done);
    return c->how->progress(c->how->ctx, &p) ? 0 : err_set(err, "%s: given up", c->path);
}

/* The same of a pipe: whoever waits for it may give up. 0 or -1. */
static int wait_block(struct csv *c, struct block *b, struct err *err)
{
    while (!is_filled(b)) {
        struct pollfd p = {.fd = c->fd, .events = POLLIN};
        if (poll(&p, 1, 100) > 0)
            read_some(c, b);
        if (tell(c, err) != 0)
            return -1;
    }
    return 0;
}

/* Reads the header out of the first block, whose place moves behind it. */
static int read_header(struct csv *c, struct err *err)
{
    struct block *b = &c->block[c->now];
    char *line = b->data + b->start, *end = b->data + FRONT + b->size;
    if (b->error != 0) {
        errno = b->error;
        return err_errno(err, "%s: cannot read", c->path);
    }
    if (end - line >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0)
        line += 3;
    char *stop = memchr(line, '\n', (size_t)(end - line));
    size_t size = (size_t)((stop != NULL ? stop : end) - line);
    if (csv_columns_read(&c->columns, line, size > 0 && line[size - 1] == '\r' ? size - 1 : size,
                         err) != 0)
        return err_prefix(err, "%s:1", c->path);
    if (pack_kind(c->w, c->columns.image >= 0, err) != 0)
        return -1;
    b->start = (size_t)((stop != NULL ? stop + 1 : end) - b->data);
    c->line = 1;
    return 0;
}

static int read_blocks(struct csv *c, struct err *err)
{
    struct wave *before;
    if (!c->pipe)
        read_block(c, &c->block[0]);
    else if (wait_block(c, &c->block[0], err) != 0)
        return -1;
    if (read_header(c, err) != 0)
        return -1;
    for (;;) {
        struct block *b = &c->block[c->now];
        double size = (double)b->size;
        before = &c->wave[1 - c->now];
        cut_block(c);
        if (c->pipe && wait_block(c, &c->block[1 - c->now], err) != 0)
            return -1;
        pool_run(c->pool, 2 + c->wave[c->now].pieces + before->pieces, do_task, c);
        for (int k = 0; k < before->pieces; k++)
            if ((errno = before->piece[k].error) != 0)
                return err_errno(err, "cannot write the pack of %s", c->path);
        before->pieces = 0;
        if (place_rows(c, err) != 0)
            return -1;
        c->done += size;
        if (tell(c, err) != 0)
            return -1;
        if (c->block[1 - c->now].error != 0) {
            errno = c->block[1 - c->now].error;
            return err_errno(err, "%s: cannot read", c->path);
        }
        bool last = b->eof && c->wave[c->now].pieces == 0;
        c->now = 1 - c->now;
        if (last) /* a wave of nothing has written the one before it */
            return 0;
    }
}

static void csv_free(struct csv *c)
{
    for (int k = 0; k < 2 * PIECES; k++) {
        struct piece *p = &c->wave[k / PIECES].piece[k % PIECES];
        for (int i = 0; i < p->damages; i++)
            free(p->damage[i].text);
        free(p->pixels);
        free(p->label);
        free(p->split);
        free(p->line);
        free(p->points);
        free(p->wide);
        free(p->damage);
    }
    for (int i = 0; i < 2; i++)
        free(c->block[i].data);
    pool_free(c->pool);
    if (c->fd >= 0)
        close(c->fd);
    free(c);
}

int csv_read(const char *path, const struct dataset_how *how, struct pack_writer *w,
             struct err *err)
{
    struct csv *c = mem_zalloc(1, sizeof *c);
    struct stat st;
    int rc = -1, cpus = thread_cpus();
    c->path = path;
    c->how = how;
    c->w = w;
    c->fd = open(path, O_RDONLY | O_CLOEXEC);
    c->started = c->told = clock_now();
    if (c->fd < 0) {
        err_errno(err, "%s", path);
    } else if ((c->pool = pool_new(cpus < THREADS_MAX ? cpus : THREADS_MAX, err)) != NULL) {
        c->pipe = fstat(c->fd, &st) != 0 || !S_ISREG(st.st_mode);
        c->size = c->pipe ? 0.0 : (double)st.st_size;
        for (int i = 0; i < 2; i++) {
            c->block[i].data = mem_zalloc(FRONT + BLOCK + 2 * CSV_PIXELS_SLACK, 1);
            c->block[i].start = FRONT;
        }
        rc = read_blocks(c, err);
    }
    csv_free(c);
    return rc;
}
