/* corrections: see corrections.h. */
#include "nn/corrections.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "nn/classes.h"
#include "nn/hash.h"
#include "nn/pack.h"

#define FILE_MAX ((size_t)256 << 20)

enum kind { RELABEL, EXCLUDE };

/* One decision. */
struct step {
    int row;
    enum kind kind;
    int value; /* the class; or whether it is excluded */
    char *reason;
    bool undone;
};

/* The file of one source. */
struct file {
    const char *set; /* the source's name, in the pack */
    char *path;      /* NULL: none can be */
    int first, last; /* its rows: [first, last) */
};

struct corrections {
    const struct dataset *ds;
    struct file *file;
    int files;
    struct step *step;
    int steps, room, stale;
    int *latest[2];     /* (n) by kind: the step that counts for a row, or -1 */
    struct images {     /* made when a row is looked for */
        uint64_t *hash; /* (n) */
        int *first;     /* (mask + 1) by hash: the first row, or -1 */
        int *next;      /* (n) the next one of the same place */
        size_t mask;
    } images;
};

/* ---- what counts --------------------------------------------------------------------------- */

static void add_step(struct corrections *c, int row, enum kind kind, int value, const char *reason)
{
    if (c->steps == c->room) {
        c->room = c->room * 2 + 64;
        c->step = mem_realloc(c->step, (size_t)c->room, sizeof *c->step);
    }
    c->latest[kind][row] = c->steps;
    c->step[c->steps++] =
        (struct step){row, kind, value, reason[0] != '\0' ? mem_strdup(reason) : NULL, false};
}

/* Takes step i back: what was decided about the row before counts again. */
static void undo_step(struct corrections *c, int i)
{
    struct step *s = &c->step[i];
    s->undone = true;
    int k = i - 1;
    while (k >= 0 && (c->step[k].undone || c->step[k].row != s->row || c->step[k].kind != s->kind))
        k--;
    c->latest[s->kind][s->row] = k;
}

/* The last step that is not undone, of that row (-1: of any); -1 if there is none. */
static int last_step(const struct corrections *c, int row)
{
    int i = c->steps - 1;
    while (i >= 0 && (c->step[i].undone || (row >= 0 && c->step[i].row != row)))
        i--;
    return i;
}

int corrections_label(const struct corrections *c, int row)
{
    int i = c->latest[RELABEL][row];
    return i >= 0 ? c->step[i].value : -1;
}

bool corrections_excluded(const struct corrections *c, int row)
{
    int i = c->latest[EXCLUDE][row];
    return i >= 0 && c->step[i].value;
}

const char *corrections_reason(const struct corrections *c, int row)
{
    int i = c->latest[EXCLUDE][row];
    return i >= 0 && c->step[i].reason != NULL ? c->step[i].reason : "";
}

void corrections_count(const struct corrections *c, int *relabelled, int *excluded, int *stale)
{
    int labels = 0, out = 0;
    for (int i = 0; i < c->ds->n; i++) {
        int label = corrections_label(c, i);
        labels += label >= 0 && label != c->ds->given[i];
        out += corrections_excluded(c, i);
    }
    if (relabelled != NULL)
        *relabelled = labels;
    if (excluded != NULL)
        *excluded = out;
    if (stale != NULL)
        *stale = c->stale;
}

/* ---- reading ------------------------------------------------------------------------------- */

static uint64_t image_hash(const struct dataset *ds, int row)
{
    return hash_words(HASH_START, dataset_image(ds, row), DATASET_PIXELS);
}

static void image_name(uint64_t hash, char name[20])
{
    snprintf(name, 20, "%016llx", (unsigned long long)hash);
}

static bool is_image(uint64_t hash, const char *image)
{
    char name[20];
    image_name(hash, name);
    return image == NULL || strcmp(name, image) == 0;
}

static void index_images(struct corrections *c)
{
    struct images *im = &c->images;
    int n = c->ds->n;
    im->mask = 1023;
    while (im->mask < (size_t)n)
        im->mask = im->mask * 2 + 1;
    im->hash = mem_alloc((size_t)n * sizeof *im->hash);
    im->next = mem_alloc((size_t)n * sizeof *im->next);
    im->first = mem_alloc((im->mask + 1) * sizeof *im->first);
    memset(im->first, -1, (im->mask + 1) * sizeof *im->first);
    for (int i = n - 1; i >= 0; i--) {
        im->hash[i] = image_hash(c->ds, i);
        int *first = &im->first[im->hash[i] & im->mask];
        im->next[i] = *first;
        *first = i;
    }
}

static void free_images(struct images *im)
{
    free(im->hash);
    free(im->first);
    free(im->next);
    *im = (struct images){0};
}

/* The row of that file with that image: the first that has that origin, or else the first; or -1.
 */
