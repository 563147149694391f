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

enum { BATCH = 512, BATCH_FIRST = 16, THREADS_MAX = 64, NAME_MAX_BYTES = 64 };

#define BATCH_NS (50 * CLOCK_MS) /* a batch takes about so long */

/* A picture that is to be read. */
struct item {
    char *path;       /* in full */
    const char *name; /* below the root; points into path */
    int class;
    enum split split;
    long number; /* that is the file's whole name, without its ending; or -1 */
};

/* Pictures that are decoded together; the sound ones are written while the next batch is. */
struct batch {
    int first, n;             /* items */
    int at, rows;             /* in the pack */
    uint8_t *pixels;          /* (BATCH, DATASET_PIXELS) */
    struct err *failed;       /* (BATCH) "" where it was read */
    struct pack_stamp *stamp; /* (BATCH) as they were found, */
    bool *found;              /* (BATCH) where they were */
    int error;                /* why it could not be written */
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
    struct batch batch[2];
    int now;    /* the batch that is decoded */
    int size;   /* pictures of a batch: few large ones, so that a wish to stop is soon heard */
    bool fixed; /* no row taken so far will change its class or split */
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

static long number_of(const char *file)
{
    size_t digits = strspn(file, "0123456789");
    return digits > 0 && digits < 10 && file[digits] == '.' ? atol(file) : -1;
}

/* path becomes the tree's. */
static void add_item(struct tree *t, char *path, int class, enum split split)
{
    if (t->items == t->room) {
        t->room = t->room * 2 + 1024;
        t->item = mem_realloc(t->item, (size_t)t->room, sizeof *t->item);
    }
    const char *name = path + strlen(t->root);
    t->item[t->items++] =
        (struct item){path, name + strspn(name, "/"), class, split, number_of(file_base(path))};
}

static int read_dir(struct tree *t, const char *dir, int depth, enum split split, struct err *err);

/* What stands in the folder (dir) of a class (name), which becomes one with its first picture. */
static int enter_file(struct tree *t, const char *dir, const struct dirent *e, const char *name,
                      int *class, enum split split, struct err *err)
{
    if (e->d_type == DT_DIR) {
        char *text = mem_printf("%s/%s: expected pictures in the folder of a class, got a folder, "
                                "which is left out",
                                dir, e->d_name);
        int rc = damage(t, text, err);
        free(text);
        return rc;
    }
    if (!t->how->is_picture(e->d_name))
        return 0;
    if (*class < 0 && (*class = pack_class(t->w, name)) < 0)
        return err_set(err, "%s: more than %d classes", dir, DATASET_CLASSES_MAX);
    add_item(t, file_join(dir, e->d_name), *class, split);
    return 0;
}

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
    int class = -1, rc = 0; /* a folder without pictures is no class */
    for (int i = 0; i < n; i++) {
        if (rc == 0)
            rc = enter_file(t, path, entry[i], name, &class, split, err);
        free(entry[i]);
    }
    free(entry);
    return rc;
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

static void decode(struct tree *t, struct batch *b, int i, int worker)
{
    const char *path = t->item[b->first + i].path;
    struct err *failed = &b->failed[i];
    struct stat st;
    failed->text[0] = '\0';
    memset(&b->stamp[i], 0, sizeof b->stamp[i]);
    b->found[i] = stat(path, &st) == 0; /* before it is read: what changes after that is noticed */
    if (!b->found[i]) {
        err_errno(failed, "%s", path);
        return;
    }
    pack_stamp_of(&st, &b->stamp[i]);
    t->how->picture(t->how->ctx, worker, path, b->pixels + (size_t)i * DATASET_PIXELS, failed);
}

static void write_batch(struct tree *t, struct batch *b)
{
    b->error = 0;
    if (b->rows > 0 && pack_put(t->w, b->at, b->pixels, b->rows) != 0)
        b->error = errno;
    if (t->fixed)
        pack_hash(t->w, b->at, b->pixels, b->rows);
}

/* The i-th thing to do at once: write the batch before, decode the pictures of this one. */
static void do_task(void *ctx, int i, int worker)
{
    struct tree *t = ctx;
    if (i == 0)
        write_batch(t, &t->batch[1 - t->now]);
    else
        decode(t, &t->batch[t->now], i - 1, worker);
}

/* Gives the pictures that could be read their rows of the pack. */
static int place_batch(struct tree *t, struct batch *b, struct err *err)
{
    b->at = pack_count(t->w);
    b->rows = 0;
    for (int i = 0; i < b->n; i++) {
        const struct item *item = &t->item[b->first + i];
        uint32_t path = b->found[i] ? pack_stamp_put(t->w, item->path, &b->stamp[i]) : 0;
        if (b->failed[i].text[0] != '\0') {
            if (damage(t, b->failed[i].text, err) != 0)
                return -1;
            continue;
        }
        int row = pack_grow(t->w, 1, err);
        if (row < 0)
            return -1;
        pack_row(t->w, row, item->class, item->split, path + (uint32_t)(item->name - item->path));
        if (i != b->rows)
            memcpy(b->pixels + (size_t)b->rows * DATASET_PIXELS,
                   b->pixels + (size_t)i * DATASET_PIXELS, DATASET_PIXELS);
        b->rows++;
        t->fixed |= t->named && item->class < DATASET_CLASSES;
    }
    return 0;
}

static int by_number(const void *a, const void *b)
{
    long x = ((const struct item *)a)->number, y = ((const struct item *)b)->number;
    return (x > y) - (x < y);
}

/* Pictures that bear each a number of their own are a set that was exported: they come in its
 * order.
 */
static void sort_items(struct tree *t)
{
    for (int i = 0; i < t->items; i++)
        if (t->item[i].number < 0)
            return;
    if (t->items == 0)
        return;
    struct item *sorted = mem_alloc((size_t)t->items * sizeof *sorted);
    memcpy(sorted, t->item, (size_t)t->items * sizeof *sorted);
    qsort(sorted, (size_t)t->items, sizeof *sorted, by_number);
    bool twice = false;
    for (int i = 1; i < t->items; i++)
        twice |= sorted[i - 1].number == sorted[i].number;
    if (!twice)
        memcpy(t->item, sorted, (size_t)t->items * sizeof *sorted);
    free(sorted);
}

/* Tells how far it is; -1 if that is enough. */
static int tell(const struct tree *t, int done, int64_t started, int64_t *told, struct err *err)
{
    int64_t now = clock_now();
    if (t->how->progress == NULL || now - *told < 100 * CLOCK_MS)
        return 0;
    *told = now;
    struct dataset_progress p = {t->root, (double)done / t->items,
                                 (double)(now - started) / CLOCK_S, -1.0};
    p.left = p.seconds / p.done * (1.0 - p.done);
    return t->how->progress(t->how->ctx, &p) ? 0 : err_set(err, "%s: given up", t->root);
}

/* Decodes the next batch from `first` on, and writes the one before. */
static void run_batch(struct tree *t, struct batch *b, int first)
{
    int64_t started = clock_now();
    b->first = first;
    b->n = t->items - first < t->size ? t->items - first : t->size;
    pool_run(t->pool, 1 + b->n, do_task, t);
    int64_t took = clock_now() - started;
    if (took < BATCH_NS / 2 && t->size < BATCH)
        t->size *= 2;
    else if (took > 2 * BATCH_NS && t->size > pool_threads(t->pool))
        t->size /= 2;
}

static int read_items(struct tree *t, struct err *err)
{
    int64_t started = clock_now(), told = started;
    struct batch *b;
    t->size = BATCH_FIRST;
    for (int first = 0;; first += b->n) {
        b = &t->batch[t->now];
        run_batch(t, b, first);
        if ((errno = t->batch[1 - t->now].error) != 0)
            return err_errno(err, "cannot write the pack of %s", t->root);
        if (b->n == 0) /* a batch of nothing has written the one before it */
            return 0;
        if (place_batch(t, b, err) != 0 || tell(t, first + b->n, started, &told, err) != 0)
            return -1;
        t->now = 1 - t->now;
    }
}

static int read_tree(struct tree *t, struct err *err)
{
    int cpus = thread_cpus();
    if (read_dir(t, t->root, 0, SPLIT_TRAINING, err) != 0)
        return -1;
    t->pool = pool_new(cpus < THREADS_MAX ? cpus : THREADS_MAX, err);
    if (t->pool == NULL)
        return -1;
    for (int i = 0; i < 2; i++) {
        t->batch[i].pixels = mem_alloc((size_t)BATCH * DATASET_PIXELS);
        t->batch[i].failed = mem_zalloc(BATCH, sizeof *t->batch[i].failed);
        t->batch[i].stamp = mem_zalloc(BATCH, sizeof *t->batch[i].stamp);
        t->batch[i].found = mem_zalloc(BATCH, sizeof *t->batch[i].found);
    }
    sort_items(t);
    if (read_items(t, err) != 0)
        return -1;
    if (t->items > 0 || pack_first_damage(t->w) != NULL)
        return 0;
    return err_set(err, "%s: expected pictures in SPLIT/CLASS/ or CLASS/, got none", t->root);
}

int tree_read(const char *dir, const struct dataset_how *how, struct pack_writer *w, bool *named,
              struct err *err)
{
    struct tree t = {.root = dir, .how = how, .w = w};
    if (how->picture == NULL || how->is_picture == NULL)
        return err_set(err, "%s: expected a file, got a folder", dir);
    if (stat(dir, &t.above[0]) != 0)
        return err_errno(err, "%s", dir);
    int rc = read_tree(&t, err);
    for (int i = 0; i < t.items; i++)
        free(t.item[i].path);
    free(t.item);
    for (int i = 0; i < 2; i++) {
        free(t.batch[i].pixels);
        free(t.batch[i].failed);
        free(t.batch[i].stamp);
        free(t.batch[i].found);
    }
    *named = t.named;
    pool_free(t.pool);
    return rc;
}
