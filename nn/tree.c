/* tree: see tree.h. */
#include "nn/tree.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/thread.h"
#include "nn/dataset_how.h"

enum { BATCH = 512, THREADS_MAX = 64, NAME_MAX_BYTES = 64 };

/* A picture that is to be read. */
struct item {
    char *path;       /* in full */
    const char *name; /* below the root; points into path */
    int class;
    enum split split;
};

struct tree {
    const char *root;
    const struct dataset_how *how;
    struct pack_writer *w;
    struct item *item;
    int items, room;
    bool named;           /* a folder is called as a split is: "Training" */
    struct stat above[2]; /* the folders that the one being read lies in */
    struct pool *pool;
    /* The batch that is decoded. */
    int first;
    uint8_t *pixels;    /* (BATCH, DATASET_PIXELS) */
    struct err *failed; /* (BATCH) "" where it was read */
};

int tree_split(const char *name)
{
    static const char *const names[SPLITS] = {
        "training train",
        "publictest val valid validation dev public public_test",
        "privatetest test testing private private_test eval",
    };
    char word[NAME_MAX_BYTES];
    if (!text_copy(word, sizeof word, name))
        return -1;
    for (char *c = word; *c != '\0'; c++)
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c == '-' ? '_' : *c);
    for (int s = 0; s < SPLITS; s++)
        if (text_in_list(names[s], word, NULL))
            return s;
    return -1;
}

/* ---- what there is ------------------------------------------------------------------------- */

/* One damaged file or folder; -1 if that ends it. */
static int damage(struct tree *t, const char *text, struct err *err)
{
    pack_damage(t->w, text);
    return t->how->strict ? err_set(err, "%s", text) : 0;
}