static int find_image(struct corrections *c, const struct file *f, const char *origin,
                      const char *image)
{
    if (c->images.hash == NULL)
        index_images(c);
    const struct images *im = &c->images;
    char name[1024];
    int found = -1;
    for (int i = im->first[strtoull(image, NULL, 16) & im->mask]; i >= 0; i = im->next[i]) {
        if (i < f->first || i >= f->last || !is_image(im->hash[i], image))
            continue;
        dataset_origin(c->ds, i, name, sizeof name);
        if (origin == NULL || strcmp(name, origin) == 0)
            return i;
        if (found < 0)
            found = i;
    }
    return found;
}

/* The row that a line means: the one it names, if its image stands there; or one with that image,
 * of that origin if there is one; or -1. */
static int find_row(struct corrections *c, const struct file *f, json_int_t row, const char *origin,
                    const char *image)
{
    if (row >= 0 && row < f->last - f->first &&
        (image == NULL || is_image(image_hash(c->ds, f->first + (int)row), image)))
        return f->first + (int)row;
    return image != NULL ? find_image(c, f, origin, image) : -1;
}

static int class_named(const struct dataset *ds, const char *name)
{
    for (int c = 0; c < ds->classes; c++)
        if (strcmp(ds->class_name[c], name) == 0)
            return c;
    int class = classes_find(name);
    return class < ds->classes ? class : -1;
}

/* Takes in one line; 0 or -1. */
static int read_decision(struct corrections *c, const struct file *f, json_t *line, struct err *err)
{
    json_t *row = json_object_get(line, "row"), *exclude = json_object_get(line, "exclude");
    const char *label = json_string_value(json_object_get(line, "label"));
    const char *reason = json_string_value(json_object_get(line, "reason"));
    bool undo = json_is_true(json_object_get(line, "undo"));
    if (!json_is_integer(row) || (label == NULL && !json_is_boolean(exclude) && !undo))
        return err_set(err, "expected a row and its label, exclude or undo");
    int class = label != NULL ? class_named(c->ds, label) : 0;
    if (class < 0)
        return err_set(err, "the data set has no class \"%s\"", label);
    int at =
        find_row(c, f, json_integer_value(row), json_string_value(json_object_get(line, "origin")),
                 json_string_value(json_object_get(line, "image")));
    if (at < 0) {
        c->stale += !undo;
        return 0;
    }
    int last = undo ? last_step(c, at) : -1;
    if (last >= 0)
        undo_step(c, last);
    else if (label != NULL)
        add_step(c, at, RELABEL, class, "");
    else if (!undo)
        add_step(c, at, EXCLUDE, json_is_true(exclude), reason != NULL ? reason : "");
    return 0;
}

static int read_line(struct corrections *c, const struct file *f, const char *text, size_t size,
                     bool first, struct err *err)
{
    json_error_t where;
    json_t *line = json_loadb(text, size, 0, &where);
    int rc = 0;
    if (!json_is_object(line))
        rc = err_set(err, "expected a decision as a JSON object, got \"%.*s\"",
                     (int)(size < 40 ? size : 40), text);
    else if (!first || json_object_get(line, "moodtop") == NULL)
        rc = read_decision(c, f, line, err);
    json_decref(line);
    return rc;
}

static int read_file(struct corrections *c, const struct file *f, struct err *err)
{
    size_t size;
    if (f->path == NULL || !file_exists(f->path))
        return 0;
    char *text = file_read(f->path, FILE_MAX, &size, err);
    if (text == NULL)
        return -1;
    int rc = 0, number = 1;
    for (char *p = text, *stop; rc == 0 && (stop = strchr(p, '\n')) != NULL; p = stop + 1, number++)
        if (stop > p && read_line(c, f, p, (size_t)(stop - p), number == 1, err) != 0)
            rc = err_prefix(err, "%s:%d", f->path, number);
    free(text);
    return rc;
}

/* The file of a part; parts of one home, one behind the other, share it. */
static void add_part(struct corrections *c, const struct pack *p, int part)
{
    const char *home = pack_home(p, part);
    char *path = NULL;
    if (home[0] != '\0')
        path = file_is_dir(home) ? file_join(home, PACK_CORRECTIONS)
                                 : mem_printf("%s.corrections", home);
    int last = part + 1 < p->parts ? (int)p->part[part + 1].first : p->n;
    struct file *before = c->files > 0 ? &c->file[c->files - 1] : NULL;
    if (before != NULL && path != NULL && before->path != NULL && !strcmp(before->path, path)) {
        before->last = last;
        free(path);
        return;
    }
    c->file[c->files++] =
        (struct file){p->text + p->part[part].name, path, (int)p->part[part].first, last};
}

struct corrections *corrections_open(const struct dataset *ds, struct err *err)
{
    const struct pack *p = ds->pack;
    assert(p != NULL);
    struct corrections *c = mem_zalloc(1, sizeof *c);
    c->ds = ds;
    c->file = mem_zalloc((size_t)p->parts, sizeof *c->file);
    for (int k = 0; k < 2; k++) {
        c->latest[k] = mem_alloc((size_t)ds->n * sizeof(int));
        memset(c->latest[k], -1, (size_t)ds->n * sizeof(int));
    }
    int rc = 0;
    for (int i = 0; i < p->parts; i++)
        add_part(c, p, i);
    for (int i = 0; i < c->files && rc == 0; i++)
        rc = read_file(c, &c->file[i], err);
    free_images(&c->images);
    if (rc == 0)
        return c;
    corrections_close(c);
    return NULL;
}

