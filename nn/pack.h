/*
 * pack: a data set as one file that is mapped, not read.
 *
 * Layout (little endian): struct pack_header, then at multiples of 64 bytes its sections. The
 * pixels come first, as they are written while a source is read; all else follows at the end.
 * Versioned: a pack of another version is converted again. The header's sum covers header and all
 * sections but the pictures; every offset, length, index and string is checked on opening.
 *
 * Read-only once open; any thread.
 */
#ifndef NN_PACK_H
#define NN_PACK_H

#include "nn/dataset.h"

#define PACK_MAGIC "MOODPACK"
#define PACK_CORRECTIONS "moodtop.corrections" /* in a folder */
#define PACK_ROWS_MAX (1 << 26)

enum { PACK_VERSION = 1, PACK_DAMAGE_MAX = 10000 };

/* n rows: pixels (n, 2304); label, split (n); origin (n): the line, or the place of the file's name
 * in text; part (parts) struct pack_part; class (classes) places in text; damage (listed) places in
 * text; stamp: struct pack_stamp; votes (n, 10); points (n, 30) float; wide (n, 9216). */
enum pack_section {
    PACK_PIXELS,
    PACK_WIDE,
    PACK_LABEL,
    PACK_SPLIT,
    PACK_ORIGIN,
    PACK_PART,
    PACK_CLASS,
    PACK_DAMAGE,
    PACK_STAMP,
    PACK_POINTS,
    PACK_TEXT,
    PACK_SECTIONS
};

struct pack_header {
    char magic[8];
    uint32_t version, n, classes, parts;
    uint64_t size; /* of the file */
    uint64_t hash; /* of the rows, see struct dataset */
    int64_t skipped;
    uint64_t
        key; /* of what was asked for: sources and options; 0: a set of its own, kept by hand */
    struct {
        uint64_t at, size;
    } section[PACK_SECTIONS];
    uint64_t sum;
};

/* A source: rows [first, first of the next part). */
struct pack_part {
    uint32_t first;
    uint32_t lines; /* 1: origin is a line; 0: a file's name below the source */
    uint32_t name;  /* place in text: "fer2013.csv" */
    uint32_t path;  /* its full path; "" if nothing can lie beside it */
};

/* A file or folder whose change makes the pack stale. */
struct pack_stamp {
    uint32_t path,
        listing; /* 1: a folder of which only the names in it count, their hash is size */
    uint64_t size, inode;
    int64_t mtime, ctime; /* ns */
};

struct pack {
    const struct pack_header *header; /* the mapping */
    char *self;                       /* its own path; NULL in memory */
    size_t size;
    const uint8_t *pixels, *wide, *label, *split;
    const uint32_t *origin, *class_at, *damage;
    const struct pack_part *part;
    const struct pack_stamp *stamp;
    const float *points;
    const char *text;
    int n, classes, parts, listed, stamps;
    size_t text_size;
};

/* Whether the file begins as a pack does. */
bool pack_is(const char *path);

/* Maps the file; NULL and err where it is none, damaged or of another version. */
struct pack *pack_open(const char *path, struct err *err);
struct pack *pack_map(int fd, struct err *err);
void pack_close(struct pack *p);

/* What the header's sum must be. */
uint64_t pack_sum(const struct pack_header *h);

/* The file or folder beside (in) which corrections of a part lie: its source, or the pack itself if
 * that is kept by hand; "" = none. */
const char *pack_home(const struct pack *p, int part);

/* Whether all its sources are as they were when it was made. */
bool pack_fresh(const struct pack *p);

/* What is kept of a file or folder; the path is the caller's. */
struct stat;
void pack_stamp_of(const struct stat *st, struct pack_stamp *stamp);

/* Of the names in a folder, but for hidden ones and the corrections. */
uint64_t pack_listing(const char *path);

#endif