static int unhidden(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

static void add_item(struct tree *t, const char *path, int class, enum split split)
{
    if (t->items == t->room) {
        t->room = t->room * 2 + 1024;
        t->item = mem_realloc(t->item, (size_t)t->room, sizeof *t->item);
    }
    char *copy = mem_strdup(path);
    const char *name = copy + strlen(t->root);
    t->item[t->items++] = (struct item){copy, name + strspn(name, "/"), class, split};
}

static int read_dir(struct tree *t, const char *dir, int depth, enum split split, struct err *err);

/* A folder in the tree: of a split, or of a class. */
static int enter_dir(struct tree *t, const char *path, const char *name, int depth,
                     const struct stat *st, enum split split, struct err *err)
{
    struct err e = {""};
    for (int i = 0; i <= depth; i++)
        if (t->above[i].st_ino == st->st_ino && t->above[i].st_dev == st->st_dev) {
            err_set(&e, "%s: leads back to the folder that it lies in", path);
            return damage(t, e.text, err);
        }
    int is_split = depth == 0 ? tree_split(name) : -1;
    if (is_split >= 0) {
        t->above[1] = *st;
        t->named |= strcmp(name, split_name((enum split)is_split)) == 0;
        return read_dir(t, path, 1, (enum split)is_split, err);
    }
    struct dirent **entry;
    int n =
        pack_stamp_file(t->w, path, &e) == 0 ? scandir(path, &entry, unhidden, versionsort) : -1;
    if (n < 0) {
        err_errno(&e, "%s", path);
        return damage(t, e.text, err);
    }
    int class = -1; /* a folder without pictures is none */
    bool none = false;
    for (int i = 0; i < n; i++) {
        char *file = file_join(path, entry[i]->d_name);
        if (t->how->is_picture(entry[i]->d_name) && class < 0)
            class = pack_class(t->w, name);
        if (t->how->is_picture(entry[i]->d_name) && class >= 0)
            add_item(t, file, class, split);
        none |= t->how->is_picture(entry[i]->d_name) && class < 0;
        free(file);
        free(entry[i]);
    }
    free(entry);
    return none ? err_set(err, "%s: more than %d classes", path, DATASET_CLASSES_MAX) : 0;
}

/* Goes through the root (depth 0) or the folder of a split (depth 1). */
static int read_dir(struct tree *t, const char *dir, int depth, enum split split, struct err *err)
{
    struct dirent **entry;
    pack_stamp_listing(t->w, dir); /* corrections may come and go */
    int n = scandir(dir, &entry, unhidden, versionsort), rc = 0;
    if (n < 0)
        return err_errno(err, "%s", dir);
    for (int i = 0; i < n; i++) {
        struct stat st;
        struct err e = {""};
        char *path = file_join(dir, entry[i]->d_name);
        if (rc == 0 && stat(path, &st) != 0) {
            err_errno(&e, "%s", path);
            rc = damage(t, e.text, err);
        } else if (rc == 0 && S_ISDIR(st.st_mode)) {
            rc = enter_dir(t, path, entry[i]->d_name, depth, &st, split, err);
        } else if (rc == 0 && t->how->is_picture(entry[i]->d_name)) {
            err_set(&e, "%s: expected it in the folder of a class", path);
            rc = damage(t, e.text, err);
        }
        free(path);
        free(entry[i]);
    }
    free(entry);
    return rc;
}

/* ---- reading it ---------------------------------------------------------------------------- */

static void decode_task(void *ctx, int i, int worker)
{
    struct tree *t = ctx;
    t->failed[i].text[0] = '\0';
    t->how->picture(t->how->ctx, worker, t->item[t->first + i].path,
                    t->pixels + (size_t)i * DATASET_PIXELS, &t->failed[i]);
}

/* Puts the pictures of a batch that could be read into the pack. */
static int take_batch(struct tree *t, int n, struct err *err)
{
    for (int i = 0; i < n; i++) {
        const struct item *item = &t->item[t->first + i];
        if (pack_stamp_file(t->w, item->path, NULL) != 0 && t->failed[i].text[0] == '\0')
            err_errno(&t->failed[i], "%s", item->path);
        if (t->failed[i].text[0] != '\0') {
            if (damage(t, t->failed[i].text, err) != 0)
                return -1;
            continue;
        }
        int row = pack_grow(t->w, 1, err);
        if (row < 0)
            return -1;
        pack_row(t->w, row, item->class, item->split, pack_text(t->w, item->name));
        if (pack_put(t->w, row, t->pixels + (size_t)i * DATASET_PIXELS, 1) != 0)
            return err_errno(err, "cannot write the pack of %s", t->root);
    }
    return 0;
}

/* The number that is a file's whole name, without its ending; or -1. */
static long number_of(const struct item *item)
{
    const char *name = file_base(item->path);
    size_t digits = strspn(name, "0123456789");
    return digits > 0 && digits < 10 && name[digits] == '.' ? atol(name) : -1;
}

static int by_number(const void *a, const void *b)
{
    long x = number_of(a), y = number_of(b);
    return (x > y) - (x < y);
}

/* Pictures that bear each a number of their own are a set that was exported: they come in its
 * order.
 */
static void sort_items(struct tree *t)
{
    for (int i = 0; i < t->items; i++)
        if (number_of(&t->item[i]) < 0)
            return;
    struct item *sorted = mem_alloc((size_t)t->items * sizeof *sorted);
    memcpy(sorted, t->item, (size_t)t->items * sizeof *sorted);
    qsort(sorted, (size_t)t->items, sizeof *sorted, by_number);
    bool twice = false;
    for (int i = 1; i < t->items; i++)
        twice |= number_of(&sorted[i - 1]) == number_of(&sorted[i]);
    if (!twice)
        memcpy(t->item, sorted, (size_t)t->items * sizeof *sorted);
    free(sorted);
}

static int read_items(struct tree *t, struct err *err)
{
    int64_t started = clock_now(), told = started;
    for (t->first = 0; t->first < t->items; t->first += BATCH) {
        int n = t->items - t->first < BATCH ? t->items - t->first : BATCH;
        pool_run(t->pool, n, decode_task, t);
        if (take_batch(t, n, err) != 0)
            return -1;
        int64_t now = clock_now();
        if (t->how->progress == NULL || now - told < 100 * CLOCK_MS)
            continue;
        told = now;
        struct dataset_progress p = {t->root, (double)(t->first + n) / t->items,
                                     (double)(now - started) / CLOCK_S, -1.0};
        p.left = p.seconds / p.done * (1.0 - p.done);
        if (!t->how->progress(t->how->ctx, &p))
            return err_set(err, "%s: given up", t->root);
    }
    return 0;
}

int tree_read(const char *dir, const struct dataset_how *how, struct pack_writer *w, bool *named,
              struct err *err)
{
    struct tree t = {.root = dir, .how = how, .w = w};
    int cpus = thread_cpus(), rc = -1;
    if (how->picture == NULL || how->is_picture == NULL)
        return err_set(err, "%s: expected a file, got a folder", dir);
    if (stat(dir, &t.above[0]) != 0)
        return err_errno(err, "%s", dir);
    if (read_dir(&t, dir, 0, SPLIT_TRAINING, err) == 0 &&
        (t.pool = pool_new(cpus < THREADS_MAX ? cpus : THREADS_MAX, err)) != NULL) {
        sort_items(&t);
        t.pixels = mem_alloc((size_t)BATCH * DATASET_PIXELS);
        t.failed = mem_zalloc(BATCH, sizeof *t.failed);
        rc = read_items(&t, err);
    }
    if (rc == 0 && t.items == 0 && pack_first_damage(w) == NULL)
        rc = err_set(err, "%s: expected pictures in SPLIT/CLASS/ or CLASS/, got none", dir);
    for (int i = 0; i < t.items; i++)
        free(t.item[i].path);
    free(t.item);
    free(t.pixels);
    free(t.failed);
    *named = t.named;
    pool_free(t.pool);
    return rc;
}