void corrections_close(struct corrections *c)
{
    if (c == NULL)
        return;
    for (int i = 0; i < c->files; i++)
        free(c->file[i].path);
    for (int i = 0; i < c->steps; i++)
        free(c->step[i].reason);
    free(c->file);
    free(c->step);
    free(c->latest[0]);
    free(c->latest[1]);
    free(c);
}

/* ---- writing ------------------------------------------------------------------------------- */

static const struct file *file_of(const struct corrections *c, int row)
{
    int i = c->files - 1;
    while (c->file[i].first > row)
        i--;
    return &c->file[i];
}

const char *corrections_path(const struct corrections *c, int row)
{
    const char *path = file_of(c, row)->path;
    return path != NULL ? path : "";
}

/* Where the file's whole lines end: behind it is the half line of a program that was killed. */
static off_t whole_lines(int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return -1;
    char byte;
    off_t end = st.st_size;
    while (end > 0 && pread(fd, &byte, 1, end - 1) == 1 && byte != '\n')
        end--;
    return end;
}

/* Appends text whole and synced, or leaves the file as it was. */
static int append(const char *path, const char *head, const char *line, struct err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return err_errno(err, "%s: cannot write", path);
    off_t end = whole_lines(fd);
    char *text = mem_printf("%s%s\n", end == 0 ? head : "", line);
    size_t size = strlen(text);
    ssize_t n = end >= 0 && ftruncate(fd, end) == 0 ? pwrite(fd, text, size, end) : -1;
    bool ok = n == (ssize_t)size && fsync(fd) == 0;
    if (!ok) {
        int code = n >= 0 && n < (ssize_t)size ? ENOSPC : errno;
        if (end >= 0 && ftruncate(fd, end) != 0)
            code = errno;
        errno = code;
        err_errno(err, "%s: cannot write", path);
        if (end == 0)
            unlink(path);
    }
    close(fd);
    free(text);
    return ok ? 0 : -1;
}

/* Writes the line of a decision: what it says of a row, which it takes over. */
static int write_decision(struct corrections *c, int row, json_t *says, struct err *err)
{
    const struct file *f = file_of(c, row);
    char origin[1024], image[20];
    int rc = -1;
    dataset_origin(c->ds, row, origin, sizeof origin);
    image_name(image_hash(c->ds, row), image);
    json_t *line =
        json_pack("{s:i, s:s, s:s}", "row", row - f->first, "origin", origin, "image", image);
    json_t *head = json_pack("{s:s}", "moodtop", "corrections");
    json_object_set_new(head, "hash",
                        json_sprintf("%016llx", (unsigned long long)c->ds->source_hash));
    json_object_set_new(head, "set", json_string(f->set));
    bool said = json_object_update(line, says) == 0;
    char *text = json_dumps(line, JSON_COMPACT), *first = json_dumps(head, JSON_COMPACT);
    if (f->path == NULL) {
        err_set(err, "%s: has no place for corrections: it is not a file", origin);
    } else if (!said || text == NULL || first == NULL) {
        err_set(err, "%s: its name or its class is not UTF-8, which a correction cannot say",
                origin);
    } else {
        char *with_end = mem_printf("%s\n", first);
        rc = append(f->path, with_end, text, err);
        free(with_end);
    }
    free(text);
    free(first);
    json_decref(line);
    json_decref(head);
    json_decref(says);
    return rc;
}

int corrections_relabel(struct corrections *c, int row, int class, struct err *err)
{
    assert(row >= 0 && row < c->ds->n && class >= 0 && class < c->ds->classes);
    json_t *says = json_pack("{s:s}", "label", c->ds->class_name[class]);
    if (write_decision(c, row, says, err) != 0)
        return -1;
    add_step(c, row, RELABEL, class, "");
    return 0;
}

int corrections_exclude(struct corrections *c, int row, bool exclude, const char *reason,
                        struct err *err)
{
    assert(row >= 0 && row < c->ds->n);
    reason = reason != NULL ? reason : "";
    json_t *says = json_pack("{s:b}", "exclude", (int)exclude);
    if (reason[0] != '\0')
        json_object_set_new(says, "reason", json_string(reason));
    if (write_decision(c, row, says, err) != 0)
        return -1;
    add_step(c, row, EXCLUDE, exclude, reason);
    return 0;
}

int corrections_undo(struct corrections *c, struct err *err)
{
    int i = last_step(c, -1);
    if (i < 0)
        return -1;
    int row = c->step[i].row;
    if (write_decision(c, row, json_pack("{s:b}", "undo", 1), err) != 0)
        return -1;
    undo_step(c, i);
    return row;
}
