/* dataset: see dataset.h. */
#include "nn/dataset.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "nn/classes.h"
#include "nn/convert.h"
#include "nn/corrections.h"
#include "nn/dataset_how.h"
#include "nn/ferplus.h"
#include "nn/hash.h"

static const char *const split_names[SPLITS] = {"Training", "PublicTest", "PrivateTest"};

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

static struct dataset *empty(int n, int classes)
{
    assert(n > 0 && classes > 0 && classes <= DATASET_CLASSES_MAX);
    struct dataset *ds = mem_zalloc(1, sizeof *ds);
    ds->n = n;
    ds->classes = classes;
    for (int c = 0; c < classes; c++)
        ds->class_name[c] = c < DATASET_CLASSES ? classes_names[c] : "another";
    ds->label = mem_zalloc((size_t)n, 1);
    ds->split = mem_zalloc((size_t)n, 1);
    ds->excluded = mem_zalloc((size_t)n, sizeof *ds->excluded);
    ds->given = ds->label;
    return ds;
}

struct dataset *dataset_new(int n, int classes)
{
    struct dataset *ds = empty(n, classes);
    ds->pixels = ds->own = mem_zalloc((size_t)n, DATASET_PIXELS);
    return ds;
}

/* Over the classes, splits and pixels that the source gives. */
static uint64_t hash_rows(const struct dataset *ds)
{
    uint64_t hash = HASH_START;
    for (int i = 0; i < ds->n; i++)
        hash = hash_row(hash, ds->given[i], ds->split[i], dataset_image(ds, i));
    return hash;
}

/* The lists of the rows that are not excluded. */
static void index_rows(struct dataset *ds)
{
    int used[SPLITS] = {0};
    memset(ds->count, 0, sizeof ds->count);
    for (int i = 0; i < ds->n; i++)
        ds->count[ds->split[i]] += !ds->excluded[i];
    for (int s = 0; s < SPLITS; s++)
        ds->row[s] = mem_realloc(ds->row[s], (size_t)ds->count[s] + 1, sizeof(int));
    for (int i = 0; i < ds->n; i++)
        if (!ds->excluded[i])
            ds->row[ds->split[i]][used[ds->split[i]]++] = i;
}

void dataset_update(struct dataset *ds)
{
    if (ds->pack == NULL) {
        ds->source_hash = hash_rows(ds);
    } else {
        for (int i = 0; i < ds->n; i++) {
            ds->label[i] = ds->given[i];
            ds->excluded[i] = false;
        }
    }
    ds->hash = ds->source_hash;
    for (int i = 0; i < ds->n && ds->corrections != NULL; i++) {
        int label = corrections_label(ds->corrections, i);
        ds->label[i] = label >= 0 ? (uint8_t)label : ds->given[i];
        ds->excluded[i] = corrections_excluded(ds->corrections, i);
        if (ds->label[i] != ds->given[i] || ds->excluded[i])
            ds->hash = hash_number(hash_number(ds->hash, (uint64_t)i),
                                   ds->label[i] * UINT64_C(2) + ds->excluded[i]);
    }
    index_rows(ds);
}

/* Takes what the pack holds. */
static struct dataset *from_pack(struct pack *p)
{
    struct dataset *ds = empty(p->n, p->classes);
    ds->pack = p;
    ds->pixels = p->pixels;
    ds->given = p->label;
    ds->points = p->points;
    ds->wide = p->wide;
    ds->source_hash = p->header->hash;
    memcpy(ds->split, p->split, (size_t)p->n);
    for (int c = 0; c < p->classes; c++)
        ds->class_name[c] = p->text + p->class_at[c];
    return ds;
}

/* A file of votes beside one of the sources; NULL without one. The caller frees it. */
static char *votes_beside(const struct pack *p)
{
    static const char *const names[] = {"ferplus.csv", "fer2013new.csv"};
    for (size_t i = 0; i < (size_t)p->parts * MEM_COUNT(names); i++) {
        const char *home = pack_home(p, (int)(i / MEM_COUNT(names))), *end = file_base(home);
        char *path = mem_printf("%.*s%s", (int)(end - home), home, names[i % MEM_COUNT(names)]);
        if (home[0] != '\0' && file_exists(path))
            return path;
        free(path);
    }
    return NULL;
}

