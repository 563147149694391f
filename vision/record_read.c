/* record_read: see record_read.h. */
#include "vision/record_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "vision/record_line.h"

#define LINE_BYTES 65536

struct record_reader {
    FILE *file;
    char *path;
    char *text; /* (LINE_BYTES) of the line read last */
    bool csv, torn;
    bool pending; /* `next` was read but belongs to the scene to come */
    struct record_head head;
    struct record_line next;
    long next_offset, next_line; /* where it begins; its number */
    long line;                   /* lines read so far */
    struct record_place place, before;
};

static int at_line(const struct record_reader *r, struct err *err)
{
    return err_prefix(err, "%s:%ld", r->path, r->line);
}

/* Reads a line without its end: its length, -1 at the end, -2 and err. */
static long take_line(struct record_reader *r, struct err *err)
{
    size_t n = 0;
    int c = 0;
    while (n < LINE_BYTES - 1 && (c = getc_unlocked(r->file)) != EOF && c != '\n')
        r->text[n++] = (char)c;
    r->text[n] = '\0';
    if (c == EOF && ferror(r->file)) {
        err_errno(err, "%s: cannot read", r->path);
        return -2;
    }
    if (c == EOF) {
        r->torn |= n > 0;
        return -1;
    }
    r->line++;
    if (c != '\n') {
        err_set(err, "a line of more than %d bytes", LINE_BYTES - 1);
        at_line(r, err);
        return -2;
    }
    if (memchr(r->text, '\0', n) != NULL) {
        err_set(err, "a zero byte in a text file");
        at_line(r, err);
        return -2;
    }
    if (n > 0 && r->text[n - 1] == '\r')
        r->text[--n] = '\0';
    return (long)n;
}

static int read_head(struct record_reader *r, struct err *err)
{
    long n = take_line(r, err);
    if (n == -1)
        return err_set(err, "%s: empty, or its first line is cut off", r->path);
    if (n < 0)
        return -1;
    r->csv = strncmp(r->text, "# ", 2) == 0;
    int skip = r->csv ? 2 : 0;
    if (record_line_head(r->text + skip, (size_t)(n - skip), &r->head, err) != 0)
        return at_line(r, err);
    if (!r->csv)
        return 0;
    n = take_line(r, err);
    if (n < -1)
        return -1;
    if (n >= 0 && strncmp(r->text, "time,pts,frame,width,height,id,", 31) != 0) {
        err_set(err, "expected the names of the columns");
        return at_line(r, err);
    }
    return 0;
}

struct record_reader *record_read_open(const char *path, struct err *err)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        err_errno(err, "%s", path);
        return NULL;
    }
    struct record_reader *r = mem_zalloc(1, sizeof *r);
    r->file = file;
    r->path = mem_strdup(path);
    r->text = mem_alloc(LINE_BYTES);
    if (read_head(r, err) == 0)
        return r;
    record_read_close(r);
    return NULL;
}

void record_read_close(struct record_reader *r)
{
    if (r == NULL)
        return;
    fclose(r->file);
    free(r->path);
    free(r->text);
    free(r);
}

const struct record_head *record_read_head(const struct record_reader *r)
{
    return &r->head;
}

/* Reads on to a line that belongs to a scene, into r->next: 1, 0 at the end, -1 and err. */
static int look(struct record_reader *r, struct err *err)
{
    while (!r->pending) {
        r->next_offset = ftell(r->file);
        r->next_line = r->line;
        long n = take_line(r, err);
        if (n < 0)
            return n == -1 ? 0 : -1;
        bool note = r->csv && strncmp(r->text, "# ", 2) == 0;
        int skip = note ? 2 : 0;
        int rc = r->csv && !note ? record_line_csv(r->text, &r->head, &r->next, err)
                                 : record_line_json(r->text + skip, (size_t)(n - skip), &r->head,
                                                    &r->next, err);
        if (rc != 0)
            return at_line(r, err);
        r->pending = !r->next.source;
    }
    return 1;
}

static void begin_scene(struct record_reader *r, struct scene *scene)
{
    const struct record_line *l = &r->next;
    double step = l->pts - r->place.pts;
    scene->seq = scene->frame_seq = (uint64_t)l->frame;
    scene->time = scene->done = (int64_t)(l->time * 1e9);
    scene->pts = l->pts;
    scene->width = l->width;
    scene->height = l->height;
    scene->classes = r->head.classes;
    scene->faces = 0;
    if (r->place.begun && step > 0 && step <= RECORD_GAP_S)
        r->place.clock += step;
    r->place.begun = true;
    r->place.pts = l->pts;
}

static int add_face(struct record_reader *r, struct scene *scene, struct err *err)
{
    const struct scene_face *f = &r->next.face;
    if (f->id == 0)
        return 0;
    if (scene->faces == SCENE_FACES_MAX)
        err_set(err, "more than %d faces in a frame", SCENE_FACES_MAX);
    else if (scene->faces > 0 && scene->face[scene->faces - 1].id >= f->id)
        err_set(err, "face %d comes after face %d", f->id, scene->face[scene->faces - 1].id);
    else {
        scene->face[scene->faces++] = *f;
        return 0;
    }
    return at_line(r, err);
}

int record_read_next(struct record_reader *r, struct scene *scene, struct err *err)
{
    int got = look(r, err);
    if (got <= 0)
        return got;
    r->before = r->place;
    r->before.offset = r->next_offset;
    r->before.line = r->next_line;
    begin_scene(r, scene);
    while (got == 1 && (uint64_t)r->next.frame == scene->seq) {
        if (add_face(r, scene, err) != 0)
            return -1;
        r->pending = false;
        got = look(r, err);
    }
    return got < 0 ? -1 : 1;
}

double record_read_clock(const struct record_reader *r)
{
    return r->place.clock;
}

bool record_read_torn(const struct record_reader *r)
{
    return r->torn;
}

struct record_place record_read_place(const struct record_reader *r)
{
    return r->before;
}

void record_read_go(struct record_reader *r, const struct record_place *place)
{
    r->pending = false;
    r->place = *place;
    r->line = place->line;
    fseek(r->file, place->offset, SEEK_SET);
}