/* Joins the votes of the file, or of one beside a source, which need not fit. */
static int join_votes(struct dataset *ds, const char *path, struct err *err)
{
    bool asked = path != NULL && path[0] != '\0';
    struct err why = {""};
    char *file = asked ? mem_strdup(path) : votes_beside(ds->pack);
    if (file == NULL)
        return 0;
    uint8_t *votes = mem_zalloc((size_t)ds->n, DATASET_VOTES);
    int rc = ferplus_votes(file, ds, votes, &why);
    if (rc == 0)
        ds->votes = votes;
    else
        free(votes);
    if (rc != 0 && !asked)
        log_write(LOG_INFO, "no votes joined: %s", why.text);
    free(file);
    return rc == 0 || !asked ? 0 : err_set(err, "%s", why.text);
}

struct dataset *dataset_open_how(const char *data, const struct dataset_how *how, struct err *err)
{
    static const struct dataset_how plain;
    how = how != NULL ? how : &plain;
    struct pack *p = convert_open(data, how, err);
    if (p == NULL)
        return NULL;
    struct dataset *ds = from_pack(p);
    if (!how->uncorrected && (ds->corrections = corrections_open(ds, err)) == NULL) {
        dataset_close(ds);
        return NULL;
    }
    if (how->votes && join_votes(ds, how->ferplus, err) != 0) {
        dataset_close(ds);
        return NULL;
    }
    dataset_update(ds);
    return ds;
}

struct dataset *dataset_open(const char *data, struct err *err)
{
    return dataset_open_how(data, NULL, err);
}

void dataset_resolve(char *data, size_t size)
{
    char *all = convert_resolve(data);
    if (strlen(all) < size)
        strcpy(data, all);
    free(all);
}

void dataset_close(struct dataset *ds)
{
    if (ds == NULL)
        return;
    corrections_close(ds->corrections);
    for (int s = 0; s < SPLITS; s++)
        free(ds->row[s]);
    free(ds->label);
    free(ds->split);
    free(ds->excluded);
    free(ds->votes);
    free(ds->own);
    pack_close(ds->pack);
    free(ds);
}

const uint8_t *dataset_image(const struct dataset *ds, int row)
{
    return ds->pixels + (size_t)row * DATASET_PIXELS;
}

/* The source of a row. */
static int part_of(const struct pack *p, int row)
{
    int part = p->parts - 1;
    while (p->part[part].first > (uint32_t)row)
        part--;
    return part;
}

int dataset_origin(const struct dataset *ds, int row, char *text, size_t size)
{
    const struct pack *p = ds->pack;
    if (p == NULL)
        return snprintf(text, size, "row %d", row);
    const struct pack_part *part = &p->part[part_of(p, row)];
    const char *name = p->text + part->name;
    if (part->lines)
        return snprintf(text, size, "%s:%u", name, p->origin[row]);
    if (p->parts > 1)
        return snprintf(text, size, "%s/%s", name, p->text + p->origin[row]);
    return snprintf(text, size, "%s", p->text + p->origin[row]);
}

long dataset_line(const struct dataset *ds, int row)
{
    const struct pack *p = ds->pack;
    return p != NULL && p->part[part_of(p, row)].lines ? (long)p->origin[row] : 0;
}

long dataset_skipped(const struct dataset *ds)
{
    return ds->pack != NULL ? (long)ds->pack->header->skipped : 0;
}

const char *dataset_damage(const struct dataset *ds, int i)
{
    const struct pack *p = ds->pack;
    return p != NULL && i >= 0 && i < p->listed ? p->text + p->damage[i] : NULL;
}

/* The slot of an image in an open-addressed table of rows: where it stands, or the empty one. */
static size_t find_slot(const struct dataset *ds, const int *table, size_t mask, const uint8_t *img)
{
    size_t slot = hash_words(HASH_START, img, DATASET_PIXELS) & mask;
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
        if (ds->split[i] < split && !ds->excluded[i])
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
